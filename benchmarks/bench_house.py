"""The whole house: start, screens over HTTP with their CPU, live updates, memory.

python -m benchmarks.bench_house --cases 100000
"""

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import httpx
import uvloop

from benchmarks.bench_door import updates
from benchmarks.house import House, add_bot, house
from benchmarks.load import LOOPBACK, Request, closed_loop, request
from benchmarks.table import Row, finish

SCREENS, CHANGES_A_SECOND, LIVE_S = 500, 5, 20
PASSWORD = "measured by nobody else"


def sign_in(running: House) -> str:
    """The session cookie of Derya, who answers the telephone."""
    command = [
        sys.executable,
        "-m",
        "vefa.wiring.cli.main",
        "staff",
        "password",
        "derya",
        "--home",
        str(running.home),
    ]
    subprocess.run(command, input=PASSWORD.encode() + b"\n", check=True, capture_output=True)
    with httpx.Client(base_url=f"http://{LOOPBACK}:{running.port}", timeout=30) as browser:
        page = browser.get("/desk/sign-in").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        facts = {"username": "derya", "password": PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
        browser.post("/desk/sign-in", data=facts, headers={"Referer": str(browser.base_url)})
        browser.get("/desk/lists/open").raise_for_status()  # a redirect to the door raises too
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def pages(paths: list[str], cookie: str) -> Iterator[Request]:
    """These pages in turn, without end."""
    return cycle(request("GET", path, headers={"Cookie": cookie, "Accept-Language": "tr"}) for path in paths)


def screens(running: House, cookie: str) -> list[Row]:
    """Queue, filters, page 200 and case pages over HTTP, one connection, with the CPU of all processes."""
    cases = [str(row[0]) for row in running.sql("SELECT id FROM cases_case ORDER BY random() LIMIT 300")]
    lists = [
        "",
        "?unit=roads",
        "?channel=telegram",
        "?unit=roads&channel=telegram",
        "?sort=due",
        "?kind=request",
    ]
    wanted = {
        "queue": (["/desk/lists/open" + one for one in lists], 60.0, 25.0),
        "case page": ([f"/desk/cases/{one}" for one in cases], 40.0, 15.0),
        "search, rare and common words": (
            ["/desk/search?q=" + one for one in ("lamba", "çukur yol", "zxqv")],
            150.0,
            None,
        ),
    }
    rows = []
    for name, (paths, limit, cpu_limit) in wanted.items():
        closed_loop(running.port, pages(paths, cookie), connections=1, seconds=2)
        cpu = running.cpu_s()
        found = closed_loop(running.port, pages(paths, cookie), connections=1, seconds=8)
        each = 1000 * (running.cpu_s() - cpu) / max(1, len(found.latencies))
        rows.append(Row(f"{name}, p50", found.median_ms, "ms"))
        rows.append(Row(f"{name}, p95", found.quantile_ms(0.95), "ms", at_most=limit))
        rows.append(Row(f"{name}, CPU of one, web and database", each, "ms", at_most=cpu_limit))
        rows.append(
            Row(f"{name}, not answered 200", len(found.latencies) - found.good, "requests", at_most=0)
        )
    return rows


def live(running: House, cookie: str) -> list[Row]:
    """Many open screens; how long from the commit of a change until each has heard of it."""
    heard, lost = uvloop.run(_live(running, cookie))
    ordered = sorted(heard)
    p95 = 1000 * ordered[int(0.95 * len(ordered))] if ordered else float("inf")
    return [
        Row(
            f"live: {SCREENS} screens, commit to screen, p50", 1000 * statistics.median(ordered or [0]), "ms"
        ),
        Row(f"live: {SCREENS} screens, commit to screen, p95", p95, "ms", at_most=300),
        Row("live: changes that a screen did not hear of", lost, "changes", at_most=0),
    ]


async def _live(running: House, cookie: str) -> tuple[list[float], int]:
    told: dict[int, float] = {}
    heard: list[float] = []
    greeted: asyncio.Queue[float] = asyncio.Queue()
    open_screens = [
        asyncio.create_task(_screen(running.port, cookie, greeted, (told, heard))) for _ in range(SCREENS)
    ]
    async with asyncio.timeout(120):
        for _ in range(SCREENS):
            await greeted.get()
    changes = CHANGES_A_SECOND * LIVE_S
    for number in range(changes):
        told[-1 - number] = time.perf_counter()
        words = json.dumps({"cases": [-1 - number]})
        await asyncio.to_thread(running.sql, "SELECT pg_notify('vefa_live', %s)", words)
        await asyncio.sleep(1 / CHANGES_A_SECOND)
    await asyncio.sleep(2)
    for one in open_screens:
        one.cancel()
    await asyncio.gather(*open_screens, return_exceptions=True)
    return heard, changes * SCREENS - len(heard)


async def _screen(
    port: int, cookie: str, greeted: asyncio.Queue[float], news: tuple[dict[int, float], list[float]]
) -> None:
    """One open screen, until it is cancelled; notes when it was greeted and how late it heard."""
    told, heard = news
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(request("GET", "/live/desk", headers={"Cookie": cookie, "Accept": "text/event-stream"}).raw)
    try:
        while line := await reader.readline():
            if line.startswith(b"data:") and b"cases" in line:
                now = time.perf_counter()
                heard += [now - told[number] for number in json.loads(line[5:])["cases"] if number in told]
            elif line.startswith(b"event: hello"):
                greeted.put_nowait(time.perf_counter())
    finally:
        writer.close()


def memory(running: House, cookie: str, *, contacts: int, shows: int) -> list[Row]:
    """Memory of web, worker and supervisor after much work."""
    accepted = 0
    while accepted < contacts:
        accepted += closed_loop(running.port, updates(), connections=64, seconds=5).good
    paths = ["/desk/lists/open", "/desk/lists/new", "/", "/reports/", "/desk/search?q=lamba"]
    before, shown = running.memory_mb(), 0
    while shown < shows:
        shown += closed_loop(running.port, pages(paths, cookie), connections=4, seconds=10).good
    running.wait_for_quiet(seconds=900)
    return [
        Row(
            f"memory of web and worker after {contacts:,} contacts and {shows:,} pages",
            running.memory_mb(),
            "MB",
            at_most=350,
        ),
        Row(f"grown by {shows:,} pages", running.memory_mb() - before, "MB"),
    ]


def starts() -> list[Row]:
    """`vefa up --demo` from installed to ready: in a fresh home, and in one that exists."""
    place = Path(tempfile.mkdtemp(prefix="vefa-bench-"))
    with house(home=place, keep=True) as running:
        fresh = running.ready_s
    with house(home=place) as running:
        existing = running.ready_s
    return [
        Row("vefa up, fresh home with the demo town", fresh, "s", at_most=15),
        Row("vefa up, existing home", existing, "s", at_most=4),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--cases", type=int, default=100_000, help="cases of history before the screens are asked"
    )
    parser.add_argument("--contacts", type=int, default=100_000, help="contacts before memory is read")
    parser.add_argument("--pages", type=int, default=10_000, help="pages before memory is read")
    wanted = parser.parse_args()
    rows = starts()
    with house() as running:
        command = [
            sys.executable,
            "-m",
            "vefa.wiring.cli.main",
            "demo",
            "--cases",
            str(wanted.cases),
            "--months",
            "24",
        ]
        subprocess.run([*command, "--home", str(running.home)], check=True, capture_output=True)
        running.sql("ANALYZE")
        add_bot(running)
        cookie = sign_in(running)
        rows += [
            *screens(running, cookie),
            *live(running, cookie),
            *memory(running, cookie, contacts=wanted.contacts, shows=wanted.pages),
        ]
        version = str(running.sql("SHOW server_version")[0][0])
    finish(f"house-{wanted.cases}", version, rows)


if __name__ == "__main__":
    main()
