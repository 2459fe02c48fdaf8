"""`vefa web` and `vefa work` alone, several at once, on one PostgreSQL 15 outside."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.wiring.machine import Running, all_gone, eventually, free_port, get, health, vefa
from vefa.wiring.leash import leashed

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not PROGRAMS.exists(), reason="Debian's postgresql-15 is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a server under another account"),
]


@pytest.fixture(scope="module")
def outside(home: Path) -> Iterator[dict[str, str]]:
    """A PostgreSQL 15 on a TCP port, and the settings of processes that use it."""
    account = pwd.getpwnam("postgres")
    ids, port = (account.pw_uid, account.pw_gid), free_port()
    home.mkdir(mode=0o711)
    data = home.parent / "outside"
    data.mkdir(mode=0o700)
    os.chown(data, *ids)
    init = [
        str(PROGRAMS / "initdb"),
        "-D",
        str(data),
        "-U",
        "vefa",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
    ]
    subprocess.run(leashed(init, farewell=signal.SIGKILL, account=ids), check=True, capture_output=True)
    serve = [str(PROGRAMS / "postgres"), "-D", str(data), "-p", str(port), "-k", "", "-c", "fsync=off"]
    with (home.parent / "outside.log").open("wb") as log:
        server = subprocess.Popen(
            leashed(serve, farewell=signal.SIGQUIT, account=ids), stdout=log, stderr=log, process_group=0
        )
    url = f"postgresql://vefa@127.0.0.1:{port}/vefa"
    try:
        eventually(lambda: made(url))
        yield {"VEFA_DATABASE_URL": url}
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(60)


def made(url: str) -> bool:
    """Whether the server answers, and now has a database for us."""
    try:
        with psycopg.connect(f"{url.removesuffix('/vefa')}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE vefa")
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="module")
def processes(home: Path, outside: dict[str, str]) -> Iterator[dict[str, Running]]:
    """Two of each, begun at the same moment on an empty database."""
    ports = {"web-1": free_port(), "web-2": free_port()}
    begun = {
        name: Running("web", "--port", str(port), home=home, extra=outside) for name, port in ports.items()
    }
    begun |= {name: Running("work", home=home, extra=outside) for name in ("work-1", "work-2")}
    for name, port in ports.items():
        begun[name].port = port
    yield begun
    for running in begun.values():
        if running.process.poll() is None:
            running.end()


def test_four_processes_that_begin_at_once_share_an_empty_database(processes):
    for name in ("web-1", "web-2"):
        eventually(partial(is_serving, processes[name]), why=processes[name].text)
    assert [name for name, running in processes.items() if running.process.poll() is not None] == []


def is_serving(running: Running) -> bool:
    return health(running.port)[0] == 200


def test_it_is_the_oldest_postgresql_that_we_promise(processes, outside):
    with psycopg.connect(outside["VEFA_DATABASE_URL"]) as connection:
        assert connection.info.server_version // 10000 == 15


def test_commands_find_the_same_database(home, processes, outside):
    said = "a long enough one\n"
    words = ("staff", "add", "aigerim", "--name", "Әйгерім", "--role", "operator")
    assert vefa(*words, home=home, extra=outside, said=said).returncode == 0
    assert "Әйгерім" in vefa("staff", "list", home=home, extra=outside).stdout


def test_one_web_and_one_worker_are_enough(processes):
    for name in ("web-1", "work-1"):
        family = processes[name].family()
        processes[name].process.kill()
        processes[name].process.wait()
        eventually(partial(all_gone, family))
    assert health(processes["web-2"].port)[0] == 200
    assert get(processes["web-1"].port, "/healthz")[0] == 0


def test_the_doors_stay_open_while_nobody_works(processes):
    assert processes["work-2"].end(signal.SIGTERM) == 0
    time.sleep(1.1)
    status, told = health(processes["web-2"].port)
    assert told["database"] == "ok"
    assert status in {200, 503}  # 503 once the last heartbeat is a minute old
    assert get(processes["web-2"].port, "/")[0] in {200, 302, 404, 503}


def test_web_ends_politely(processes):
    family = processes["web-2"].family()
    assert processes["web-2"].end(signal.SIGTERM) == 0
    assert all_gone(family)
