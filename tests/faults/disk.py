"""A disk of our own that can be full at a word and empty again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = 2 * 1024**3  # bytes at most; memory is taken only for what is written


@dataclass(frozen=True)
class Disk:
    """A file system in memory."""

    path: Path

    def fill(self) -> None:
        """Leave no room: the disk shrinks to what is on it."""
        for _ in range(20):  # somebody may be writing meanwhile
            facts = os.statvfs(self.path)
            used = (facts.f_blocks - facts.f_bfree) * facts.f_frsize
            if self._resize(used):
                return
        raise AssertionError(f"{self.path} is written to all the time")

    def free(self) -> None:
        """Give the room back."""
        assert self._resize(SIZE)

    def _resize(self, size: int) -> bool:
        command = ["mount", "-o", f"remount,size={size}", str(self.path)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextmanager
def small_disk() -> Iterator[Disk | None]:
    """A disk until the block ends; None where this process may not mount one."""
    path = Path(tempfile.mkdtemp(prefix="vefa-disk-"))
    words = f"size={SIZE},mode=711"  # PostgreSQL's own account passes through
    command = ["mount", "-t", "tmpfs", "-o", words, "vefa-faults", str(path)]
    mounted = False
    try:
        if shutil.which("mount"):
            mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
        yield Disk(path) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(path)], check=True)
        path.rmdir()
