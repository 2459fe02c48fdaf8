"""A small tree of processes: started in order, healed when one dies, stopped in the opposite order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from vefa.wiring.leash import leashed

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
SETTLED_S = 60.0  # a child that lived this long starts again without a pause
TICK_S = 0.1
THRIFTY = {
    "MALLOC_ARENA_MAX": "2",  # else glibc keeps a hoard for each of a process's threads
    "MALLOC_MMAP_THRESHOLD_": "131072",  # else what one large array took stays with the process:
    "MALLOC_TRIM_THRESHOLD_": "262144",  # 30 MB of a worker after a thousand messages
    "OPENBLAS_NUM_THREADS": "1",  # else numpy brings a thread and its hoard for each core
}

Process = subprocess.Popen[bytes]


@dataclass
class Child:
    """A process that is to run, how to start it, and how to ask it to leave."""

    name: str
    spawn: Callable[[], Process]
    farewells: Sequence[tuple[signal.Signals, float]]  # each with the seconds that it is given
    troubles: tuple[type[Exception], ...] = ()  # what `spawn` raises where another try may help
    process: Process | None = field(default=None, init=False)
    deaths: int = field(default=0, init=False)
    born_at: float = field(default=0.0, init=False)
    due_at: float = field(default=0.0, init=False)  # monotonic seconds, not before which it starts again

    def start(self) -> None:
        """Start it."""
        self.born_at = time.monotonic()
        self.process = self.spawn()

    def tend(self, *, say: Callable[[str], None]) -> None:
        """Notice its death, and start it again when its pause is over."""
        if self.process is not None and self.process.poll() is not None:
            self._mourn(f"ended ({_ending(self.process.returncode)})", say)
        if self.process is None and time.monotonic() >= self.due_at:
            try:
                self.start()
            except self.troubles as trouble:
                self._mourn(f"did not start: {trouble}", say)

    def stop(self) -> None:
        """Ask it to leave, ever less politely, and wait until it has."""
        if self.process is None:
            return
        for number, patience in (*self.farewells, (signal.SIGKILL, 60.0)):
            if self.process.poll() is None:
                self.process.send_signal(number)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(patience)

    def _mourn(self, what: str, say: Callable[[str], None]) -> None:
        pause = self._pause(time.monotonic())
        say(f"{self.name} {what}; it starts again in {pause:.1f} s")
        self.process, self.due_at = None, time.monotonic() + pause

    def _pause(self, moment: float) -> float:
        self.deaths = 0 if moment - self.born_at > SETTLED_S else self.deaths + 1
        return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** max(0, self.deaths - 1)) if self.deaths else 0.0


def command(words: Sequence[str], *, silent: bool = False) -> Callable[[], Process]:
    """A way to start `vefa WORDS`; it hears of our death, and the terminal's Ctrl-C is ours alone.

    What it prints goes where ours goes, unless it is to be silent; complaints are always heard.
    """

    def spawn() -> Process:
        whole = [sys.executable, "-m", "vefa.wiring.cli.main", *words]
        return subprocess.Popen(
            leashed(whole, farewell=signal.SIGTERM),
            env={**THRIFTY, **os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if silent else None,
            process_group=0,
        )

    return spawn


def tend_until(stop: threading.Event, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
    """Keep the children alive until `stop` is set."""
    while not stop.wait(TICK_S):
        for child in children:
            child.tend(say=say)


def stop_all(children: Sequence[Child], *, say: Callable[[str], None]) -> None:
    """Stop the children, the last one first."""
    for child in reversed(children):
        if child.process is not None and child.process.poll() is None:
            say(f"Stopping {child.name}")
        child.stop()


def stop_on_signals() -> threading.Event:
    """An event that SIGINT, SIGTERM and SIGHUP set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
