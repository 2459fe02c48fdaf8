"""The public map: our own outlines as one drawing, circles for what was reported; no script, no tiles."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from vefa.cases import public as cases
from vefa.cases.public import Bounds, PublicCase
from vefa.directory.models import Area
from vefa.directory.outlines import outlines
from vefa.kit.geo import Point
from vefa.web.portal import public
from vefa.web.portal.board import Wish, choices, wish_of
from vefa.web.portal.closed import once_loaded
from vefa.web.ui.words import listed

WIDTH = 800.0  # units of the drawing
CELLS = 16  # circles side by side at most
MARGIN = 0.02  # of the extent
FINEST = 1.5  # units between two points of an outline


@dataclass(frozen=True)
class Frame:
    """The piece of the world that is drawn: degrees to units of the drawing, north up."""

    west: float
    south: float
    east: float
    north: float

    @property
    def stretch(self) -> float:
        """How much shorter a degree of longitude is than one of latitude here."""
        return math.cos(math.radians((self.south + self.north) / 2))

    @property
    def height(self) -> float:
        """Units from top to bottom."""
        return WIDTH * (self.north - self.south) / ((self.east - self.west) * self.stretch)

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """A point in units of the drawing."""
        x = (lon - self.west) / (self.east - self.west) * WIDTH
        y = (self.north - lat) / (self.north - self.south) * self.height
        return round(x, 1), round(y, 1)


@dataclass(frozen=True)
class Ground:
    """One area as it is drawn; `href` looks closer."""

    name: str
    path: str
    href: str
    x: float
    y: float
    count: int


@dataclass(frozen=True)
class Spot:
    """One circle: a case, or several that lie close together."""

    x: float
    y: float
    radius: float
    count: int
    href: str
    words: str


@require_safe
@once_loaded
def city_map(request: HttpRequest) -> HttpResponse:
    """The whole city, or one area larger; the list below it says the same in words."""
    wish = wish_of(request)
    drawn = _drawn(wish.area)
    context: dict[str, Any] = {"back": reverse("portal:board"), "list_href": _address("portal:board", wish)}
    if drawn:
        frame = _frame(polygon for _, polygon in drawn)
        context |= _drawing(wish, frame, drawn, timezone.now())
    return render(request, "portal/map.html", {**context, **choices(wish)})


def _drawing(
    wish: Wish, frame: Frame, drawn: Sequence[tuple[Area, dict[str, Any]]], now: datetime
) -> dict[str, Any]:
    bounds = Bounds(Point(frame.south, frame.west), Point(frame.north, frame.east))
    found = cases.map_points(bounds, wish.filters, now=now)
    counts = Counter(_branch(case, drawn) for case in found)
    return {
        "frame": frame,
        "width": WIDTH,
        "grounds": [_ground(wish, frame, area, polygon, counts[area.id]) for area, polygon in drawn],
        "spots": _spots(wish, frame, found),
        "total": len(found),
        "whole": _address("portal:map", Wish(wish.service, None, wish.state)) if wish.area else "",
        "area_name": wish.area.name(get_language() or "en") if wish.area else "",
    }


def _drawn(area: Area | None) -> list[tuple[Area, dict[str, Any]]]:
    """The areas to draw: the neighbourhoods, or where somebody looks closer, those of that area."""
    known = outlines()
    level = [one for one in known if one[0].kind == Area.Level.NEIGHBOURHOOD]
    if area is None:
        return level or known
    inside = [one for one in level if one[0].path == area.path or one[0].path.startswith(f"{area.path}/")]
    above = [one for one in known if one[0].id == area.id or one[0].id == area.parent_id]
    return inside or above[-1:]


def _frame(polygons: Iterable[dict[str, Any]]) -> Frame:
    points = [point for polygon in polygons for ring in _rings(polygon) for point in ring]
    west, east = min(point[0] for point in points), max(point[0] for point in points)
    south, north = min(point[1] for point in points), max(point[1] for point in points)
    wide, high = (east - west) * MARGIN, (north - south) * MARGIN
    return Frame(west - wide, south - high, east + wide, north + high)


def _rings(polygon: dict[str, Any]) -> list[list[list[float]]]:
    parts = polygon["coordinates"]
    return parts if polygon["type"] == "Polygon" else [ring for part in parts for ring in part]


def _branch(case: PublicCase, drawn: Sequence[tuple[Area, dict[str, Any]]]) -> int:
    """Which of the drawn areas a case lies in; 0 for none."""
    path = f"{case.area.path}/" if case.area else ""
    return next((area.id for area, _ in drawn if path.startswith(f"{area.path}/")), 0)


def _ground(wish: Wish, frame: Frame, area: Area, polygon: dict[str, Any], count: int) -> Ground:
    rings = [_thinned([frame.place(*point[:2]) for point in ring]) for ring in _rings(polygon)]
    path = "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)
    own = (area.longitude, area.latitude)
    middle = frame.place(own[0], own[1]) if own[0] is not None and own[1] is not None else rings[0][0]
    return Ground(
        name=area.name(get_language() or "en"),
        path=path,
        href=_address("portal:map", Wish(wish.service, area, wish.state)),
        x=middle[0],
        y=middle[1],
        count=count,
    )


def _thinned(ring: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The ring without points that lie too close together to be seen."""
    kept = [ring[0]]
    for point in ring[1:]:
        if math.dist(point, kept[-1]) >= FINEST:
            kept.append(point)
    return kept


def _spots(wish: Wish, frame: Frame, found: Sequence[PublicCase]) -> list[Spot]:
    """Circles on a grid, so that none hides another."""
    size = WIDTH / CELLS
    cells: dict[tuple[int, int], list[tuple[float, float, PublicCase]]] = {}
    for case in found:
        assert case.lat is not None
        assert case.lon is not None
        x, y = frame.place(case.lon, case.lat)
        cells.setdefault((int(x / size), int(y / size)), []).append((x, y, case))
    return [_spot(wish, cell) for _, cell in sorted(cells.items())]


def _spot(wish: Wish, cell: Sequence[tuple[float, float, PublicCase]]) -> Spot:
    count = len(cell)
    x = round(sum(at for at, _, _ in cell) / count, 1)
    y = round(sum(at for _, at, _ in cell) / count, 1)
    first = cell[0][2]
    if count == 1:
        shown = public.shown(first)
        return Spot(x, y, 9, 1, shown.address, f"{listed(shown.service, shown.place)}: {shown.status.name}")
    area = first.area
    closer = area is not None and (wish.area is None or wish.area.id != area.id)
    page = "portal:map" if closer else "portal:board"
    name = area.name(get_language() or "en") if area else ""
    href = _address(page, Wish(wish.service, area or wish.area, wish.state))
    return Spot(x, y, min(12 + 3 * math.log2(count), WIDTH / CELLS / 2 + 4), count, href, name)


def _address(page: str, wish: Wish) -> str:
    return reverse(page, query=wish.query)
