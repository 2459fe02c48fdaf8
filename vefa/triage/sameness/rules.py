"""The decision over two reports: pure, explained by signs whose weights add up (natural logarithms of odds).

Place decides first. Two named places that differ, two house numbers, two lines speak strongly against; so do
two services, and weeks in between. Words that are alike only help where the place already speaks for it.
Weights come from invented pairs (tests/triage/sameness/development.csv) laid into a city of 20,000 cases.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from vefa.kit.geo import Point, distance_m
from vefa.triage.sameness.whereabouts import Whereabouts, alike

OFFERED = 0.25  # from here on two reports are offered as the same
BESIDE_M, NEAR_M, FAR_M = 50.0, 150.0, 400.0
_BEGIN = -0.6  # two open reports with one place in common, of which nothing else is known
CONTRADICTS = -1.5  # a weight from which on one sign speaks against all others
MOST_FOR_PLACES, MOST_FOR_SERVICES = 1.0, 1.6  # what the others then count at most
_FIRST_DAY, _PER_DAY, _FRESH_DAYS, _PER_OLD_DAY, _MOST_TIME = 0.8, 0.08, 7.0, 0.3, 5.0
_AGREED, _MATTER, _STRANGE = 2.2, 5.0, 3.0  # of services: likeliest ones in common, and what each word says
_WORDS, _WORDS_BESIDE = 2.2, 0.5  # of alike words at most; and beside what they say of services
_ONE_NUMBER = -0.6  # one names a house, the other none


class Sign(NamedTuple):
    """One reason: its name, the words or numbers behind it, and how much it speaks for (or against) it."""

    name: str
    says: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is known of one report. `area` is a path in the tree of areas; `services` confidence by code."""

    services: Mapping[str, float] = field(default_factory=dict)
    area: str = ""
    exact: bool = False  # the area is a street or a thing in it
    point: Point | None = None
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    day: float = 0.0  # when, in days
    group_of: Mapping[str, str] = field(default_factory=dict)  # the group of each service


@dataclass(frozen=True)
class Likeness:
    """How sure it is that two reports are about one thing, and why, the weightiest first."""

    odds: float  # their logarithm: two that are nearly sure can still be put in an order
    signs: tuple[Sign, ...]

    @property
    def probability(self) -> float:
        """0 to 1."""
        return 1 / (1 + math.exp(-self.odds))

    @property
    def offered(self) -> bool:
        """Whether a person should see it."""
        return self.probability >= OFFERED and any(
            sign.name in PLACES and sign.weight > 0 for sign in self.signs
        )


PLACES = frozenset({"point", "street", "house", "same_place", "near_place", "line"})


def likeness(
    one: Report, other: Report, nearness: float | None = None, matter: float | None = None
) -> Likeness:
    """Weigh two reports. `nearness` of their words: -1 to 1, 0 like any two; `matter`: how alike their words
    speak of services, -1 to 1 and in any two languages. None where they are unknown.
    """
    signs = [
        *_points(one, other),
        *_areas(one, other),
        *_named(one, other),
        *_services(one, other, matter),
        *_time(one, other),
    ]
    if nearness is not None:
        signs.append(
            _words(nearness, placed=_placed(signs), most=_WORDS if matter is None else _WORDS_BESIDE)
        )
    odds = _BEGIN + _sum(signs)
    told = sorted((sign for sign in signs if sign.weight), key=lambda sign: -abs(sign.weight))
    return Likeness(odds, tuple(told))


def apart(one: Report, other: Report) -> bool:
    """Whether their places contradict each other: then nothing else can make them one."""
    signs = [*_points(one, other), *_areas(one, other), *_named(one, other)]
    return any(sign.weight <= CONTRADICTS for sign in signs)


def _sum(signs: list[Sign]) -> float:
    """All weights; where something contradicts, what speaks for it counts only up to a limit: no heap of
    small likenesses makes two houses one.
    """
    against = sum(sign.weight for sign in signs if sign.weight < 0)
    speaking = sum(sign.weight for sign in signs if sign.weight > 0)
    worst = {sign.name: sign.weight for sign in signs if sign.weight <= CONTRADICTS}
    if worst:
        speaking = min(
            speaking, MOST_FOR_SERVICES if set(worst) <= {"other_service", "words"} else MOST_FOR_PLACES
        )
    return speaking + against


def _placed(signs: list[Sign]) -> bool:
    """Whether the place speaks for it and nothing of the place against it."""
    weights = [sign.weight for sign in signs if sign.name in PLACES or sign.name.startswith("other_")]
    return bool(weights) and all(weight > 0 for weight in weights)


def _points(one: Report, other: Report) -> list[Sign]:
    if one.point is None or other.point is None:
        return []
    metres = distance_m(one.point, other.point)
    weight = 2.4 if metres <= BESIDE_M else 1.5 if metres <= NEAR_M else 0.0 if metres <= FAR_M else -3.5
    return [Sign("point" if weight >= 0 else "other_point", f"{metres:.0f}", weight)]


def _areas(one: Report, other: Report) -> list[Sign]:
    if not one.area or not other.area:
        return []
    if one.area == other.area:
        return [Sign("same_place", one.area, 1.6 if one.exact else 0.9)]
    if f"{one.area}/".startswith(f"{other.area}/") or f"{other.area}/".startswith(f"{one.area}/"):
        return [Sign("near_place", min(one.area, other.area), 0.3)]
    near = one.point is not None and other.point is not None  # a border runs between two points: they decide
    return [Sign("other_place", f"{one.area} {other.area}", -0.5 if near else -3.5)]


def _named(one: Report, other: Report) -> list[Sign]:
    """Names, numbers and lines; inside one street or square other names are landmarks of it."""
    here, there = one.whereabouts, other.whereabouts
    same_street = bool(one.area) and one.area == other.area and one.exact
    pairs = (
        (
            "street",
            here.names,
            there.names,
            alike(here.names, there.names),
            1.6,
            -0.8 if same_street else -3.5,
        ),
        ("house", here.houses, there.houses, bool(here.houses & there.houses), 2.5, -3.5),
        ("line", here.lines, there.lines, bool(here.lines & there.lines), 1.2, -3.0),
    )
    told = [
        Sign(name if same else f"other_{name}", _both(first, second), weight if same else against)
        for name, first, second, same, weight, against in pairs
        if first and second
    ]
    alone = bool(here.houses) != bool(there.houses)
    return [*told, Sign("one_number", "", _ONE_NUMBER)] if alone else told


def _both(one: frozenset[str], other: frozenset[str]) -> str:
    shared = one & other
    return ", ".join(sorted(shared)) if shared else f"{', '.join(sorted(one))} / {', '.join(sorted(other))}"


def _services(one: Report, other: Report, matter: float | None) -> list[Sign]:
    """How far two lists of guesses agree, and their words; against it, how sure both are of others."""
    if not one.services or not other.services:
        return []
    first, second = (max(report.services, key=report.services.__getitem__) for report in (one, other))
    weight = _guessed(one, other) if matter is None else _spoken(one, other, matter)
    if weight > 0:
        best = max(
            [code for code in one.services if code in other.services] or [first],
            key=lambda code: one.services[code] * other.services.get(code, 0.0),
        )
        return [Sign("service", best, weight)]
    return [Sign("other_service", f"{first} {second}", weight)]


def _spoken(one: Report, other: Report, matter: float) -> float:
    agreed = sum(math.sqrt(weight * other.services.get(code, 0.0)) for code, weight in one.services.items())
    return _AGREED * min(1.0, agreed) + _MATTER * matter - _STRANGE


def _guessed(one: Report, other: Report) -> float:
    """Where only the names of services are known: by their cosine, and by the group they stand in."""
    agreed = _cosine(one.services, other.services)
    first, second = (max(report.services, key=report.services.__getitem__) for report in (one, other))
    sure = math.sqrt(one.services[first] * other.services[second])
    related = first == second or one.group_of.get(first, first) == other.group_of.get(second, second)
    against = (2.5 if related else 3.0) * max(0.3, sure)
    return 1.8 * agreed - against * (1 - agreed)


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    product = sum(weight * other.get(code, 0.0) for code, weight in one.items())
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    return min(1.0, product / lengths) if lengths else 0.0


def _time(one: Report, other: Report) -> list[Sign]:
    days = abs(one.day - other.day)
    fresh, old = min(days, _FRESH_DAYS), max(0.0, days - _FRESH_DAYS)
    spoken = _FIRST_DAY * min(days, 1.0) + _PER_DAY * fresh + _PER_OLD_DAY * old
    weight = -min(_MOST_TIME, spoken)
    return [Sign("time", f"{days:.0f}", weight)]


def _words(nearness: float, *, placed: bool, most: float) -> Sign:
    """Alike words alone prove nothing: they speak for it only where the place does too."""
    weight = most * max(-0.9, min(1.0, 1.8 * nearness))
    return Sign("words", f"{nearness:.2f}", weight if placed or weight < 0 else min(weight, 0.3))
