"""What everybody may see: places, services and states. Never a name, an address, a resident's own words.

Only the fields of `PublicCase` leave here, and only for cases that are marked public. A place is told to a
hundred metres and everything is measured from there, so that nobody finds the door of who reported it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from vefa.cases import paging
from vefa.cases.filters import areas_below
from vefa.cases.models import OPEN, Case
from vefa.directory.models import Area, Service
from vefa.directory.queries import directory
from vefa.kit.geo import Point, box_around, coarse, distance_m
from vefa.kit.masking import masked

MOST_POINTS = 1_000
CELL_M = 100  # of the grid on which the public sees places
ENDED_SHOWN = timedelta(days=30)  # how long the map keeps what has an outcome
FIELDS = (
    "id", "public", "private", "service", "area", "lat", "lon", "public_text", "state", "outcome",
    "opened_at", "ended_at", "planned_date", "supporters", "reopened",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicCase:
    """All that the public learns of a case."""

    id: int
    service: Service
    area: Area | None
    lat: float | None  # the middle of a cell of `CELL_M`, never the place itself
    lon: float | None
    text: str  # written by staff for the public, often empty; personal data in it are masked
    state: str
    outcome: str
    opened_at: datetime
    ended_at: datetime | None
    planned_date: date | None
    supporters: int
    reopened: int


@dataclass(frozen=True, slots=True)
class PublicPage:
    """Public cases, newest first, and the places before and behind them (None: nothing there)."""

    rows: list[PublicCase]
    newer: str | None
    older: str | None


@dataclass(frozen=True, kw_only=True)
class PublicFilters:
    """What the public list is narrowed to; areas with all below them. Empty means any."""

    service_id: int | None = None
    area_id: int | None = None
    ended: bool | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """A piece of the map, degrees of WGS 84."""

    south_west: Point
    north_east: Point


def listing(filters: PublicFilters, *, cursor: str = "", limit: int = 50) -> PublicPage:
    """One page of the public list in two statements. Raises paging.CursorError."""
    found = paging.page(
        paging.Question(
            cases=_shown().filter(_narrowed(filters)),
            order=paging.NEWEST,
            cursor=paging.read_cursor(cursor) if cursor else None,
            limit=limit,
        )
    )
    by_id = {case.id: case for case in _read(Case.objects.filter(id__in=found.ids).order_by("id"))}
    kept = [by_id[case_id] for case_id in found.ids if case_id in by_id]
    return PublicPage(kept, found.newer, found.older)


def map_points(
    bounds: Bounds, filters: PublicFilters, *, now: datetime, limit: int = MOST_POINTS
) -> list[PublicCase]:
    """The newest public cases with a place inside the bounds: open ones, and those ended within 30 days."""
    placed = _shown().filter(_within(_widened(bounds)), _narrowed(filters))
    ids = list(placed.filter(OPEN).order_by("-opened_at", "-id").values_list("id", flat=True)[:limit])
    if len(ids) < limit and filters.ended is not False:
        lately = placed.filter(ended_at__gte=now - ENDED_SHOWN).order_by("-ended_at", "-id")
        ids += lately.values_list("id", flat=True)[: limit - len(ids)]
    found = _read(Case.objects.filter(id__in=ids).order_by("-opened_at", "-id"))
    return [case for case in found if _lies_in(bounds, case)]


def nearby(point: Point, *, service_id: int | None, metres: float, limit: int = 10) -> list[PublicCase]:
    """Open public cases around a point, the nearest first: "is it one of these?"."""
    box = Bounds(*box_around(point, metres + CELL_M))
    cases = _shown().filter(OPEN, _within(box))
    if service_id is not None:
        cases = cases.filter(service_id=service_id)
    near = [
        (distance_m(point, Point(case.lat or 0, case.lon or 0)), case.id, case)
        for case in _read(cases.order_by("-opened_at", "-id")[:MOST_POINTS])
    ]
    return [case for distance, _, case in sorted(near, key=_by_distance) if distance <= metres][:limit]


def one(case_id: int) -> PublicCase | None:
    """A public case by its id; None where there is none, or none that is public."""
    return next(iter(_read(Case.objects.filter(pk=case_id).order_by("id"))), None)


def _shown() -> QuerySet[Case]:
    return Case.objects.filter(public=True, private=False, master=None)


def _narrowed(filters: PublicFilters) -> Q:
    found = Q()
    if filters.service_id is not None:
        found &= Q(service_id=filters.service_id)
    if filters.area_id is not None:
        found &= Q(area_id__in=areas_below(filters.area_id))
    if filters.ended is not None:
        found &= ~OPEN if filters.ended else OPEN
    return found


def _within(bounds: Bounds) -> Q:
    low, high = bounds.south_west, bounds.north_east
    return Q(lat__range=(low.latitude, high.latitude), lon__range=(low.longitude, high.longitude))


def _widened(bounds: Bounds) -> Bounds:
    """With everything whose cell may have its middle inside."""
    low, _ = box_around(bounds.south_west, CELL_M)
    _, high = box_around(bounds.north_east, CELL_M)
    return Bounds(low, high)


def _lies_in(bounds: Bounds, case: PublicCase) -> bool:
    low, high = bounds.south_west, bounds.north_east
    if case.lat is None or case.lon is None:
        return False
    return low.latitude <= case.lat <= high.latitude and low.longitude <= case.lon <= high.longitude


def _read(cases: QuerySet[Case]) -> list[PublicCase]:
    """Rows as the public sees them; what is not public, or of no public service, is left out once more."""
    known = directory()
    found = cases.only(*FIELDS)
    shown = []
    for case in found:
        service = known.services.get(case.service_id or 0)
        if case.public and not case.private and service is not None and service.public:
            shown.append(_public(case, service, known.areas.get(case.area_id or 0)))
    return shown


def _public(case: Case, service: Service, area: Area | None) -> PublicCase:
    place = None
    if case.lat is not None and case.lon is not None:
        place = coarse(Point(case.lat, case.lon), CELL_M)
    return PublicCase(
        id=case.pk,
        service=service,
        area=area,
        lat=place.latitude if place else None,
        lon=place.longitude if place else None,
        text=masked(case.public_text, spare=[directory().municipality.phone]),
        state=case.state,
        outcome=case.outcome,
        opened_at=case.opened_at,
        ended_at=case.ended_at,
        planned_date=case.planned_date,
        supporters=case.supporters,
        reopened=case.reopened,
    )


def _by_distance(near: tuple[float, int, PublicCase]) -> tuple[float, int]:
    return near[0], near[1]
