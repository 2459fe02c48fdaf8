"""Open screens of the desk: how soon each hears of a change, and that none is lost when a connection is.

Part of `benchmarks.bench_house`.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvloop

from benchmarks.house import House
from benchmarks.load import LOOPBACK, request
from benchmarks.table import Row

SCREENS, CHANGES_A_SECOND, SECONDS = 500, 5, 20
AWAY_S = 1.0  # for how long a screen that was cut off is away
PATIENCE_S = 120


@dataclass
class Watch:
    """What all screens share: when each change was committed, and who has greeted us."""

    port: int
    cookie: str
    told: dict[int, float] = field(default_factory=dict)
    greeted: asyncio.Queue[None] = field(default_factory=asyncio.Queue)


@dataclass
class Screen:
    """One open screen, which may be cut off and comes back with the last number that it saw."""

    watch: Watch
    heard: dict[int, float] = field(default_factory=dict)  # change to seconds after its commit
    late: set[int] = field(default_factory=set)  # heard after it had been away
    looks: int = 0  # how often it was told to look at everything
    _last: str = ""
    _writer: asyncio.StreamWriter | None = None

    async def live(self) -> None:
        """Listen until cancelled, and come back whenever the connection ends."""
        while True:
            with_id = {"Last-Event-ID": self._last} if self._last else {}
            reader, self._writer = await asyncio.open_connection(LOOPBACK, self.watch.port)
            headers = {"Cookie": self.watch.cookie, "Accept": "text/event-stream", **with_id}
            self._writer.write(request("GET", "/live/desk", headers=headers).raw)
            try:
                await self._listen(reader, back=bool(with_id))
            except ConnectionError:
                pass
            finally:
                self._writer.close()
            await asyncio.sleep(AWAY_S)

    def cut(self) -> None:
        """Lose the connection without a word."""
        if self._writer:
            self._writer.transport.abort()

    async def _listen(self, reader: asyncio.StreamReader, *, back: bool) -> None:
        missed = set(self.watch.told) - self.heard.keys() if back else set()
        while line := await reader.readline():
            word, _, rest = line.decode().strip().partition(": ")
            if word == "id":
                self._last = rest
            elif word == "event" and rest == "hello":
                self.watch.greeted.put_nowait(None)
            elif word == "event" and rest == "resync":
                self.looks += 1
                self._hear(set(self.watch.told) - self.heard.keys(), missed)
            elif word == "data":
                self._hear(set(json.loads(rest).get("cases", ())), missed)

    def _hear(self, changes: set[int], missed: set[int]) -> None:
        now = time.perf_counter()
        for number in changes & self.watch.told.keys():
            self.heard.setdefault(number, now - self.watch.told[number])
        self.late |= changes & missed


def live(running: House, cookie: str) -> list[Row]:
    """Many open screens and steady changes; in the middle, half of the screens lose their connection."""
    screens = uvloop.run(_live(running, cookie))
    total = CHANGES_A_SECOND * SECONDS
    prompt = sorted(
        seconds for one in screens for number, seconds in one.heard.items() if number not in one.late
    )
    lost = sum(total - len(one.heard) for one in screens)
    away = [one for one in screens if one.late]
    return [
        Row(f"live: {SCREENS} screens, commit to screen, p50", 1000 * statistics.median(prompt), "ms"),
        Row("live: commit to screen, p95", 1000 * prompt[int(0.95 * len(prompt))], "ms", at_most=300),
        Row("live: screens that were away and came back", len(away), "screens", at_least=SCREENS // 2),
        Row("live: changes told to them afterwards", sum(len(one.late) for one in away), "changes"),
        Row("live: of them, told to look at everything", sum(one.looks for one in screens), "times"),
        Row("live: changes that a screen did not hear of", lost, "changes", at_most=0),
    ]


async def _live(running: House, cookie: str) -> list[Screen]:
    watch = Watch(running.port, cookie)
    screens = [Screen(watch) for _ in range(SCREENS)]
    tasks = [asyncio.create_task(one.live()) for one in screens]
    async with asyncio.timeout(PATIENCE_S):
        for _ in screens:
            await watch.greeted.get()
    for number in _changes():
        watch.told[-1 - number] = time.perf_counter()
        words = json.dumps({"cases": [-1 - number]})
        await asyncio.to_thread(running.sql, "SELECT pg_notify('vefa_live', %s)", words)
        if number == CHANGES_A_SECOND * SECONDS // 2:
            for one in screens[::2]:
                one.cut()
        await asyncio.sleep(1 / CHANGES_A_SECOND)
    await asyncio.sleep(5)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return screens


def _changes() -> Iterator[int]:
    return iter(range(CHANGES_A_SECOND * SECONDS))
