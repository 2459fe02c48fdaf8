"""What `make` offers: a dozen targets at most, and each one that a page names."""

import os
import re
import subprocess

from tests.architecture.source import ROOT

MOST = 12
PAGES = [*ROOT.glob("*.md"), *ROOT.joinpath("docs").rglob("*.md"), *ROOT.joinpath("benchmarks").glob("*.md")]


def make(*words: str) -> str:
    """What `make` prints when it is asked by a person, whatever `make` runs these tests."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=ROOT,
        env=plain,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_make_alone_lists_a_dozen_targets_at_most():
    listed = re.findall(r"^ +make (\S+) +\S", make(), re.MULTILINE)
    assert {"run", "test", "check", "bench"} <= set(listed)
    assert len(listed) == len(make().splitlines()) <= MOST


def test_every_target_that_a_page_names_exists():
    known = set(
        re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = {
        word
        for page in PAGES
        for word in re.findall(r"(?:`| {4})make ([a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert "check" in named
    assert named - known == set()
