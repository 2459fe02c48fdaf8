"""The whole house: start, screens over HTTP with their CPU, live updates, the web form, memory.

python -m benchmarks.bench_house --cases 1000000
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import run
from typing import Any
from urllib.parse import urlencode

import httpx

from benchmarks.bench_door import updates
from benchmarks.bench_live import Crowd, live
from benchmarks.bench_portal import portal
from benchmarks.desk import page_number, pages, sign_in
from benchmarks.house import House, add_bot, house
from benchmarks.load import LOOPBACK, closed_loop
from benchmarks.table import Row, finish, gathered

OPERATOR = "staff0"  # of the town that benchmarks.population writes
FILTERS = {
    "state": "working",
    "unit": "u3",
    "service": "s5",
    "area": "n7",
    "channel": "telegram",
    "kind": "complaint",
    "urgency": "1",
    "language": "ru",
    "sort": "due",
}


def filtered() -> Iterator[str]:
    """The list of all that is open, each filter alone and each pair of filters."""
    yield "/desk/lists/open"
    names = list(FILTERS)
    for number, name in enumerate(names):
        yield f"/desk/lists/open?{name}={FILTERS[name]}"
        for other in names[number + 1 :]:
            yield f"/desk/lists/open?{name}={FILTERS[name]}&{other}={FILTERS[other]}"


def screens(running: House, cookie: str) -> list[Row]:
    """Lists, page 200, case pages and searches over HTTP, one connection, with the CPU of web and database.

    The worker rests: what it does in the background would count as theirs.
    """
    cases = [str(row[0]) for row in running.sql("SELECT id FROM cases_case ORDER BY random() LIMIT 300")]
    words = ("lamba", "çukur yol", "w1234", "n12 cukur", "zxqv")
    wanted: dict[str, tuple[list[str], float, float | None]] = {
        "list, each filter and pair": (list(filtered()), 60.0, 25.0),
        "list, page 200": ([page_number(running, cookie, "/desk/lists/all", 200)], 60.0, 25.0),
        "case page": ([f"/desk/cases/{one}" for one in cases], 40.0, 15.0),
        "search, rare and common words": (
            [f"/desk/search?{urlencode({'q': one})}" for one in words],
            150.0,
            None,
        ),
    }
    rows = []
    for name, (paths, limit, cpu_limit) in wanted.items():
        closed_loop(running.port, pages(paths, cookie), connections=1, seconds=2)
        cpu = running.cpu_s()
        found = closed_loop(running.port, pages(paths, cookie), connections=1, seconds=12)
        each = 1000 * (running.cpu_s() - cpu) / max(1, len(found.latencies))
        refused = len(found.latencies) - found.good
        rows += [
            Row(f"{name}, p50", found.median_ms, "ms"),
            Row(f"{name}, p95", found.quantile_ms(0.95), "ms", at_most=limit),
            Row(f"{name}, CPU of one, web and database", each, "ms", at_most=cpu_limit),
            Row(f"{name}, not answered 200", refused, "requests", at_most=0),
        ]
    return rows


def at_rest(running: House, part: Callable[[], list[Row]]) -> list[Row]:
    """Measure while the worker is stopped."""
    with running.worker_at_rest():
        return part()


def memory(running: House, cookie: str, *, contacts: int, shows: int) -> list[Row]:
    """Memory of web, worker and supervisor after much work, and the most that one page added."""
    accepted = 0
    while accepted < contacts:
        accepted += closed_loop(running.port, updates(), connections=64, seconds=5).good
    paths = ["/desk/lists/open", "/desk/lists/new", "/", "/cases/", "/desk/search?q=lamba"]
    before, shown = running.memory_mb(), 0
    while shown < shows:
        shown += closed_loop(running.port, pages(paths, cookie), connections=4, seconds=10).good
    grown = running.memory_mb() - before
    running.wait_for_quiet(seconds=1800)
    name = f"after {accepted:,} contacts and {shown:,} pages"
    return [
        Row(f"memory of web and worker {name}", running.memory_mb(), "MB", at_most=350),
        Row(f"grown by {shown:,} pages", grown, "MB"),
        Row("the most that a single page added", heaviest(running, cookie, paths), "MB", at_most=20),
    ]


def heaviest(running: House, cookie: str, paths: list[str]) -> float:
    """Ask each page alone, and see by how much memory grows at most."""
    most = 0.0
    case = str(running.sql("SELECT id FROM cases_case ORDER BY id DESC LIMIT 1")[0][0])
    with httpx.Client(base_url=f"http://{LOOPBACK}:{running.port}", timeout=30) as browser:
        for path in [*paths, f"/desk/cases/{case}", "/cases/map", "/report"]:
            before = running.memory_mb()
            browser.get(path, headers={"Cookie": cookie}, follow_redirects=True)
            most = max(most, running.memory_mb() - before)
    return most


def starts() -> list[Row]:
    """`vefa up --demo` from installed to ready: in a fresh home, and in one that exists; medians of three."""
    fresh, existing = [], []
    for _ in range(3):
        place = Path(tempfile.mkdtemp(prefix="vefa-bench-"))
        with house(home=place, keep=True) as running:
            fresh.append(running.ready_s)
        with house(home=place) as running:
            existing.append(running.ready_s)
    return [
        Row("vefa up, fresh home with the demo town", sorted(fresh)[1], "s", at_most=15),
        Row("vefa up, existing home", sorted(existing)[1], "s", at_most=4),
    ]


def fill(running: House, cases: int) -> None:
    """History, written by the database itself into the house's empty tables."""
    command = [sys.executable, "-m", "benchmarks.population", "--cases", str(cases)]
    facts: dict[str, Any] = {
        "VEFA_DATABASE_URL": running.url,
        "DJANGO_SETTINGS_MODULE": "vefa.wiring.settings",
        "VEFA_SECRET_KEY": "of a benchmark that nobody else can reach",
    }
    run(command, env=os.environ | facts, check=True)


def main() -> int:
    """Measure and print; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases of history behind the screens")
    parser.add_argument("--contacts", type=int, default=100_000, help="contacts before memory is read")
    parser.add_argument("--pages", type=int, default=10_000, help="pages before memory is read")
    parser.add_argument("--open-screens", type=int, default=Crowd.screens, help="screens open at once")
    parser.add_argument("--only", default="", help="of start, screens, live, portal, memory: a pattern")
    wanted = parser.parse_args()
    rows = gathered([("start", starts)] if re.search(wanted.only, "start") else [])
    with house(demo=False) as running:
        fill(running, wanted.cases)
        add_bot(running)
        cookie = sign_in(running, OPERATOR)
        parts: dict[str, Callable[[], list[Row]]] = {
            "screens": lambda: at_rest(running, lambda: screens(running, cookie)),
            "live": lambda: live(running, cookie, Crowd(screens=wanted.open_screens)),
            "portal": lambda: portal(running, beside=f"{wanted.cases:,} cases"),
            "memory": lambda: memory(running, cookie, contacts=wanted.contacts, shows=wanted.pages),
        }
        rows += gathered((name, part) for name, part in parts.items() if re.search(wanted.only, name))
        version = str(running.sql("SHOW server_version")[0][0])
    name = re.sub(r"\W+", "-", f"house-{wanted.cases}-{wanted.only}").strip("-")
    return finish(name, version, rows)


if __name__ == "__main__":
    sys.exit(main())
