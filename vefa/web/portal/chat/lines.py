"""Keep what a resident writes in the chat, and show what both sides said."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from vefa.cases.models import State
from vefa.channels.queries import door_of
from vefa.inbox import waiting
from vefa.inbox.files import StoredFile
from vefa.inbox.intake import Accepted, Incoming
from vefa.inbox.models import AttachmentState, Contact
from vefa.kit import ids
from vefa.web.portal import sending, talk
from vefa.web.portal.drawing import drawer
from vefa.web.portal.reports import Mine
from vefa.web.ui.shapes import File, Message

CHANNEL = "chat"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing to say; `token` makes a second click the same line."""

    text: str
    language: str
    token: str
    files: tuple[StoredFile, ...] = ()


def begin(line: Line, *, now: datetime) -> Accepted:
    """Keep the first line of a conversation: it survives a crash from now on."""
    reference = drawer.take(at=now)
    return sending.keep(_arrival(line, reference, now, reference=reference, secret=ids.secret()))


def add(line: Line, mine: Mine, *, now: datetime) -> Accepted:
    """Keep a further line; written after the end, it says that the matter is not solved."""
    about: dict[str, Any] = {"case": mine.case.pk} if mine.case else {"of": mine.reference}
    if has_ended(mine):
        about["verdict"] = "not_solved"
    return sending.keep(_arrival(line, mine.reference, now, details=about))


def has_ended(mine: Mine) -> bool:
    """Whether the matter has an outcome."""
    course = mine.shown or mine.case
    return course is not None and course.state == State.ENDED


def is_ours(mine: Mine) -> bool:
    """Whether this began in the chat; other reports have a page of their own."""
    if mine.case is not None:
        return mine.case.channel == CHANNEL
    return mine.contact is not None and mine.contact.lane == lane_of(mine.reference)


def lane_of(reference: str) -> str:
    """In which the lines of one conversation are read in order."""
    return f"chat:{reference}"


def messages(mine: Mine, *, now: datetime) -> list[Message]:
    """Everything that both sides said, oldest first; the latest lines may not have been read yet."""
    found = talk.messages(mine, mine.case, now=now) if mine.case else []
    unread = waiting.in_lane(endpoint_id=door_of(CHANNEL), lane=lane_of(mine.reference))
    if mine.contact is not None and all(one.pk != mine.contact.pk for one in unread):
        unread.insert(0, mine.contact)
    return [*found, *(_unread(mine, one) for one in unread)]


def _unread(mine: Mine, contact: Contact) -> Message:
    """A line that is kept and that nobody has read yet."""
    stored = [one for one in contact.attachments.all() if one.state == AttachmentState.STORED]
    first = mine.contact is not None and contact.pk == mine.contact.pk
    files = [
        talk.shown_file(mine, one)
        if first
        else File(href="", name=one.name or gettext("Photo"), size=filesizeformat(one.size))
        for one in stored
    ]
    said = _said(contact)
    return Message(
        side="in",
        who=gettext("You"),
        text=str(said.get("text", "")),
        said_at=contact.received_at,
        language=str(said.get("language", "")),
        files=files,
    )


def _said(contact: Contact) -> dict[str, Any]:
    found = json.loads(bytes(contact.raw))
    return found if isinstance(found, dict) else {}


def _arrival(line: Line, talk_number: str, now: datetime, **more: Any) -> Incoming:
    said = {
        "talk": talk_number,
        "text": line.text,
        "language": line.language,
        "said_at": now.isoformat(),
    }
    return Incoming(
        endpoint_id=door_of(CHANNEL),
        external_id=f"form:{line.token}",
        lane=lane_of(talk_number),
        raw=json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(),
        received_at=now,
        files=line.files,
        **more,
    )
