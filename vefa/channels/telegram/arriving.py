"""What the door must know of an update: its number, its lane, and whose chat it came to."""

import json
from typing import Any

import msgspec
from msgspec import Struct

from vefa.channels.cleaning import clean_line
from vefa.channels.port import Arrival, UnreadableError


class _Home(Struct, gc=False):
    id: int
    type: str = "private"


class _Said(Struct, gc=False):
    chat: _Home
    migrate_to_chat_id: int = 0
    migrate_from_chat_id: int = 0


class _Slip(Struct, gc=False):
    """All that the door needs of most updates; whatever has another shape is read at length."""

    update_id: int
    message: _Said


_SLIPS = msgspec.json.Decoder(_Slip)


def arrival(raw: bytes) -> Arrival:
    """One update's id and lane (the chat, so that an edit is never read before its message)."""
    try:
        raw.decode()  # the decoder passes over what it is not asked for, broken or not
        slip = _SLIPS.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _arrival(raw)
    said = slip.message
    if said.chat.type != "private":
        return _shared(str(slip.update_id), said, raw)
    return Arrival(str(slip.update_id), _name(said.chat.id), raw)


def _shared(external_id: str, said: _Said, raw: bytes) -> Arrival:
    """What is said in a group or a channel is for the endpoint of that chat alone."""
    here = _name(said.chat.id)
    if said.migrate_to_chat_id:
        moved_to = _name(said.migrate_to_chat_id)
        return Arrival(external_id, here, raw, account=here, strict=True, moved_to=moved_to)
    if said.migrate_from_chat_id:
        before = _name(said.migrate_from_chat_id)
        return Arrival(external_id, here, raw, account=before, strict=True, moved_to=here)
    return Arrival(external_id, here, raw, account=here, strict=True)


def _arrival(raw: bytes) -> Arrival:
    update = object_of(raw)
    update_id = update.get("update_id")
    if not isinstance(update_id, int):
        raise UnreadableError("the update has no update_id")
    lane = lane_of(update)
    if not is_shared(update):
        return Arrival(str(update_id), lane, raw)
    # That the bot came to a strange group is told to whoever runs it; what is said there is not kept.
    return Arrival(str(update_id), lane, raw, account=lane, strict="my_chat_member" not in update)


def lane_of(update: dict[str, Any]) -> str:
    """The chat's id wherever the update keeps it, else the person's, else nothing."""
    for part in parts_of(update):
        inner = part.get("message")
        for holder in (part, inner if isinstance(inner, dict) else {}):
            chat = holder.get("chat")
            if isinstance(chat, dict) and isinstance(chat.get("id"), int | str):
                return _name(chat["id"])
        for key in ("from", "user"):
            person = part.get(key)
            if isinstance(person, dict) and isinstance(person.get("id"), int | str):
                return _name(person["id"])
    return ""


def is_shared(update: dict[str, Any]) -> bool:
    """Whether it happened in a group or a channel."""
    for part in parts_of(update):
        inner = part.get("message")
        for holder in (part, inner if isinstance(inner, dict) else {}):
            chat = holder.get("chat")
            if isinstance(chat, dict):
                return bool(chat.get("type", "private") != "private")
    return False


def _name(number: int | str) -> str:
    """Digits need no cleaning: every message passes here while its sender waits."""
    return str(number)[:64] if isinstance(number, int) else clean_line(number, limit=64)


def parts_of(update: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of an update: its message, or whatever else it brings."""
    return [part for part in update.values() if isinstance(part, dict)]


def object_of(raw: bytes) -> dict[str, Any]:
    """The bytes as one JSON object. Raises UnreadableError."""
    found = _decoded(raw)
    if not isinstance(found, dict):
        raise UnreadableError("no JSON object")
    return found


def _decoded(raw: bytes) -> Any:
    """The quick decoder is strict; the slow one also takes half a surrogate pair, which some phones send."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"no JSON: {type(error).__name__}") from None
