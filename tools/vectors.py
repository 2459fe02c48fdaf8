"""Bring the vectors of the demo town's texts up to date: vefa/wiring/demo/city/examples.npz.

They are of the examples that a model learns from, and of the phrases and services that are found by meaning.

python -m tools.vectors            after one of them was changed; needs `semantic`
python -m tools.vectors check      exit code 1 if more than a tenth of them is missing
"""

import csv
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management import call_command

from tools.tables import empty_database

CITY = Path(__file__).resolve().parents[1] / "vefa" / "wiring" / "demo" / "city"
FILE = CITY / "examples.npz"
SHIPPED = "vefa.triage.learned.shipped"
MOST_MISSING = 0.1
_AT_ONCE = 100


def main(words: list[str]) -> int:
    """Reckon what is missing, or say how much is; the returned number is the exit code."""
    with empty_database():
        return _bring(words)


def _bring(words: list[str]) -> int:
    shipped = import_module(SHIPPED)
    wanted = _wanted() | _known()
    known = {key: row for key, row in shipped.read(FILE).items() if key in wanted}
    missing = {key: text for key, text in wanted.items() if key not in known}
    sys.stdout.write(f"{len(wanted)} texts, {len(missing)} without a vector\n")
    if words == ["check"]:
        return 1 if len(missing) > MOST_MISSING * len(wanted) else 0
    semantic: Any = import_module("vefa.triage.semantic")
    for start in range(0, len(missing), _AT_ONCE):
        some = dict(list(missing.items())[start : start + _AT_ONCE])
        known |= dict(zip(some, semantic.vectors(list(some.values())), strict=True))
    shipped.write(FILE, known)
    sys.stdout.write(f"{FILE.name}: {FILE.stat().st_size / 1e6:.1f} MB\n")
    return 0


def _wanted() -> dict[str, str]:
    """The texts that a model of the demo town learns from, by their keys."""
    vectors = import_module("vefa.triage.learned.vectors")
    return {vectors.key_of(one): one.text for one in _samples() if one.vectored}


def _known() -> dict[str, str]:
    """The texts by which phrases and services are found, by their keys."""
    call_command("migrate", verbosity=0, interactive=False)
    import_module("vefa.wiring.demo.city_loaded").put_in_place(now=datetime.now(UTC))
    texts = import_module("vefa.triage.meaning.storing").knowledge_texts()
    native, key_of = import_module("vefa.triage.script").native, import_module(SHIPPED).key_of_text
    told = [(native(text, language), language) for (_, _, language), text in texts.items()]
    return {key_of(text, language): text for text, language in told}


def _samples() -> Iterator[Any]:
    samples = import_module("vefa.triage.learned.samples")
    told = tomllib.loads((CITY / "services.toml").read_text(encoding="utf-8"))["service"]
    yield from samples.of_catalogue(
        samples.Told(one["code"], one["names"], one.get("description", {}), {}) for one in told
    )
    for path in sorted(CITY.glob("examples.*.csv")):
        language = path.suffixes[0].removeprefix(".")
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield samples.sample(row["text"], language, row["service"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
