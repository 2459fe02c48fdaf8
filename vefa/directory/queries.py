"""Quick answers about the directory, from a copy that each process keeps of it.

The copy is read anew when the directory's stamp has changed, which is looked up every two seconds at most.
Rows that are returned are shared between threads: never alter or save them.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from vefa.directory.models import Area, Line, Municipality, Service, ServiceExample, Stop, Unit
from vefa.directory.rules import SpecialDay, WorkingCalendar
from vefa.directory.snapshot import Snapshot, take
from vefa.kit.geo import Point

FRESH_S = 2.0


class NotLoadedError(Exception):
    """No municipality is described yet: run `vefa load FOLDER`, or start with `vefa up --demo`."""


@dataclass(frozen=True, slots=True)
class AreaName:
    """One name by which people call an area in one language."""

    area: Area
    language: str
    text: str
    is_alias: bool


@dataclass(frozen=True, slots=True)
class StopName:
    """One name by which people call a stop in one language."""

    stop: Stop
    language: str
    text: str
    is_alias: bool


@dataclass(frozen=True, slots=True)
class ServiceWords:
    """A service with its name and the words that residents use for it, in one language."""

    service: Service
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A message as residents write it, and the code of the service that it is about."""

    code: str
    language: str
    text: str


@dataclass
class _Held:
    snapshot: Snapshot | None = None
    looked_at: float = float("-inf")


_held = _Held()
_lock = threading.Lock()


def directory() -> Snapshot:
    """The whole directory, at most two seconds old. Raises NotLoadedError."""
    snapshot = _held.snapshot
    if snapshot is None or time.monotonic() - _held.looked_at >= FRESH_S:
        with _lock:
            snapshot = _renewed()
    return snapshot


def forget() -> None:
    """Drop this process's copy, so that the next question reads the database; for loads and tests."""
    with _lock:
        _held.snapshot, _held.looked_at = None, float("-inf")
        Municipality.remember_fallback("")


def municipality() -> Municipality:
    """The municipality of this installation. Raises NotLoadedError."""
    return directory().municipality


def is_loaded() -> bool:
    """Whether a municipality is described, so that the other questions have an answer."""
    try:
        directory()
    except NotLoadedError:
        return False
    return True


def working_calendar(*, now: datetime, name: str = "office") -> WorkingCalendar:
    """The working time that a service's `calendar` names, around `now`. Raises NobodyWorksError."""
    return directory().working_calendar(name, now)


def days_off(*, now: datetime) -> Mapping[date, SpecialDay]:
    """Holidays, half days and moved days of the municipality, from last year to next year."""
    return directory().days_off(now)


def area_at(latitude: float, longitude: float) -> Area | None:
    """The lowest area of the tree at a point (degrees, WGS 84), or None outside the map."""
    return directory().area_at(Point(latitude, longitude))


def areas() -> list[Area]:
    """Every area that is in use, parents before children; without polygons."""
    return list(directory().areas_in_use)


def area_names() -> list[AreaName]:
    """Every name and alias of every area in use, in every language: the gazetteer for reading messages."""
    found = []
    for area in areas():
        found += [AreaName(area, code, text, is_alias=False) for code, text in area.names.items()]
        for code, aliases in area.aliases.items():
            found += [AreaName(area, code, text, is_alias=True) for text in aliases]
    return found


def lines() -> list[Line]:
    """Every line of public transport in use, in the order of the file."""
    return list(directory().lines.values())


def stops() -> list[Stop]:
    """Every stop in use."""
    return list(directory().stops.values())


def stop_names() -> list[StopName]:
    """Every name and alias of every stop in use, in every language: for the gazetteer."""
    found = []
    for stop in stops():
        found += [StopName(stop, code, text, is_alias=False) for code, text in stop.names.items()]
        for code, aliases in stop.aliases.items():
            found += [StopName(stop, code, text, is_alias=True) for text in aliases]
    return found


def unit_for(service: Service, area: Area | None) -> Unit | None:
    """Whose duty a service is in an area; None where a person must decide."""
    return directory().unit_for(service, area.id if area else None)


def services() -> list[Service]:
    """Every service in use, in the order of the groups, with group, unit and agency attached."""
    return list(directory().services_in_use.values())


def service_by_code(code: str) -> Service | None:
    """The service with this code, if it is in use."""
    return directory().services_in_use.get(code)


def services_by_language(language: str) -> list[ServiceWords]:
    """Every service in use with its name and everyday words in one language."""
    return [
        ServiceWords(service, service.name(language), tuple(service.words.get(language, ())))
        for service in services()
    ]


def examples() -> list[Example]:
    """Every example message in use of services in use, read anew: what the services' words are learned from.

    They change only with `municipality().version`.
    """
    rows = ServiceExample.objects.filter(retired_at=None, service__retired_at=None)
    told = rows.order_by("service__code", "language", "id").values_list("service__code", "language", "text")
    return [Example(*row) for row in told]


def examples_by_language() -> dict[str, int]:
    """How many of these messages there are in each language: one statement, and no text is read."""
    rows = ServiceExample.objects.filter(retired_at=None, service__retired_at=None)
    return dict(rows.values_list("language").annotate(Count("id")).order_by("language"))


def _renewed() -> Snapshot:
    now = time.monotonic()
    if _held.snapshot is not None and now - _held.looked_at < FRESH_S:
        return _held.snapshot  # another thread was quicker
    current = Municipality.objects.first()
    if current is None:
        raise NotLoadedError("no municipality is described yet: run `vefa load FOLDER`")
    if _held.snapshot is None or _held.snapshot.municipality.version != current.version:
        Municipality.remember_fallback(current.default_language)
        _held.snapshot = take(current)
    _held.looked_at = now
    return _held.snapshot
