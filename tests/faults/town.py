"""A whole installation as an operator starts it, to be treated badly."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg

from tests.faults.history import Evidence
from tests.faults.ledger import Ledger
from tests.faults.letters import POISONS, SECRET
from tests.faults.moods import MoodyBotApi
from tests.faults.neighbours import Neighbours
from tests.faults.report import REPORT, WHOLE
from tests.faults.tables import Tables, are_kept, at_rest
from tests.wiring.machine import Running, environment, eventually, free_port, is_well, kill

CITY = Path("vefa/wiring/demo/city")
REST_S = 1200 if WHOLE else 400  # for all that is owed to go out, 30 a second
ON_ITS_WAY_S = 20.0
# Poison: whoever marks such a contact as handled fails, however often.
_POISON = f"""
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.text LIKE '%{POISONS[0]}%' THEN RAISE 'poison' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.text LIKE '%{POISONS[1]}%' THEN RAISE 'poison' USING ERRCODE = 'program_limit_exceeded'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER poison BEFORE UPDATE OF state ON inbox_contact FOR EACH ROW
WHEN (NEW.state = 'handled') EXECUTE FUNCTION poison()
"""
# What the desk's button "try again" does.
_CURE = """
DROP FUNCTION poison CASCADE;
UPDATE inbox_contact SET state = 'waiting', tries = 0, due_at = now(), handled_at = NULL
WHERE state = 'parked'
"""
# Minutes that would pass in which nothing happens.
_RETRY_NOW = """
UPDATE inbox_contact SET due_at = now() WHERE id IN (
    SELECT id FROM inbox_contact WHERE state = 'waiting' AND tries > 0 FOR UPDATE SKIP LOCKED)
"""  # never waits for a worker, who may wait for us
_SEND_NOW = """
UPDATE dialogue_delivery SET due_at = now() WHERE id IN (
    SELECT id FROM dialogue_delivery WHERE state = 'queued' AND due_at > now() FOR UPDATE SKIP LOCKED);
UPDATE channels_endpoint SET paused_until = NULL WHERE paused_until > now()
"""
_FORGET_THE_DEAD = """
UPDATE inbox_contact SET leased_until = now() WHERE leased_until < '{killed}'::timestamptz + interval '60 s';
UPDATE dialogue_delivery SET leased_until = now() - interval '1 s'
WHERE state = 'leased' AND leased_until < '{killed}'::timestamptz + interval '90 s'
"""


@dataclass
class Machine:
    """`vefa up` on a home, and how to hurt it."""

    home: Path
    provider: MoodyBotApi
    neighbours: Neighbours
    ledger: Path  # one for all who send, on a disk that is never full
    disk: str  # the name of ours in the report
    port: int = field(default_factory=free_port)
    running: Running | None = None
    kills: Counter[str] = field(default_factory=Counter)
    killed_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

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
        """The demo city, accounts whose providers are ours, and what poison does."""
        words = ["--token", self.provider.token, "--secret", SECRET, "--api-base", self.provider.base]
        bot = ["endpoint", "add", "telegram", "--key", "bot", *words]
        others = (["endpoint", "add", *account] for account in self.neighbours.accounts())
        commands = [[*words, "--home", str(self.home)] for words in (["load", str(CITY)], bot, *others)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.furnishing", json.dumps(commands)],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        self.execute(_POISON)

    def kill(self, name: str) -> None:
        """kill -9 of a part: `web`, `work`, `postgres`, or `all`; the supervisor heals, we heal `all`."""
        self.strike(name)
        self.heal(name)

    def strike(self, name: str) -> None:
        """The kill alone."""
        assert self.running
        if name in {"work", "all"}:
            self.neighbours.board.deaths.append(time.monotonic())
        part = (
            self.running.family() if name == "all" else eventually(lambda: self._part(name), why=self._told)
        )
        kill(part)
        psutil.wait_procs(part, 30)
        self.kills[name] += 1
        self.killed_at = datetime.now(UTC)

    def heal(self, name: str) -> None:
        """Wait until it works again."""
        assert self.running
        if name == "all":
            self.running.process.wait()
            self.start()
        eventually(lambda: self.running is not None and is_well(self.running), why=self._told)

    def _told(self) -> str:
        return self.running.text() if self.running else ""

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The database neither answers nor dies until the block ends."""
        assert self.running
        server = self.running.part("postgres")
        processes = [server, *server.children(recursive=True)]
        try:
            for process in processes:
                with suppress(psutil.NoSuchProcess):  # it ended by itself a moment ago
                    process.suspend()
            yield
        finally:
            for process in reversed(processes):
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def _part(self, name: str) -> list[psutil.Process]:
        """The processes of a part, as soon as it runs again; nobody but us ends those of the database."""
        assert self.running
        with suppress(StopIteration, psutil.Error):
            part = self.running.part(name)
            return [part, *(part.children(recursive=True) if name == "postgres" else [])]
        return []

    def execute(self, statements: str) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statements)

    def execute_apart(self, statements: str) -> None:
        """Each by itself: two in one transaction could wait for a worker who waits for the first."""
        for statement in filter(str.strip, statements.split(";")):
            self.execute(statement)

    def cure(self) -> None:
        """Poison is none any more, and what was parked is tried again."""
        self.execute_apart(_CURE)

    def retry_now(self) -> None:
        """What failed is tried again without the minutes between."""
        self.execute(_RETRY_NOW)

    def rest(self) -> None:
        """Wait until nothing is left to do.

        What failed is tried again without the minutes between. The short form neither waits for the leases of
        the dead nor for deliveries that have their moment; the whole form does.
        """
        if not WHOLE:
            self.execute_apart(_FORGET_THE_DEAD.format(killed=self.killed_at.isoformat()))
        deadline = time.monotonic() + REST_S
        while not (not self.neighbours.held() and self._is_told() and at_rest(self.database)):
            assert time.monotonic() < deadline, "there is still something to do"
            self.execute_apart(_RETRY_NOW if WHOLE else f"{_RETRY_NOW};{_SEND_NOW}")
            time.sleep(0.5)

    def _is_told(self) -> bool:
        """Whether what we heard of the exchange is kept, for as long as it may still be on its way."""
        board = self.neighbours.board
        return board.quiet_s() > ON_ITS_WAY_S or are_kept(board.owed(), self.database)


@contextmanager
def installed(home: Path, *, disk: str) -> Iterator[Machine]:
    """Everything running on a home, with its provider, until the block ends."""
    home.mkdir(exist_ok=True)
    home.chmod(0o711)  # PostgreSQL's own account passes through
    with (
        MoodyBotApi.running() as provider,
        Neighbours.running() as neighbours,
        TemporaryDirectory(prefix="vefa-ledger-") as folder,
    ):
        assert isinstance(provider, MoodyBotApi)
        machine = Machine(home, provider, neighbours, Path(folder, "ledger.jsonl"), disk)
        try:
            machine.start()
            machine.furnish()
            yield machine
        finally:
            machine.stop()


@contextmanager
def residents(machine: Machine, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """The driver, writing until the block ends; then it repeats what it owes and leaves."""
    command = [sys.executable, "-m", "tests.faults.driver", machine.url, str(machine.ledger), *words]
    before = machine.ledger.stat().st_size if machine.ledger.exists() else 0
    driver = subprocess.Popen(command)
    try:
        eventually(lambda: machine.ledger.exists() and machine.ledger.stat().st_size > before)
        yield driver
        if driver.poll() is None:
            driver.send_signal(signal.SIGTERM)
        assert driver.wait(REST_S) == 0
    finally:
        if driver.poll() is None:
            driver.kill()
            driver.wait()


def judge(machine: Machine) -> Evidence:
    """Wait for rest, count everything, and fail for anything that is wrong."""
    with suppress(AssertionError):  # then the verdict says what is left, which is more
        machine.rest()
    ledger = Ledger.read(machine.ledger)
    evidence = Evidence(
        replace(ledger, acked=ledger.acked | machine.neighbours.board.owed()),
        Tables.read(machine.database),
        machine.provider,
        machine.neighbours,
        machine.home / "files",
    )
    wrong = evidence.faults()
    REPORT.count(machine.disk, evidence, wrong, machine.kills)
    told = {name: found[:10] for name, found in wrong.items() if found}
    assert not told, told
    assert evidence.ledger.acked
    return evidence
