"""Read one update of the Bot API.

Kinds that we do not know stay visible as `unknown`; only bytes that are no update at all are an error.
"""

import re
from typing import Any

import msgspec

from vefa.channels.cleaning import clean, clean_line
from vefa.channels.port import (
    AddressChange,
    ContactCard,
    Form,
    Place,
    Reading,
    Sender,
    Unreachable,
)
from vefa.channels.remarks import contains, no_place, odd
from vefa.channels.telegram import many
from vefa.channels.telegram.arriving import is_shared, lane_of, object_of, parts_of
from vefa.channels.telegram.contents import (
    attachments,
    forwarded,
    forwarded_from,
    full_text,
    is_notice,
    moment,
    title_of,
    unread_parts,
)
from vefa.channels.telegram.shapes import (
    CallbackQuery,
    Chat,
    Location,
    MemberChange,
    Message,
    MessageReaction,
    Update,
    User,
)

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?\Z", re.DOTALL)
_EVENTS = {"kicked": "blocked", "left": "left", "member": "joined", "administrator": "joined"}


def read(raw: bytes) -> Reading:
    """What one update says. Raises UnreadableError when it is no JSON object."""
    found = object_of(raw)
    try:
        update = msgspec.convert(_without_nulls(found), Update, strict=False)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        return _odd(found, odd(clean_line(str(error))))
    return _read_known(update, found)


def _read_known(update: Update, found: dict[str, Any]) -> Reading:
    """Send each kind to its reader."""
    if update.message or update.channel_post:
        return _message(update, update.message or update.channel_post, found, edited=False)
    if update.edited_message or update.edited_channel_post:
        return _message(update, update.edited_message or update.edited_channel_post, found, edited=True)
    if update.callback_query:
        return _button(update.update_id, update.callback_query)
    if update.message_reaction:
        return _reaction(update.update_id, update.message_reaction)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member)
    return _unknown(found, contains(clean_line(", ".join(found.keys() - {"update_id"}))))


def _message(update: Update, message: Message | None, found: dict[str, Any], *, edited: bool) -> Reading:
    """A message, new or edited, in private or in a group."""
    if message is None:
        return _unknown(found, contains(""))
    text = full_text(message)
    files = attachments(message)
    place, place_warnings = _place(message)
    reading = Reading(
        form=Form.EDIT if edited else Form.MESSAGE,
        sender=_author(message),
        thread=str(message.chat.id),
        text=text,
        said_at=moment((message.edit_date if edited else 0) or message.date),
        sequence=update.update_id,
        message_id=str(message.message_id),
        reply_to=str(message.reply_to_message.message_id) if message.reply_to_message else "",
        attachments=files,
        location=place,
        contact=_card(message),
        edits=str(message.message_id) if edited else "",
        forwarded_from=forwarded_from(message),
        forwarded=forwarded(message),
        group=message.chat.type != "private",
        verified=True,
        warnings=place_warnings,
    )
    said = _specialised(reading, message, found)
    return many.of_many(said, message, found) if said.group else said


def _specialised(reading: Reading, message: Message, found: dict[str, Any]) -> Reading:
    """The forms that hide inside a message: a moved group, a command, something that we cannot read."""
    if change := _moved(message):
        return msgspec.structs.replace(reading, form=Form.EVENT, event="moved", address_change=change)
    if reading.text and reading.form is Form.MESSAGE and (command := _COMMAND.match(reading.text)):
        name, argument = command[1].lower(), (command[2] or "").strip()
        form = Form.START if name == "start" else Form.COMMAND
        return msgspec.structs.replace(reading, form=form, command=name, argument=argument)
    if reading.text or reading.attachments or reading.location or reading.contact:
        return reading
    warnings = (*reading.warnings, contains(unread_parts(found)))
    if reading.group or is_notice(found):
        return msgspec.structs.replace(reading, form=Form.UNKNOWN, warnings=warnings)
    # A person sent it to us alone: somebody must see it.
    return msgspec.structs.replace(reading, text=title_of(found), warnings=warnings)


def _button(update_id: int, query: CallbackQuery) -> Reading:
    """A pressed button is a command called `button`."""
    chat = query.message.chat if query.message else Chat(id=query.from_user.id)
    return Reading(
        form=Form.COMMAND,
        command="button",
        argument=clean(query.data),
        sender=_person(query.from_user, address=chat.id),
        thread=str(chat.id),
        sequence=update_id,
        message_id=f"button:{clean_line(query.id)}",
        reply_to=str(query.message.message_id) if query.message else "",
        group=chat.type != "private",
        verified=True,
    )


def _reaction(update_id: int, reaction: MessageReaction) -> Reading:
    """Emoji under one of our messages; an empty text means that it was taken back."""
    user = reaction.user
    reading = Reading(
        form=Form.REACTION,
        sender=_person(user, address=reaction.chat.id) if user else _place_of(reaction.chat),
        thread=str(reaction.chat.id),
        text=clean(" ".join(kind.emoji or kind.type for kind in reaction.new_reaction)),
        said_at=moment(reaction.date),
        sequence=update_id,
        message_id=f"reaction:{update_id}",
        reply_to=str(reaction.message_id),
        group=reaction.chat.type != "private",
        verified=True,
    )
    return many.reacted(reading, reaction) if reading.group else reading


def _membership(update_id: int, change: MemberChange) -> Reading:
    """The resident blocked or unblocked the bot; a group took it in or threw it out."""
    chat, status = change.chat, change.new_chat_member.status
    event = _EVENTS.get(status, clean_line(status))
    if chat.type == "private" and event == "joined":
        event = "unblocked"
    gone = Unreachable(address=str(chat.id), reason="the bot was blocked or removed")
    reading = Reading(
        form=Form.EVENT,
        event=event,
        sender=_person(change.from_user, address=chat.id),
        thread=str(chat.id),
        said_at=moment(change.date),
        sequence=update_id,
        message_id=f"event:{update_id}",
        unreachable=gone if event in {"blocked", "left"} else None,
        group=chat.type != "private",
        verified=True,
    )
    return many.joined(reading, change) if reading.group else reading


def _unknown(found: dict[str, Any], why: str) -> Reading:
    """Whatever can be said about an update of a new kind: its sender, its chat, its text."""
    update_id = found.get("update_id")
    return Reading(
        form=Form.UNKNOWN,
        sender=_any_sender(found),
        thread=lane_of(found),
        text=_any_text(found),
        sequence=update_id if isinstance(update_id, int) else 0,
        message_id=f"unknown:{update_id}",
        warnings=(why,),
    )


def _odd(found: dict[str, Any], why: str) -> Reading:
    """What a person said in a shape that we do not know is a message all the same: somebody must see it."""
    reading, said = _unknown(found, why), found.get("message")
    if reading.sender is None or not isinstance(said, dict) or is_shared(found):
        return reading
    number = said.get("message_id")
    return msgspec.structs.replace(
        reading,
        form=Form.MESSAGE,
        message_id=str(number) if isinstance(number, int) else reading.message_id,
        verified=True,
    )


def _any_sender(found: dict[str, Any]) -> Sender | None:
    for part in parts_of(found):
        for key in ("from", "user", "chat", "sender_chat"):
            try:
                user = msgspec.convert(_without_nulls(part.get(key)), User, strict=False)
            except (msgspec.ValidationError, UnicodeEncodeError):
                continue
            return _person(user, address=lane_of(found) or user.id)
    return None


def _any_text(found: dict[str, Any]) -> str:
    texts = (part.get(key) for part in parts_of(found) for key in ("text", "caption", "query", "question"))
    return next((clean(text) for text in texts if isinstance(text, str) and text), "")


def _author(message: Message) -> Sender:
    """Who said it in private: the address is the chat."""
    if message.from_user:
        return _person(message.from_user, address=message.chat.id, phone=_own_phone(message))
    return _place_of(message.sender_chat or message.chat, address=message.chat.id)


def _person(user: User, *, address: int | str, phone: str = "") -> Sender:
    return Sender(
        address=str(address),
        name=clean_line(f"{user.first_name} {user.last_name}"),
        language_hint=clean_line(user.language_code).lower(),
        phone=phone,
        username=clean_line(user.username),
    )


def _place_of(chat: Chat, *, address: int | None = None) -> Sender:
    name = chat.title or f"{chat.first_name} {chat.last_name}"
    return Sender(address=str(address or chat.id), name=clean_line(name), username=clean_line(chat.username))


def _own_phone(message: Message) -> str:
    card = _card(message)
    return card.phone if card and card.is_sender else ""


def _card(message: Message) -> ContactCard | None:
    contact, user = message.contact, message.from_user
    if contact is None:
        return None
    own = contact.user_id is not None and user is not None and contact.user_id == user.id
    phone = clean_line(contact.phone_number)
    if own and phone.isascii() and phone.isdecimal():
        phone = f"+{phone}"  # some of Telegram's programs leave out the plus of one's own number
    name = clean_line(f"{contact.first_name} {contact.last_name}")
    return ContactCard(name=name, phone=phone, is_sender=own)


def _place(message: Message) -> tuple[Place | None, tuple[str, ...]]:
    """The point, and a warning instead of one that lies on no globe."""
    where: Location | None = message.venue.location if message.venue else message.location
    if where is None:
        return None, ()
    if not (-90 <= where.latitude <= 90 and -180 <= where.longitude <= 180):
        return None, (no_place(where.latitude, where.longitude),)
    label = f"{message.venue.title} {message.venue.address}" if message.venue else ""
    place = Place(
        latitude=where.latitude,
        longitude=where.longitude,
        label=clean_line(label),
        accuracy_m=where.horizontal_accuracy,
    )
    return place, ()


def _moved(message: Message) -> AddressChange | None:
    """A group that became a supergroup has a new chat id; each side tells it once."""
    here = str(message.chat.id)
    if message.migrate_to_chat_id is not None:
        return AddressChange(old=here, new=str(message.migrate_to_chat_id))
    if message.migrate_from_chat_id is not None:
        return AddressChange(old=str(message.migrate_from_chat_id), new=here)
    return None


def _without_nulls(value: Any) -> Any:
    """Bale writes null where Telegram leaves a field out."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value if inner is not None]
    return value
