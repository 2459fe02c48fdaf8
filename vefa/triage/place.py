"""Where it is: an area by its name or alias in any language, or by a point.

A name is met as a row of words, the last of which may carry an ending. The longest name wins, then the
smaller area; equal names in two places leave the choice to a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vefa.kit.expressions import Expressions, Met, Part
from vefa.kit.saying import Sentence
from vefa.kit.text import words
from vefa.triage.guess import Guess

_LEAST_STEM = 4
_LONGEST_ENDING = 6


@dataclass(frozen=True)
class NamedArea:
    """One name of one area; `depth` grows towards the street."""

    area_id: int
    depth: int
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Gazetteer:
    """Every name of every area."""

    names: Expressions[NamedArea]

    @classmethod
    def of(cls, names: Iterable[tuple[int, int, str]]) -> "Gazetteer":
        """`names` yields (area id, depth, name)."""
        cut = ((area_id, depth, tuple(words(name))) for area_id, depth, name in names)
        rows = {NamedArea(area_id, depth, parts) for area_id, depth, parts in cut if parts}
        ordered = sorted(rows, key=lambda row: (row.parts, row.area_id))
        return cls(Expressions.of((_parts(row.parts), row) for row in ordered))

    def named(self, said: list[str]) -> list[Met[NamedArea]]:
        """Every name that stands in the words."""
        return self.names.found_in(said)


def area_of(named: Iterable[Met[NamedArea]]) -> Guess[int] | None:
    """The area that is meant by these names, or None."""
    met = [(name.value, " ".join(name.said)) for name in named]
    if not met:
        return None
    longest = max(_length(row) for row, _ in met)
    best = [(row, text) for row, text in met if _length(row) == longest]
    deepest = max(row.depth for row, _ in best)
    chosen = {row.area_id: text for row, text in best if row.depth == deepest}
    area_id, text = next(iter(chosen.items()))
    if len(chosen) > 1:
        return Guess(area_id, 0.4, Sentence("names %(words)s, which is in several places", words=text))
    return Guess(area_id, 0.8, Sentence("names %(words)s", words=text))


def _length(row: NamedArea) -> int:
    return sum(len(part) for part in row.parts)


def _parts(words: tuple[str, ...]) -> list[Part]:
    """A name whose last word may have an ending, if it is long enough."""
    *before, last = words
    ending = _LONGEST_ENDING if len(last) >= _LEAST_STEM else 0
    return [*(Part(word) for word in before), Part(last, ending)]
