"""The wire of a live stream: headers, beginning, end and refusal."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from vefa.web.live.hub import END, Screen

RETRY = b"retry: 2000\n\n"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def begin(send: Send) -> None:
    """Say that events follow, and after how long to come back when they end."""
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": RETRY, "more_body": True})


async def finish(send: Send) -> None:
    """The stream is over; the browser comes again by itself."""
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def until_gone(receive: Receive, screen: Screen) -> None:
    """Wait until the browser leaves, then end its queue."""
    while (await receive())["type"] != "http.disconnect":
        pass
    screen.give(END, instead=END)


def header(scope: Scope, wanted: bytes) -> str:
    """One header of the request, or nothing."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


async def refuse(send: Send, status: int) -> None:
    """No stream, and why; where it is only too early, when to come again."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
