"""The rules of the house that no linter sees; where one searches, it carries a sample that breaks it."""

import ast
import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Model

from tests.architecture.source import PACKAGE, ROOT, functions, height, name_of, product_files, python_files
from vefa.wiring.cli.registry import COMMANDS

MOST_LINES = 400
MOST_FUNCTION_LINES = 50
INDENTED = re.compile(r"(^[ \t]+|[:;][ \t]*)(import|from)\b", re.MULTILINE)
FORBIDDEN_NAMES = {
    "services.py",
    "utils.py",
    "helpers.py",
    "common.py",
    "manager.py",
    "managers.py",
    "signals.py",
}


def test_no_file_is_longer_than_its_budget():
    files = python_files() + [path for kind in ("html", "css", "js") for path in PACKAGE.rglob(f"*.{kind}")]
    long = {
        name_of(path): lines
        for path in files
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_script_is_longer_than_a_hundred_lines():
    scripts = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.js")}
    assert {name: lines for name, lines in scripts.items() if lines > 100} == {}


def test_no_function_is_longer_than_its_budget():
    long = [
        f"{name_of(path)}:{one.lineno} {one.name}"
        for path in python_files()
        for one in functions(path)
        if (one.end_lineno or one.lineno) - one.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert long == []


def test_no_file_has_a_name_that_says_nothing():
    assert [name_of(path) for path in product_files() if path.name in FORBIDDEN_NAMES] == []


def inner_imports(source: str) -> list[int]:
    """Lines of imports that stand inside a function: where none begins a line or a statement, none does."""
    if not INDENTED.search(source):
        return []
    tree = ast.parse(source)
    inside = (
        inner.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    )
    return list(inside)


def test_imports_stand_at_the_top():
    assert inner_imports("def f():\n    import os\n") == [2]

    found = [
        f"{name_of(path)}:{line}"
        for path in product_files()
        for line in inner_imports(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_foreign_keys_point_down():
    up = [
        f"{model._meta.label}.{field.name} -> {other._meta.label}"
        for model in apps.get_models()
        if model.__module__.startswith("vefa.")
        for field in model._meta.get_fields()
        if field.concrete and (other := field.related_model) and other.__module__.startswith("vefa.")
        if height(room(other)) > height(room(model))
    ]
    assert up == []


def room(model: type[Model]) -> str:
    return model.__module__.split(".")[1]


def touches_tables(source: str) -> list[int]:
    """Lines that reach for a model's manager."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
    ]


def test_the_web_touches_no_table():
    assert touches_tables("Case.objects.all()") == [1]

    found = [
        f"{name_of(path)}:{line}"
        for path in (PACKAGE / "web").rglob("*.py")
        for line in touches_tables(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("word", ["receiver(", ".connect(receiver", "post_save", "pre_save", "def save("])
def test_nothing_happens_behind_the_back(word):
    found = [name_of(path) for path in product_files() if word in path.read_text(encoding="utf-8")]
    assert found == []


def test_templates_hold_no_script_and_no_style():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)[^>]*>|(?<![-\w])style=|\son[a-z]+=|javascript:", re.IGNORECASE
    )
    assert inline.search('<p style="x">')

    found = [name_of(path) for path in PACKAGE.rglob("*.html") if inline.search(path.read_text("utf-8"))]
    assert found == []


def test_styles_know_no_left_and_right():
    physical = re.compile(
        r"(margin|padding|border)-(left|right)|text-align:\s*(left|right)|[\s;{](left|right):"
    )
    assert physical.search("a { margin-left: 1px }")

    found = [name_of(path) for path in PACKAGE.rglob("*.css") if physical.search(path.read_text("utf-8"))]
    assert found == []


@pytest.mark.django_db
def test_every_change_of_a_table_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_third_party_file_is_in_the_repository():
    foreign = [
        name_of(path)
        for pattern in ("*.min.js", "*.min.css", "*.woff*", "*.ttf", "*.otf", "*.whl")
        for path in PACKAGE.rglob(pattern)
    ]
    assert foreign == []


def test_settings_are_explained():
    source = (PACKAGE / "wiring" / "settings.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    names = set(re.findall(r'env\.\w+\(\s*"(VEFA_\w+)"', source))
    assert names
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_commands_are_explained():
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [entry.name for entry in COMMANDS if f"`vefa {entry.name}`" not in page] == []
