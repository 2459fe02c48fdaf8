"""How `vefa up` ends, politely and not, and how it begins again. The tests tell one story, in order."""

import http.client
import signal
import time

import pytest

from tests.wiring.machine import all_gone, eventually, is_well, kill, port_of, up, vefa

pytestmark = [pytest.mark.faults]


def test_a_polite_stop_leaves_no_process(home):
    with up(home) as running:
        family = running.family()
        idle = http.client.HTTPConnection("127.0.0.1", port_of(running))
        idle.request("GET", "/healthz")
        idle.getresponse().read()  # a browser keeps its connection open
        began = time.monotonic()
        assert running.end(signal.SIGTERM) == 0
        idle.close()
    assert time.monotonic() - began < 30
    assert len(family) > 5
    assert all_gone(family)
    assert running.lines[-1] == "Vefa has stopped."


def test_commands_bring_their_own_database_when_nothing_runs(home):
    added = vefa(
        "staff",
        "add",
        "derya",
        "--name",
        "Derya Aksoy",
        "--role",
        "operator",
        home=home,
        said="a long enough one\n",
    )
    assert (added.returncode, added.stdout) == (0, "derya can sign in.\n"), added.stderr


def test_ctrl_c_ends_it_too(home):
    with up(home) as running:
        family = running.family()
        assert running.end(signal.SIGINT) == 0
    assert all_gone(family)


def test_the_children_leave_when_the_supervisor_is_killed(home):
    with up(home) as running:
        family = running.family()
        running.process.kill()
        running.process.wait()
        eventually(lambda: all_gone(family), why=lambda: str([each for each in family if each.is_running()]))


def test_it_begins_again_after_everything_was_killed_and_has_forgotten_nothing(home):
    with up(home) as running:
        kill(running.family())
        running.process.wait()
    with up(home) as again:
        assert is_well(again)
        listed = vefa("staff", "list", home=home)
        assert "derya" in listed.stdout
