"""One open screen of the desk, as `live.js` keeps it; for `bench_live`."""

import asyncio
import json
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load import LOOPBACK, Connection, request

AWAY_S = 1.0  # for how long a screen that was cut off is away
COUNT_S = (5.0, 15.0)  # live.js: so long after a change the numbers beside the lists are asked for


@dataclass
class Change:
    """A note that somebody left on a case."""

    number: int
    case_id: int
    sent_at: float  # time.perf_counter
    answered_s: float = float("inf")

    @property
    def words(self) -> str:
        """What stands on the page once it is there."""
        return f"benchmark note {self.number:04} end"


@dataclass
class Watch:
    """What all screens share: the changes so far, and who has greeted us."""

    port: int
    cookie: str
    changes: dict[int, Change] = field(default_factory=dict)
    greeted: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    refused: int = 0


@dataclass
class Screen:
    """It shows one case, hears of all, and comes back with the last number that it saw when it is cut off."""

    watch: Watch
    case_id: int
    heard: dict[int, float] = field(
        default_factory=dict
    )  # told by its case: change to seconds after it was sent
    covered: set[int] = field(default_factory=set)  # told only by "look at everything"
    read: dict[int, float] = field(
        default_factory=dict
    )  # of its own case: seconds until it stood on the page
    late: set[int] = field(default_factory=set)  # made while it was away
    looks: int = 0  # how often it was told to look at everything
    returns: int = 0
    counted: int = 0
    _last: str = ""
    _writer: asyncio.StreamWriter | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _counting: bool = False
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._connection = Connection(self.watch.port)

    def mine(self) -> set[int]:
        """The changes of the case that it shows."""
        return {one.number for one in self.watch.changes.values() if one.case_id == self.case_id}

    async def live(self) -> None:
        """Listen until cancelled, and come back whenever the connection ends."""
        while True:
            with_id = {"Last-Event-ID": self._last} if self._last else {}
            reader, self._writer = await asyncio.open_connection(LOOPBACK, self.watch.port)
            headers = {"Cookie": self.watch.cookie, "Accept": "text/event-stream", **with_id}
            self._writer.write(request("GET", "/live/desk", headers=headers).raw)
            if with_id:
                self.returns += 1
                self.late |= self.watch.changes.keys() - self.heard.keys() - self.covered
            try:
                await self._listen(reader)
            except ConnectionError:
                pass
            finally:
                self._writer.close()
            await asyncio.sleep(AWAY_S)

    def cut(self) -> None:
        """Lose the connection without a word."""
        if self._writer:
            self._writer.transport.abort()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        event = ""
        while line := await reader.readline():
            word, _, rest = line.decode().strip().partition(": ")
            if word == "id":
                self._last = rest
            elif word == "event":
                event = rest
            elif word == "data":
                self._told(event, json.loads(rest))

    def _told(self, event: str, facts: dict[str, Any]) -> None:
        """What the page's script does with one event."""
        if event == "hello":
            self.watch.greeted.put_nowait(None)
            return
        if event == "resync":
            self.looks += 1
            self.covered |= self.watch.changes.keys() - self.heard.keys()
        touched = set(facts.get("cases", ()))
        now = time.perf_counter()
        for one in self.watch.changes.values():
            if one.case_id in touched:
                self.heard.setdefault(one.number, now - one.sent_at)
        if event == "resync":
            self._begin(self._look_anew(facts["within_s"]))
        elif self.case_id in touched:
            self._begin(self._read())
        if not self._counting:
            self._counting = True
            self._begin(self._count())

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_anew(self, within_s: float) -> None:
        await asyncio.sleep(random.uniform(0, within_s))
        await self._read()

    async def _read(self) -> None:
        """The conversation of its case, as htmx fetches it; what stands there now has been read."""
        page = await self._get(f"/desk/cases/{self.case_id}/talk")
        now = time.perf_counter()
        for number in self.mine() - self.read.keys():
            one = self.watch.changes[number]
            if one.words.encode() in page:
                self.read[number] = now - one.sent_at

    async def _count(self) -> None:
        await asyncio.sleep(random.uniform(*COUNT_S))
        self._counting = False
        await self._get("/desk/counts")
        self.counted += 1

    async def _get(self, path: str) -> bytes:
        headers = {"Cookie": self.watch.cookie, "HX-Request": "true", "Accept-Language": "tr"}
        async with self._line:
            status, body = await self._connection.read(request("GET", path, headers=headers))
        self.watch.refused += status != 200
        return body
