"""Which incidents run now, and which cases belong to them: remembered for some seconds by each process."""

import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Exists, OuterRef, QuerySet

from vefa.cases.filters import areas_below
from vefa.cases.models import OPEN, Case, Incident, IncidentCase, IncidentState
from vefa.directory.queries import directory

FRESH_S = 5.0


@dataclass(frozen=True)
class Live:
    """A running incident as the pages of residents and the desk's frame need it."""

    id: int
    name: str
    service_ids: frozenset[int]
    area_id: int | None
    since: datetime
    banner: Mapping[str, str]
    shown: bool

    def fits(self, *, service_ids: Collection[int], area_id: int | None) -> bool:
        """Whether a matter of one of these services, at this place, belongs to it.

        A matter without a place is offered everywhere: nobody loses by being asked.
        """
        if not self.service_ids.intersection(service_ids):
            return False
        return self.area_id is None or area_id is None or area_id in _below(self.area_id)

    def text(self, *languages: str) -> str:
        """The banner in the first of these languages that it has, else in any."""
        found = (self.banner[code] for code in languages if self.banner.get(code))
        return next(found, next(iter(self.banner.values()), ""))


@dataclass
class _Held:
    rows: tuple[tuple[Live, ...], int] = ((), 0)
    looked_at: float = float("-inf")


_held = _Held()
_lock = threading.Lock()


def running() -> tuple[Live, ...]:
    """The incidents that run, the latest first; at most five seconds old."""
    return _now()[0]


def proposed_count() -> int:
    """How many wait for a person's word; at most five seconds old."""
    return _now()[1]


def forget() -> None:
    """Look again at the next question: somebody here has just changed one."""
    with _lock:
        _held.looked_at = float("-inf")


def fitting(incident: Incident) -> QuerySet[Case]:
    """Open cases that belong to it and stand in none, the latest first; who left does not come back."""
    here = IncidentCase.objects.filter(case=OuterRef("pk"))
    cases = Case.objects.filter(
        OPEN, opened_at__gte=incident.since, service_id__in=incident.service_ids, parent=None
    )
    if incident.area_id is not None:
        cases = cases.filter(area_id__in=areas_below(incident.area_id))
    elsewhere = Exists(here.filter(left_at=None))
    return cases.exclude(elsewhere | Exists(here.filter(incident=incident))).order_by("-opened_at", "-id")


def _now() -> tuple[tuple[Live, ...], int]:
    if time.monotonic() - _held.looked_at >= FRESH_S:
        with _lock:
            if time.monotonic() - _held.looked_at >= FRESH_S:  # another thread was quicker
                _held.rows = _read()
                _held.looked_at = time.monotonic()
    return _held.rows


def _read() -> tuple[tuple[Live, ...], int]:
    live = (IncidentState.PROPOSED, IncidentState.RUNNING)
    rows = list(Incident.objects.filter(state__in=live).order_by("-since", "-id"))
    going = tuple(_live(row) for row in rows if row.state == IncidentState.RUNNING)
    return going, len(rows) - len(going)


def _live(row: Incident) -> Live:
    return Live(
        id=row.pk,
        name=row.name,
        service_ids=frozenset(row.service_ids),
        area_id=row.area_id,
        since=row.since,
        banner=row.banner,
        shown=row.shown,
    )


def _below(area_id: int) -> frozenset[int]:
    return _areas_below(area_id, directory().municipality.version)


@lru_cache(maxsize=64)
def _areas_below(area_id: int, _version: int) -> frozenset[int]:
    return frozenset(areas_below(area_id))
