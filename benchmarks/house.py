"""A whole Vefa in a folder of its own, for as long as it is measured."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from vefa.wiring.home import URL_FILE

SECRET = "a-secret-for-measuring-only"
BOT = "measured-bot"
ROUTES_FROM = (
    "0.6"  # confidence of the words of the catalogue, from which on a house without a model asks nobody
)


@dataclass
class House:
    """A running `vefa up --demo`: its port, home, database and processes."""

    port: int
    home: Path
    process: subprocess.Popen[bytes]
    ready_s: float

    @property
    def url(self) -> str:
        """The database's address."""
        return (self.home / URL_FILE).read_text(encoding="utf-8")

    def sql(self, statement: str, *args: object) -> list[tuple[object, ...]]:
        """Run one statement and give its rows."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), args)
            return cursor.fetchall() if cursor.description else []

    def count(self, statement: str) -> int:
        """The number that one statement gives."""
        return int(str(self.sql(statement)[0][0]))

    def processes(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def cpu_s(self) -> float:
        """CPU seconds of all processes so far, the database included, and of those that ended meanwhile."""
        while True:
            try:
                return sum(sum(one.cpu_times()[:4]) for one in self.processes())
            except psutil.NoSuchProcess:
                continue  # it ended just now: its parent, which waited for it, has its time

    def memory_mb(self) -> float:
        """Proportional memory of web, worker and supervisor, without the database."""
        ours = [one for one in self.processes() if "postgres" not in one.name()]
        return sum(one.memory_full_info().pss for one in ours) / 1e6

    def worker(self) -> psutil.Process:
        """The one worker."""
        return next(
            one for one in self.processes() if "postgres" not in one.name() and one.cmdline()[-1:] == ["work"]
        )

    def waiting(self) -> int:
        """Contacts that no worker has handled."""
        return self.count("SELECT count(*) FROM inbox_contact WHERE state = 'waiting'")

    def wait_for_quiet(self, *, seconds: float = 300) -> float:
        """Wait until nothing waits any more; for how long that took. Raises TimeoutError."""
        began = time.perf_counter()
        while self.waiting():
            if time.perf_counter() - began > seconds:
                raise TimeoutError(f"{self.waiting()} contacts still wait after {seconds:g} s")
            time.sleep(0.5)
        return time.perf_counter() - began

    @contextmanager
    def worker_at_rest(self) -> Iterator[None]:
        """Stop the worker where one thing alone is measured: it would take one of the cores."""
        hand = self.worker()
        hand.suspend()
        try:
            yield
        finally:
            hand.resume()


@contextmanager
def house(
    *, home: Path | None = None, keep: bool = False, demo: bool = True, learning: bool = False
) -> Iterator[House]:
    """Start `vefa up`, with the demo town or empty, until it is ready; removed afterwards unless `keep`.

    `learning`: its worker fits a model of services as it does for a city; without one, as many contacts are
    routed unasked as a city with a model routes.
    """
    place = home or Path(tempfile.mkdtemp(prefix="vefa-bench-"))
    place.mkdir(exist_ok=True)
    place.chmod(0o711)
    port = free_port()
    environment = os.environ | {
        "VEFA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "VEFA_LOG_LEVEL": "ERROR",
        "VEFA_SECOND_FACTOR": "false",  # the screens are measured with a password alone
        "VEFA_LEARNING": str(learning).lower(),  # the first model of a fresh home takes a core for a while
    }
    command = [sys.executable, "-m", "vefa.wiring.cli.main", "up", *(["--demo"] if demo else [])]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--home", str(place / "home"), "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_ready(process)
        took = time.perf_counter() - began
        if not learning:
            _vefa(place / "home", "triage", "threshold", ROUTES_FROM)
        yield House(port, place / "home", process, took)
    finally:
        process.terminate()
        process.wait(60)
        if not keep:
            shutil.rmtree(place, ignore_errors=True)


def _wait_for_ready(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b"Vefa is ready"):
            return
    raise RuntimeError("vefa up ended before it was ready")


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def add_bot(running: House, *, api_base: str = "http://127.0.0.1:9") -> None:
    """A Telegram endpoint whose provider does not answer: only the door is measured."""
    facts = ["--token", "123:measured", "--secret", SECRET, "--api-base", api_base]
    _vefa(running.home, "endpoint", "add", "telegram", "--key", BOT, *facts)


def _vefa(home: Path, *words: str) -> None:
    command = [sys.executable, "-m", "vefa.wiring.cli.main", *words, "--home", str(home)]
    subprocess.run(command, check=True, capture_output=True)
