"""The first, coarse look at many candidates: by place, time, service and words, without reading any wholly.

Pure. What a text's words weigh is told by the candidates themselves: a word that most of them have says
nothing, one that two share says much, a number that two share most of all.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

BEGINNING = 5  # letters of a word that count: endings differ
_LEAST_WORD = 3
_NUMBER_AT = re.compile(r"\d+")
_SILENT = 0.04  # the share of a service of which the words say nothing
_UNDECIDED = 0.12  # of a case that has no service yet
_SAME_AREA, _FOUND_OTHERWISE = 1.0, 1.0
_FIRST_DAY, _PER_DAY = 0.6, 0.08
_WORDS, _NUMBER = 3.0, 1.5


class Brief(NamedTuple):
    """What is known of a candidate before it is read: keys of rows, days, and the words of its text."""

    id: int
    service: int | None
    area: int | None
    day: float
    said: Sequence[str]
    beside: bool = False  # came by another way than its area: a point, a name, its reporter, its meaning


@dataclass(frozen=True)
class Wanted:
    """What is looked for: shares by key of a service, the areas that would fit best, day and words."""

    services: Mapping[int, float]
    areas: Collection[int]
    day: float
    said: Sequence[str]


def sifted(wanted: Wanted, found: Sequence[Brief], *, most: int) -> list[int]:
    """The ids of so many of the likeliest, the likeliest first."""
    cuts = [_cut(one.said) for one in found]
    common = Counter(word for cut in cuts for word in cut)
    told = [word for word in _cut(wanted.said) if word in common]
    rare = {word: math.log((len(found) + 1) / (common[word] + 0.5)) for word in told}
    whole = math.fsum(rare.values()) or 1.0
    scored = [
        (_known(wanted, one) + _spoken(rare, cut, whole), one.id)
        for one, cut in zip(found, cuts, strict=True)
    ]
    return [key for _, key in sorted(scored, reverse=True)[:most]]


def _known(wanted: Wanted, one: Brief) -> float:
    share = _UNDECIDED if one.service is None else wanted.services.get(one.service, _SILENT)
    days = abs(one.day - wanted.day)
    placed = _SAME_AREA * (one.area in wanted.areas) + _FOUND_OTHERWISE * one.beside
    return math.log(max(_SILENT, share)) + placed - _FIRST_DAY * min(1.0, days) - _PER_DAY * days


def _spoken(rare: Mapping[str, float], cut: frozenset[str], whole: float) -> float:
    shared = [word for word in rare if word in cut]
    numbers = sum(word.isdigit() for word in shared)
    return _WORDS * math.fsum(rare[word] for word in shared) / whole + _NUMBER * min(1, numbers)


def _cut(said: Sequence[str]) -> frozenset[str]:
    """Beginnings of words, and numbers without the endings that are written at them: "14'ün", "14-үй"."""
    numbers = [met.group() for word in said if (met := _NUMBER_AT.match(word))]
    return frozenset([*numbers, *(word[:BEGINNING] for word in said if len(word) >= _LEAST_WORD)])
