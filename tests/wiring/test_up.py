"""`vefa up` on a fresh folder, while it runs. The tests tell one story, in order."""

import socket
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.wiring.machine import Running, all_gone, eventually, health, is_well, kill, port_of, up, vefa

pytestmark = [pytest.mark.faults]


@pytest.fixture(scope="module")
def running(home: Path):
    with up(home) as started:
        yield started


def staff(home: Path) -> str:
    listed = vefa("staff", "list", home=home)
    assert listed.returncode == 0, listed.stderr
    return listed.stdout


def test_it_says_exactly_once_that_it_is_ready(running):
    said = [line for line in running.lines if line.startswith("Vefa is ready: ")]
    assert said == [f"Vefa is ready: http://127.0.0.1:{port_of(running)}/"]


def test_its_health_is_told_in_numbers(running):
    status, told = health(port_of(running))
    assert status == 200
    assert told["status"] == told["database"] == "ok"
    assert told["backlog"] == told["parked_contacts"] == told["uncertain_deliveries"] == 0
    assert isinstance(told["worker_heartbeat_s"], float)
    assert told["worker_heartbeat_s"] < 60


def test_its_secrets_are_for_its_owner_alone(home, running):
    for name in ("secret.key", "postgres.password", "database.url"):
        assert (home / name).stat().st_mode & 0o077 == 0, name


def test_a_second_one_on_the_same_home_says_so_and_leaves(home, running):
    refused = vefa("up", home=home)
    assert refused.returncode == 1
    assert "already in use by 'vefa up" in refused.stderr
    assert str(running.process.pid) in refused.stderr


def test_commands_work_beside_it(home, running):
    added = vefa(
        "staff", "add", "derya", "--name", "Derya Aksoy", "--role", "administrator", "--random", home=home
    )
    assert added.returncode == 0, added.stderr
    assert "derya" in staff(home)


def test_the_check_up_names_what_is_missing_and_nothing_else(home, running):
    found = vefa("check", home=home)
    assert [line for line in found.stdout.splitlines() if line.startswith("FIX")] == [
        "FIX  No municipality is loaded: `vefa load FOLDER`, or start with `vefa up --demo`."
    ]
    assert found.returncode == 1


def test_a_crowd_that_only_stands_there_keeps_nobody_out(running):
    with ExitStack() as crowd:
        for _ in range(1100):
            crowd.enter_context(socket.create_connection(("127.0.0.1", port_of(running)), timeout=5))
        status, _ = health(port_of(running))
    assert status == 200


@pytest.mark.parametrize("part", ["web", "work", "postgres"])
def test_a_part_that_is_killed_comes_back(running, part):
    lost = running.part(part)
    lost.kill()
    eventually(lambda: not lost.is_running())
    eventually(
        lambda: any(
            child.pid != lost.pid and part in " ".join(child.cmdline()) for child in children(running)
        )
    )
    eventually(lambda: is_well(running), why=running.text)


def children(running: Running) -> list[psutil.Process]:
    return psutil.Process(running.process.pid).children()


def test_the_serving_process_below_web_comes_back(running):
    serving = running.part("web").children()
    kill(serving)
    eventually(lambda: all_gone(serving) and is_well(running), why=running.text)


def test_a_database_that_hangs_is_told_within_three_seconds(running):
    frozen = [running.part("postgres"), *running.part("postgres").children(recursive=True)]
    for process in frozen:
        process.suspend()
    try:
        time.sleep(1.1)  # the last answer is kept for a second
        began = time.monotonic()
        status, told = health(port_of(running))
        assert time.monotonic() - began < 3
        assert status == 503
        assert told["database"] == "no answer within 2 s"
    finally:
        for process in frozen:
            process.resume()
    eventually(lambda: is_well(running), why=running.text)
