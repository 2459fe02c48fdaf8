"""Reads about incidents. Whoever sees none of an incident's cases does not see it at all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from vefa.cases.incidents.fitting import fitting
from vefa.cases.incidents.gathering import LIVE
from vefa.cases.models import Case, Incident, IncidentCase, IncidentOrder, IncidentState
from vefa.cases.queries import Entry, rows, visible_to
from vefa.directory.access import scope_of
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.journal.models import Event

SHOWN = 50  # cases on an incident's page, and past incidents in the list
MOST_SPOTS = 500  # on its map


@dataclass(frozen=True)
class Listed:
    """One incident of the list, with how many cases of it this person sees."""

    incident: Incident
    count: int


def listed(staff: Staff, states: Sequence[IncidentState], *, limit: int = SHOWN) -> list[Listed]:
    """The incidents in these states, the latest first, with the counts of cases that this person sees."""
    found = list(_seen(staff).filter(state__in=states).order_by("-since", "-id")[:limit])
    mine = IncidentCase.objects.filter(incident__in=found, left_at=None, case__in=visible_to(staff))
    counts = dict(
        mine.values("incident")
        .annotate(count=Count("id"))
        .order_by("incident")
        .values_list("incident", "count")
    )
    return [Listed(one, counts.get(one.pk, 0)) for one in found]


def one(staff: Staff, incident_id: int) -> Incident | None:
    """An incident of which this person sees a case; absent and forbidden look the same."""
    return _seen(staff).filter(pk=incident_id).first()


def members(staff: Staff, incident: Incident) -> QuerySet[Case]:
    """The cases that stand in it, as far as this person sees them, the latest first."""
    inside = IncidentCase.objects.filter(incident=incident, left_at=None).values("case_id")
    return visible_to(staff).filter(id__in=inside).order_by("-opened_at", "-id")


def offered(staff: Staff, incident: Incident, *, limit: int = SHOWN) -> list[Case]:
    """Open cases that fit a live incident and stand in none, as rows of a list."""
    if incident.state not in LIVE:
        return []
    seen = fitting(incident).filter(id__in=visible_to(staff).values("id"))
    return rows(list(seen.values_list("id", flat=True)[:limit]))


@dataclass(frozen=True)
class Spot:
    """A case as a map needs it: degrees of WGS 84, None where only the area is known. `inside`: it joined."""

    case_id: int
    reference: str
    title: str
    language: str
    place_text: str
    area_id: int | None
    lat: float | None
    lon: float | None
    inside: bool


def spots(staff: Staff, incident: Incident) -> list[Spot]:
    """Its cases, then those that fit it and stand in none, as this person sees them, the latest first."""
    found = _spots(members(staff, incident), inside=True)
    if incident.state not in LIVE:
        return found
    seen = fitting(incident).filter(id__in=visible_to(staff).values("id"))
    return found + _spots(seen, inside=False)


def _spots(cases: QuerySet[Case], *, inside: bool) -> list[Spot]:
    names = ("reference", "title", "language", "place_text", "area_id", "lat", "lon")
    return [Spot(**row, inside=inside) for row in cases.values(*names, case_id=F("id"))[:MOST_SPOTS]]


def places(staff: Staff, incident: Incident) -> list[tuple[str, int]]:
    """How many of its cases lie in each neighbourhood (keys of areas, "" for none), the most first."""
    areas = directory().areas
    counted: Counter[str] = Counter()
    inside = members(staff, incident).order_by().values("area_id").annotate(count=Count("id"))
    for area_id, count in inside.values_list("area_id", "count"):
        area = areas.get(area_id or 0)
        while area is not None and area.kind == area.Level.STREET and area.parent_id:
            area = areas[area.parent_id]
        counted[area.key if area else ""] += count
    return sorted(counted.items(), key=lambda row: (-row[1], row[0]))


def orders_of(incident: Incident) -> list[IncidentOrder]:
    """What was ordered for all of it, the latest first."""
    return list(IncidentOrder.objects.filter(incident=incident).select_related("staff").order_by("-id")[:20])


def history(incident: Incident) -> list[Entry]:
    """Everything that happened to it, the first first, in two statements."""
    events = list(Event.objects.filter(subject=f"incident:{incident.pk}").order_by("id"))
    ids = {int(event.actor.removeprefix("staff:")) for event in events if event.actor.startswith("staff:")}
    people = Staff.objects.in_bulk(ids)
    return [
        Entry(event, people.get(int(event.actor.rpartition(":")[2] or 0) if ":" in event.actor else 0))
        for event in events
    ]


def of_case(case_id: int) -> Incident | None:
    """The incident in which a case stands now."""
    return Incident.objects.filter(gathered__case=case_id, gathered__left_at=None, state__in=LIVE).first()


def _seen(staff: Staff) -> QuerySet[Incident]:
    if scope_of(staff).everything:
        return Incident.objects.all()
    own = IncidentCase.objects.filter(incident=OuterRef("pk"), left_at=None, case__in=visible_to(staff))
    return Incident.objects.filter(Exists(own))
