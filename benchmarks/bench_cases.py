"""Lists, searches and case pages, asked as the desk asks them, at any number of cases.

    python -m benchmarks.bench_cases --sizes 1000,100000,1000000
    VEFA_DATABASE_URL=… python -m benchmarks.bench_cases --as-it-is     a database that is filled already

Times are of the reads of `vefa.cases` over one connection, without HTTP and templates; CPU is that of this
process and of its PostgreSQL backend together.
"""

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.machine import keep, machine
from benchmarks.population import AREAS, SERVICES, STAFF, UNITS, populate
from benchmarks.table import MISS, exit_code
from vefa.wiring.env import database
from vefa.wiring.postgres.cluster import ready_cluster
from vefa.wiring.postgres.server import start

RUNS = 24
LIMITS_MS = {"queue": 60.0, "search": 150.0, "case": 40.0}
TICK = os.sysconf("SC_CLK_TCK")
FILTERS: dict[str, list[Any]] = {
    "state": ["new", "working", "planned", "waiting", "referred", "ended"],
    "unit_id": list(range(1, UNITS + 1)),
    "service_id": list(range(1, SERVICES + 1)),
    "area_id": list(range(2, 5 + AREAS)),
    "channel": ["telegram", "portal", "phone", "email", "counter", "letter", "headman"],
    "staff_id": list(range(1, STAFF + 1)),
    "kind": ["request", "complaint", "suggestion", "question", "thanks", "danger"],
    "urgency": [1, 2],
    "language": ["tr", "ru", "kk", "fa"],
    "text": ["çukur", "yol lamba", "w1234", "n12 cukur", "ad77"],
}
WATCHERS = {"operator": "staff0", "head of a unit": "staff1", "head of a district": "staff2"}


@dataclass(frozen=True)
class Figure:
    """One kind of question at one size."""

    cases: int
    group: str
    name: str
    p50_ms: float
    p95_ms: float
    worst_ms: float
    cpu_ms: float
    statements: int

    @property
    def passed(self) -> bool:
        """Whether it stays within the bar of its group."""
        return self.p95_ms <= LIMITS_MS[self.group]


def measured(cases: int, group: str, name: str, asks: list[Callable[[], object]]) -> Figure:
    """Ask each question once unmeasured, then once measured."""
    statements = max(_statements(ask) for ask in asks[:3])
    times, before = [], _cpu_s()
    for ask in asks:
        begun = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begun) * 1000)
    cpu_ms = (_cpu_s() - before) * 1000 / len(asks)
    times.sort()
    p95 = times[min(len(times) - 1, round(len(times) * 0.95))]
    return Figure(
        cases, group, name, round(statistics.median(times), 1), round(p95, 1), round(times[-1], 1),
        round(cpu_ms, 1), statements,
    )  # fmt: skip


def _statements(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        ask()
    return len(caught)


def _cpu_s() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    fields = Path(f"/proc/{row[0] if row else 0}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / TICK


def figures(cases: int, *, seed: int = 7) -> Iterator[Figure]:
    """Every kind of question, one after the other."""
    questions = import_module("benchmarks.questions")  # its models need a Django that is set up
    chance = random.Random(seed)
    for group, name, asks in questions.all_of(chance, FILTERS, WATCHERS, RUNS, datetime.now(UTC)):
        yield measured(cases, group, name, asks)


def run(cases: int) -> list[Figure]:
    """Measure and print one size."""
    print(f"\n{cases:,} cases\n{'':42} {'p50':>8} {'p95':>8} {'worst':>8} {'CPU':>7}  statements")
    found = []
    for figure in figures(cases):
        mark = "" if figure.passed else f"  at most {LIMITS_MS[figure.group]:.0f} ms {MISS}"
        print(
            f"{figure.group + ': ' + figure.name:42} {figure.p50_ms:8.1f} {figure.p95_ms:8.1f} "
            f"{figure.worst_ms:8.1f} {figure.cpu_ms:7.1f} {figure.statements:5}{mark}",
            flush=True,
        )
        found.append(figure)
    return found


def _with_own_server(sizes: list[int]) -> tuple[list[Figure], str]:
    found, version = [], ""
    for size in sizes:
        home = Path(tempfile.mkdtemp(prefix="vefa-bench-"))
        home.chmod(0o711)
        server = start(ready_cluster(home))
        try:
            connection.settings_dict.update(_facts(server.cluster.url()))
            call_command("migrate", verbosity=0, skip_checks=True)
            print(f"{size:,} cases written in {populate(size):.0f} s")
            found += run(size)
            version = _version()
            connection.close()
        finally:
            server.stop()
            shutil.rmtree(home)
    return found, version


def _version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _facts(url: str) -> dict[str, object]:
    return {name: value for name, value in database(url).items() if name != "ENGINE"}


def main() -> None:
    """Measure, print and save; leaves with MISSED if a bar is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument("--as-it-is", action="store_true", help="measure the database of VEFA_DATABASE_URL")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vefa.wiring.settings")
    os.environ.setdefault("VEFA_SECRET_KEY", "of a benchmark that nobody else can reach")
    django.setup()
    if arguments.as_it_is:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases_case")
            row = cursor.fetchone()
        found, version = run(row[0] if row else 0), _version()
    else:
        found, version = _with_own_server([int(size) for size in arguments.sizes.split(",")])
    path = keep("cases", machine(version), [asdict(figure) | {"passed": figure.passed} for figure in found])
    print(f"\nsaved in {path}")
    sys.exit(exit_code(figure.passed for figure in found))


if __name__ == "__main__":
    main()
