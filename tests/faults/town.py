"""A whole installation as an operator starts it, to be treated badly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from tests.faults.driver import SECRET
from tests.faults.history import Ledger, Tables, at_rest, faults, table
from tests.providers.telegram_bot_api import TelegramBotApi
from tests.wiring.machine import Running, eventually, free_port, is_well, kill, vefa

WHOLE = os.environ.get("VEFA_FAULTS") == "whole"
CITY = Path("vefa/wiring/demo/city")


@dataclass
class Machine:
    """`vefa up` on a home, and how to hurt it."""

    home: Path
    provider: TelegramBotApi
    port: int = field(default_factory=free_port)
    running: Running | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ledger(self) -> Path:
        """One for all drivers: the tables hold what all of them sent."""
        return self.home / "ledger.jsonl"

    @property
    def database(self) -> str:
        return (self.home / "database.url").read_text(encoding="utf-8")

    def start(self) -> None:
        self.running = Running("up", "--port", str(self.port), home=self.home)
        self.running.wait_for_line("Vefa is ready")

    def stop(self) -> None:
        if self.running and self.running.process.poll() is None:
            family = self.running.family()
            self.running.end()
            kill(family)

    def furnish(self) -> None:
        """The demo city, and a bot whose provider is ours."""
        words = ["--token", self.provider.token, "--secret", SECRET, "--api-base", self.provider.base]
        for command in (["load", str(CITY)], ["endpoint", "add", "telegram", "--key", "bot", *words]):
            done = vefa(*command, home=self.home)
            assert done.returncode == 0, done.stderr

    def kill(self, name: str) -> None:
        """kill -9 of a part: `web`, `work`, `postgres`, or `all`; the supervisor heals, we heal `all`."""
        assert self.running
        if name == "all":
            kill(self.running.family())
            self.running.process.wait()
            self.start()
            return
        with suppress(StopIteration, psutil.NoSuchProcess):
            part = self.running.part(name)
            below = part.children(recursive=True) if name == "postgres" else []
            kill([part, *below])
        eventually(lambda: self.running is not None and is_well(self.running), why=self.running.text)

    def rest(self, seconds: float = 200) -> Tables:
        """The tables once nothing is left to do, or after some time."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(psycopg.Error):
                tables = Tables.read(self.database)
                if at_rest(tables) or time.monotonic() > deadline:
                    return tables
            time.sleep(0.5)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def residents(machine: Machine, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """The driver, writing until the block ends; then it repeats everything and leaves."""
    command = [sys.executable, "-m", "tests.faults.driver", machine.url, str(machine.ledger), *words]
    before = machine.ledger.stat().st_size if machine.ledger.exists() else 0
    driver = subprocess.Popen(command)
    try:
        eventually(lambda: machine.ledger.exists() and machine.ledger.stat().st_size > before)
        yield driver
        driver.send_signal(signal.SIGTERM)
        assert driver.wait(300) == 0
    finally:
        if driver.poll() is None:
            driver.kill()
            driver.wait()


def judge(title: str, machine: Machine) -> Tables:
    """Print the table and fail for anything that is wrong."""
    ledger, tables = Ledger.read(machine.ledger), machine.rest()
    wrong = faults(ledger, tables)
    say(table(title, ledger, tables, wrong))
    assert not {name: found[:10] for name, found in wrong.items() if found}
    assert ledger.acked
    assert not machine.provider.faults
    return tables


def say(text: str) -> None:
    """For whoever runs this with `-s`, and for the report of a failure."""
    sys.stdout.write(f"{text}\n")
