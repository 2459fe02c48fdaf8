"""Read one thing that WhatsApp brought.

Kinds that we do not know stay visible as `unknown`; only bytes that are no JSON object are an error.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import structs

from vefa.channels.cleaning import clean, clean_line
from vefa.channels.port import (
    AddressChange,
    Form,
    Forwarded,
    Post,
    Reading,
    Sender,
    UnreadableError,
)
from vefa.channels.remarks import contains, odd
from vefa.channels.whatsapp.contents import attachments, card, place, without_words, words
from vefa.channels.whatsapp.cutting import decoded
from vefa.channels.whatsapp.receipts import receipt, unreachable
from vefa.channels.whatsapp.shapes import CallEvent, Change, Known, Message, Push, Status, Value
from vefa.channels.whatsapp.texts import state_of
from vefa.kit.saying import Sentence

_NEWS = ("message_template_status_update", "message_template_quality_update", "template_category_update")


def read(raw: bytes, *, own: str = "") -> Reading:
    """What one thing says to the number `own`. Raises UnreadableError when it is no JSON object."""
    found = decoded(raw)
    if not isinstance(found, dict):
        raise UnreadableError("no JSON object")
    reading = _read(found)
    number = _number(found)
    return _not_ours(reading, number) if own and number.get("phone_number_id", own) != own else reading


def _number(found: dict[str, Any]) -> dict[str, str]:
    """The number of the business that it came to; empty where the body names none."""
    inner = _inner(found, "entry", "changes", "value", "metadata")
    named = {name: _text_of(inner, name) for name in ("phone_number_id", "display_phone_number")}
    return {name: text for name, text in named.items() if text}


def _not_ours(reading: Reading, number: dict[str, str]) -> Reading:
    """It came to a number that no account here has. It is seen, and never answered from another number.

    Who left no address cannot be answered; the person is named with theirs, so that somebody can call.
    """
    if reading.sender is None:
        return reading
    one = reading.sender
    name = ", ".join(part for part in (one.name, one.phone or one.address) if part)
    shown = number.get("display_phone_number") or number["phone_number_id"]
    told = Sentence(
        "It came to the number %(number)s, which no account here has: it cannot be answered from here.",
        number=shown,
    )
    return structs.replace(reading, sender=Sender(address="", name=name), warnings=(*reading.warnings, told))


def _read(found: dict[str, Any]) -> Reading:
    """What it says, whichever number it came to."""
    try:
        push = msgspec.convert(_without_nulls(found), Push, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        return _odd(found, odd(clean_line(str(error))))
    changes = [change for entry in push.entry for change in entry.changes]
    if len(changes) != 1:
        return _unknown(found, odd(f"{len(changes)} changes in one"))
    return _read_change(changes[0], found)


def _read_change(change: Change, found: dict[str, Any]) -> Reading:
    """Send each kind to its reader."""
    value = change.value
    if value.messages:
        return _message(value.messages[0], value)
    if value.message_echoes:
        return _echo(value.message_echoes[0], value)
    if value.calls:
        return _call(value.calls[0], value)
    return _status(value.statuses[0]) if value.statuses else _news(change, found)


def _news(change: Change, found: dict[str, Any]) -> Reading:
    """What is about the account, not from a person."""
    if change.field in _NEWS:
        return _template(change.field, change.value)
    if change.value.errors:
        return Reading(form=Form.EVENT, event="error", text=without_words(change.value.errors))
    return _unknown(found, contains(clean_line(change.field, limit=60)))


def _message(message: Message, value: Value) -> Reading:
    """A message in any of its kinds."""
    content = message.edit.message if message.edit else message
    context = content.context or message.context
    location, warnings = place(content)
    reading = Reading(
        form=Form.MESSAGE,
        sender=_sender(message, value.contacts),
        text=words(content),
        said_at=_moment(message.timestamp),
        message_id=clean_line(message.id),
        reply_to=clean_line(context.id) if context and not message.edit else "",
        attachments=attachments(content),
        location=location,
        contact=card(content, message.sender),
        argument=_chosen(content),
        forwarded_from=_forwarded(message),
        forwarded=Forwarded() if _forwarded(message) else None,
        post=_post(message),
        group=bool(message.group_id),
        thread=clean_line(message.group_id, limit=180),
        verified=True,
        warnings=warnings,
    )
    return _specialised(reading, message, value)


def _specialised(reading: Reading, message: Message, value: Value) -> Reading:
    """The forms that hide inside a message: edits, deletions, reactions, a changed number."""
    if message.edit:
        return structs.replace(reading, form=Form.EDIT, edits=clean_line(message.edit.original_message_id))
    if message.revoke:
        return structs.replace(
            reading, form=Form.DELETION, edits=clean_line(message.revoke.original_message_id)
        )
    if message.reaction:
        emoji, about = clean_line(message.reaction.emoji), clean_line(message.reaction.message_id)
        return structs.replace(reading, form=Form.REACTION, text=emoji, reply_to=about)
    if message.system:
        return _system(reading, message)
    if reading.text or reading.attachments or reading.location or reading.contact:
        return reading
    told = without_words([*message.errors, *value.errors])
    return structs.replace(reading, warnings=reading.warnings or (_left_out(message.type, told),))


def _left_out(kind: str, told: str) -> Sentence:
    """Why a message has no words: what WhatsApp says of it, or its kind."""
    if told:
        return Sentence("WhatsApp does not hand over what is in it: %(why)s.", why=told)
    return contains(clean_line(kind, limit=40))


def _system(reading: Reading, message: Message) -> Reading:
    """A number that changed goes on under the new one; anything else about the account is kept."""
    system = message.system
    assert system is not None
    new = clean_line(system.wa_id or system.new_wa_id)
    moved = "changed_number" in system.type and new and message.sender and new != message.sender
    return structs.replace(
        reading,
        form=Form.EVENT,
        event="moved" if moved else clean_line(system.type, limit=40) or "system",
        text=clean(system.body),
        address_change=AddressChange(old=message.sender, new=new) if moved else None,
    )


def _status(status: Status) -> Reading:
    """A report on something that we sent; one on a call is an event."""
    if status.type == "call":
        return Reading(
            form=Form.EVENT,
            event=f"call:{clean_line(status.status, limit=40).lower()}",
            sender=_person(status.recipient_id, status.recipient_user_id, []),
            said_at=_moment(status.timestamp),
            message_id=f"{clean_line(status.id)}:{clean_line(status.status)}",
            opens=status.status.upper() == "ACCEPTED",
        )
    return Reading(
        form=Form.RECEIPT,
        said_at=_moment(status.timestamp),
        message_id=f"status:{clean_line(status.id)}:{clean_line(status.status)}",
        receipts=(receipt(status),),
        unreachable=unreachable(status),
    )


def _echo(message: Message, value: Value) -> Reading:
    """Our own side wrote with the WhatsApp Business app."""
    return Reading(
        form=Form.ECHO,
        sender=_person(message.to, "", value.contacts),
        text=words(message),
        said_at=_moment(message.timestamp),
        message_id=clean_line(message.id),
        attachments=attachments(message),
        location=place(message)[0],
        verified=True,
    )


def _call(call: CallEvent, value: Value) -> Reading:
    """Somebody rang inside WhatsApp, or was rung: kept. Their own call opens the window, taken or not."""
    theirs = call.to if call.direction == "BUSINESS_INITIATED" else call.sender
    return Reading(
        form=Form.EVENT,
        event=f"call:{clean_line(call.event, limit=40)}",
        sender=_person(theirs, call.from_user_id, value.contacts),
        said_at=_moment(call.timestamp),
        message_id=f"{clean_line(call.id)}:{clean_line(call.event)}",
        opens=(call.event, call.direction) == ("connect", "USER_INITIATED"),
        verified=True,
    )


def _template(field: str, value: Value) -> Reading:
    """News of an approved text: the next look at the account writes it down in full."""
    name, language = clean_line(value.message_template_name), clean_line(value.message_template_language)
    reason = clean_line(value.reason or "")
    return Reading(
        form=Form.EVENT,
        event="template",
        command=state_of(value.event) if field == _NEWS[0] else "",
        argument=f"{name}/{language}",
        text="" if reason == "NONE" else reason,
    )


def _unknown(found: dict[str, Any], why: str) -> Reading:
    """Whatever can be said about a thing of a new kind: its sender and its words."""
    part = _first_thing(found)
    sender = _text_of(part, "from") or _text_of(part, "from_user_id")
    body = part.get("text")
    said = body.get("body") if isinstance(body, dict) else ""
    return Reading(
        form=Form.UNKNOWN,
        sender=_person(sender, "", []) if sender else None,
        text=clean(said) if isinstance(said, str) else "",
        message_id=_text_of(part, "id"),
        warnings=(why,),
    )


def _odd(found: dict[str, Any], why: str) -> Reading:
    """What a person said in a shape that we do not know is a message all the same: somebody must see it."""
    reading = _unknown(found, why)
    if reading.sender is None or _first_thing(found).get("group_id"):
        return reading
    return structs.replace(reading, form=Form.MESSAGE, verified=True)


def _first_thing(found: Any) -> dict[str, Any]:
    """The first message inside whatever this is."""
    return _inner(found, "entry", "changes", "value", "messages")


def _inner(found: Any, *names: str) -> dict[str, Any]:
    """What lies under these names, the first where there are several."""
    for name in names:
        inner = found.get(name) if isinstance(found, dict) else None
        found = inner[0] if isinstance(inner, list) and inner else inner
    return found if isinstance(found, dict) else {}


def _text_of(part: dict[str, Any], name: str) -> str:
    value = part.get(name)
    return clean_line(value) if isinstance(value, str) else ""


def _sender(message: Message, contacts: list[Known]) -> Sender | None:
    return _person(message.sender, message.from_user_id, contacts)


def _person(number: str, user_id: str, contacts: list[Known]) -> Sender | None:
    """Whom a number or, where it is hidden, an id belongs to."""
    wanted = {number, user_id} - {""}
    named = (one for one in contacts if wanted & {one.wa_id, one.user_id})
    known = next(named, contacts[0] if len(contacts) == 1 else Known())
    address = clean_line(number or known.wa_id or user_id or known.user_id, limit=150)
    if not address:
        return None
    return Sender(
        address=address,
        name=clean_line(known.profile.name),
        username=clean_line(known.profile.username),
        phone=f"+{address}" if address.isascii() and address.isdigit() else "",
    )


def _chosen(message: Message) -> str:
    """What a pressed button or a chosen line carries back."""
    if message.button:
        return clean_line(message.button.payload)
    choice = message.interactive and (message.interactive.button_reply or message.interactive.list_reply)
    return clean_line(choice.id) if choice else ""


def _forwarded(message: Message) -> str:
    """WhatsApp says that something was passed on, never from whom."""
    context = message.context
    if context is None or not (context.forwarded or context.frequently_forwarded):
        return ""
    return "forwarded many times" if context.frequently_forwarded else "forwarded"


def _post(message: Message) -> Post | None:
    """What somebody saw before they wrote: an advertisement or a post of ours."""
    seen = message.referral
    if seen is None:
        return None
    text = "\n".join(part for part in (clean(seen.headline), clean(seen.body)) if part)
    return Post(id=clean_line(seen.source_id), text=text, url=clean_line(seen.source_url))


def _moment(unix_s: int) -> datetime | None:
    """A moment in UTC; None for 0 and for a year that no calendar holds."""
    try:
        return datetime.fromtimestamp(unix_s, UTC) if unix_s > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value if inner is not None]
    return value
