"""Where the cases of an incident are: places for the map, and the same places with their cases as a list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from vefa.cases.incidents.queries import Spot
from vefa.directory.queries import directory
from vefa.web.ui import words

LISTED = 6  # cases of one place by name; the page lists all of them below
DECIMALS = 4  # about ten metres: nearer ones would hide each other


@dataclass(frozen=True)
class Pin:
    """Cases that lie together. `sort`: exact, about (only the area is known), or fits (has not joined)."""

    name: str
    latitude: float
    longitude: float
    sort: str
    spots: Sequence[Spot]

    @property
    def count(self) -> int:
        """How many cases."""
        return len(self.spots)

    @property
    def shown(self) -> Sequence[Spot]:
        """Those that are named in the list."""
        return self.spots[:LISTED]

    @property
    def further(self) -> int:
        """How many are not."""
        return max(0, self.count - LISTED)


def pins(spots: Iterable[Spot]) -> list[Pin]:
    """The places with most cases first; a case of which not even the neighbourhood is known is on no map."""
    together: dict[tuple[str, float, float], list[Spot]] = {}
    for spot in spots:
        point = _point(spot)
        if point is not None:
            key = (_sort(spot), round(point[0], DECIMALS), round(point[1], DECIMALS))
            together.setdefault(key, []).append(spot)
    found = [Pin(_name(inside[0]), lat, lon, sort, inside) for (sort, lat, lon), inside in together.items()]
    return sorted(found, key=lambda pin: (pin.sort == "fits", -pin.count, pin.name))


def _sort(spot: Spot) -> str:
    if not spot.inside:
        return "fits"
    return "exact" if spot.lat is not None else "about"


def _point(spot: Spot) -> tuple[float, float] | None:
    if spot.lat is not None and spot.lon is not None:
        return spot.lat, spot.lon
    area = directory().areas.get(spot.area_id or 0)
    if area is None or area.latitude is None or area.longitude is None:
        return None
    return area.latitude, area.longitude


def _name(spot: Spot) -> str:
    area = directory().areas.get(spot.area_id or 0)
    named = area.name(get_language() or "en") if area else ""
    if spot.lat is None:
        return named
    return words.listed(spot.place_text, named) or gettext("a point on the map")
