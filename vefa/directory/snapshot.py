"""A copy of the directory in memory, made for looking things up. What it holds is never altered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from vefa.directory.hours import calendar_of, special_days
from vefa.directory.models import (
    Agency,
    Area,
    Line,
    Municipality,
    Service,
    ServiceGroup,
    ServiceUnit,
    Staff,
    Stop,
    Unit,
)
from vefa.directory.rules import SpecialDay, WorkingCalendar
from vefa.kit.geo import GeoJson, Point, PolygonIndex


@dataclass(frozen=True)
class Snapshot:
    """Every row of the directory by id, retired ones too (old cases name them), related rows attached."""

    municipality: Municipality
    areas: Mapping[int, Area]
    units: Mapping[int, Unit]
    agencies: Mapping[int, Agency]
    services: Mapping[int, Service]
    unit_by_place: Mapping[tuple[int, int], int]
    areas_by_staff: Mapping[int, list[int]]
    polygons: PolygonIndex
    lines: Mapping[str, Line] = field(default_factory=dict)
    stops: Mapping[str, Stop] = field(default_factory=dict)
    unit_by_kind: Mapping[tuple[str, int], int] = field(default_factory=dict)
    calendars: dict[tuple[str, int], WorkingCalendar] = field(default_factory=dict)
    special: dict[int, Mapping[date, SpecialDay]] = field(default_factory=dict)

    @cached_property
    def areas_in_use(self) -> tuple[Area, ...]:
        """Every area that is not retired, parents before children."""
        return tuple(area for area in self.areas.values() if area.retired_at is None)

    @cached_property
    def services_in_use(self) -> Mapping[str, Service]:
        """Every service that is not retired by its code, in the order of the groups."""
        return {service.code: service for service in self.services.values() if service.retired_at is None}

    def area_at(self, point: Point) -> Area | None:
        """The lowest area of the tree in which the point lies, or None outside the map."""
        found = (self.areas[area_id] for area_id in self.polygons.at(point))
        return max(found, key=lambda area: (area.path.count("/"), area.key), default=None)

    def unit_for(self, service: Service, area_id: int | None) -> Unit | None:
        """Whose duty a service is in an area: the nearest of its units on the way up, else its own default.

        A service without a unit of its own falls to the district office of the area, or to the unit of the
        sort that it names. None: a person decides.
        """
        on_the_way = list(self.way_up(area_id))
        for area in on_the_way:
            unit_id = self.unit_by_place.get((service.id, area.id))
            if unit_id is not None:
                return self.units[unit_id]
        if service.unit_id is not None:
            return self.units[service.unit_id]
        sort = service.unit_kind or Unit.Level.DISTRICT_OFFICE
        covering = (self.unit_by_kind.get((sort, area.id)) for area in on_the_way)
        return next((self.units[unit_id] for unit_id in covering if unit_id is not None), None)

    def way_up(self, area_id: int | None) -> Iterable[Area]:
        """The area itself, its parent, and so on up to the root."""
        while area_id is not None:
            area = self.areas[area_id]
            yield area
            area_id = area.parent_id

    def working_calendar(self, name: str, now: datetime) -> WorkingCalendar:
        """The working time of one calendar, made once a year. Raises NobodyWorksError."""
        key = (name, now.year)
        if key not in self.calendars:
            self.calendars[key] = calendar_of(self.municipality, name=name, now=now)
        return self.calendars[key]

    def days_off(self, now: datetime) -> Mapping[date, SpecialDay]:
        """Holidays and other special days of this year and its neighbours, looked up once a year."""
        if now.year not in self.special:
            years = range(now.year - 1, now.year + 2)
            self.special[now.year] = special_days(self.municipality, years)
        return self.special[now.year]


def take(municipality: Municipality) -> Snapshot:
    """Read the whole directory in eleven queries.

    What refers is read before what it refers to: a load that commits in between leaves no loose end, because
    no row is ever deleted.
    """
    places = list(ServiceUnit.objects.order_by("id").values_list("service_id", "area_id", "unit_id"))
    services = list(Service.objects.order_by("group__order", "group__key", "order", "code"))
    offices, areas_by_staff = _offices(), _areas_by_staff()
    units = _with_parents(Unit.objects.order_by("path", "id"))
    agencies = {agency.id: agency for agency in Agency.objects.order_by("key")}
    groups = {group.id: group for group in ServiceGroup.objects.order_by("order", "key")}
    for service in services:
        service.group = groups[service.group_id]
        service.unit = units[service.unit_id] if service.unit_id is not None else None
        service.agency = agencies[service.agency_id] if service.agency_id is not None else None
    return Snapshot(
        municipality=municipality,
        unit_by_place={(service_id, area_id): unit_id for service_id, area_id, unit_id in places},
        services={service.id: service for service in services},
        unit_by_kind=offices,
        lines={line.key: line for line in Line.objects.filter(retired_at=None).order_by("order", "key")},
        stops={stop.key: stop for stop in Stop.objects.filter(retired_at=None).order_by("key")},
        areas_by_staff=areas_by_staff,
        units=units,
        agencies=agencies,
        polygons=PolygonIndex(_polygons()),
        areas=_with_parents(Area.objects.defer("polygon").order_by("path", "id")),
    )


def _areas_by_staff() -> dict[int, list[int]]:
    """The areas that members of staff were given; what lies below them is not listed."""
    found: dict[int, list[int]] = defaultdict(list)
    for staff_id, area_id in Staff.areas.through.objects.order_by("id").values_list("staff_id", "area_id"):
        found[staff_id].append(area_id)
    return dict(found)


def _with_parents[T: (Area, Unit)](rows: Iterable[T]) -> dict[int, T]:
    found = {row.id: row for row in rows}
    for row in found.values():
        row.parent = found[row.parent_id] if row.parent_id is not None else None
    return found


def _polygons() -> dict[int, GeoJson]:
    known = Area.objects.filter(retired_at=None).order_by("id").values_list("id", "polygon")
    return {area_id: polygon for area_id, polygon in known if polygon is not None}


def _offices() -> dict[tuple[str, int], int]:
    """The unit of each sort that covers an area."""
    covering = Unit.areas.through.objects.filter(unit__retired_at=None).order_by("-unit__path", "area_id")
    rows = covering.values_list("unit__kind", "area_id", "unit_id")
    return {(kind, area_id): unit_id for kind, area_id, unit_id in rows}
