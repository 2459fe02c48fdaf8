"""What the architecture tests read: the package's files and its layer list."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "vefa"


def python_files() -> list[Path]:
    """Every module of the product and its tests, without migrations."""
    folders = (PACKAGE, ROOT / "tests", ROOT / "benchmarks", ROOT / "tools")
    files = (path for folder in folders for path in folder.rglob("*.py"))
    return sorted(path for path in files if "migrations" not in path.parts)


def product_files() -> list[Path]:
    """Every module of the product, without migrations."""
    return [path for path in python_files() if path.is_relative_to(PACKAGE)]


def layers() -> list[set[str]]:
    """The rooms from the top down, as the import contract has them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = config["tool"]["importlinter"]["contracts"][0]
    return [{name.strip() for name in layer.split("|")} for layer in contract["layers"]]


def height(room: str) -> int:
    """How high a room stands: 0 is the lowest."""
    rows = list(reversed(layers()))
    return next(number for number, row in enumerate(rows) if room in row)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and inner ones too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name_of(path: Path) -> str:
    """The path as one writes it in a message."""
    return str(path.relative_to(ROOT))
