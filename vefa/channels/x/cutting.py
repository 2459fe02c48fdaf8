"""One pushed body may tell of several things: cut it into arrivals, each in the shape in which it came.

The names of posts and direct messages are X's own ids, which come from one clock and never meet; so the same
post is one thing, whether it was pushed, copied by hand or found in an archive.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from vefa.channels.port import Arrival, UnreadableError

POSTS, DIRECT, DELETIONS = "tweet_create_events", "direct_message_events", "tweet_delete_events"
READ = "direct_message_mark_read_events"
_TYPING = frozenset({"direct_message_indicate_typing_events", "dm.indicate_typing"})  # not worth a row
_MOST = 500  # events of one body
_SAID = frozenset({"post.create", "post.mention.create"})

type Json = dict[str, Any]


class _Filter(Struct, gc=False):
    user_id: str


class _Post(Struct, gc=False):
    id: str
    author_id: str
    in_reply_to_user_id: str | None = None
    direct_message_events: Raw | UnsetType = UNSET


class _Data(Struct, gc=False):
    event_type: str
    filter: _Filter
    payload: _Post


class _Push(Struct, gc=False):
    """Most bodies bring one post: all that the door needs of it is read in one go."""

    data: _Data


_PUSHES = msgspec.json.Decoder(_Push)


def arrivals(body: bytes) -> tuple[Arrival, ...]:
    """Every event of one body. Raises UnreadableError where it is no JSON object."""
    if alone := _alone(body):
        return (alone,)
    found = decoded(body)
    if not isinstance(found, dict):
        raise UnreadableError("no JSON object")
    data = found.get("data")
    if isinstance(data, dict) and "event_type" in data:
        return tuple(_newer(found, data, body))
    return tuple(_older(found, body))


def decoded(raw: bytes) -> Any:
    """The JSON. Raises UnreadableError."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return json.loads(raw)  # also takes half a surrogate pair
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"no JSON: {type(error).__name__}") from None


def text_of(holder: Any, *names: str) -> str:
    """The first of these fields that holds a text or a number, as text."""
    if not isinstance(holder, dict):
        return ""
    for name in names:
        value = holder.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def _alone(body: bytes) -> Arrival | None:
    """The only post of a body of the Activity API; None where anything else stands there."""
    try:
        body.decode()  # the decoder passes over what it is not asked for, broken or not
        data = _PUSHES.decode(body).data
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    post, own = data.payload, data.filter.user_id
    if data.event_type not in _SAID or post.direct_message_events is not UNSET:
        return None
    if not (post.id and post.author_id and own):
        return None
    lane = post.author_id if post.author_id != own else post.in_reply_to_user_id or own
    return Arrival(post.id, lane, body, own)


def _newer(found: Json, data: Json, body: bytes) -> Iterator[Arrival]:
    """The Activity API: one event a body, kept as it came, though a direct message is a list of one."""
    kind, payload, own = text_of(data, "event_type"), data.get("payload"), _own(data)
    if kind in _TYPING:
        return
    messages = payload.get(DIRECT) if isinstance(payload, dict) else None
    if isinstance(payload, dict) and isinstance(messages, list) and messages:
        for message in messages[:_MOST]:
            raw = _bytes({**found, "data": {**data, "payload": {**payload, DIRECT: [message]}}})
            yield Arrival(_named(text_of(message, "id"), raw), _partner(message, own), raw, account=own)
        return
    post = text_of(payload, "id") if kind in _SAID else ""
    gone = f"gone:{text_of(payload, 'id')}" if kind == "post.delete" and text_of(payload, "id") else ""
    name = post or gone or _prefixed("event:", text_of(data, "event_uuid"))
    yield Arrival(_named(name, body), _newer_lane(payload, own), body, account=own)


def _older(found: Json, body: bytes) -> Iterator[Arrival]:
    """The Account Activity API: lists of events beside the account for which they came."""
    own = text_of(found, "for_user_id")
    rest = {name: value for name, value in found.items() if not _is_list(name, value)}
    lists = {name: value for name, value in found.items() if _is_list(name, value)}
    if not lists and any(name.endswith(("_event", "_status")) for name in found):
        yield Arrival(_named("", body), "", body, account=own)  # access was revoked; a replay has ended
    for kind, events in lists.items():
        if kind in _TYPING:
            continue
        for event in events[:_MOST]:
            raw = _bytes({**rest, kind: [event]})
            yield Arrival(
                _named(_older_name(kind, event), raw), _older_lane(kind, event, own), raw, account=own
            )


def _is_list(name: str, value: Any) -> bool:
    return name.endswith("_events") and isinstance(value, list)


def _older_name(kind: str, event: Any) -> str:
    if kind in {POSTS, DIRECT}:
        return text_of(event, "id_str", "id")
    if kind == DELETIONS:
        status = event.get("status") if isinstance(event, dict) else None
        return _prefixed("gone:", text_of(status, "id_str", "id"))
    if kind == READ:
        return _prefixed("read:", text_of(event, "last_read_event_id"))
    return ""


def _older_lane(kind: str, event: Any, own: str) -> str:
    """The other side: what one person says is read in order."""
    if kind == DIRECT:
        return _partner(event, own)
    if kind == POSTS and isinstance(event, dict):
        author = text_of(event.get("user"), "id_str", "id")
        return author if author != own else text_of(event, "in_reply_to_user_id_str") or own
    return own


def _newer_lane(payload: Any, own: str) -> str:
    author = text_of(payload, "author_id", "sender_id")
    return author if author and author != own else text_of(payload, "in_reply_to_user_id") or own


def _partner(message: Any, own: str) -> str:
    """With whom we talk in private."""
    made = message.get("message_create") if isinstance(message, dict) else None
    sender = text_of(made, "sender_id")
    target = made.get("target") if isinstance(made, dict) else None
    return sender if sender != own else text_of(target, "recipient_id") or own


def _own(data: Json) -> str:
    return text_of(data.get("filter"), "user_id")


def _prefixed(prefix: str, name: str) -> str:
    return prefix + name if name else ""


def _named(name: str, raw: bytes) -> str:
    """What has no id is named by its content, so that a repetition is still one thing."""
    return name or f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _bytes(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (ValueError, OverflowError, RecursionError):  # half a surrogate pair, a number beyond 64 bits
        return json.dumps(value).encode()
