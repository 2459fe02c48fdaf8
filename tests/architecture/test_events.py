"""Every kind of event that the code records is described in docs/events.md, and none that it does not."""

import ast
import re
from pathlib import Path

from tests.architecture.source import PACKAGE, ROOT, product_files

PAGE = ROOT / "docs" / "events.md"
KIND = re.compile(r"^[a-z]+\.[a-z_]+$")
WRITERS = {"Happening", "Told", "_tell"}


def described() -> set[str]:
    return set(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def recorded(path: Path) -> set[str]:
    """The kinds in calls of those who write events; a kind chosen before the call is found in the module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node) in WRITERS]
    return {text for call in calls for text in _texts(call) if KIND.match(text)}


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _texts(call: ast.Call) -> list[str]:
    given = [*call.args, *(each.value for each in call.keywords if each.arg == "kind")]
    return [
        node.value
        for value in given
        for node in ast.walk(value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_every_recorded_kind_of_event_is_described():
    missing = {
        f"{kind} in {path.relative_to(PACKAGE)}"
        for path in product_files()
        for kind in recorded(path) - described()
    }
    assert not missing


def test_every_described_kind_of_event_is_recorded():
    assert described() == {kind for path in product_files() for kind in recorded(path)}


def test_an_undescribed_kind_would_be_found(tmp_path):
    bad, good = tmp_path / "bad.py", tmp_path / "good.py"
    bad.write_text('record([Happening(kind="case.vanished", subject="case:1")])')
    good.write_text('print("case.vanished")')
    assert recorded(bad) == {"case.vanished"}
    assert recorded(good) == set()
