"""Documents that name files of the repository name files that exist, and headings that stand there."""

import re

import pytest

from tests.architecture.source import ROOT, name_of

FOLDERS = ("docs", "vefa", "tests", "benchmarks")
PAGES = sorted([*ROOT.glob("*.md"), *(page for name in FOLDERS for page in (ROOT / name).rglob("*.md"))])
_PATH = re.compile(r"`((?:tests|vefa|docs|tools|benchmarks)/[\w/.-]+)`")
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def missing_on(page):
    """Paths that exist neither from the top nor beside the page; links that do not lead from the page."""
    text = page.read_text(encoding="utf-8")
    paths = [
        path for path in _PATH.findall(text) if not any((b / path).exists() for b in (ROOT, page.parent))
    ]
    links = [
        f"{path}#{anchor}"
        for path, anchor in _LINK.findall(text)
        if not leads((page.parent / path) if path else page, anchor)
    ]
    return paths + links


def leads(target, anchor):
    """Whether the file is there, and in it the heading under the name that a forge gives it."""
    if not anchor or target.suffix != ".md":
        return target.exists()
    headings = (
        re.findall(r"^#+ +(.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if target.exists() else []
    )
    return anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_a_page_that_names_what_is_not_there_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One page\n`vefa/nowhere.py` [no](no.md) [no](#two) [yes](#one-page) `docs/start.md`", "utf-8"
    )
    assert missing_on(page) == ["vefa/nowhere.py", "no.md#", "#two"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_exists(page):
    assert missing_on(page) == []
