"""The door for providers: `POST /hooks/<channel>/<endpoint key>`, answered with 200 only after COMMIT.

Raw ASGI: everything that a framework would do first costs more than the commit itself.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import Error

from vefa.channels.manners import Answer
from vefa.channels.port import Arrival, Call, ForgedError, UnreadableError
from vefa.channels.sealing import UnsealableError
from vefa.channels.sharing import Shared
from vefa.inbox.doors import Door
from vefa.inbox.intake import Bare
from vefa.kit.loading import LONGEST_SLUG
from vefa.web.hooks.lookup import Doors
from vefa.web.hooks.writers import FullError, Writers

PATIENCE_S = 5.0  # a provider would rather hear "later" than wait
RETRY_AFTER_S = 5

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)
_JSON = (b"content-type", b"application/json")
_METHODS = frozenset({"POST", "GET"})
_OK = msgspec.json.encode({"ok": True})
_KEPT = (  # said so often that it is not composed each time
    {
        "type": "http.response.start",
        "status": 200,
        "headers": [_JSON, (b"content-length", b"%d" % len(_OK))],
    },
    {"type": "http.response.body", "body": _OK},
)


@dataclass(frozen=True)
class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """An answer other than 200, in words for the person who set the provider up."""

    status: int
    error: str


class Hall:
    """What is open between `open` and `close`: the writers and the doors that are known."""

    def __init__(self) -> None:
        self.writers: Writers | None = None
        self.doors = Doors()
        self.limit = settings.HOOK_BODY_LIMIT_KB * 1024  # bytes of a body


class Headers(Mapping[str, str]):
    """ASGI's headers, in lower case; each is decoded when it is asked for, and most never are."""

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self._raw = dict(pairs)

    def __getitem__(self, name: str) -> str:
        return self._raw[name.encode("latin-1")].decode("latin-1")

    def get(self, name: str, default: Any = None) -> Any:
        """What a header says; asked of every knock, so that one that is missing is no exception."""
        found = self._raw.get(name.encode("latin-1"))
        return default if found is None else found.decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._raw)

    def __len__(self) -> int:
        return len(self._raw)


_hall = Hall()


async def open() -> None:  # noqa: A001 - the pair of close, always called with its module's name
    """Start the writers; in the event loop that will call `receive`."""
    _hall.writers, _hall.doors = Writers(patience_s=PATIENCE_S), Doors()


async def close() -> None:
    """Let what is under way be written, then end the writers."""
    writers, _hall.writers = _hall.writers, None
    if writers:
        await writers.close()


async def receive(scope: Scope, receive: Receive, send: Send) -> None:
    """Take one request."""
    try:
        answer = await _take(scope, receive)
    except Refusal as refusal:
        await _refuse(send, refusal)
    else:
        for message in _KEPT if answer is None else _own(answer):
            await send(message)


async def _take(scope: Scope, receive: Receive) -> Answer | None:
    """Check in the order that tells a stranger least, keep, and say what to answer. Raises Refusal."""
    method = scope["method"]
    if method not in _METHODS:
        raise Refusal(405, "Only POST is taken here.")
    channel, _, key = scope["path"].removeprefix("/hooks/").strip("/").partition("/")
    door = _hall.doors.fresh(key) or (await _find(key) if _may_be(key) else None)
    if door is None or door.channel != channel:
        raise Refusal(404, "There is no such endpoint.")
    headers = Headers(scope["headers"])
    query = scope.get("query_string", b"")
    if method not in door.methods:
        return _greet(door, Call(headers=headers, query=query.decode("latin-1"), method=method))
    body, now = await _body(headers, receive), datetime.now(UTC)
    call = Call(
        headers=headers,
        body=body,
        query=query.decode("latin-1") if query else "",
        method=method,
        at=now,
    )
    arrivals = _check(door, call)
    known = door.shared
    if any(one.account and (one.moved_to or not known.knows(one)) for one in arrivals):
        known = await _look_closer(key, known, arrivals)
    kept = [
        Bare(endpoint_id, one.external_id, one.lane, one.raw, now)
        for one in arrivals
        if (endpoint_id := known.meant(one)) is not None
    ]
    if kept:
        await _keep(kept)
    return door.thanks


def _may_be(key: str) -> bool:
    """Whether an endpoint could have this key: no database need be asked for one with NUL in it."""
    return len(key) <= LONGEST_SLUG and key.isprintable()


async def _look_closer(key: str, known: Shared, arrivals: Sequence[Arrival]) -> Shared:
    """Who stands behind the door now: an account that we have not met may be new. Raises Refusal."""
    try:
        return await asyncio.wait_for(_hall.doors.look_closer(key, known, arrivals), PATIENCE_S)
    except (Error, TimeoutError) as error:
        raise Refusal(503, "The database does not answer; please try again.") from error


def _greet(door: Door, call: Call) -> Answer:
    """A provider that tries the door before it uses it. Raises Refusal."""
    if door.greeter is None or call.method != "GET":
        raise Refusal(405, "Only POST is taken here.")
    _need_secret(door)
    try:
        return door.greeter.greet(call, door.secrets)
    except ForgedError as error:
        log.info("Endpoint %s refused a handshake: %s", door.endpoint_id, error)
        raise Refusal(401, "The caller did not prove to be the provider.") from error


def _need_secret(door: Door) -> None:
    if not door.secrets:
        raise Refusal(503, "No secret is set for this endpoint: set one with `vefa endpoint`.")


async def _find(key: str) -> Door | None:
    try:
        return await asyncio.wait_for(_hall.doors.find(key), PATIENCE_S)
    except (Error, TimeoutError) as error:
        raise Refusal(503, "The database does not answer; please try again.") from error
    except UnsealableError as error:
        raise Refusal(503, str(error)) from error


async def _body(headers: Headers, receive: Receive) -> bytes:
    """The whole body, never more than the limit. Raises Refusal."""
    limit = _hall.limit
    declared = headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()) or int(declared) > limit:
        raise Refusal(413, f"The body is larger than {limit} bytes.")
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "The request ended early.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise Refusal(413, f"The body is larger than {limit} bytes.")
    return bytes(body)


def _check(door: Door, call: Call) -> Sequence[Arrival]:
    """The arrivals in a knock whose sender has proved to be the provider. Raises Refusal."""
    _need_secret(door)
    try:
        door.adapter.verify(call, door.secrets)
    except ForgedError as error:
        log.info("Endpoint %s refused a caller: %s", door.endpoint_id, error)
        raise Refusal(401, "The caller did not prove to be the provider.") from error
    try:
        return door.adapter.arrivals(call)
    except UnreadableError as error:
        raise Refusal(400, f"The body cannot be read: {error.reason}.") from error


async def _keep(arrivals: list[Bare]) -> None:
    writers = _hall.writers
    if writers is None:
        raise Refusal(503, "We are about to restart; please try again.")
    try:
        await writers.keep(arrivals)
    except FullError as error:
        raise Refusal(503, "Too much is waiting; please try again.") from error
    except (Error, TimeoutError) as error:
        raise Refusal(503, "It could not be kept; please try again.") from error


def _own(answer: Answer) -> Iterable[MutableMapping[str, Any]]:
    kind = (b"content-type", answer.content_type.encode())
    headers = [kind, (b"content-length", b"%d" % len(answer.body))]
    yield {"type": "http.response.start", "status": 200, "headers": headers}
    yield {"type": "http.response.body", "body": answer.body}


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = msgspec.json.encode({"ok": False, "error": refusal.error})
    headers = [_JSON, (b"content-length", b"%d" % len(body))]
    if refusal.status == 503:
        headers.append((b"retry-after", b"%d" % RETRY_AFTER_S))
    elif refusal.status == 405:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
