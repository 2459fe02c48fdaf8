"""Cut one pushed body into the things that it brings: up to a thousand come in one.

A body with one thing is kept untouched. Out of a larger one each thing gets the same frame of its own, its
bytes as they came, so that one reader reads both.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw, Struct

from vefa.channels.cleaning import clean_line
from vefa.channels.port import Arrival, UnreadableError

KINDS = ("messages", "statuses", "message_echoes", "calls")
_LONGEST_LANE = 64


class _Metadata(Struct, frozen=True, gc=False):
    phone_number_id: str = ""


class _Value(Struct):
    metadata: _Metadata = _Metadata()
    contacts: list[Raw] = []
    errors: Raw = Raw(b"[]")
    messages: list[Raw] = []
    statuses: list[Raw] = []
    message_echoes: list[Raw] = []
    calls: list[Raw] = []


class _Change(Struct):
    field: str = ""
    value: Raw = Raw(b"{}")


class _Entry(Struct):
    id: str | int = ""
    time: Raw = Raw(b"0")
    changes: list[_Change] = []


class _Push(Struct):
    entry: list[_Entry]


class _Known(Struct):
    wa_id: str = ""
    user_id: str = ""


class _Slip(Struct, gc=False, rename={"sender": "from"}):
    """All that the door needs of one thing."""

    id: str = ""
    sender: str = ""
    from_user_id: str = ""
    to: str = ""
    recipient_id: str = ""
    recipient_user_id: str = ""
    recipient_participant_id: str = ""
    status: str = ""
    event: str = ""


class _Single(Struct, gc=False):
    metadata: _Metadata = _Metadata()
    messages: list[_Slip] = []
    statuses: list[_Slip] = []
    message_echoes: list[_Slip] = []
    calls: list[_Slip] = []


class _SingleChange(Struct, gc=False):
    value: _Single


class _SingleEntry(Struct, gc=False):
    changes: list[_SingleChange]


class _SinglePush(Struct, gc=False):
    """Most bodies bring one thing: all that the door needs of them is read in one go."""

    entry: list[_SingleEntry]


_SINGLES = msgspec.json.Decoder(_SinglePush)
_PUSHES = msgspec.json.Decoder(_Push)
_VALUES = msgspec.json.Decoder(_Value)
_SLIPS = msgspec.json.Decoder(_Slip)
_PEOPLE = msgspec.json.Decoder(_Known)
_BROKEN = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


def arrivals(body: bytes) -> tuple[Arrival, ...]:
    """Everything in one body, in its order. Raises UnreadableError when it is no JSON object.

    A signed body of a shape that we do not know is kept whole: the provider would send it again for a week.
    """
    try:
        body.decode()  # the decoder passes over what it is not asked for, broken or not
        if alone := _alone(body):
            return (alone,)
        push = _PUSHES.decode(body)
        found = tuple(_of_push(push, body))
    except _BROKEN:
        _need_object(body)
        return (_whole(body),)
    return found or (_whole(body),)


def _alone(body: bytes) -> Arrival | None:
    """The only thing in a body; None where there are several, or one of a shape that is read at length."""
    try:
        push = _SINGLES.decode(body)
    except _BROKEN:
        return None
    if len(push.entry) != 1 or len(push.entry[0].changes) != 1:
        return None
    value = push.entry[0].changes[0].value
    found = [(kind, slip) for kind in KINDS for slip in getattr(value, kind)]
    if len(found) != 1 or not found[0][1].id:
        return None
    return _arrival(*found[0], body, value.metadata.phone_number_id)


def _of_push(push: _Push, body: bytes) -> Iterator[Arrival]:
    changes = [(entry, change) for entry in push.entry for change in entry.changes]
    values = [_value(change.value) for _, change in changes]
    alone = sum(max(1, _count(value)) for value in values) == 1
    for (entry, change), value in zip(changes, values, strict=True):
        people = _people(value.contacts)
        if not _count(value):
            raw = body if alone else _framed(entry, change.field, change.value)
            yield _whole(raw, name=f"{change.field}:", account=value.metadata.phone_number_id)
        for kind in KINDS:
            for thing in getattr(value, kind):
                slip = _slip(thing)
                one = _one(value, kind, thing, _who(people, slip))
                raw = body if alone else _framed(entry, change.field, one)
                yield _arrival(kind, slip, raw, value.metadata.phone_number_id)


def _value(raw: Raw) -> _Value:
    """One change that we cannot read does not take the others along: it is kept whole."""
    try:
        return _VALUES.decode(raw)
    except _BROKEN:
        return _Value()


def _slip(thing: Raw) -> _Slip:
    try:
        return _SLIPS.decode(thing)
    except _BROKEN:
        return _Slip()


def _count(value: _Value) -> int:
    return sum(len(getattr(value, kind)) for kind in KINDS)


def _people(contacts: list[Raw]) -> dict[str, Raw]:
    """Each person's name by their number and by their id; the only one is everybody's."""
    found: dict[str, Raw] = {}
    for raw in contacts:
        try:
            known = _PEOPLE.decode(raw)
        except _BROKEN:
            continue
        found |= {known.user_id: raw, known.wa_id: raw}
    return {"": contacts[0]} if len(contacts) == 1 else found


def _who(people: dict[str, Raw], slip: _Slip) -> bytes:
    names = (slip.sender, slip.from_user_id, slip.recipient_id, slip.recipient_user_id, slip.to, "")
    return next((bytes(people[name]) for name in names if name in people), b"")


def _arrival(kind: str, slip: _Slip, raw: bytes, account: str) -> Arrival:
    """A message by its id; a report by its id and what it says, since there are several of each message."""
    person = slip.sender or slip.from_user_id
    name = slip.id
    if kind == "statuses":
        person = slip.recipient_id or slip.recipient_user_id
        name = ":".join(part for part in (slip.id, slip.status, slip.recipient_participant_id) if part)
    elif kind == "calls":
        name = f"{slip.id}:{slip.event}"
    elif kind == "message_echoes":
        person = slip.to
    if not slip.id:
        name = _digest(raw)
    return Arrival(name, person[:_LONGEST_LANE], raw, account)


def _one(value: _Value, kind: str, thing: Raw, who: bytes) -> bytes:
    """The value with this one thing in it, and whose it is."""
    account = msgspec.json.encode(value.metadata.phone_number_id)
    return b'{"metadata":{"phone_number_id":%b},"contacts":[%b],"errors":%b,"%b":[%b]}' % (
        account, who, bytes(value.errors), kind.encode(), bytes(thing),
    )  # fmt: skip


def _framed(entry: _Entry, field: str, value: bytes | Raw) -> bytes:
    return b'{"entry":[{"id":%b,"time":%b,"changes":[{"field":%b,"value":%b}]}]}' % (
        msgspec.json.encode(entry.id), bytes(entry.time), msgspec.json.encode(field), bytes(value),
    )  # fmt: skip


def _whole(raw: bytes, *, name: str = "", account: str = "") -> Arrival:
    """What has no id of its own is named by its content: the same when it is delivered twice."""
    return Arrival(f"{clean_line(name, limit=60)}{_digest(raw)}", "", raw, account)


def _digest(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def decoded(raw: bytes) -> Any:
    """The JSON of a body; the slow decoder also takes half a surrogate pair, which some phones send.

    Raises UnreadableError.
    """
    try:
        return msgspec.json.decode(raw)
    except _BROKEN:
        pass
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"no JSON: {type(error).__name__}") from None


def _need_object(raw: bytes) -> None:
    if not isinstance(decoded(raw), dict):
        raise UnreadableError("no JSON object")
