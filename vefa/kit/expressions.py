"""Thousands of expressions of one or several words, found in a text in one walk through its words.

Each is looked up by that of its words which begins as few others do, not by the first: "the pier" by "pier",
so that the commonest words of a language lead nowhere. For most words one look at a table tells that
nothing is to be found.
"""

from collections import Counter, defaultdict
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
    rank: tuple[int, int]  # unlike that of every other row
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
        listed = [(tuple(parts), value) for parts, value in known]
        usual = Counter(part.stem[:_HEAD] for parts, _ in listed for part in parts)
        rows = [_row(parts, (place, value), usual) for place, (parts, value) in enumerate(listed)]
        # A stem that may have an ending is not found by more letters than it has.
        stretched = (len(row.stem) for row in rows if row.parts[row.before].ending)
        head = min(_HEAD, *stretched, _HEAD)
        table: dict[str, list[Row[Value]]] = defaultdict(list)
        for row in rows:
            table[row.stem[:head]].append(row)
        return cls({key: tuple(found) for key, found in table.items()}, head)

    def found_in(self, said: list[str]) -> list[Met[Value]]:
        """All that stand in these words: from left to right, of several at one word the longest first."""
        rows, head = self.by_head, self.head
        met: list[tuple[int, tuple[int, int], int, Value]] = []
        for at, word in enumerate(said):
            start = word[:head]
            if start not in rows:
                continue  # most words lead nowhere
            for stem, before, parts, rank, value in rows[start]:
                if word.startswith(stem) and _stands(parts, said, at - before):
                    met.append((at - before, rank, len(parts), value))
        if len(met) > 1:
            met.sort()
        return [Met(at, said[at : at + length], value) for at, _, length, value in met]


def _row[Value](parts: tuple[Part, ...], placed: tuple[int, Value], usual: Mapping[str, int]) -> Row[Value]:
    """The row of one expression; `usual` tells how many words of all expressions begin alike."""

    def tells(number: int) -> tuple[bool, int, int]:
        stem, ending = parts[number]
        return len(stem) >= _HEAD or not ending, -usual[stem[:_HEAD]], len(stem)

    place, value = placed
    best = max(range(len(parts)), key=tells)
    return Row(parts[best].stem, best, parts, (-len(parts[0].stem), place), value)


def _stands(parts: tuple[Part, ...], said: list[str], at: int) -> bool:
    if at < 0 or at + len(parts) > len(said):
        return False
    for place, (stem, ending) in enumerate(parts, at):
        word = said[place]
        if len(word) - len(stem) > ending or not word.startswith(stem):
            return False
    return True
