"""Who comes back to a live screen: asked in a thread of its own, on a connection that lasts.

When hundreds of screens come back at once, a connection for each costs more than everything else and holds up
all others. When the database hangs, all who wait are refused at the same time, each after one wait.
"""

import asyncio
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from threading import Lock

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error, connection
from django.http import HttpRequest

from vefa.directory.models import Staff

PATIENCE_S = 5.0  # of a screen at the door, however many stand before it
HUNG_S = 20.0  # a question that takes so long gets no answer any more: its connection is given up
FAREWELL_S = 2.0
EPOCH, SECOND = "epoch", "second"  # what the desk's door writes into the session


class NoAnswerError(Exception):
    """Nobody can be asked now who that is; later again."""


class Doorman:
    """Asks one after another; used in one event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "live-doorman")
        self._line = Line()
        self._since: float | None = None  # monotonic seconds, while a question is under way

    async def staff_id(self, cookies: str) -> int:
        """Who works here and is signed in as the desk demands, 0 for anybody else. Raises NoAnswerError."""
        asked = asyncio.wrap_future(self._thread.submit(self._ask, cookies))
        await asyncio.wait({asked}, timeout=PATIENCE_S)
        if not asked.done():
            asked.cancel()  # who still stood in line is not asked about any more
            self._give_up_what_hangs()
            raise NoAnswerError
        if asked.cancelled():
            raise NoAnswerError
        try:
            return asked.result()
        except Error as error:
            raise NoAnswerError from error

    async def dismiss(self) -> None:
        """Send everybody away who still waits, and end the thread."""
        await asyncio.to_thread(self._leave)

    def _ask(self, cookies: str) -> int:
        self._since = time.monotonic()
        try:
            return self._ask_twice(cookies)
        finally:
            self._since = None

    def _ask_twice(self, cookies: str) -> int:
        """On the connection that there is, and where that turns out to be dead on a new one."""
        try:
            if connection.connection is not None:
                return _signed_in(cookies)
        except Error:
            connection.close()
        connection.ensure_connection()
        self._line.is_now(connection.connection.fileno())
        return _signed_in(cookies)

    def _give_up_what_hangs(self) -> None:
        since = self._since
        if since is not None and time.monotonic() - since > HUNG_S:
            self._line.cut()

    def _leave(self) -> None:
        with suppress(TimeoutError):
            self._thread.submit(_go_home).result(FAREWELL_S)
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._line.cut()  # where the database hangs, else nobody is at its other end any more


class Line:
    """The socket of the thread's connection, for ending from outside what nobody answers."""

    def __init__(self) -> None:
        self._end: socket.socket | None = None
        self._lock = Lock()

    def is_now(self, number: int) -> None:
        """A new connection, by the number of its socket; its own end stays with whoever opened it."""
        with self._lock:
            if self._end is not None:
                self._end.close()
            self._end = socket.socket(fileno=os.dup(number))

    def cut(self) -> None:
        """Whoever waits at it hears at once that it is dead."""
        with self._lock:
            if self._end is not None:
                with suppress(OSError):  # it is dead already
                    self._end.shutdown(socket.SHUT_RDWR)
                self._end.close()
                self._end = None


def _go_home() -> None:
    connection.close()  # this thread's


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
