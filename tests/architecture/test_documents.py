"""Documents that name files of the repository name files that exist."""

import re

import pytest

from tests.architecture.source import ROOT, name_of

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.joinpath("docs").rglob("*.md")])
_PATH = re.compile(r"`((?:tests|vefa|docs|tools|benchmarks)/[\w/.-]+)`|\]\(((?!https?:|#)[^)#]+)[^)]*\)")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_exists(page):
    named = [own or linked for own, linked in _PATH.findall(page.read_text(encoding="utf-8"))]
    missing = [path for path in named if not any((base / path).exists() for base in (ROOT, page.parent))]
    assert missing == []
