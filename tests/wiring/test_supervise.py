"""Children that die, children that cannot be born, and children that outstay."""

import signal
import subprocess
import sys
import time

import psutil

from tests.wiring.machine import eventually, is_gone
from vefa.wiring.leash import leashed
from vefa.wiring.supervise import Child

POLITE = ((signal.SIGTERM, 5.0),)


class NoRoomError(Exception):
    """The disk is full, say."""


def python(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code])


def tended(child: Child, said: list[str]) -> bool:
    child.tend(say=said.append)
    return True


def test_a_child_that_dies_at_once_is_started_again_after_ever_longer_pauses():
    said: list[str] = []
    child = Child("sickly", lambda: python("raise SystemExit(3)"), POLITE)
    child.start()
    eventually(lambda: tended(child, said) and len(said) == 3)
    assert said == [
        "sickly ended (exit code 3); it starts again in 0.5 s",
        "sickly ended (exit code 3); it starts again in 1.0 s",
        "sickly ended (exit code 3); it starts again in 2.0 s",
    ]


def test_a_child_that_cannot_start_now_is_tried_again():
    said: list[str] = []
    rooms = iter([False, True])

    def spawn() -> subprocess.Popen[bytes]:
        if not next(rooms):
            raise NoRoomError("no room")
        return python("import time; time.sleep(60)")

    child = Child("database", spawn, POLITE, troubles=(NoRoomError,))
    child.tend(say=said.append)
    assert said == ["database did not start: no room; it starts again in 0.5 s"]
    assert child.process is None
    eventually(lambda: tended(child, said) and child.process is not None)
    child.stop()
    assert len(said) == 1


def test_a_child_that_does_not_listen_is_killed():
    deaf = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "time.sleep(60)"
    )
    child = Child(
        "deaf",
        lambda: subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE),
        ((signal.SIGTERM, 0.3),),
    )
    child.start()
    assert child.process is not None
    assert child.process.stdout is not None
    with child.process.stdout as told:
        told.readline()
        began = time.monotonic()
        child.stop()
    assert child.process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 5


def test_a_leashed_child_goes_with_its_parent():
    inner = leashed([sys.executable, "-c", "import time; time.sleep(60)"], farewell=signal.SIGTERM)
    inner[4 + 1] = "{parent}"
    code = (
        "import os, subprocess, time\n"
        f"words = [word.format(parent=os.getpid()) for word in {inner!r}]\n"
        "print(subprocess.Popen(words).pid, flush=True)\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout as told:
        child = psutil.Process(int(told.readline()))
    eventually(lambda: _became_its_own(child))
    parent.kill()
    parent.wait()
    eventually(lambda: is_gone(child))


def _became_its_own(child: psutil.Process) -> bool:
    """Whether the leash has become what it was to start; in between a process has no words at all."""
    words = " ".join(child.cmdline())
    return "time.sleep" in words and "leash.py" not in words
