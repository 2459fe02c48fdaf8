"""Where it is: an area by its name or alias in any language, or by a point.

A name is met as a row of words, the last of which may carry an ending. The longest name wins, then the
smaller area; equal names in two places leave the choice to a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vefa.kit.text import Stems, words
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

    by_first: Mapping[str, tuple[NamedArea, ...]]
    stems: Stems

    @classmethod
    def of(cls, names: Iterable[tuple[int, int, str]]) -> "Gazetteer":
        """`names` yields (area id, depth, name)."""
        table: dict[str, set[NamedArea]] = defaultdict(set)
        for area_id, depth, name in names:
            parts = tuple(words(name))
            if parts:
                table[parts[0]].add(NamedArea(area_id, depth, parts))
        ordered = {
            first: tuple(sorted(rows, key=lambda row: (row.parts, row.area_id)))
            for first, rows in table.items()
        }
        return cls(ordered, Stems.of(ordered))

    def find(self, said: list[str]) -> Guess[int] | None:
        """The area that the words name, or None."""
        met: list[tuple[NamedArea, str]] = []
        for at, word in enumerate(said):
            for beginning in self.stems.in_word(word, least=min(_LEAST_STEM, len(word))):
                rows = self.by_first.get(beginning, ())
                met += [
                    (row, " ".join(said[at : at + len(row.parts)])) for row in rows if _names(row, said, at)
                ]
        if not met:
            return None
        longest = max(_length(row) for row, _ in met)
        best = [(row, text) for row, text in met if _length(row) == longest]
        deepest = max(row.depth for row, _ in best)
        chosen = {row.area_id: text for row, text in best if row.depth == deepest}
        area_id, text = next(iter(chosen.items()))
        if len(chosen) > 1:
            return Guess(area_id, 0.4, f"names {text}, which is in several places")
        return Guess(area_id, 0.8, f"names {text}")


def _length(row: NamedArea) -> int:
    return sum(len(part) for part in row.parts)


def _names(row: NamedArea, said: list[str], at: int) -> bool:
    piece = said[at : at + len(row.parts)]
    if len(piece) < len(row.parts) or tuple(piece[:-1]) != row.parts[:-1]:
        return False
    last, part = piece[-1], row.parts[-1]
    ending = len(last) - len(part)
    return last == part or (len(part) >= _LEAST_STEM and last.startswith(part) and ending <= _LONGEST_ENDING)
