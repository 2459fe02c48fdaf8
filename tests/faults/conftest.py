"""One installation for all stories of this folder, which ends with them, and the table of what they found."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.disk import Disk, small_disk
from tests.faults.report import REPORT, WHOLE
from tests.faults.town import Machine, installed

SMALL = "a small disk in memory"


@pytest.fixture(scope="package")
def disk() -> Iterator[Disk | None]:
    """A disk that can be filled, where this process may mount one."""
    with small_disk() as disk:
        yield disk


@pytest.fixture(scope="package")
def machine(disk: Disk | None) -> Iterator[Machine]:
    """The installation that is killed.

    The short form keeps it on the disk that a story fills; the whole form on a real one, where writing waits.
    """
    if disk and not WHOLE:
        with installed(disk.path / "home", disk=SMALL) as machine:
            yield machine
        return
    home = Path(tempfile.mkdtemp(prefix="vefa-faults-"))
    try:
        with installed(home, disk="the machine's own disk") as machine:
            yield machine
    finally:
        shutil.rmtree(home)


@pytest.fixture
def machine_on_small_disk(request: pytest.FixtureRequest, disk: Disk | None) -> Iterator[Machine]:
    """The same one, or one more where that is not on the disk that can be filled."""
    if disk is None:
        pytest.skip("fills a disk of its own: needs root and the right to mount a tmpfs")
    if not WHOLE:
        yield request.getfixturevalue("machine")
        return
    with installed(disk.path / "home", disk=SMALL) as machine:
        yield machine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, and write it down where that is wanted."""
    if not REPORT.facts:
        return
    terminalreporter.section("faults")
    for line in REPORT.lines():
        terminalreporter.write_line(line)
    if name := os.environ.get("VEFA_FAULTS_REPORT"):
        REPORT.write(Path(name))
