"""Why something was not sent is said in the reader's language: the catalogues have every reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from tests.architecture.source import PACKAGE
from vefa.channels.graph import codes as graph
from vefa.channels.sms import twilio_codes
from vefa.channels.whatsapp import codes as whatsapp

ERRORS = frozenset({"RejectedError", "BusyError", "UnsureError", "TooLargeError", "LimitError"})
LANGUAGES = ("tr", "ru", "kk", "fa")
FILES = sorted((PACKAGE / "channels").rglob("*.py"))


def reasons(path: Path) -> Iterator[tuple[str, ast.expr]]:
    """Where a reason is given, and the expression that gives it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in ERRORS | {"because"}:
            yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node.args[0]


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def ours() -> set[str]:
    """Every reason that an adapter may give, without what a provider adds."""
    tables = [*graph._REPAIR.values(), *graph._FINAL.values(), *whatsapp._FINAL.values()]
    pairs = [words for table in (whatsapp._BUSY, whatsapp._REPAIR) for words, _pause in table.values()]
    known = [one.text for one in twilio_codes._KNOWN.values()]
    literal = [
        value.value
        for path in FILES
        for _place, value in reasons(path)
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    ]
    return {*tables, *pairs, *known, *literal}


def test_no_reason_is_put_together_where_no_translator_finds_it():
    glued = [
        place
        for path in FILES
        for place, value in reasons(path)
        if isinstance(value, ast.JoinedStr | ast.BinOp)
        or (isinstance(value, ast.Call) and _name(value.func) in {"str", "format", "join"})
    ]
    assert glued == []


def test_every_reason_is_in_every_catalogue():
    wanted = ours()
    assert len(wanted) > 150
    for language in LANGUAGES:
        path = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"
        with path.open("rb") as file:
            catalogue = read_po(file)
        said = {message.id for message in catalogue if message.id and message.string}
        assert sorted(wanted - said) == [], language
