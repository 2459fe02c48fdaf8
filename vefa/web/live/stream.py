"""Live screens: `GET /live/desk` tells which cases have changed, as server-sent events.

Only numbers of cases travel here. What may be seen of them is asked for by ordinary requests.
"""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
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
FAREWELL_S = 2.0
EPOCH, SECOND = "epoch", "second"  # what the desk's door writes into the session

_open: list[Hub] = []
_doormen: list[ThreadPoolExecutor] = []


async def open() -> None:  # noqa: A001 - the pair of close, always called with its module's name
    """Begin to listen to the database."""
    hub = Hub()
    hub.open()
    _open.append(hub)
    _doormen.append(ThreadPoolExecutor(1, "live-doorman"))


async def close() -> None:
    """End all streams at once; browsers come back by themselves."""
    while _open:
        await _open.pop().close()
    while _doormen:
        await asyncio.to_thread(_dismiss, _doormen.pop())


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
        work = _doormen[-1].submit(_staff_id, header(scope, b"cookie"))
        staff_id = await asyncio.wrap_future(work)
    except Error:
        return 503, 0
    return (0, staff_id) if staff_id else (401, 0)


def _dismiss(doorman: ThreadPoolExecutor) -> None:
    with suppress(TimeoutError):  # the database hangs
        doorman.submit(_go_home).result(FAREWELL_S)
    doorman.shutdown(wait=False, cancel_futures=True)


def _go_home() -> None:
    connection.close()  # this thread's


def _staff_id(cookies: str) -> int:
    """Who works here and is signed in as the desk demands, 0 for anybody else. Raises django.db.Error.

    In a thread of its own, which keeps its connection: when hundreds of screens come back at once, making one
    for each costs more than everything else, and holds up all others. A dead one is replaced once.
    """
    try:
        return _signed_in(cookies)
    except Error:
        connection.close()
        return _signed_in(cookies)


def _signed_in(cookies: str) -> int:
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return 0
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
