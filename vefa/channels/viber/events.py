"""Read one event of Viber."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct, field

from vefa.channels.cleaning import clean, clean_file_name, clean_line
from vefa.channels.port import (
    Arrival,
    AttachmentRef,
    ContactCard,
    Form,
    Place,
    Reading,
    Receipt,
    Sender,
    Unreachable,
    UnreadableError,
)
from vefa.channels.remarks import contains, odd

_SILENT = frozenset({"webhook", "client_status"})
_RECEIPTS = {"delivered": "delivered", "seen": "read", "failed": "failed"}
_FILES = {"picture": "photo", "video": "video", "file": "document"}
_ODD = "vefa:odd"  # no type of Viber's: its content has a shape that we do not know
_EVENTS = {"subscribed": "unblocked", "unsubscribed": "blocked", "conversation_started": "opened"}


class User(Struct, frozen=True):
    """A person as Viber tells."""

    id: str = ""
    name: str = ""
    language: str = ""


class Spot(Struct, frozen=True):
    """A point in degrees."""

    lat: float = 0.0
    lon: float = 0.0


class Card(Struct, frozen=True):
    """A card that was sent."""

    name: str = ""
    phone_number: str = ""


class Message(Struct, frozen=True):
    """What was said; `media` is the address of a file, or of a page."""

    type: str = ""
    text: str = ""
    media: str = ""
    file_name: str = ""
    size: int | None = None
    location: Spot | None = None
    contact: Card | None = None


class Event(Struct, frozen=True):
    """One thing that Viber pushes."""

    event: str
    timestamp: int = 0  # milliseconds
    message_token: int | str = ""
    sender: User | None = None
    user: User | None = None
    user_id: str = ""
    message: Message = field(default_factory=Message)
    context: str = ""
    desc: str = ""

    @property
    def person(self) -> str:
        """Whom it is about."""
        known = self.sender or self.user
        return clean_line(known.id if known else self.user_id, limit=64)


def arrivals(body: bytes) -> tuple[Arrival, ...]:
    """One event a body; what only keeps the line warm is nothing. Raises UnreadableError.

    A message in a shape that we do not know is kept: Viber would give it up after a few tries.
    """
    event = _known(body)
    if event.event in _SILENT:
        return ()
    token = clean_line(str(event.message_token), limit=64)
    if not token:
        raise UnreadableError("the event has no message_token")
    name = (
        token if event.event == "message" else f"{clean_line(event.event, limit=40)}:{token}:{event.person}"
    )
    return (Arrival(name, event.person, body),)


def read(raw: bytes) -> Reading:
    """What one event says. Raises UnreadableError when it is none."""
    event = _known(raw)
    if event.event == "message":
        return _message(event)
    if event.event in _RECEIPTS:
        receipt = Receipt(
            provider_id=str(event.message_token),
            state=_RECEIPTS[event.event],
            reason=clean_line(event.desc),
            recipient=event.person,
        )
        return Reading(form=Form.RECEIPT, receipts=(receipt,), said_at=_moment(event))
    return _about(event)


def _message(event: Event) -> Reading:
    said = event.message
    reading = Reading(
        form=Form.MESSAGE,
        sender=_sender(event),
        thread=event.person,
        text=_words(said),
        said_at=_moment(event),
        message_id=clean_line(str(event.message_token), limit=64),
        attachments=_files(said),
        location=_place(said),
        contact=_card(said),
        verified=True,
        warnings=(odd("message"),) if said.type == _ODD else (),
    )
    if reading.warnings or reading.text or reading.attachments or reading.location or reading.contact:
        return reading
    why = contains(clean_line(said.type, limit=40))
    return msgspec.structs.replace(reading, form=Form.UNKNOWN, warnings=(why,))


def _about(event: Event) -> Reading:
    """Somebody came, went, or something happened that we do not know."""
    name = _EVENTS.get(event.event, clean_line(event.event, limit=60))
    gone = Unreachable(address=event.person, reason="the resident has unsubscribed from the bot")
    return Reading(
        form=Form.EVENT,
        event=name,
        sender=_sender(event),
        thread=event.person,
        argument=clean_line(event.context),
        said_at=_moment(event),
        message_id=f"event:{clean_line(str(event.message_token), limit=64)}",
        unreachable=gone if name == "blocked" and event.person else None,
        verified=True,
    )


def _sender(event: Event) -> Sender | None:
    known = event.sender or event.user
    if not event.person:
        return None
    return Sender(
        address=event.person,
        name=clean_line(known.name) if known else "",
        language_hint=clean_line(known.language).lower() if known else "",
    )


def _words(said: Message) -> str:
    """The text; a shared page is its address."""
    lines = [said.text, said.media if said.type == "url" else ""]
    return clean("\n".join(line for line in dict.fromkeys(lines) if line)).strip()


def _files(said: Message) -> tuple[AttachmentRef, ...]:
    if said.type not in _FILES or not said.media:
        return ()
    name = clean_file_name(said.file_name)
    return (AttachmentRef(kind=_FILES[said.type], provider_ref=said.media, name=name, size=said.size),)


def _place(said: Message) -> Place | None:
    spot = said.location
    if spot is None or not (-90 <= spot.lat <= 90 and -180 <= spot.lon <= 180):
        return None
    return Place(latitude=spot.lat, longitude=spot.lon)


def _card(said: Message) -> ContactCard | None:
    if said.contact is None:
        return None
    return ContactCard(name=clean_line(said.contact.name), phone=clean_line(said.contact.phone_number))


def _moment(event: Event) -> datetime | None:
    try:
        return datetime.fromtimestamp(event.timestamp / 1000, UTC) if event.timestamp > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def _known(raw: bytes) -> Event:
    """The event in its shape, or as far as it has it. Raises UnreadableError."""
    found = _decoded(raw)
    try:
        return _event(found)
    except UnreadableError:
        if not isinstance(found, dict) or found.get("event") != "message":
            raise
        said = found.get("message")
        words = said.get("text") if isinstance(said, dict) else ""
        left = {"type": _ODD, "text": words if isinstance(words, str) else ""}
        return _event({**found, "message": left})


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _slowly(raw)


def _event(found: Any) -> Event:
    """The event in its shape. Raises UnreadableError."""
    try:
        return msgspec.convert(_without_nulls(found), Event, strict=False)
    except (msgspec.ValidationError, OverflowError) as error:
        raise UnreadableError(f"no event of Viber: {error}") from None


def _slowly(raw: bytes) -> Any:
    """Also takes half a surrogate pair."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"no JSON: {type(error).__name__}") from None


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value
