"""The conversation of a case as messages, notes and deliveries, in the reader's words."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext

from vefa.cases.models import Case
from vefa.dialogue.models import DeliveryState
from vefa.dialogue.queries import ChannelTruth, Entry
from vefa.inbox.models import Attachment, AttachmentState
from vefa.web.ui import words
from vefa.web.ui.linking import link_to
from vefa.web.ui.shapes import File, Message, Truth

_SHOWN_STATE = {DeliveryState.HANDED_OVER: "handed", DeliveryState.SHOWN: ""}
SOON = timedelta(hours=3)


def messages(entries: Iterable[Entry], *, case_id: int, private: bool) -> list[Message]:
    """Each entry as one bubble or note; names of residents only for those who may see them."""
    return [message_of(entry, case_id=case_id, private=private) for entry in entries]


def message_of(entry: Entry, *, case_id: int, private: bool) -> Message:
    """One entry."""
    if entry.note is not None:
        return Message(side="note", who=entry.note.staff.name, text=entry.note.text, said_at=entry.at)
    if entry.contact is not None:
        return _said(entry, case_id=case_id, private=private)
    return _answered(entry)


def _said(entry: Entry, *, case_id: int, private: bool) -> Message:
    contact = entry.contact
    assert contact is not None
    address = contact.conversation.address if contact.conversation else None
    who = address.shown_name or address.value if address and private else ""
    unread = contact.form == "unreadable"
    trouble = gettext("This message could not be read; its original is kept.") if unread else ""
    changed = gettext("The resident changed this message later.") if contact.edited_at else ""
    return Message(
        side="in",
        who=who or gettext("Resident"),
        text="\n".join(part for part in (contact.subject, contact.text) if part)
        or gettext("(without words)"),
        said_at=entry.at,
        language=contact.language,
        channel=contact.endpoint.channel,
        trouble=trouble or changed,
        files=[file_of(one) for one in entry.attachments],
        original=link_to("desk:original", case_id, contact.pk) if private else "",
    )


def _answered(entry: Entry) -> Message:
    reply = entry.reply
    assert reply is not None
    first = entry.deliveries[0] if entry.deliveries else None
    troubled = [one for one in entry.deliveries if one.trouble and one.state != DeliveryState.TAKEN_BACK]
    return Message(
        side="out",
        who=reply.staff.name if reply.staff else gettext("The city, by itself"),
        text=reply.text,
        said_at=entry.at,
        language=reply.language,
        channel=first.endpoint.channel if first and first.endpoint else "portal",
        delivery=_SHOWN_STATE.get(DeliveryState(first.state), first.state) if first else "",
        trouble=troubled[0].trouble if troubled else "",
    )


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


def truth_of(truth: ChannelTruth, *, case: Case, now: datetime, private: bool) -> Truth:
    """What the composer says before anything is sent."""
    window, soon = _window(truth.window_ends_at, now)
    return Truth(
        channel=truth.channel,
        to=truth.address if private and truth.reachable else "",
        language=truth.language or case.language,
        window=window,
        window_soon=soon,
        limit=4096 if truth.channel == "telegram" else 20_000,
        cost=_others(truth.others),
        nothing="" if truth.reachable else nothing_leaves(truth),
    )


def _window(ends_at: datetime | None, now: datetime) -> tuple[str, bool]:
    if ends_at is None:
        return "", False
    left = ends_at - now
    if left <= timedelta():
        return gettext("the time for a free answer is over"), True
    return gettext("%(span)s left") % {"span": words.digits(words.span(left))}, left < SOON


def _others(count: int) -> str:
    if not count:
        return ""
    return gettext("%(count)s more people hear this answer") % {"count": words.digits(count)}


def nothing_leaves(truth: ChannelTruth) -> str:
    """Why no message goes out, and what the resident sees instead."""
    if truth.why_not == "by_hand":
        return gettext("No message leaves: they read it on the page of the case. Call them if it matters.")
    if truth.why_not == "nowhere":
        return gettext(
            "No message leaves: nobody left an address. The answer stands on the page of the case."
        )
    return gettext("This address takes nothing more: %(why)s") % {"why": truth.why_not}
