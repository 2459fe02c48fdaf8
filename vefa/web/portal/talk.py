"""What the resident and the city said to each other, as the resident may read it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext

from vefa.cases.models import Case
from vefa.dialogue.models import Enclosure, Reply
from vefa.dialogue.queries import SIGNS, Entry, conversation_of
from vefa.dialogue.writing import leaves_at
from vefa.inbox.models import Attachment, AttachmentState, Contact
from vefa.web.portal.photos import PHOTOS
from vefa.web.portal.reports import Mine
from vefa.web.ui.shapes import File, Message


def messages(mine: Mine, case: Case, *, now: datetime) -> list[Message]:
    """The resident's own words and our answers, oldest first; never a note, never words of others."""
    entries = conversation_of(case, with_notes=False)
    return [_message(mine, entry) for entry in entries if _readable(case, entry, now)]


def own_files(case: Case) -> Iterable[Attachment]:
    """The files that the resident sent with this case."""
    for entry in conversation_of(case, with_notes=False):
        if entry.contact is not None and _is_own(case, entry.contact):
            yield from (one for one in entry.attachments if one.state == AttachmentState.STORED)


def sent_files(case: Case, *, now: datetime) -> Iterable[Enclosure]:
    """The files that went along with our answers, as soon as these have left the house."""
    for entry in conversation_of(case, with_notes=False):
        if entry.reply is not None and _out(entry.reply, now):
            yield from entry.enclosures


def _readable(case: Case, entry: Entry, now: datetime) -> bool:
    if entry.reply is not None:
        return _out(entry.reply, now)
    if entry.contact is None or entry.contact.form in SIGNS:
        return False
    return _is_own(case, entry.contact)


def _out(reply: Reply, now: datetime) -> bool:
    """Whether it has left the house: not taken back, and no longer in the seconds in which it could be."""
    if reply.taken_back_at is not None:
        return False
    return reply.automatic or leaves_at(reply) <= now


def _is_own(case: Case, contact: Contact) -> bool:
    """Whether these are words of the person who opened the case, or written on the case's own page."""
    if case.reference in {contact.reference, contact.details.get("of")}:
        return True
    if contact.details.get("case") == case.pk:
        return True
    return case.conversation_id is not None and contact.conversation_id == case.conversation_id


def _message(mine: Mine, entry: Entry) -> Message:
    if entry.reply is not None:
        return Message(
            side="out",
            who=gettext("The city"),
            text=_without_key(mine, entry.reply.text),
            said_at=entry.at,
            language=entry.reply.language,
            files=[
                file_of(mine, key=one.key, name=one.name, size=one.size, content_type=one.content_type)
                for one in entry.enclosures
            ],
        )
    assert entry.contact is not None
    if entry.elsewhere:
        return Message(side="out", who=gettext("The city"), text=entry.contact.text, said_at=entry.at)
    stored = [one for one in entry.attachments if one.state == AttachmentState.STORED]
    return Message(
        side="in",
        who=gettext("You"),
        text=gettext("You took this message back.") if entry.contact.deleted_at else entry.contact.text,
        said_at=entry.at,
        language=entry.contact.language,
        files=[shown_file(mine, one) for one in stored],
    )


def _without_key(mine: Mine, text: str) -> str:
    """An answer may hold the link that is good for ever; a page that is open for an hour does not tell it."""
    return text.replace(mine.case.secret, mine.secret) if mine.passing and mine.case else text


def shown_file(mine: Mine, file: Attachment) -> File:
    """An attachment behind the resident's own link."""
    return file_of(mine, key=file.key, name=file.name, size=file.size, content_type=file.content_type)


def file_of(mine: Mine, *, key: UUID, name: str, size: int, content_type: str) -> File:
    """A file behind the resident's own link; a browser draws only what it can draw safely."""
    href = reverse("portal:file", args=[mine.reference, mine.secret, key])
    return File(
        href=href,
        name=name or gettext("Photo"),
        size=filesizeformat(size),
        thumbnail=href if content_type in PHOTOS else "",
    )
