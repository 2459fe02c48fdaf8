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
ROOMS = ("channels", "inbox", "dialogue", "calls")  # that write down why something did not go


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
    return {*tables, *pairs, *known, *literal, *written_down()}


def written_down() -> set[str]:
    """Every sentence of ours that is put into a `trouble` as it stands."""
    found: set[str] = set()
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            named = {_name(one): _text(value) for one, value in _assigned(tree) if isinstance(one, ast.Name)}
            found |= {_text(value) or named.get(_name(value), "") for value in _troubles(tree)}
    return found - {""}


def _troubles(tree: ast.AST) -> Iterator[ast.expr]:
    """Whatever is written into an attribute, an argument or a key of that name."""
    yield from (value for target, value in _assigned(tree) if getattr(target, "attr", "") == "trouble")
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "trouble":
            yield node.value
        elif isinstance(node, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else "" for key in node.keys]
            yield from (value for key, value in zip(keys, node.values, strict=True) if key == "trouble")


def _assigned(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each name or attribute with what it is given, several at once too."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign):
            continue
        value = node.value
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                yield from zip(target.elts, value.elts, strict=False)
            else:
                yield target, value


def _text(value: ast.expr) -> str:
    """What a literal says, marked for the translators or not."""
    if isinstance(value, ast.Call) and _name(value.func) == "gettext_noop":
        value = value.args[0]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


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


def test_what_is_written_into_a_trouble_is_found():
    assert "the process that was sending it stopped" in written_down()
    assert "the account by which it should have left is retired" in written_down()


def test_no_form_repeats_the_words_of_an_error():
    repeated = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted((PACKAGE / "web").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _name(node.func) == "add_error" and _repeats(node.args)
    ]
    assert repeated == []


def _repeats(given: list[ast.expr]) -> bool:
    """Whether a form as a whole says `str(error)`."""
    whole = len(given) == 2 and isinstance(given[0], ast.Constant) and given[0].value is None
    return whole and isinstance(given[1], ast.Call) and _name(given[1].func) == "str"
