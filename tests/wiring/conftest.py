"""A folder for an installation, and the promise that nothing of it outlives its tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Like /srv/vefa: the account that root lends to the database may pass through."""
    base = Path(tempfile.mkdtemp(prefix="vefa-home-"))
    base.chmod(0o711)
    yield base / "home"
    told = [" ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])]
    shutil.rmtree(base)
    assert [words for words in told if str(base) in words] == []
