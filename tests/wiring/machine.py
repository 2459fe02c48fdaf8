"""Real processes of Vefa on this machine, as an operator starts them."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

VEFA = [sys.executable, "-m", "vefa.wiring.cli.main"]
PATIENCE_S = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, without the settings of whoever runs the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VEFA_", "DJANGO_", "PYTHONDONT"))
    }
    return {**kept, "VEFA_LEARNING": "false", **(extra or {})}


def vefa(
    *words: str, home: Path, extra: Mapping[str, str] | None = None, said: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*VEFA, *words, "--home", str(home)],
        env=environment(extra),
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


class Running:
    """A command that runs until it is told to stop; its lines are gathered as they come."""

    def __init__(self, *words: str, home: Path, extra: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [*VEFA, *words, "--home", str(home)],
            env=environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self.port = 0
        self._reader = threading.Thread(target=self._gather, daemon=True)
        self._reader.start()

    def _gather(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(line.rstrip("\n") for line in iter(self.process.stdout.readline, ""))

    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for_line(self, begin: str) -> str:
        found = eventually(
            lambda: next((line for line in self.lines if line.startswith(begin)), None) or self._is_over(),
            why=self.text,
        )
        assert isinstance(found, str), self.text()
        return found

    def _is_over(self) -> bool:
        return self.process.poll() is not None

    def family(self) -> list[psutil.Process]:
        """The process and everything below it."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def part(self, name: str) -> psutil.Process:
        """A child of the supervisor: `web`, `work` or `postgres`."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if _is(child, name))

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def _is(process: psutil.Process, name: str) -> bool:
    words = process.cmdline()
    return name in words or any(word.endswith(f"bin/{name}") for word in words[:1])


@contextmanager
def up(home: Path, *words: str, extra: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`vefa up`, ready; whatever is left of it afterwards is killed."""
    running = Running("up", "--port", str(free_port()), *words, home=home, extra=extra)
    family: list[psutil.Process] = []
    try:
        running.wait_for_line("Vefa is ready")
        family = running.family()
        yield running
    finally:
        if running.process.poll() is None:
            family = running.family()
            running.end()
        kill(family)


def kill(family: list[psutil.Process]) -> None:
    """kill -9, all of them."""
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def eventually[Found](ask: Callable[[], Found], *, why: Callable[[], str] = lambda: "") -> Found:
    """The first true answer, asked for ten times a second."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := ask()):
        assert time.monotonic() < deadline, why()
        time.sleep(0.1)
    return found


def all_gone(family: list[psutil.Process]) -> bool:
    return all(map(is_gone, family))


def is_gone(process: psutil.Process) -> bool:
    """Whether it has ended; one may do so between being seen and being asked."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def get(port: int, path: str, *, timeout: float = 10) -> tuple[int, bytes]:
    """Status and body; (0, b"") while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def health(port: int) -> tuple[int, dict[str, object]]:
    status, body = get(port, "/healthz")
    return status, json.loads(body) if body.startswith(b"{") else {}


def port_of(running: Running) -> int:
    return int(running.wait_for_line("Vefa is ready").rstrip("/").rpartition(":")[2])


def is_well(running: Running) -> bool:
    return health(port_of(running))[0] == 200
