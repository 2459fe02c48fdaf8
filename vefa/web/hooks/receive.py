"""The door for providers: `POST /hooks/<channel>/<endpoint key>`, answered with 200 only after COMMIT.

Raw ASGI: everything that a framework would do first costs more than the commit itself.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import Error

from vefa.channels.port import ForgedError, UnreadableError
from vefa.channels.sealing import UnsealableError
from vefa.inbox.doors import Door
from vefa.inbox.intake import Bare
from vefa.web.hooks.lookup import Doors
from vefa.web.hooks.writers import FullError, Writers

PATIENCE_S = 5.0  # a provider would rather hear "later" than wait
RETRY_AFTER_S = 5

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)
_OK = msgspec.json.encode({"ok": True})


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
        await _take(scope, receive)
    except Refusal as refusal:
        await _answer(send, refusal.status, msgspec.json.encode({"ok": False, "error": refusal.error}))
    else:
        await _answer(send, 200, _OK)


async def _take(scope: Scope, receive: Receive) -> None:
    """Check in the order that tells a stranger least, keep, and return. Raises Refusal."""
    if scope["method"] != "POST":
        raise Refusal(405, "Only POST is taken here.")
    door = await _door(scope["path"])
    raw = await _body(scope, receive)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    arrivals = _check(door, headers, raw)
    if arrivals:
        await _keep(arrivals)


async def _door(path: str) -> Door:
    channel, _, key = path.removeprefix("/hooks/").strip("/").partition("/")
    try:
        door = _hall.doors.fresh(key) or await asyncio.wait_for(_hall.doors.find(key), PATIENCE_S)
    except (Error, TimeoutError) as error:
        raise Refusal(503, "The database does not answer; please try again.") from error
    except UnsealableError as error:
        raise Refusal(503, str(error)) from error
    if door is None or door.channel != channel:
        raise Refusal(404, "There is no such endpoint.")
    return door


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body, never more than the limit. Raises Refusal."""
    limit = settings.HOOK_BODY_LIMIT_KB * 1024
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not declared.isdigit() or int(declared) > limit:
        raise Refusal(413, f"The body is larger than {limit} bytes.")
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "The request ended early.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise Refusal(413, f"The body is larger than {limit} bytes.")
    return body


def _check(door: Door, headers: dict[str, str], raw: bytes) -> list[Bare]:
    """The arrivals in a body whose sender has proved to be the provider. ASGI's headers are in lower case.

    Raises Refusal.
    """
    if not door.secrets:
        raise Refusal(503, "No secret is set for this endpoint: set one with `vefa endpoint`.")
    try:
        door.adapter.verify(headers, raw, door.secrets)
    except ForgedError as error:
        log.info("Endpoint %s refused a caller: %s", door.endpoint_id, error)
        raise Refusal(401, "The caller did not prove to be the provider.") from error
    try:
        arrivals = door.adapter.arrivals(raw)
    except UnreadableError as error:
        raise Refusal(400, f"The body cannot be read: {error.reason}.") from error
    now = datetime.now(UTC)
    return [Bare(door.endpoint_id, one.external_id, one.lane, one.raw, now) for one in arrivals]


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


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == 503:
        headers.append((b"retry-after", b"%d" % RETRY_AFTER_S))
    elif status == 405:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
