"""On which line each table and key of a TOML file stands, which Python's own reader does not tell."""

import re
from collections.abc import Mapping

# Per table in [[double brackets]] ("" for the head): where each begins, and the lines of its keys, those of
# tables inside it as "settings.port".
Places = Mapping[str, list[tuple[int, dict[str, int]]]]

_ARRAY = re.compile(r"^\s*\[\[\s*([\w.-]+)\s*\]\]")
_TABLE = re.compile(r"^\s*\[\s*([\w.\"-]+)\s*\]")
_KEY = re.compile(r"^\s*([\w-]+)\s*((?:\.\s*[\w-]+\s*)*)(?:\.[^=]*)?=")
_LONG = re.compile(r'"""|\'\'\'')


def places_in(text: str) -> Places:
    """Where the tables and keys of a sound TOML text stand."""
    places: dict[str, list[tuple[int, dict[str, int]]]] = {"": [(1, {})]}
    current, inner, inside_text = "", "", False
    for number, line in enumerate(text.splitlines(), 1):
        if inside_text:
            inside_text = len(_LONG.findall(line)) % 2 == 0
            continue
        if array := _ARRAY.match(line):
            current, _, inner = array[1].partition(".")
            if not inner:
                places.setdefault(current, []).append((number, {}))
        elif table := _TABLE.match(line):
            first, _, rest = table[1].partition(".")
            current, inner = (first, rest) if first in places else ("", table[1])
        elif key := _KEY.match(line):
            _note(places[current][-1][1], f"{inner}.{key[1]}{key[2]}".replace(" ", "").strip("."), number)
            inside_text = len(_LONG.findall(line)) % 2 == 1
            continue
        if inner and current in places:
            _note(places[current][-1][1], inner, number)
    return places


def _note(numbers: dict[str, int], path: str, number: int) -> None:
    """The line of "settings.incidents.on", and of what it stands in where that has none of its own yet."""
    while path:
        numbers.setdefault(path, number)
        path = path.rpartition(".")[0]
