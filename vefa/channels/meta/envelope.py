"""Cut a pushed body into its events, each with an id, a lane and the account that it came to.

One body may hold several entries of several accounts, and each entry several events. What is kept of each is
the event exactly as it came, in an envelope that names object, account and moment.
"""

import hashlib
from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from vefa.channels.port import Arrival, UnreadableError

OBJECTS = frozenset({"page", "instagram"})
type Id = str | int


class Envelope(Struct, gc=False):
    """What `read` gets back: one event as it was pushed. `part` is messaging, standby or changes."""

    object: str
    account: str
    part: str
    event: Raw
    time: int | float = 0


class _Entry(Struct, gc=False):
    id: Id = ""
    time: int | float = 0
    messaging: list[Raw] = []
    standby: list[Raw] = []
    changes: list[Raw] = []
    field: str = ""  # some products put the only change straight into the entry
    value: Raw = Raw(b"")


class _Body(Struct, gc=False):
    object: str
    entry: list[_Entry] = []


class _Party(Struct, frozen=True, gc=False):
    id: Id = ""


class _Said(Struct, gc=False):
    mid: str = ""
    is_echo: bool = False
    is_deleted: bool = False
    num_edit: Id = 0
    watermark: int | float = 0
    payload: str | None = None
    action: str = ""


class _Talk(Struct, gc=False):
    """All that the door needs of a message event."""

    sender: _Party = _Party()
    recipient: _Party = _Party()
    timestamp: int | float = 0
    message: _Said | None = None
    message_edit: _Said | None = None
    postback: _Said | None = None
    reaction: _Said | None = None
    delivery: _Said | None = None
    read: _Said | None = None


class _Value(Struct, rename={"from_": "from"}):
    from_: _Party = _Party()
    sender_id: Id = ""
    sender: _Party | None = None  # a message event that came as a change
    verb: str = ""
    comment_id: Id = ""
    post_id: Id = ""
    media_id: Id = ""
    id: Id = ""
    media: _Party = _Party()


class _Change(Struct):
    field: str = ""
    value: Raw = Raw(b"{}")


_BODIES = msgspec.json.Decoder(_Body)
_TALKS = msgspec.json.Decoder(_Talk)
_CHANGES = msgspec.json.Decoder(_Change)
_VALUES = msgspec.json.Decoder(_Value)
_ODD = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


def arrivals(body: bytes) -> tuple[Arrival, ...]:
    """Every event of a pushed body. Raises UnreadableError."""
    try:
        body.decode()  # the decoder passes over what it is not asked for, broken or not
        found = _BODIES.decode(body)
    except _ODD as error:
        raise UnreadableError(f"no webhook body: {type(error).__name__}") from None
    if found.object not in OBJECTS:
        raise UnreadableError(f"not for this channel: {found.object[:40]}")
    return tuple(arrival for entry in found.entry for arrival in _of_entry(found.object, entry))


def _of_entry(object_: str, entry: _Entry) -> Iterator[Arrival]:
    for part, events in (("messaging", entry.messaging), ("standby", entry.standby)):
        for event in events:
            yield _talk(object_, entry, event, part=part)
    for event in entry.changes:
        yield _change(object_, entry, event)
    if entry.field:
        name = msgspec.json.encode(entry.field)
        yield _change(object_, entry, Raw(b'{"field":%b,"value":%b}' % (name, bytes(entry.value) or b"{}")))


def _talk(object_: str, entry: _Entry, event: Raw, *, part: str) -> Arrival:
    account = str(entry.id)
    raw = _wrapped(object_, entry, event, part)
    try:
        talk = _TALKS.decode(event)
    except _ODD:
        return Arrival(_by_content(event), "", raw, account)
    person = str(talk.sender.id)
    if person == account or not person:
        person = str(talk.recipient.id)
    return Arrival(_talk_id(talk, event), person[:64], raw, account)


def _talk_id(talk: _Talk, event: Raw) -> str:
    """The same for every delivery of the same event; an edit or a deletion has its message's id too."""
    who, at = talk.sender.id, int(talk.timestamp)
    if (said := talk.message) and said.mid:
        return f"{said.mid}:deleted" if said.is_deleted else said.mid
    if (said := talk.message_edit) and said.mid:
        return f"{said.mid}:edit:{said.num_edit}:{at}"
    if talk.postback:
        return talk.postback.mid or f"postback:{who}:{at}:{_digest((talk.postback.payload or '').encode())}"
    if (said := talk.reaction) and said.mid:
        return f"{said.mid}:{said.action or 'react'}:{who}:{at}"
    if (said := talk.read) and (said.mid or said.watermark):
        return f"read:{who}:{said.mid or int(said.watermark)}"
    return _by_content(event)


def _change(object_: str, entry: _Entry, event: Raw) -> Arrival:
    account = str(entry.id)
    try:
        change = _CHANGES.decode(event)
        value = _VALUES.decode(change.value)
    except _ODD:
        return Arrival(_by_content(event), "", _wrapped(object_, entry, event, "changes"), account)
    if value.sender is not None:  # "messages" as a change: the same event in another wrapping
        return _talk(object_, entry, change.value, part="messaging")
    raw = _wrapped(object_, entry, event, "changes")
    post = value.post_id or value.media.id or value.media_id
    lane = f"{post}/{value.from_.id or value.sender_id}"
    return Arrival(_change_id(change.field, value, event), lane[:200], raw, account)


def _change_id(field: str, value: _Value, event: Raw) -> str:
    """A comment is added once; it may be edited, hidden and shown again."""
    if field in {"comments", "live_comments"} and value.id:
        return f"comment:{value.id}:{value.verb or 'add'}"
    if field == "feed" and value.comment_id and value.verb in {"add", "remove"} and value.from_.id:
        if b'"reaction"' in bytes(event):  # a thumb under a comment names the comment too
            return _by_content(event)
        return f"comment:{value.comment_id}:{value.verb}"
    return _by_content(event)


def _wrapped(object_: str, entry: _Entry, event: Raw, part: str) -> bytes:
    return msgspec.json.encode(Envelope(object_, str(entry.id), part, event, entry.time))


def _by_content(event: Raw) -> str:
    return f"sha256:{hashlib.sha256(event).hexdigest()}"


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]
