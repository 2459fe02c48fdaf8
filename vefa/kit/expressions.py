"""Thousands of expressions of one or several words, found in a text in one walk through its words.

Each is looked up by the longest of its words, not the first: "the pier" by "pier", so that the commonest
words of a language lead nowhere. For most words one look at a table tells that nothing is to be found.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_HEAD = 4  # letters of a word by which the table is looked up
ANY = 1_000  # letters: longer than any ending


class Part(NamedTuple):
    """One folded word of an expression, and how many letters may follow it as an ending."""

    stem: str
    ending: int = 0


class Row[Value](NamedTuple):
    """An expression as the table holds it: the word that it is looked up by, and how many go before that."""

    stem: str
    before: int
    parts: tuple[Part, ...]
    rank: tuple[int, int]
    value: Value


class Met[Value](NamedTuple):
    """An expression that stands in a text: from which word on, the words themselves, what they stand for."""

    at: int
    said: list[str]
    value: Value


@dataclass(frozen=True)
class Expressions[Value]:
    """Values by expressions."""

    by_head: Mapping[str, tuple[Row[Value], ...]]
    head: int

    @classmethod
    def of(cls, known: Iterable[tuple[Sequence[Part], Value]]) -> "Expressions[Value]":
        """For these expressions; of those that begin alike, the first is met first."""
        rows = [_row(tuple(parts), place, value) for place, (parts, value) in enumerate(known)]
        # A stem that may have an ending is not found by more letters than it has.
        stretched = (len(row.stem) for row in rows if row.parts[row.before].ending)
        head = min(_HEAD, *stretched, _HEAD)
        table: dict[str, list[Row[Value]]] = defaultdict(list)
        for row in rows:
            table[row.stem[:head]].append(row)
        return cls({key: tuple(found) for key, found in table.items()}, head)

    def found_in(self, said: list[str]) -> list[Met[Value]]:
        """All that stand in these words: from left to right, of several at one word the longest first."""
        rows, head = self.by_head.get, self.head
        likely = [
            (at - row.before, row)
            for at, word in enumerate(said)
            for row in rows(word[:head], ())
            if word.startswith(row.stem)
        ]
        met = [(at, row) for at, row in likely if _stands(row.parts, said, at)]
        met.sort(key=lambda one: (one[0], one[1].rank))
        return [Met(at, said[at : at + len(row.parts)], row.value) for at, row in met]


def _row[Value](parts: tuple[Part, ...], place: int, value: Value) -> Row[Value]:
    """The row of one expression; `place` is its place among all."""
    best = max(range(len(parts)), key=lambda number: _tells(parts[number]))
    return Row(parts[best].stem, best, parts, (-len(parts[0].stem), place), value)


def _tells(part: Part) -> tuple[bool, int]:
    """How well an expression is found by this word; a short one that may have an ending is found badly."""
    return (len(part.stem) >= _HEAD or not part.ending, len(part.stem))


def _stands(parts: tuple[Part, ...], said: list[str], at: int) -> bool:
    if at < 0 or at + len(parts) > len(said):
        return False
    for number, (stem, ending) in enumerate(parts, start=at):
        word = said[number]
        if not word.startswith(stem) or len(word) - len(stem) > ending:
            return False
    return True
