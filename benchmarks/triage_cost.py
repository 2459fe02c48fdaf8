"""What understanding costs: messages a second of a core, and memory of a process that serves."""

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil

from benchmarks.triage_tone import rows
from vefa.directory.queries import examples
from vefa.triage.advice import Asked, advise
from vefa.triage.semantic import available

_WARM = 1_500  # messages before it is measured: a worker has heard most words already


def figures() -> Iterator[tuple[str, float, float | None]]:
    """Name, value, and what it must reach."""
    for one in examples()[:: max(1, len(examples()) // _WARM)]:
        advise(Asked(text=one.text, hint="tr"))
    yield "messages a second of a core, by words", _a_second(deep=False), 400
    if available():
        yield "messages a second of a core, with meaning", _a_second(deep=True), 40
    yield from ((name, value, None) for name, value in _memory())


def _a_second(*, deep: bool) -> float:
    told = rows()
    began = time.process_time()
    for row in told:
        advise(Asked(text=row["text"], hint="tr", deep=deep))
    return len(told) / (time.process_time() - began)


def _memory() -> Iterator[tuple[str, float]]:
    """Of a fresh process, which finds the database by the environment."""
    words = [sys.executable, "-m", "benchmarks.bench_triage", "--memory"]
    process = subprocess.run(words, capture_output=True, text=True, check=True)
    for line in process.stdout.splitlines():
        name, value = line.rsplit(" ", 1)
        yield name, float(value)


def tell_memory() -> None:
    """Print what this process holds before the first message, by words, and with meaning."""
    said = rows()
    sys.stdout.write(f"MB before the first message {_held_mb():.1f}\n")
    for deep, name in ((False, "by words"), *([(True, "with meaning")] if available() else [])):
        for row in said:
            advise(Asked(text=row["text"], hint="tr", deep=deep))
        sys.stdout.write(f"MB serving, {name} {_held_mb():.1f}\n")


def _held_mb() -> float:
    """Memory that is this process's own."""
    return float(psutil.Process().memory_full_info().uss) / 1e6
