"""The running server: our own child in the foreground, started through the usual after-effects of a crash."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vefa.wiring.leash import leashed
from vefa.wiring.postgres.cluster import DATABASE, ENVIRONMENT, SOCKET_NAME, USER, Cluster

READY_S = 120.0  # recovery after a crash may have to read a lot of log
RETRY_S = 15.0
STOP_S = 60.0
LARGEST_LOG = 10_000_000
# What the kernel or a dying predecessor still holds right after a crash; it passes.
PASSING = ("pre-existing shared memory block", "already exists", "could not bind Unix", "is being shut down")
_IS_THERE = "SELECT 1 FROM pg_database WHERE datname = current_user"  # both have the same name
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "synchronous_commit": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class ServerError(Exception):
    """PostgreSQL does not start; the text ends with what it said last."""


@dataclass
class Server:
    """A PostgreSQL process; its cluster is taken for its lifetime (the home's lock sees to that)."""

    cluster: Cluster
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop fast but clean: running statements are rolled back, nothing is left to recover."""
        for number, patience in ((signal.SIGINT, STOP_S), (signal.SIGQUIT, 10.0), (signal.SIGKILL, None)):
            if self.process.poll() is None:
                self.process.send_signal(number)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(patience)


def start(cluster: Cluster) -> Server:
    """Start the server and wait until it answers. Raises ServerError."""
    _rotate(cluster.log)
    deadline = time.monotonic() + RETRY_S
    while True:
        _clear_stale_locks(cluster)
        begin = cluster.log.stat().st_size if cluster.log.exists() else 0
        server = Server(cluster, launch(cluster))
        if _wait_ready(server):
            _ensure_database(cluster)
            return server
        said = _said(cluster.log, begin)
        if time.monotonic() > deadline or not any(words in said for words in PASSING):
            raise ServerError(
                f"PostgreSQL does not start. It says (whole text in {cluster.log}):\n{said[-2000:]}"
            )
        time.sleep(0.2)


def launch(cluster: Cluster) -> subprocess.Popen[bytes]:
    """Start the process and return at once; it leaves when we die."""
    settings = {**SETTINGS, **cluster.options, "unix_socket_directories": str(cluster.sockets)}
    command = [str(cluster.programs / "postgres"), "-D", str(cluster.data), *_options(settings)]
    with cluster.log.open("ab") as log:
        return subprocess.Popen(
            leashed(command, farewell=signal.SIGINT, account=cluster.account.ids()),
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,  # the terminal's Ctrl-C is for the supervisor, which stops us last
        )


def _options(settings: Mapping[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _wait_ready(server: Server) -> bool:
    """Whether the server answers; False as soon as its process is gone."""
    deadline = time.monotonic() + READY_S
    while server.process.poll() is None:
        answer = _ask(server.cluster, "SELECT 1")
        if answer.returncode == 0:
            return True
        if "password authentication failed" in answer.stderr:
            server.stop()
            raise ServerError("The stored password does not fit the cluster: bring back its file.")
        if time.monotonic() > deadline:
            server.stop()
            raise ServerError(f"PostgreSQL did not answer within {READY_S:.0f} s.")
        time.sleep(0.03)
    return False


def _ensure_database(cluster: Cluster) -> None:
    for statement in (_IS_THERE, f"CREATE DATABASE {DATABASE}"):
        answer = _ask(cluster, statement)
        if answer.returncode:
            raise ServerError(f"PostgreSQL does not make the database: {answer.stderr.strip()}")
        if answer.stdout.strip():
            return


def _ask(cluster: Cluster, statement: str) -> subprocess.CompletedProcess[str]:
    """What psql says; the driver would stay in the supervisor's memory for two questions."""
    command = [str(cluster.programs / "psql"), "--no-psqlrc", "--no-password", "--tuples-only", "--no-align"]
    where = ["--host", str(cluster.sockets), "--username", USER, "--dbname", "postgres"]
    words = {"PGPASSWORD": cluster.password, "PGCONNECT_TIMEOUT": "5"}
    return subprocess.run(
        [*command, *where, "--command", statement],
        env={**ENVIRONMENT, **words},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _clear_stale_locks(cluster: Cluster) -> None:
    """Remove lock files whose process is gone or not ours; stop a predecessor that outlived its parent.

    PostgreSQL itself only checks that a process with this number exists, and after a restart of the machine
    or container numbers repeat. Nobody else starts this cluster: the home is locked.
    """
    if not Path("/proc/self").exists():
        return
    for file in (cluster.data / "postmaster.pid", cluster.sockets / f"{SOCKET_NAME}.lock"):
        number = _first_number(file)
        if number is not None:
            _send_away(number, cluster.data)
        file.unlink(missing_ok=True)


def _first_number(file: Path) -> int | None:
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _send_away(number: int, data: Path) -> None:
    deadline = time.monotonic() + RETRY_S
    while _serves(number, data):
        late = time.monotonic() > deadline
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGQUIT if late else signal.SIGINT)
        time.sleep(0.2)


def _serves(number: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL of this cluster (its working folder is the cluster's)."""
    try:
        return Path(f"/proc/{number}/cwd").resolve(strict=True) == data.resolve()
    except OSError:
        return False


def _said(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        file.seek(begin)
        return file.read().decode(errors="replace")


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
