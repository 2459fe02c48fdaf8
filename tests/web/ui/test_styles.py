"""The style sheets run in either direction, and reach the browser as one cached file."""

import re
from pathlib import Path

import pytest
from django.http import Http404
from django.test import RequestFactory

from vefa.web.ui import styles

pytestmark = pytest.mark.urls("tests.web.ui.addresses")
WEB = Path(styles.HERE).parent
PHYSICAL = re.compile(
    r"(?:^|[\s;{])((?:margin|padding|border)-(?:left|right|top|bottom)[a-z-]*|left|right|top|bottom"
    r"|(?:min-|max-)?(?:width|height)|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
    r"|(?:text-align|float|clear):\s*(?:left|right)\b"
)
SHEETS = sorted(WEB.rglob("*.css"))


def without_queries(text: str) -> str:
    """The text without comments and media queries: there `min-width` has no twin that all browsers know."""
    return re.sub(r"@media[^{]*|/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_knows_no_left_and_no_right(sheet: Path) -> None:
    found = PHYSICAL.search(without_queries(sheet.read_text(encoding="utf-8")))
    assert found is None, found


@pytest.mark.parametrize(
    ("sample", "wrong"),
    [
        ("a { margin-left: 4px; }", True),
        ("a { left: 0; }", True),
        ("a { text-align: right; }", True),
        ("a { width: 10px; }", True),
        ("a { margin-inline-start: 4px; }", False),
        ("a { inset-inline-start: 0; stroke-width: 2; line-height: 1; }", False),
    ],
)
def test_the_rule_about_directions_can_tell_good_from_bad(sample: str, wrong: bool) -> None:
    assert bool(PHYSICAL.search(sample)) is wrong


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_rule_lies_in_a_layer(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL).strip()
    assert text.startswith("@layer ")


def test_the_layers_are_named_before_anything_else() -> None:
    text, _ = styles.read()
    assert text.index("@layer reset, tokens, base, components, screens;") < text.index("@layer reset {")


def test_the_shared_sheet_is_kept_for_a_year_under_the_name_of_its_content() -> None:
    address = styles.address()
    response = styles.style(RequestFactory().get(address), digest=styles.joined()[1])
    assert styles.joined()[1] in address
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/css")
    assert "immutable" in response["Cache-Control"]


def test_an_older_sheet_is_not_passed_off_as_the_new_one() -> None:
    with pytest.raises(Http404):
        styles.style(RequestFactory().get("/"), digest="000000000000")


def test_everything_shared_weighs_less_than_a_photo_of_a_stamp() -> None:
    assert len(styles.read()[0]) < 60_000
