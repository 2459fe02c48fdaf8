"""When many cases look like one incident: pure arithmetic over counts by area and service.

A service that comes far more often in an area than is usual at this hour is hot there. What is hot in one
area, or in areas of which one lies in the other, rises together and is proposed as one incident. Areas are
paths ("city/district/street"); "" is the whole city.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

LEAST_OF_ONE = 3  # cases of one service, before it counts as rising
FLOOR = 0.5  # what is usual where nothing is known of the hour
HELD = 0.8  # an area that holds so much of a wider one's cases is where it happens
SWITCHES = ("on", "joins")  # what `[settings.incidents]` may name, and the spans of its numbers
SPANS: Mapping[str, tuple[float, float]] = {
    "at_least": (2, 10_000),
    "times": (1.0, 1000.0),
    "window_min": (5, 1440),
}


class Cell(NamedTuple):
    """One service in one area."""

    path: str
    service_id: int


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What a city calls many: so many people within so many minutes, and so many times the usual.

    `joins`: cases that fit a running incident join it by themselves.
    """

    on: bool = True
    at_least: int = 8
    times: float = 4.0
    window_min: int = 60
    joins: bool = False


@dataclass(frozen=True)
class Surge:
    """What rises together in one area: which services, how many people, how many are usual."""

    path: str
    service_ids: tuple[int, ...]
    count: int
    usual: float


def bar_of(settings: Mapping[str, Any]) -> Bar:
    """The bar that `[settings.incidents]` of municipality.toml names; what is missing is as usual.

    So is what is odd: a load refuses that, but an older one may have let it in.
    """
    given = settings.get("incidents")
    given = given if isinstance(given, Mapping) else {}
    plain = Bar()
    return Bar(
        on=given.get("on", plain.on) is not False,
        at_least=int(_number(given, "at_least", plain.at_least)),
        times=_number(given, "times", plain.times),
        window_min=int(_number(given, "window_min", plain.window_min)),
        joins=given.get("joins", plain.joins) is True,
    )


def fits(value: Any, span: tuple[float, float]) -> bool:
    """Whether it is a number within the span."""
    return isinstance(value, int | float) and not isinstance(value, bool) and span[0] <= value <= span[1]


def _number(given: Mapping[str, Any], name: str, usual: float) -> float:
    value: Any = given.get(name)
    return float(value if fits(value, SPANS[name]) else usual)


def surges(now: Mapping[Cell, int], usual: Mapping[Cell, float], bar: Bar) -> list[Surge]:
    """What rises together at this moment, the largest first."""
    counted, known = _upwards(now), _upwards(usual)
    hot = [
        Surge(cell.path, (cell.service_id,), round(count), known.get(cell, 0.0))
        for cell, count in counted.items()
        if count >= LEAST_OF_ONE and count >= bar.times * max(known.get(cell, 0.0), FLOOR)
    ]
    by_service: dict[int, list[Surge]] = defaultdict(list)
    for one in hot:
        by_service[one.service_ids[0]].append(one)
    places = [place for found in by_service.values() for place in _places(found)]
    enough = [one for one in _together(places) if one.count >= bar.at_least]
    return sorted(enough, key=lambda one: (-one.count, one.path))


def _upwards(cells: Mapping[Cell, float]) -> dict[Cell, float]:
    """Every cell counted in each area that holds it, up to the whole city."""
    found: dict[Cell, float] = defaultdict(float)
    for cell, count in cells.items():
        for path in {*ways_up(cell.path)}:
            found[Cell(path, cell.service_id)] += count
    return found


def ways_up(path: str) -> Iterable[str]:
    """The area, what holds it, and so on up to the whole city, which is ""."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""


def inside(path: str, other: str) -> bool:
    """Whether the first area is the second one, or lies in it."""
    return not other or f"{path}/".startswith(f"{other}/")


def near(path: str, other: str) -> bool:
    """Whether one of two areas lies in the other."""
    return inside(path, other) or inside(other, path)


def _places(hot: Sequence[Surge]) -> list[Surge]:
    """Where one service rises: the widest hot areas, each narrowed to where nearly all of it is."""
    wide = [one for one in hot if not any(inside(one.path, other.path) for other in hot if other is not one)]
    return [_narrowed(one, hot) for one in wide]


def _narrowed(wide: Surge, hot: Sequence[Surge]) -> Surge:
    within = [
        one for one in hot if inside(one.path, wide.path) and one.count >= HELD * wide.count
    ]  # itself among them
    return max(within, key=lambda one: (_depth(one.path), one.count))


def _depth(path: str) -> int:
    return path.count("/") + 1 if path else 0


def _together(places: Sequence[Surge]) -> list[Surge]:
    """Places that lie in one another made one, the widest first."""
    found: list[Surge] = []
    for one in sorted(places, key=lambda place: (_depth(place.path), place.path, place.service_ids)):
        holder = next((place for place in found if inside(one.path, place.path)), None)
        if holder is None:
            found.append(one)
        else:
            found[found.index(holder)] = Surge(
                holder.path,
                tuple(sorted({*holder.service_ids, *one.service_ids})),
                holder.count + one.count,
                holder.usual + one.usual,
            )
    return found
