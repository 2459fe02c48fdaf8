"""Colours: what look.md orders, readable in light and dark, and used only in pairs that were checked."""

import re
from pathlib import Path

import pytest

from vefa.web.ui import styles

TOKENS = (styles.HERE / "tokens.css").read_text(encoding="utf-8")
ORDERED = {
    "firuze": ("#0b6e7d", "#5cc6d3"),
    "ink": ("#1b2327", "#e8e6e1"),
    "paper": ("#fcfbf8", "#14181a"),
    "line": ("#dcd9d1", "#30373a"),
    "quiet": ("#5a6468", "#9aa5a9"),
    "saffron": ("#9a5b00", "#f0b860"),
    "saffron-ground": ("#fff2d9", "#3a2a0c"),
    "pomegranate": ("#a3162e", "#f28b9b"),
    "pomegranate-ground": ("#fde8ea", "#3d1219"),
    "pistachio": ("#2d6a33", "#8fcf92"),
    "pistachio-ground": ("#e6f3e4", "#15301a"),
    "note": ("#5b4a86", "#b9a8e8"),
    "note-ground": ("#f0ecf9", "#272040"),
}


def block(start: str) -> dict[str, str]:
    """The colours declared after this selector."""
    begin = TOKENS.index(start)
    body = TOKENS[begin : TOKENS.index("}", begin)]
    return dict(re.findall(r"--([a-z-]+): ([^;]+);", body))


LIGHT = block(":root {")
DARK = block(':root:not([data-theme="light"]) {')
PAIRS = re.findall(r"pair: --([a-z-]+) --([a-z-]+)", TOKENS)


def brightness(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("name", ORDERED)
def test_a_token_has_the_colour_that_was_ordered(name: str) -> None:
    assert (LIGHT[name], DARK[name]) == ORDERED[name]


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_every_pair_can_be_read_in_light_and_dark(text: str, ground: str) -> None:
    assert contrast(LIGHT[text], LIGHT[ground]) >= 4.5
    assert contrast(DARK[text], DARK[ground]) >= 4.5


def test_the_focus_ring_and_the_edges_of_fields_stand_out_from_the_ground() -> None:
    for colours in (LIGHT, DARK):
        assert contrast(colours["focus"], colours["paper"]) >= 3
        assert contrast(colours["focus"], colours["firuze-ground"]) >= 3
        assert contrast(colours["quiet"], colours["paper"]) >= 3


def test_choosing_dark_by_hand_gives_the_same_colours_as_the_system_does() -> None:
    assert block(':root[data-theme="dark"] {') == DARK
    assert set(DARK) == set(LIGHT)


WEB = Path(styles.HERE).parent
RULES = [
    (path.relative_to(WEB), rule)
    for path in sorted(WEB.rglob("*.css"))
    for rule in re.findall(r"{([^{}]*)}", path.read_text(encoding="utf-8"))
]


def test_a_rule_that_sets_text_and_ground_uses_a_pair_that_was_checked() -> None:
    for path, rule in RULES:
        text = re.search(r"(?<![a-z-])color: var\(--([a-z-]+)\)", rule)
        ground = re.search(r"background(?:-color)?: var\(--([a-z-]+)\)", rule)
        if text and ground:
            assert (text[1], ground[1]) in PAIRS, (path, rule)


def test_no_screen_names_a_colour_of_its_own() -> None:
    for path, rule in RULES:
        if path.name in {"tokens.css", "print.css"}:
            continue
        found = re.findall(r"#[0-9a-f]{3,8}\b|rgb\([^)]*\)", rule)
        assert found in ([], ["rgb(20 24 26 / 45%)"]), (path, rule)  # the veil behind a dialog
