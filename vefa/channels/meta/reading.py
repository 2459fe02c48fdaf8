"""Read one event in its envelope. Kinds that we do not know stay visible; only foreign bytes are an error."""

import json
from typing import Any

import msgspec
from msgspec import structs

from vefa.channels.cleaning import clean_line
from vefa.channels.meta import comments, talks
from vefa.channels.meta.envelope import OBJECTS, Envelope
from vefa.channels.meta.moments import moment
from vefa.channels.meta.shapes import Change, Talk
from vefa.channels.port import Form, Reading, Sender, UnreadableError
from vefa.channels.remarks import odd
from vefa.kit.saying import Sentence


def read(raw: bytes, *, account: str) -> Reading:
    """What one event says. Raises UnreadableError when it is none of ours."""
    envelope = _envelope(raw)
    event = _object(bytes(envelope.event))
    reading = _reading(envelope, event)
    if account and envelope.account != account:
        note = Sentence(
            "It came to the account %(account)s, which is not set up here.",
            account=clean_line(envelope.account),
        )
        reading = structs.replace(reading, warnings=(*reading.warnings, note))
    return reading


def _reading(envelope: Envelope, event: dict[str, Any]) -> Reading:
    try:
        if envelope.part == "changes":
            change = msgspec.convert(_without_nulls(event), Change, strict=False)
            return comments.read(change, event, envelope=envelope)
        talk = msgspec.convert(_without_nulls(event), Talk, strict=False)
    except msgspec.ValidationError as error:
        return _odd(envelope, event, odd(clean_line(str(error))))
    return talks.read(talk, event, envelope=envelope)


def _unknown(envelope: Envelope, event: dict[str, Any], why: str) -> Reading:
    """Its words and its moment, as far as they can be found."""
    parts = [event, *(part for part in event.values() if isinstance(part, dict))]
    texts = (part.get(key) for part in parts for key in ("text", "message", "title"))
    return Reading(
        form=Form.UNKNOWN,
        text=next((clean_line(text) for text in texts if isinstance(text, str) and text), ""),
        said_at=moment(envelope.time),
        public=envelope.part == "changes",
        warnings=(why,),
    )


def _odd(envelope: Envelope, event: dict[str, Any], why: str) -> Reading:
    """What a person said in a shape that we do not know is a message all the same: somebody must see it."""
    reading, said, sender = _unknown(envelope, event, why), event.get("message"), event.get("sender")
    number = sender.get("id") if isinstance(sender, dict) else None
    if not isinstance(said, dict) or said.get("is_echo") or not isinstance(number, str | int):
        return reading
    if envelope.part == "changes" or str(number) == envelope.account:
        return reading
    mid = said.get("mid")
    return structs.replace(
        reading,
        form=Form.MESSAGE,
        sender=Sender(address=clean_line(str(number), limit=64)),
        message_id=clean_line(mid) if isinstance(mid, str) else "",
        verified=True,
    )


def _envelope(raw: bytes) -> Envelope:
    try:
        found = msgspec.json.decode(raw, type=Envelope)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableError(f"no event: {type(error).__name__}") from None
    if found.object not in OBJECTS:
        raise UnreadableError("no event of this channel")
    return found


def _object(raw: bytes) -> dict[str, Any]:
    """The quick decoder is strict; the slow one also takes half a surrogate pair, which some phones send."""
    for decode in (msgspec.json.decode, json.loads):
        try:
            found = decode(raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    raise UnreadableError("the event is no JSON object")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value if inner is not None]
    return value
