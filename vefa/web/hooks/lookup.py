"""The endpoints that this process has met, so that a hook costs no look-up of its own."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import Error, connection

from vefa.channels.port import Arrival
from vefa.channels.sharing import Shared, follow
from vefa.inbox import doors
from vefa.inbox.doors import Door

FRESH_S = 3.0
STALE_S = 30.0  # up to then it is served while it is looked up anew
TOGETHER_S = FRESH_S / 2  # so old is a door that is looked up with another one
MOST_UNKNOWN = 1000  # guessed keys that are remembered


@dataclass
class _Seen:
    door: Door | None
    at: float
    used: bool = False  # somebody knocked since
    renewing: bool = False  # it is being looked up anew, and serves on meanwhile


@dataclass
class Doors:
    """Doors by key, at most three seconds old; an old one serves on while the database is away.

    Those in use are looked up in one go: a look-up makes a connection, which costs as much as many knocks.
    """

    _seen: dict[str, _Seen] = field(default_factory=dict)
    _strangers: dict[tuple[str, str], float] = field(default_factory=dict)  # key and account: asked at
    _asking: dict[str, "asyncio.Task[Door | None]"] = field(default_factory=dict)
    _closer: dict[str, asyncio.Lock] = field(default_factory=dict)

    def fresh(self, key: str) -> Door | None:
        """The door of a key that was looked up just now, else None."""
        seen = self._seen.get(key)
        if seen is None:
            return None
        seen.used = True
        return seen.door if time.monotonic() - seen.at < (STALE_S if seen.renewing else FRESH_S) else None

    async def find(self, key: str) -> Door | None:
        """The door of a key, None where there is none. Raises django.db.Error for one never seen before."""
        seen = self._seen.get(key)
        age = time.monotonic() - seen.at if seen else float("inf")
        if seen and age < FRESH_S:
            return seen.door
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._renew(key))
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        if seen and seen.door and age < STALE_S:
            return seen.door
        return await asyncio.shield(task)

    async def look_closer(self, key: str, known: Shared, arrivals: Sequence[Arrival]) -> Shared:
        """Who stands behind a door at this moment, new names of accounts written down.

        An account that nobody has is asked for once in three seconds, by one of all that knock with it.
        Raises django.db.Error.
        """
        async with self._closer.setdefault(key, asyncio.Lock()):
            seen = self._seen.get(key)
            return await self._look_closer(key, seen.door.shared if seen and seen.door else known, arrivals)

    async def _look_closer(self, key: str, known: Shared, arrivals: Sequence[Arrival]) -> Shared:
        now = time.monotonic()
        strangers = {(key, one.account) for one in arrivals if not known.knows(one)}
        moved = any(one.moved_to for one in arrivals)
        if not moved and all(now - self._strangers.get(one, float("-inf")) < FRESH_S for one in strangers):
            return known
        if await asyncio.to_thread(_follow, known, arrivals):
            self._strangers = {}
        door = await self._ask(key, {})
        if len(self._strangers) > MOST_UNKNOWN:
            self._strangers = {}
        self._strangers |= dict.fromkeys(strangers, now)
        return door.shared if door else known

    async def _renew(self, key: str) -> Door | None:
        """Look up a door, and with it those that are in use and will be old soon."""
        moment = time.monotonic() - TOGETHER_S
        old = {name: seen for name, seen in self._seen.items() if seen.used and seen.at < moment}
        beside = {name: seen.door for name, seen in old.items() if seen.door and not seen.renewing}
        beside.pop(key, None)
        renewed = [self._seen[name] for name in (*beside, key) if name in self._seen]
        for seen in renewed:
            seen.renewing = True
        try:
            return await self._ask(key, beside)
        finally:
            for seen in renewed:
                seen.renewing = False

    async def _ask(self, key: str, beside: Mapping[str, Door]) -> Door | None:
        try:
            found = await asyncio.to_thread(_look_up, key, beside)
        except Error:
            if (seen := self._seen.get(key)) is None:
                raise
            return seen.door
        if len(self._seen) > MOST_UNKNOWN:
            self._seen = {name: seen for name, seen in self._seen.items() if seen.door}
        now = time.monotonic()
        self._seen |= {name: _Seen(door, now) for name, door in found.items()}
        return found[key]


def _look_up(key: str, beside: Mapping[str, Door]) -> dict[str, Door | None]:
    """In a thread of the pool, which keeps no connection."""
    try:
        return doors.doors(key, beside)
    finally:
        connection.close()


def _follow(known: Shared, arrivals: Sequence[Arrival]) -> bool:
    try:
        return follow(known, arrivals)
    finally:
        connection.close()
