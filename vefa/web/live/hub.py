"""What has changed, from the database to every open screen: one listening connection per process.

Each message has a number. A screen that comes back within the last thousands of messages gets what it missed;
any other is told to look at everything again, so nothing is ever silently lost.
"""

import asyncio
import json
import logging
import secrets
from collections import deque
from contextlib import suppress
from typing import Any, NamedTuple

import psycopg
from django.db import connection

CHANNEL = "vefa_live"
REMEMBERED = 4096  # messages
WAITING = 256  # messages that a slow screen may owe before it is told to look at everything
LOOKS_PER_S = 25  # of all screens, when each must look at everything: hundreds at once hold up the rest
WITHIN_S = 2.0  # at least, for each
BEAT_S = 15.0
RETRY_S = 1.0
BEAT = b": still here\n\n"
END = b""  # the stream is over
_NOT_OURS = {"cursor_factory", "context", "pool", "row_factory"}

log = logging.getLogger(__name__)


class Told(NamedTuple):
    """A message that was given: its number, its words, and to whom (None: to everybody)."""

    number: int
    piece: bytes
    staff_ids: frozenset[int] | None = None


class Screen:
    """One open stream's queue, of one member of staff."""

    def __init__(self, staff_id: int = 0) -> None:
        self.staff_id = staff_id
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()

    def give(self, piece: bytes, *, instead: bytes) -> None:
        """Add a piece; a screen that does not keep up gets `instead` for all that it missed."""
        if self._waiting.qsize() >= WAITING and piece != END:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            piece = instead
        self._waiting.put_nowait(piece)

    async def next(self) -> bytes:
        """The next piece; END when the stream is over."""
        return await self._waiting.get()


class Hub:
    """Listens while it is open; used in one event loop."""

    def __init__(self) -> None:
        self._screens: set[Screen] = set()
        self._boot = secrets.token_hex(4)
        self._number = 0
        self._past: deque[Told] = deque(maxlen=REMEMBERED)
        self._tasks: list[asyncio.Task[None]] = []
        self._over = False

    def open(self) -> None:
        """Begin to listen."""
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]

    async def close(self) -> None:
        """End every stream at once and stop listening."""
        self._over = True
        self._give_all(END)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def join(self, last_id: str, staff_id: int = 0) -> Screen:
        """A new screen that has seen everything up to `last_id` ("" for the first time); ends if too late."""
        screen = Screen(staff_id)
        if self._over:
            screen.give(END, instead=END)
            return screen
        for piece in self._missed(last_id, staff_id):
            screen.give(piece, instead=self._look_anew())
        self._screens.add(screen)
        return screen

    def leave(self, screen: Screen) -> None:
        """The screen is gone."""
        self._screens.discard(screen)

    def tell(self, payload: str) -> None:
        """Give a notification of the database to every screen."""
        facts = json.loads(payload)
        self._number += 1
        staff_ids = frozenset(facts["calls"]) if "calls" in facts else None
        if staff_ids is not None:
            piece = self._piece("calls", {})
        elif facts.get("more"):
            piece = self._look_anew()
        else:
            piece = self._piece("cases", {"cases": facts.get("cases", [])})
        self._past.append(Told(self._number, piece, staff_ids))
        self._give_all(piece, staff_ids)

    def _missed(self, last_id: str, staff_id: int) -> list[bytes]:
        boot, _, seen = last_id.partition("-")
        if not last_id:
            return [self._piece("hello", {})]
        oldest = self._past[0].number if self._past else self._number + 1
        if boot != self._boot or not seen.isdecimal() or int(seen) + 1 < oldest:
            return [self._look_anew()]
        return [
            told.piece
            for told in self._past
            if told.number > int(seen) and (told.staff_ids is None or staff_id in told.staff_ids)
        ]

    def _look_anew(self) -> bytes:
        within_s = max(WITHIN_S, len(self._screens) / LOOKS_PER_S)
        return self._piece("resync", {"within_s": round(within_s, 1)})

    def _piece(self, event: str, data: dict[str, Any]) -> bytes:
        return f"id: {self._boot}-{self._number}\nevent: {event}\ndata: {json.dumps(data)}\n\n".encode()

    def _give_all(self, piece: bytes, staff_ids: frozenset[int] | None = None) -> None:
        """To everybody, or to the screens of some; a telephone that rings concerns few."""
        anew = self._look_anew()
        for screen in self._screens:
            if staff_ids is not None and screen.staff_id not in staff_ids:
                continue
            screen.give(piece, instead=anew)

    async def _listen(self) -> None:
        """Hear the database for ever. After a gap in the hearing, every screen looks anew."""
        while True:
            with suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(**_facts(), autocommit=True) as listening:
                    await listening.execute(f"LISTEN {CHANNEL}")
                    self._past.clear()
                    self._number += 1
                    self._give_all(self._look_anew())
                    async for notification in listening.notifies():
                        self.tell(notification.payload)
            log.warning("The connection for live screens is lost; trying again")
            await asyncio.sleep(RETRY_S)

    async def _beat(self) -> None:
        """A sign of life, so that proxies keep the connection and dead ones are noticed."""
        while True:
            await asyncio.sleep(BEAT_S)
            self._give_all(BEAT)


def _facts() -> dict[str, Any]:
    """How Django connects, for a connection of our own."""
    found = connection.get_connection_params()
    return {name: value for name, value in found.items() if name not in _NOT_OURS}
