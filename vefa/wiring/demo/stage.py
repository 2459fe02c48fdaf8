"""Where the invented history plays: services, places, staff and accounts of the loaded demo city."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

import shapely
from shapely.geometry import shape

from vefa.channels.models import Endpoint
from vefa.directory.models import Area, Role, Service, Staff, Unit
from vefa.directory.queries import directory
from vefa.wiring.demo.rhythm import season
from vefa.wiring.demo.sayings import sayings

POINTS = 200  # in each neighbourhood
# How often each channel is used; the portal's share also decides how many give no name.
CHANNELS = {
    "telegram": 24, "phone": 23, "portal": 20, "whatsapp": 16, "email": 8, "instagram": 5, "messenger": 5,
    "telegram_group": 5, "counter": 5, "headman": 4, "chat": 4, "x": 3, "sms": 3, "viber": 3, "letter": 2,
    "meeting": 2,
}  # fmt: skip
# How often a service is asked for, where it is not 10.
WEIGHTS = {
    "road.pothole": 60, "clean.garbage": 65, "light.streetlamp": 45, "bus.late": 45, "water.cut": 35,
    "animal.stray": 35, "park.tree_fallen": 14, "parking.illegal": 30, "order.noise": 28, "water.leak": 22,
    "clean.street": 25, "road.sidewalk": 24, "social.aid": 18, "other.unemployment": 24, "other.prices": 12,
    "city.thanks": 22, "city.suggestion": 16, "city.other": 14, "city.information": 3, "sewer.manhole": 6,
    "light.cable": 4, "build.danger": 4, "animal.dead": 8, "city.staff": 6, "road.flood": 8, "water.bill": 12,
}  # fmt: skip
STORM = {"park.tree_fallen": 70, "light.cable": 12, "road.flood": 10, "other.power": 8}


@dataclass(frozen=True, slots=True)
class Spot:
    """A street or landmark in its neighbourhood."""

    area: Area
    names: Mapping[str, str]
    points: Sequence[tuple[float, float]]  # latitude, longitude

    def name(self, language: str) -> str:
        """How this language calls it."""
        return self.names.get(language) or self.names["tr"]


class Stage:
    """The city, read once; `zone` is its time zone."""

    def __init__(self, random: Random) -> None:
        self.known = directory()
        self.zone = ZoneInfo(self.known.municipality.timezone)
        self.endpoints = self._endpoints()
        self.services = {row.code: row for row in self.known.services.values() if row.retired_at is None}
        self.spots = self._spots(random)
        self._staff = list(Staff.objects.filter(is_active=True, retired_at=None).order_by("id"))
        self._weights: dict[int, tuple[Sequence[Service], Sequence[float]]] = {}
        self._workers: dict[tuple[int, str], Sequence[Staff]] = {}

    def service(self, at: datetime, random: Random, *, storm: bool) -> Service:
        """What is asked for at this time of the year, or in the storm."""
        if storm:
            code = random.choices(list(STORM), list(STORM.values()))[0]
            return self.services[code]
        services, weights = self._by_month(at.astimezone(self.zone).month)
        return random.choices(services, cum_weights=weights)[0]

    def worker(self, unit: Unit | None, language: str, random: Random) -> Staff:
        """Somebody of the unit or of a unit above it, else an operator, best of this language."""
        key = (unit.id if unit else 0, language)
        if key not in self._workers:
            self._workers[key] = self._of_unit(unit) or self._speaking(language)
        return random.choice(self._workers[key])

    def operator(self, language: str, random: Random) -> Staff:
        """An operator who speaks this language, if one does."""
        return random.choice(self._speaking(language))

    def endpoint(self, channel: str, random: Random) -> Endpoint:
        """One of the accounts of a channel."""
        return random.choice(self.endpoints[channel])

    @cached_property
    def mayor(self) -> Staff | None:
        """The mayor, who looks at some cases."""
        return next((one for one in self._staff if one.role == Role.MAYOR), None)

    @cached_property
    def channels(self) -> tuple[Sequence[str], Sequence[int]]:
        """The channels that the city has, and the running sums of how often they are used."""
        usable = [channel for channel in CHANNELS if channel in self.endpoints]
        return usable, list(accumulate(CHANNELS[channel] for channel in usable))

    def _by_month(self, month: int) -> tuple[Sequence[Service], Sequence[float]]:
        if month not in self._weights:
            codes = [code for code in sayings().of_service if code in self.services]
            weights = [WEIGHTS.get(code, 10) * season(code, month) for code in codes]
            self._weights[month] = [self.services[code] for code in codes], list(accumulate(weights))
        return self._weights[month]

    def _of_unit(self, unit: Unit | None) -> Sequence[Staff]:
        while unit is not None:
            found = [one for one in self._staff if one.unit_id == unit.id and one.role != Role.AUDITOR]
            if found:
                return found
            unit = unit.parent
        return []

    def _speaking(self, language: str) -> Sequence[Staff]:
        operators = [one for one in self._staff if one.role == Role.OPERATOR] or self._staff
        return [one for one in operators if one.language == language] or operators

    def _endpoints(self) -> Mapping[str, Sequence[Endpoint]]:
        found: dict[str, list[Endpoint]] = defaultdict(list)
        for row in Endpoint.objects.filter(retired_at=None, personal=False).order_by("id"):
            found[row.channel].append(row)
        return found

    def _spots(self, random: Random) -> Sequence[Spot]:
        points = _points(random)
        streets = [row for row in self.known.areas.values() if row.kind == Area.Level.STREET]
        return [
            Spot(area=street.parent, names=street.names, points=points[street.parent.id])
            for street in sorted(streets, key=lambda row: row.key)
            if street.parent is not None and street.parent.id in points
        ]


def _points(random: Random) -> Mapping[int, Sequence[tuple[float, float]]]:
    """Places inside each neighbourhood."""
    rows = Area.objects.filter(kind=Area.Level.NEIGHBOURHOOD, polygon__isnull=False).order_by("key")
    found = {}
    for row in rows:
        polygon = shape(row.polygon)
        west, south, east, north = polygon.bounds
        tried = [
            (round(random.uniform(south, north), 5), round(random.uniform(west, east), 5))
            for _ in range(POINTS * 3)
        ]
        inside = shapely.contains_xy(polygon, [east for _, east in tried], [north for north, _ in tried])
        found[row.id] = [point for point, hit in zip(tried, inside, strict=True) if hit][:POINTS]
    return found
