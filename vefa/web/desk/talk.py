"""The conversation of a case as messages, notes and deliveries, in the reader's words.

The link by which a resident is known stands in what was sent to them; who reads it here sees none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext

from vefa.channels.port import Form
from vefa.dialogue.exposure import without_secrets
from vefa.dialogue.models import DeliveryState, Enclosure
from vefa.dialogue.queries import SIGNS, Entry
from vefa.inbox.models import Attachment, AttachmentState, Contact
from vefa.kit.speaking import told
from vefa.triage.keeping import ERASED
from vefa.web.desk.besides import beside
from vefa.web.desk.voicing import in_place_of
from vefa.web.ui import words
from vefa.web.ui.linking import link_to
from vefa.web.ui.shapes import File, Message, Spoken, Under

_SHOWN_STATE = {DeliveryState.HANDED_OVER: "handed", DeliveryState.SHOWN: ""}
_NO_CALLS: Mapping[int, Spoken] = {}
_NO_SIGNS: Mapping[str, Mapping[Any, str]] = {}


def messages(
    entries: Sequence[Entry], *, case_id: int, private: bool, calls: Mapping[int, Spoken] = _NO_CALLS
) -> list[Message]:
    """Each entry as one bubble or note, emoji under what they speak of; names only for those who may see.

    calls  in which contacts were said, by contact
    """
    every = [one for one in entries if one.contact is None or one.contact.form not in SIGNS]
    signs = _signs(entries)
    return [
        _with_call(message_of(one, case_id=case_id, private=private, signs=signs), one, calls)
        for one in every
    ]


def _with_call(message: Message, entry: Entry, calls: Mapping[int, Spoken]) -> Message:
    call = calls.get(entry.contact.pk) if calls and entry.contact else None
    return replace(message, call=call) if call else message


def message_of(
    entry: Entry, *, case_id: int, private: bool, signs: Mapping[str, Mapping[Any, str]] = _NO_SIGNS
) -> Message:
    """One entry."""
    if entry.note is not None:
        return Message(
            side="note", who=entry.note.staff.name, text=without_secrets(entry.note.text), said_at=entry.at
        )
    if entry.contact is not None:
        found = _said(entry.contact, entry, case_id=case_id, private=private)
        return replace(found, reactions=_under(signs, entry.contact.message_id)) if signs else found
    found = _answered(entry)
    names = [name for one in entry.deliveries for name in (one.provider_id, *one.parts)]
    return replace(found, reactions=_under(signs, *names)) if signs else found


def _signs(entries: Iterable[Entry]) -> dict[str, dict[Any, str]]:
    """By the message that they speak of: each person's last emoji."""
    found: dict[str, dict[Any, str]] = {}
    for entry in entries:
        one = entry.contact
        if one is not None and one.form == Form.REACTION.value and one.reply_to_id:
            found.setdefault(one.reply_to_id, {})[one.conversation_id] = one.text
    return found


def _under(signs: Mapping[str, Mapping[Any, str]], *names: str) -> tuple[str, ...]:
    return tuple(emoji for name in dict.fromkeys(names) for emoji in signs.get(name, {}).values() if emoji)


def _said(contact: Contact, entry: Entry, *, case_id: int, private: bool) -> Message:
    address = contact.conversation.address if contact.conversation else None
    who = address.shown_name or address.value if address and private else ""
    unread = contact.form == "unreadable"
    hidden = contact.deleted_at is not None
    text = "\n".join(part for part in (contact.subject, contact.text) if part) or wordless(contact)
    ours = contact.form == Form.ECHO.value
    return Message(
        side="out" if ours else "in",
        who=gettext("The city, with another program") if ours else who or gettext("Resident"),
        text=gettext("Taken back by its sender.") if hidden else without_secrets(text),
        said_at=entry.at,
        language="" if hidden else contact.language,
        channel=contact.endpoint.channel,
        trouble=gettext("This message could not be read; its original is kept.") if unread else "",
        files=[] if hidden else [file_of(one) for one in entry.attachments],
        original=link_to("desk:original", case_id, contact.pk) if private else "",
        remark="" if hidden else _remark(contact),
        under=None if ours else _post(entry),
        beside=None if hidden else beside(contact, quoted=entry.quoted, private=private),
    )


def wordless(contact: Contact) -> str:
    """What stands in the place of words that are not there."""
    if contact.details.get(ERASED):
        return gettext("(erased: this account keeps talk for some days only)")
    return gettext("(without words)")


def _remark(contact: Contact) -> str:
    """What became of the words later, and who passed them on."""
    if passed := contact.details.get("passed_on"):
        return _passed_on(passed)
    if name := contact.details.get("unproved"):
        return _unproved(str(name))
    if contact.edited_at:
        return gettext("The resident changed this message later.")
    if contact.form == Form.EDIT.value:
        return gettext("New words for an earlier message.")
    return ""


def _unproved(name: str) -> str:
    """Why a mail in the name of staff was not believed."""
    return gettext(
        "It bears the address of %(name)s, but our mail server does not vouch for it: taken as written by"
        " that address itself, not by whom it quotes. Ask them."
    ) % {"name": name}


def _passed_on(passed: Mapping[str, Any]) -> str:
    """Who passed it on, what they said themselves, and whether its author must be told by them."""
    said = gettext("Passed on by %(name)s.") % {"name": passed.get("name", "")}
    note = str(passed.get("note") or "")
    tell = gettext("The author is hidden: tell them yourself.") if passed.get("hidden") else ""
    return " ".join(part for part in (said, f"«{note}»" if note else "", tell) if part)


def _post(entry: Entry) -> Under | None:
    """What it was said under, as far as that is known."""
    post = entry.post
    return Under(words=post.text, author=post.author, href=post.url) if post else None


def _answered(entry: Entry) -> Message:
    reply = entry.reply
    assert reply is not None
    first = entry.deliveries[0] if entry.deliveries else None
    troubled = [one for one in entry.deliveries if one.trouble and one.state != DeliveryState.TAKEN_BACK]
    return Message(
        side="out",
        who=in_place_of(reply.staff.name, reply.voice) if reply.staff else gettext("The city, by itself"),
        text=without_secrets(reply.text),
        said_at=entry.at,
        language=reply.language,
        channel=first.endpoint.channel if first and first.endpoint else "portal",
        delivery=_SHOWN_STATE.get(DeliveryState(first.state), first.state) if first else "",
        trouble=told(troubled[0].trouble) if troubled else "",
        files=[_enclosed(one) for one in entry.enclosures],
    )


def _enclosed(one: Enclosure) -> File:
    """A file that went along."""
    href = link_to("desk:file", one.key)
    picture = one.content_type.startswith("image/")
    return File(href=href, name=one.name, size=size_of(one.size), thumbnail=href if picture else "")


def file_of(attachment: Attachment) -> File:
    """One file; what is not here yet says so."""
    if attachment.state != AttachmentState.STORED:
        return File(href="#main", name=attachment.name or gettext("a file"), size=_why(attachment))
    href = link_to("desk:file", attachment.key)
    picture = attachment.content_type.startswith("image/")
    name = attachment.name or attachment.kind
    return File(href=href, name=name, size=size_of(attachment.size), thumbnail=href if picture else "")


def size_of(count: int) -> str:
    """Bytes as people read them."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= factor:
            return words.digits(f"{count / factor:.0f} {unit}")
    return words.digits(f"{count} B")


def _why(attachment: Attachment) -> str:
    return {
        AttachmentState.WAITING: gettext("still on its way"),
        AttachmentState.REFUSED: gettext("not kept: too large or of a type that we do not take"),
    }.get(AttachmentState(attachment.state), gettext("could not be fetched"))
