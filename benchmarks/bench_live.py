"""Open screens of the desk while cases change: how soon each hears of it and has read what changed.

Part of `benchmarks.bench_house`. Changes are notes that a member of staff leaves by a case's page;
the clock runs from the moment at which the form is sent, so that the commit itself is in every figure. Each
screen shows a case, and does as `live.js` does: it reads the conversation again when its case has changed,
and asks for the numbers beside the lists after a while.
"""

import asyncio
import re
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
import uvloop

from benchmarks.house import House
from benchmarks.live_screen import Change, Screen, Watch
from benchmarks.load import LOOPBACK, Connection, request
from benchmarks.table import Row

PATIENCE_S = 120
SETTLE_S = 8.0  # after the last change, before the screens are asked what they have seen


@dataclass(frozen=True)
class Crowd:
    """So many screens, each showing one of the cases that change in turn."""

    screens: int = 500
    changes_a_second: int = 5
    seconds: int = 20

    @property
    def cases(self) -> int:
        """Each is shown by two screens."""
        return max(1, self.screens // 2)

    @property
    def changes(self) -> int:
        """All of them."""
        return self.changes_a_second * self.seconds


def live(running: House, cookie: str, crowd: Crowd) -> list[Row]:
    """Many open screens and steady changes; in the middle, half of the screens lose their connection."""
    wanted = "SELECT id FROM cases_case WHERE ended_at IS NULL ORDER BY id DESC LIMIT %s"
    cases = [int(str(row[0])) for row in running.sql(wanted, crowd.cases)]
    watch = Watch(running.port, cookie)
    screens = [Screen(watch, cases[number % len(cases)]) for number in range(crowd.screens)]
    uvloop.run(_live(watch, screens, crowd, cases))
    return [*_speed(crowd, watch, screens), *_whole(crowd, watch, screens)]


def _speed(crowd: Crowd, watch: Watch, screens: list[Screen]) -> list[Row]:
    """How soon, of all that was told change by change to screens that were there."""
    heard = [s for one in screens for number, s in one.heard.items() if number not in one.late]
    read = [s for one in screens for number, s in one.read.items() if number not in one.late | one.covered]
    answered = [one.answered_s for one in watch.changes.values()]
    shown = crowd.screens // crowd.cases
    return [
        Row(f"live: {crowd.screens} screens, sent form to event on the screen, p50", _ms(heard, 0.5), "ms"),
        Row("live: sent form to event on the screen, p95", _ms(heard, 0.95), "ms", at_most=300),
        Row(f"live: sent form to changed part read, {shown} screens each, p50", _ms(read, 0.5), "ms"),
        Row("live: sent form to changed part read, p95", _ms(read, 0.95), "ms", at_most=300),
        Row("live: the form's own answer, p50", _ms(answered, 0.5), "ms"),
        Row("live: numbers beside the lists, asked for", sum(one.counted for one in screens), "times"),
    ]


def _whole(crowd: Crowd, watch: Watch, screens: list[Screen]) -> list[Row]:
    """Whether everything reached everybody, and in which way."""
    away = [one for one in screens if one.returns]
    every = watch.changes.keys()
    unheard = sum(len(every - one.heard.keys() - one.covered) for one in screens)
    unread = sum(len(one.mine() - one.read.keys()) for one in screens)
    return [
        Row("live: changes made", len(every), "changes", at_least=crowd.changes),
        Row("live: screens cut off that came back", len(away), "screens", at_least=crowd.screens // 2),
        Row("live: told to them afterwards, change by change", sum(len(one.late) for one in away), "changes"),
        Row(
            "live: told only as 'look at everything'",
            sum(len(one.covered - one.heard.keys()) for one in screens),
            "changes",
        ),
        Row("live: 'look at everything', of all screens", sum(one.looks for one in screens), "times"),
        Row("live: changes that a screen heard of in neither way", unheard, "changes", at_most=0),
        Row("live: changes not read by a screen that shows the case", unread, "changes", at_most=0),
        Row("live: answers other than 200", watch.refused, "requests", at_most=0),
    ]


def _ms(seconds: Iterable[float], share: float) -> float:
    ordered = sorted(seconds)
    if not ordered:
        return float("inf")  # nothing came: no limit is reached
    return 1000 * (statistics.median(ordered) if share == 0.5 else ordered[int(share * len(ordered))])


async def _live(watch: Watch, screens: list[Screen], crowd: Crowd, cases: list[int]) -> None:
    tasks = [asyncio.create_task(one.live()) for one in screens]
    async with asyncio.timeout(PATIENCE_S):
        for _ in screens:
            await watch.greeted.get()
    token = await asyncio.to_thread(_token, watch, cases[0])
    writing: list[asyncio.Task[None]] = []
    for number in range(crowd.changes):
        change = Change(number, cases[number % len(cases)], time.perf_counter())
        watch.changes[number] = change
        writing.append(asyncio.create_task(_write(watch, change, token)))
        if number == crowd.changes // 2:
            for one in screens[::2]:
                one.cut()
        await asyncio.sleep(1 / crowd.changes_a_second)
    await asyncio.gather(*writing)
    await asyncio.sleep(SETTLE_S)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _write(watch: Watch, change: Change, token: str) -> None:
    """Leave the note as a browser does; the answer leads back to the case's page."""
    words = urlencode({"text": change.words, "do": "note", "csrfmiddlewaretoken": token}).encode()
    headers = {
        "Cookie": watch.cookie,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    line = Connection(watch.port)
    try:
        status, _ = await line.read(
            request("POST", f"/desk/cases/{change.case_id}/reply", headers=headers, body=words)
        )
    finally:
        line.close()
    change.answered_s = time.perf_counter() - change.sent_at
    watch.refused += status != 302


def _token(watch: Watch, case_id: int) -> str:
    """The word that every form of this member of staff carries."""
    with httpx.Client(base_url=f"http://{LOOPBACK}:{watch.port}", timeout=30) as browser:
        page = browser.get(f"/desk/cases/{case_id}", headers={"Cookie": watch.cookie}).raise_for_status()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    if found is None:
        raise LookupError("the page of a case has no form")
    return found[1]
