"""What a figure was measured on."""

import json
import platform
import subprocess
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from os import cpu_count, getloadavg
from pathlib import Path
from time import perf_counter
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Machine:
    """The place and state of a measurement."""

    commit: str
    at: str
    cores: int | None
    cpu: str
    memory_gb: float
    python: str
    postgresql: str
    load: float  # of the last minute: what else the machine was doing
    loop_ms: float  # of a million additions, best of five: what a core was worth at that moment
    cores_ms: float  # the same on every core at once: more than that where neighbours take their share


def machine(postgresql: str) -> Machine:
    """This machine, this commit; `postgresql` is the server's version."""
    return Machine(
        commit=_commit(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        cores=cpu_count(),
        cpu=_first("/proc/cpuinfo", "model name"),
        memory_gb=round(int(_first("/proc/meminfo", "MemTotal").split()[0]) / 1e6, 1),
        python=platform.python_version(),
        postgresql=postgresql,
        load=round(getloadavg()[0], 1),
        loop_ms=min(_loop_ms() for _ in range(5)),
        cores_ms=_cores_ms(),
    )


def _cores_ms() -> float:
    cores = cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("fork")) as pool:
        return min(max(pool.map(_loop_ms, range(cores))) for _ in range(5))


def _loop_ms(_core: int = 0) -> float:
    begun, total = perf_counter(), 0
    for number in range(1_000_000):
        total += number
    return round(1000 * (perf_counter() - begun), 1)


def keep(name: str, where: Machine, rows: list[dict[str, Any]]) -> Path:
    """Save rows beside what they were measured on; returns the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({"machine": asdict(where), "rows": rows}, indent=1) + "\n")
    return path


def keep_part(name: str, part: str, where: Machine, rows: list[dict[str, Any]]) -> Path:
    """Save the rows of one part of a measurement with their own machine, commit and moment.

    Other parts stay as they were measured, in the order in which they were first kept. A file of another
    shape is begun anew.
    """
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    held = json.loads(path.read_text()) if path.exists() else {}
    parts = held.get("parts", {}) | {part: {"machine": asdict(where), "rows": rows}}
    path.write_text(json.dumps({"parts": parts}, indent=1) + "\n")
    return path


def _commit() -> str:
    """The commit, with a + where what is measured differs from it."""
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--", "vefa", "benchmarks/*.py")
    return f"{commit}+" if commit and changed else commit or "unknown"


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=False).stdout.strip()


def _first(path: str, key: str) -> str:
    for line in Path(path).read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "0 unknown"
