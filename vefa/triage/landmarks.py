"""Landmarks said by their kind: "the park in Zafer", "opposite the hospital", where the city knows only one.

A map does not hold every school, so that a school is meant only within a quarter that is named. Of a few
kinds a city has one and residents say nothing more: there the word is enough beside "in", "opposite" or so.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from vefa.kit.expressions import ANY, Expressions, Met, Part
from vefa.kit.text import words

_CASES = re.compile(r"'?(?:s?[iu])?n?(?:[dt][ae]|[iu]n)|(?:[ыи]?н?[ыи]ң|[ыи]?н?[дт][ае]|[нд]?ын|[нд]?ин)")
_THERE = re.compile(r"'?(?:s?[iu])?n?[dt][ae](?!n)|(?:с?[ыи])?н?[дт][ае](?!н)")

type Known = tuple[int, tuple[int, ...], Sequence[str]]  # an area, those above it, the folded words of a name


class Seen(NamedTuple):
    """A landmark by its kind: at which word, and which area it is."""

    at: int
    area_id: int


class _Kind(NamedTuple):
    """A kind of landmark in one language, and whether a city has one of it."""

    name: str
    cased: bool  # a language that tells by endings where something is


@dataclass(frozen=True)
class _Words:
    kinds: Expressions[_Kind]
    alone: AbstractSet[str]
    before: frozenset[str]
    behind: tuple[str, ...]


@dataclass(frozen=True)
class Landmarks:
    """Areas by the kind of thing that their names tell."""

    by_kind: Mapping[str, Mapping[int, AbstractSet[int]]]

    @classmethod
    def of(cls, known: Iterable[Known]) -> "Landmarks":
        """For these names of streets and landmarks."""
        found: dict[str, dict[int, frozenset[int]]] = defaultdict(dict)
        for area_id, above, said in known:
            for met in _words().kinds.found_in(list(said)):
                found[met.value.name][area_id] = frozenset(above)
        return cls({kind: dict(areas) for kind, areas in found.items()})

    def found_in(self, said: list[str], quarters: AbstractSet[int]) -> list[Seen]:
        """Those that words mean; `quarters` are the areas that the words name."""
        if not self.by_kind:
            return []
        for met in _words().kinds.found_in(said):
            areas = self.by_kind.get(met.value.name, {})
            near = [area for area, above in areas.items() if above & quarters]
            if len(near) == 1 and _is_one(met, said):
                return [Seen(met.at, near[0])]
            alone = not quarters and met.value.name in _words().alone and len(areas) == 1
            if alone and _is_where(met, said):
                return [Seen(met.at, next(iter(areas)))]
        return []


def _is_one(met: Met[_Kind], said: list[str]) -> bool:
    """Whether a certain one is meant: "in the park", not "we need a park"."""
    known = _words()
    if met.value.cased:
        return bool(_CASES.match(_ending(met)))
    behind = said[met.at + 1 : met.at + 2]
    return bool(known.before.intersection(said[max(0, met.at - 2) : met.at])) or behind == ["محله"]


def _is_where(met: Met[_Kind], said: list[str]) -> bool:
    """Whether something is said to be in, before or behind it."""
    known = _words()
    if met.value.cased:
        behind = said[met.at + 1 : met.at + 2]
        return bool(_THERE.match(_ending(met))) or any(word.startswith(known.behind) for word in behind)
    before = set(said[max(0, met.at - 2) : met.at])
    return bool(known.before.intersection(before - {"the"}))


def _ending(met: Met[_Kind]) -> str:
    return met.said[0][_words_of(met) :]


def _words_of(met: Met[_Kind]) -> int:
    """The letters of a word that are not its ending."""
    stems = _stems()
    return max((len(stem) for stem in stems if met.said[0].startswith(stem)), default=0)


@cache
def _stems() -> tuple[str, ...]:
    rows = (row for found in _words().kinds.by_head.values() for row in found)
    return tuple({row.stem for row in rows})


@cache
def _words() -> _Words:
    source = resources.files("vefa.triage.lexicon").joinpath("landmarks.toml").read_text(encoding="utf-8")
    read = tomllib.loads(source)
    kinds = [
        ([Part("".join(words(word)), ANY if word.endswith("*") else 0)], _Kind(name, code in {"tr", "kk"}))
        for name, said in read["kind"].items()
        for code in ("tr", "kk", "ru", "fa", "en")
        for word in said[code]
    ]
    return _Words(
        Expressions.of(kinds),
        frozenset(name for name, said in read["kind"].items() if said.get("alone")),
        frozenset(word for one in read["where"]["before"] for word in words(one)),
        tuple("".join(words(one)) for one in read["where"]["behind"]),
    )
