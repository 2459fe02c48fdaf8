"""A folder for an installation, and the promise that nothing of it outlives its tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Like /srv/vefa: the account that root lends to the database may pass through."""
    base = tmp_path_factory.mktemp("machine")
    for folder in (base, *base.parents):
        if folder.name.startswith(("pytest-", "machine")) and folder.stat().st_uid == os.geteuid():
            folder.chmod(0o711)
    yield base / "home"
    left = [
        each for each in psutil.process_iter(["cmdline"]) if str(base) in " ".join(each.info["cmdline"] or [])
    ]
    assert left == []
