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
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, connections

from benchmarks import (
    triage_city,
    triage_cost,
    triage_languages,
    triage_memory,
    triage_real,
    triage_sameness,
    triage_services,
    triage_tone,
    triage_words,
)
from benchmarks.machine import keep_part, machine
from vefa.cases.models import Case
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
LEARNING = "learning"  # the part on which most others build
SLOW = {"real", "romanised"}  # left out by --quick
OPEN_CASES = 20_000  # among which a double must be found
_PLACES = {True: "places by label", False: "places as found"}


@dataclass(frozen=True)
class Figure:
    """One line of the table: a share with its interval of 95 %, or a plain number.

    `least` or `most` is the target.
    """

    part: str
    name: str
    value: float
    low: float | None = None
    high: float | None = None
    of: int | None = None
    least: float | None = None
    most: float | None = None

    @property
    def verdict(self) -> str:
        """The target and whether it is met; "" where there is none."""
        if self.least is not None:
            return f"{self.least:g} {'reached' if self.value >= self.least else 'below'}"
        if self.most is not None:
            return f"{self.most:g} {'kept' if self.value <= self.most else 'above'}"
        return ""

    def line(self) -> str:
        """The figure as it is printed."""
        spread = f"[{self.low:.3f} {self.high:.3f}]" if self.low is not None and self.high is not None else ""
        number = f"of {self.of}" if self.of else ""
        what = f"{self.part:<12} {self.name:<52} {self.value:>10.3f}"
        return f"{what} {spread:<15} {number:<9} {self.verdict}".rstrip()


@dataclass(frozen=True)
class Part:
    """What can be measured by itself. `taught`: the model of services must be learned before."""

    figures: Callable[[], Iterable[Figure]]
    taught: bool = True


def main() -> None:
    """Start a database, measure the wanted parts, print, and keep each as soon as it is known."""
    parts = _parts()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"without {', '.join(sorted(SLOW))}")
    parser.add_argument("--only", default="", metavar="A,B", help=f"some of {','.join(parts)}")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else [name for name in parts if name != LEARNING]
    if unknown := [name for name in wanted if name not in parts]:
        parser.error(f"no such part: {', '.join(unknown)}")
    if options.quick:
        wanted = [name for name in wanted if name not in SLOW]
    if any(parts[name].taught for name in wanted):
        wanted = [LEARNING, *(name for name in wanted if name != LEARNING)]
    with _town() as version:
        for name in wanted:
            _measure(name, parts[name], version)


def _measure(name: str, part: Part, postgresql: str) -> None:
    found = []
    where = machine(postgresql)  # the load beside the measurement, not its own
    for figure in part.figures():
        sys.stdout.write(figure.line() + "\n")
        sys.stdout.flush()
        found.append(figure)
    keep_part("triage", name, where, [vars(figure) for figure in found])


def _parts() -> dict[str, Part]:
    """In the order in which they are measured: the last one fills the town with cases."""
    return {
        LEARNING: Part(_learning, taught=False),
        "services": Part(
            lambda: _shares("services", triage_services.figures(), triage_services.TARGETS),
        ),
        "words": Part(lambda: _shares("words", triage_words.figures(), triage_words.TARGETS), taught=False),
        "romanised": Part(
            lambda: _shares("romanised", triage_languages.figures(), triage_languages.TARGETS), taught=False
        ),
        "tone": Part(
            lambda: _shares("tone", triage_tone.figures(triage_tone.judged(triage_tone.advised)), TONE)
        ),
        "cost": Part(
            lambda: (Figure("cost", name, value, least=least) for name, value, least in triage_cost.figures())
        ),
        "memory": Part(_memory, taught=False),
        "real": Part(lambda: _shares("real", triage_real.figures(), triage_real.TARGETS), taught=False),
        "doubles": Part(lambda: chain(_pairs(), _among_many())),
    }


TONE = {"emergency recall": 1.0, "emergency precision": 0.8}


def _learning() -> Iterator[Figure]:
    began, used = time.perf_counter(), time.process_time()
    version = learn_here()
    yield Figure("learning", "seconds of a core", time.process_time() - used)
    yield Figure("learning", "seconds", time.perf_counter() - began)
    yield Figure("learning", "examples", version.examples)
    yield Figure("learning", "stored, MB", len(version.weights) / 1e6)
    yield Figure("learning", f"by meaning ({semantic.state()})", float(bool(version.meaning)))


def _memory() -> Iterator[Figure]:
    ours = os.environ.pop("VEFA_DATABASE_URL")  # the house that is measured has its own
    try:
        for name, value, most in triage_memory.figures():
            yield Figure("memory", name, value, most=most)
    finally:
        os.environ["VEFA_DATABASE_URL"] = ours


def _pairs() -> Iterator[Figure]:
    while reckon_middles():
        pass
    for by_label in (True, False):
        rows = triage_sameness.weighed(PAIRS, by_label=by_label)
        for name, some, least in (
            ("hard pairs", [one for one in rows if one.hard], 0.93),
            ("all pairs", rows, None),
        ):
            share = triage_sameness.auc(some)
            told = f"AUC, {name}, {_PLACES[by_label]}"
            yield Figure("doubles", told, share.value, share.low, share.high, share.of, least)


def _among_many() -> Iterator[Figure]:
    triage_city.lay(OPEN_CASES)
    yield from _found("a city", later=True, least=0.97)
    Case.objects.all().delete()
    triage_sameness.fill(OPEN_CASES)
    yield from _found("one month, dense", later=False, least=None)


def _found(city: str, *, later: bool, least: float | None) -> Iterator[Figure]:
    """Without vectors, then, where the extra is there, with those of all that could be asked for."""
    clerk = Staff.objects.filter(role=Role.OPERATOR).order_by("id")[0]
    for meaning in (False, True) if semantic.available() else (False,):
        if meaning:
            triage_city.keep_meanings(triage_city.recent())
        kind = "with" if meaning else "without"
        for by_label in (True, False):
            way = triage_sameness.Way(staff=clerk, later=later, meaning=meaning, by_label=by_label)
            found = triage_sameness.found_among(PAIRS, way)
            share = found.first_three
            name = f"top 3 of {OPEN_CASES:,}, {city}, {kind} vectors, {_PLACES[by_label]}"
            yield Figure("doubles", name, share.value, share.low, share.high, share.of, least)
        yield Figure("doubles", f"CPU ms of one offer, {city}, {kind} vectors", found.p50_cpu_ms, most=30)


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
