"""Live screens: `GET /live/desk` tells which cases have changed, as server-sent events.

Only numbers of cases travel here. What may be seen of them is asked for by ordinary requests.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error, connection
from django.http import HttpRequest

from vefa.directory.models import Staff
from vefa.web.live.hub import END, Hub, Screen

PATH = "/live/desk"
LONGEST_S = 600.0  # then the browser comes again, and is asked again who it is
RETRY = b"retry: 2000\n\n"
EPOCH, SECOND = "epoch", "second"  # what the desk's door writes into the session

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_open: list[Hub] = []


async def open() -> None:  # noqa: A001 - the pair of close, always called with its module's name
    """Begin to listen to the database."""
    hub = Hub()
    hub.open()
    _open.append(hub)


async def close() -> None:
    """End all streams at once; browsers come back by themselves."""
    while _open:
        await _open.pop().close()


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one screen until it leaves, for ten minutes at most."""
    status = await _refusal(scope)
    if status:
        await _refuse(send, status)
        return
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": RETRY, "more_body": True})
    hub = _open[-1]
    screen = hub.join(_header(scope, b"last-event-id"))
    leaving = asyncio.create_task(_until_gone(receive, screen))
    try:
        async with asyncio.timeout(LONGEST_S * random.uniform(0.8, 1.0)):  # noqa: S311 - spreads the returns
            await _pour(screen, send)
    except TimeoutError:
        pass
    finally:
        hub.leave(screen)
        leaving.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _pour(screen: Screen, send: Send) -> None:
    while (piece := await screen.next()) != END:
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _until_gone(receive: Receive, screen: Screen) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    screen.give(END, instead=END)


async def _refusal(scope: Scope) -> int:
    """The status of a request that gets no stream; 0 for one that does."""
    if scope["path"].rstrip("/") != PATH:
        return 404
    if scope["method"] != "GET":
        return 405
    if not _open:
        return 503
    try:
        return 0 if await asyncio.to_thread(_is_staff, _header(scope, b"cookie")) else 401
    except Error:
        return 503


def _is_staff(cookies: str) -> bool:
    """Whether the session belongs to somebody who works here, signed in as the desk demands; in a thread."""
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
        if found is None:
            return False
        request = HttpRequest()
        request.session = SessionStore(found.value)
        staff = get_user(request)
        if not isinstance(staff, Staff) or not staff.is_active or staff.retired_at is not None:
            return False
        owed = settings.SECOND_FACTOR or staff.totp_confirmed_at is not None
        return request.session.get(EPOCH) == staff.session_epoch and bool(
            not owed or request.session.get(SECOND)
        )
    except CookieError:
        return False
    finally:
        connection.close()


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
