"""Static files lie beside the templates, and nothing else of that folder can be fetched."""

import pytest

from vefa.web.ui.finder import RoomFinder


def test_a_style_sheet_a_script_and_a_drawing_are_found() -> None:
    for name in ("ui/base.css", "ui/keys.js", "ui/icons.svg", "ui/parts/row.css", "desk/frame.css"):
        assert RoomFinder().find(name).endswith(name)


@pytest.mark.parametrize(
    "name",
    [
        "ui/base.html",
        "ui/show.py",
        "../wiring/settings.py",
        "../../pyproject.toml",
        "/etc/passwd",
        "ui",
        "ui/none.css",
    ],
)
def test_templates_sources_and_files_outside_are_not(name: str) -> None:
    assert RoomFinder().find(name) == []
    assert RoomFinder().find(name, find_all=True) == []


def test_collecting_lists_every_file_that_may_be_shown_and_no_other() -> None:
    names = [name for name, _ in RoomFinder().list([])]
    assert "ui/mark.svg" in names
    assert not [name for name in names if name.endswith((".py", ".html", ".toml"))]


def test_collecting_leaves_out_what_it_is_told_to() -> None:
    assert not [name for name, _ in RoomFinder().list(["*.js"]) if name.endswith(".js")]
