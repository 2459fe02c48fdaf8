"""Where it is: an area, street or stop by its name or alias in any language and any letters, or by a point.

A name is met as a row of words, the last of which may carry an ending. Its skeleton is looked for where the
name itself is not met: names are typed in foreign letters too. The name of a street without the word "street"
counts only beside such a word, for people name streets after things. The longest name wins, then the smaller
area; equal names in two places leave the choice to a person.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import NamedTuple

from vefa.kit.expressions import ANY, Expressions, Met, Part
from vefa.kit.saying import Sentence
from vefa.kit.text import words
from vefa.triage.guess import Guess
from vefa.triage.houses import house_beside, house_of
from vefa.triage.lexicon import Phrases
from vefa.triage.script import skeletons

CLEAR = 0.5  # from this confidence on, a place is taken without asking
STREET = 3  # depth of a street in the tree of areas
STOP = 4  # of a stop, which is nearer than any street
_LEAST_STEM = 4
_LEAST_CUT = 5  # letters of a name whose own last letter may change
_LONGEST_ENDING = 9  # "'lardaki" of Turkish
_LEAST_SKELETON = 5
_THERE = re.compile(r"'?n?[dt][ae](?:ki|n|ng[iy])?$|н?[дт][ае](?:г[иы])?$")
_CYRILLIC = re.compile("[а-я]")
# Last letters that change: "Лесная, на Лесной", "Каменный, у Каменного", "Sazlık, Sazlığında".
_CASE = re.compile("(?:[ыио]й|[ая]я|[ое]е|[аяоеиыьйкk])$")
_BENT_ENDING = 6


@dataclass(frozen=True)
class NamedArea:
    """One name of one area; `depth` grows towards the street, `above` are the areas that hold it.

    `bare`: the name of a street without the word "street". `thing`: residents call a thing so too.
    """

    area_id: int
    depth: int
    parts: tuple[str, ...]
    above: tuple[int, ...] = ()
    bare: bool = False
    thing: bool = False


class Name(NamedTuple):
    """A name as the directory knows it; `above` are the ids of the areas that hold it, the widest first."""

    area_id: int
    text: str
    above: tuple[int, ...] = ()
    depth: int | None = None  # where it is not the number of those above


@dataclass(frozen=True)
class Place:
    """Where it is said to be: the smallest area that is known, and the number of a house as it is written."""

    area_id: int | None
    number: str = ""


@dataclass(frozen=True)
class Gazetteer:
    """Every name of every area, and their skeletons."""

    names: Expressions[NamedArea]
    skeletons: Expressions[NamedArea]

    @classmethod
    def of(cls, names: Iterable[Name], *, things: AbstractSet[str] = frozenset()) -> "Gazetteer":
        """`things` are folded words that speak for services: a name that is one of them is less sure."""
        rows = {row for name in names if (row := _row(name, things))}
        rows |= {bare for row in rows if (bare := _without_street(row, things))}
        ordered = sorted(rows, key=lambda row: (row.parts, row.area_id, row.bare))
        return cls(
            Expressions.of((parts, row) for row in ordered for parts in _spellings(row.parts)),
            Expressions.of(_by_skeleton(ordered)),
        )

    def named(self, said: list[str]) -> list[Met[NamedArea]]:
        """Every name that stands in the words; by skeletons where none does as it is written."""
        found = [met for met in self.names.found_in(said) if _counts(met, said)]
        if not found:
            likely = (
                Met(met.at, said[met.at : met.at + len(met.said)], met.value)
                for met in self.skeletons.found_in(skeletons(said))
            )
            found = [met for met in likely if _counts(met, said)]
        return [_sure(met, said) if met.value.thing else met for met in found]


def area_of(named: Iterable[Met[NamedArea]]) -> Guess[int] | None:
    """The area that is meant by these names, or None.

    What lies within another area that is named too wins, then the longest name, then the smaller area.
    """
    met = {name.value: " ".join(name.said) for name in named}
    if not met:
        return None
    ids = {row.area_id for row in met}

    def rank(row: NamedArea) -> tuple[int, int, int]:
        return len(ids.intersection(row.above)), _length(row), row.depth

    best = max(map(rank, met))
    chosen = [row for row in met if rank(row) == best]
    row, text = chosen[0], met[chosen[0]]
    if len({one.area_id for one in chosen}) > 1:
        return Guess(row.area_id, 0.4, Sentence("names %(words)s, which is in several places", words=text))
    if row.thing:
        return Guess(row.area_id, 0.45, Sentence("names %(words)s, which may be a thing as well", words=text))
    return Guess(row.area_id, 0.8, Sentence("names %(words)s", words=text))


def number_of(text: str, said: Sequence[str], named: Iterable[Met[NamedArea]], *, before: bool) -> str:
    """The number of a house: by a word for it, or beside the name of a street (`before`: as in English)."""
    found = house_of(text)
    if found:
        return found
    streets = (met for met in named if met.value.depth >= STREET)
    beside = (house_beside(said, met.at, _end(met, said), before=before) for met in streets)
    return next((number for number in beside if number), "")


def same_as_before(said: list[str]) -> str:
    """The words by which a text names the place that was named before, or ""."""
    return next(iter(_around().again.found(said).get("same", [])), "")


def _end(met: Met[NamedArea], said: Sequence[str]) -> int:
    """Behind a name and the word "street" that may follow it."""
    end = met.at + len(met.said)
    return end + 1 if end < len(said) and _is_mark(said, end, _around().behind) else end


def _without_street(row: NamedArea, things: AbstractSet[str]) -> NamedArea | None:
    """The name of a street alone: "cumhuriyet" of "cumhuriyet caddesi"."""
    if row.depth < STREET or len(row.parts) < 2:
        return None
    kept = tuple(word for word in row.parts if not _around().is_mark(word))
    if len(kept) == len(row.parts) or len("".join(kept)) < _LEAST_STEM:
        return None
    return replace(row, parts=kept, bare=True, thing=len(kept) == 1 and _is_thing(kept[0], things))


def _row(name: Name, things: AbstractSet[str]) -> NamedArea | None:
    parts = tuple(words(name.text))
    if not parts:
        return None
    depth = len(name.above) if name.depth is None else name.depth
    thing = len(parts) == 1 and _is_thing(parts[0], things)
    return NamedArea(name.area_id, depth, parts, name.above, thing=thing)


def _is_thing(word: str, things: AbstractSet[str]) -> bool:
    return any(len(one) >= _LEAST_STEM and word.startswith(one) for one in things)


def _counts(met: Met[NamedArea], said: Sequence[str]) -> bool:
    """Whether a name is meant as one: that of a street alone needs "street" or "in" beside it."""
    return not met.value.bare or _is_street(met, said) or (not met.value.thing and _is_there(met, said))


def _sure(met: Met[NamedArea], said: Sequence[str]) -> Met[NamedArea]:
    """A name that is a thing too is no thing beside "street" or "in"."""
    if _is_street(met, said) or _is_there(met, said):
        return met._replace(value=replace(met.value, thing=False))
    return met


def _is_street(met: Met[NamedArea], said: Sequence[str]) -> bool:
    """Whether "street" or the like stands beside a name."""
    around = _around()
    end = met.at + len(met.said)
    return _is_mark(said, met.at - 1, around.before) or _is_mark(said, end, around.behind)


def _is_there(met: Met[NamedArea], said: Sequence[str]) -> bool:
    """Whether a name ends on "in" (Turkish, Kazakh) or has it before (Russian, Persian, English)."""
    ending = met.said[-1][len(met.value.parts[-1]) :]
    return bool(_THERE.match(ending)) or _is_mark(said, met.at - 1, _around().at)


def _is_mark(said: Sequence[str], at: int, marks: Expressions[None]) -> bool:
    return 0 <= at < len(said) and bool(marks.found_in([said[at]]))


@dataclass(frozen=True)
class _Around:
    before: Expressions[None]
    behind: Expressions[None]
    at: Expressions[None]
    again: Phrases

    def is_mark(self, word: str) -> bool:
        return bool(self.before.found_in([word]) or self.behind.found_in([word]))


@cache
def _around() -> _Around:
    source = resources.files("vefa.triage.lexicon").joinpath("places.toml").read_text(encoding="utf-8")
    read = tomllib.loads(source)
    before, behind, at = (_marks(read["street"][side]) for side in ("before", "behind", "at"))
    return _Around(before, behind, at, Phrases.of(read["again"]))


def _marks(listed: Iterable[str]) -> Expressions[None]:
    return Expressions.of(
        ([Part(word, ANY if one.endswith("*") else 0)], None) for one in listed for word in words(one)
    )


def _by_skeleton(rows: Iterable[NamedArea]) -> Iterable[tuple[Sequence[Part], NamedArea]]:
    for row in rows:
        parts = tuple(skeletons(list(row.parts)))
        if all(parts) and len("".join(parts)) >= _LEAST_SKELETON:
            yield _parts(parts), row


def _length(row: NamedArea) -> int:
    return sum(len(part) for part in row.parts)


def _spellings(words: tuple[str, ...]) -> Iterable[list[Part]]:
    """A name as it is, and once more with every word bent: "Каменный мост" in "у Каменного моста"."""
    yield _parts(words)
    *before, last = words
    if before and all(map(_CYRILLIC.search, words)):
        yield [_bent(word) for word in words]
    elif _bent(last).stem != last:
        yield [*(Part(word) for word in before), _bent(last)]


def _bent(word: str) -> Part:
    """A word without the letters that its cases change, and with room for others."""
    stem = _CASE.sub("", word) if len(word) >= _LEAST_CUT else word
    return Part(stem, _BENT_ENDING if len(stem) >= _LEAST_STEM else 0) if stem != word else _parts((word,))[0]


def _parts(words: tuple[str, ...]) -> list[Part]:
    """A name whose last word may have an ending, if it is long enough."""
    *before, last = words
    ending = _LONGEST_ENDING if len(last) >= _LEAST_STEM else 0
    return [*(Part(word) for word in before), Part(last, ending)]
