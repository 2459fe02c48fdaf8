"""What `bench_triage` measures, with a PostgreSQL of its own and a model learned from the invented town."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, connections

from benchmarks import triage_cost, triage_real, triage_sameness, triage_services, triage_tone, triage_words
from benchmarks.machine import keep, machine
from vefa.directory import queries
from vefa.directory.models import Role, Staff
from vefa.triage import semantic
from vefa.triage.meaning.vectors import reckon_middles
from vefa.triage.measures import Share
from vefa.wiring.demo.city_loaded import put_in_place
from vefa.wiring.env import database
from vefa.wiring.learning import learn_here
from vefa.wiring.postgres.cluster import ready_cluster
from vefa.wiring.postgres.server import start

MEASURED = Path("tests/triage/measured")
PAIRS = MEASURED / "pairs.csv"
OPEN_CASES = 20_000  # among which a double must be found


@dataclass(frozen=True)
class Figure:
    """One line of the table: a share with its interval of 95 %, or a plain number; `least` is the target."""

    part: str
    name: str
    value: float
    low: float | None = None
    high: float | None = None
    of: int | None = None
    least: float | None = None

    def line(self) -> str:
        """The figure as it is printed."""
        spread = f"[{self.low:.3f} {self.high:.3f}]" if self.low is not None and self.high is not None else ""
        number = f"of {self.of}" if self.of else ""
        verdict = "" if self.least is None else ("reached" if self.value >= self.least else "below")
        target = f"{self.least:g} {verdict}" if self.least is not None else ""
        return (
            f"{self.part:<12} {self.name:<52} {self.value:>10.3f} {spread:<15} {number:<9} {target}".rstrip()
        )


def main() -> None:
    """Start a database, measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="without the real complaints of other cities")
    options = parser.parse_args()
    found: list[Figure] = []
    with _town() as version:
        for part in _parts(quick=options.quick):
            for figure in part():
                sys.stdout.write(figure.line() + "\n")
                sys.stdout.flush()
                found.append(figure)
        where = machine(version)
    keep("triage", where, [vars(figure) for figure in found])


def _parts(*, quick: bool) -> Iterator[Callable[[], Iterable[Figure]]]:
    yield _learning
    yield lambda: _shares("services", triage_services.figures(), triage_services.TARGETS)
    yield lambda: _shares("words", triage_words.figures(), {})
    yield lambda: _shares("tone", triage_tone.figures(triage_tone.judged(triage_tone.advised)), TONE)
    yield _pairs
    yield lambda: (Figure("cost", name, value, least=least) for name, value, least in triage_cost.figures())
    if not quick:
        yield lambda: _shares("real", triage_real.figures(), triage_real.TARGETS)
    yield _among_many


TONE = {"emergency recall": 1.0, "emergency precision": 0.8}


def _learning() -> Iterator[Figure]:
    began, used = time.perf_counter(), time.process_time()
    version = learn_here()
    yield Figure("learning", "seconds of a core", time.process_time() - used)
    yield Figure("learning", "seconds", time.perf_counter() - began)
    yield Figure("learning", "examples", version.examples)
    yield Figure("learning", "stored, MB", len(version.weights) / 1e6)
    yield Figure("learning", f"by meaning ({semantic.state()})", float(bool(version.meaning)))


def _pairs() -> Iterator[Figure]:
    while reckon_middles():
        pass
    rows = triage_sameness.weighed(PAIRS)
    for name, some, least in (
        ("hard pairs", [one for one in rows if one.hard], 0.93),
        ("all pairs", rows, None),
    ):
        share = triage_sameness.auc(some)
        yield Figure("doubles", f"AUC, {name}", share.value, share.low, share.high, share.of, least)


def _among_many() -> Iterator[Figure]:
    clerk = Staff.objects.filter(role=Role.OPERATOR).order_by("id")[0]
    triage_sameness.fill(OPEN_CASES)
    found = triage_sameness.found_among(PAIRS, staff=clerk, open_cases=OPEN_CASES)
    share = found.first_three
    name = f"offered in the top 3 among {OPEN_CASES:,} open"
    yield Figure("doubles", name, share.value, share.low, share.high, share.of, 0.97)


def _shares(part: str, found: Iterable[tuple[str, Share]], targets: dict[str, float]) -> Iterator[Figure]:
    for name, share in found:
        low, high = share.interval
        yield Figure(part, name, share.value, low, high, share.n, targets.get(name))


@contextmanager
def _town() -> Iterator[str]:
    """The invented town in a database of its own; its version."""
    home = Path(tempfile.mkdtemp(prefix="vefa-bench-"))
    home.chmod(0o711)
    server = start(ready_cluster(home))
    try:
        facts = {name: value for name, value in database(server.cluster.url()).items() if name != "ENGINE"}
        connections.settings["default"].update(facts)
        os.environ["VEFA_DATABASE_URL"] = server.cluster.url()  # for processes of our own
        call_command("migrate", verbosity=0)
        put_in_place(now=datetime.now(UTC))
        queries.forget()
        yield _version()
        connection.close()
    finally:
        server.stop()
        shutil.rmtree(home)


def _version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        row: Any = cursor.fetchone()
    return str(row[0]) if row else ""
