"""Live screens: `GET /live/desk` tells which cases have changed, as server-sent events.

Only numbers of cases travel here. What may be seen of them is asked for by ordinary requests.
"""

import asyncio
import random
from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error, connection
from django.http import HttpRequest

from vefa.directory.models import Staff
from vefa.web.live import talks
from vefa.web.live.hub import END, Hub, Screen
from vefa.web.live.wire import Receive, Scope, Send, begin, finish, header, refuse, until_gone

PATH = "/live/desk"
LONGEST_S = 600.0  # then the browser comes again, and is asked again who it is
EPOCH, SECOND = "epoch", "second"  # what the desk's door writes into the session

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
    if scope["path"].startswith(talks.PATH):
        await talks.stream(scope, receive, send, hub=_open[-1] if _open else None)
        return
    status, staff_id = await _admitted(scope)
    if status:
        await refuse(send, status)
        return
    await begin(send)
    hub = _open[-1]
    screen = hub.join(header(scope, b"last-event-id"), staff_id)
    leaving = asyncio.create_task(until_gone(receive, screen))
    try:
        async with asyncio.timeout(LONGEST_S * random.uniform(0.8, 1.0)):  # noqa: S311 - spreads the returns
            await _pour(screen, send)
    except TimeoutError:
        pass
    finally:
        hub.leave(screen)
        leaving.cancel()
    await finish(send)


async def _pour(screen: Screen, send: Send) -> None:
    while (piece := await screen.next()) != END:
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _admitted(scope: Scope) -> tuple[int, int]:
    """The status of a request that gets no stream, 0 for one that does; and whose it is."""
    if scope["path"].rstrip("/") != PATH:
        return 404, 0
    if scope["method"] != "GET":
        return 405, 0
    if not _open:
        return 503, 0
    try:
        staff_id = await asyncio.to_thread(_staff_id, header(scope, b"cookie"))
    except Error:
        return 503, 0
    return (0, staff_id) if staff_id else (401, 0)


def _staff_id(cookies: str) -> int:
    """Who works here and is signed in as the desk demands, 0 for anybody else; in a thread."""
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
        if found is None:
            return 0
        request = HttpRequest()
        request.session = SessionStore(found.value)
        staff = get_user(request)
        if not isinstance(staff, Staff) or not staff.is_active or staff.retired_at is not None:
            return 0
        owed = settings.SECOND_FACTOR or staff.totp_confirmed_at is not None
        trusted = not owed or request.session.get(SECOND)
        return staff.pk if trusted and request.session.get(EPOCH) == staff.session_epoch else 0
    except CookieError:
        return 0
    finally:
        connection.close()
