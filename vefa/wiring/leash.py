"""A launcher for children that must not outlive their parent, even one that is killed without warning.

It runs as a script (`python -I -S leash.py …`), sets itself up and then becomes the program: a function that
runs between fork and exec would be unsafe in a process with threads.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def leashed(
    command: list[str], *, farewell: signal.Signals, account: tuple[int, int] | None = None
) -> list[str]:
    """The command line that starts `command` under (uid, gid) and sends it `farewell` when its parent dies.

    Linux only; elsewhere the child stays until it is told to leave.
    """
    uid, gid = account or (-1, -1)
    words = [str(int(farewell)), str(os.getpid()), str(uid), str(gid)]
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), *words, *command]


def become(words: list[str]) -> None:
    """Turn this process into the program that `leashed` described."""
    farewell, parent, uid, gid = (int(word) for word in words[:4])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    die_with_parent(
        signal.Signals(farewell)
    )  # after the change of account: the kernel forgets the wish with it
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(words[4], words[4:])


def die_with_parent(farewell: signal.Signals) -> None:
    """Ask the kernel to send this process `farewell` when its parent dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(farewell), 0, 0, 0)


if __name__ == "__main__":
    become(sys.argv[1:])
