"""The database of a home: the one outside, the one that a running `up` keeps, or one started just for us."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from vefa.wiring.env import Env
from vefa.wiring.home import URL_FILE, HomeTakenError, held, write_secret
from vefa.wiring.postgres.cluster import ready_cluster
from vefa.wiring.postgres.server import Server, start

PATIENCE_S = 60.0
NAME = "VEFA_DATABASE_URL"
LASTING = ("vefa up", "vefa web", "vefa work")  # what keeps a database running for others


@dataclass(frozen=True)
class Database:
    """Where the database is; `ours` when nobody else keeps its tables up to date."""

    url: str
    ours: bool


def outside_url() -> str | None:
    """The URL that the environment names, or None."""
    return Env(os.environ).secret(NAME, default="") or None


@contextmanager
def running_server(home: Path) -> Iterator[Server]:
    """The home's own server, for as long as the caller holds the home."""
    server = start(ready_cluster(home))
    try:
        write_secret(home / URL_FILE, server.cluster.url())
        yield server
    finally:
        (home / URL_FILE).unlink(missing_ok=True)
        server.stop()


@contextmanager
def database_of(home: Path, *, doing: str) -> Iterator[Database]:
    """The database for one command, beside a running `vefa up` or without. Raises HomeTakenError."""
    if outside := outside_url():
        yield Database(outside, ours=False)
        return
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with held(home, doing=doing), running_server(home) as server:
                yield Database(server.cluster.url(), ours=True)
                return
        except HomeTakenError as taken:
            if taken.doing.startswith(LASTING) and (url := _answering(home)):
                yield Database(url, ours=False)
                return
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _answering(home: Path) -> str | None:
    """The URL that `up` left, once the server behind it answers."""
    psycopg = import_module("psycopg")  # a supervisor is told its URL and never needs it
    try:
        url = (home / URL_FILE).read_text(encoding="utf-8")
        psycopg.connect(url, connect_timeout=5).close()
    except (OSError, psycopg.OperationalError):
        return None
    return url
