"""Labels: whenever a person says what a case is about, the model of services has something to learn."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from django.db.models import F

from vefa.cases.models import Case, IncidentCase, Outcome
from vefa.directory.models import Staff
from vefa.journal.models import Event
from vefa.triage.models import ServiceLabel, Told

DESCRIBED, ENDED = "case.described", "case.ended"
_STAFF, _CASE = "staff:", "case:"
CHUNK = 2000  # events that are in memory at once: an older installation has years of them


def confirm(*, case_id: int, service_id: int, by: Staff, now: datetime) -> None:
    """Somebody says that this service is right, and changes nothing. Call it in a transaction."""
    ServiceLabel.objects.create(
        case_id=case_id, service_id=service_id, before_id=service_id, told=Told.CONFIRMED, staff=by, at=now
    )


def standing_of(case_id: int) -> bool:
    """Whether a person has said that the case's present service is right."""
    rows = ServiceLabel.objects.filter(case_id=case_id, undone_at=None)
    return rows.filter(service_id=F("case__service_id")).exists()


def heard(events: Sequence[Event], _now: datetime) -> None:
    """Note what people said with their acts; a reaction to `case.described` and `case.ended`."""
    told = [event for event in events if event.actor.startswith(_STAFF)]
    for event in told:
        if event.data.get("undone"):
            _take_back(event)
    _note([event for event in told if not event.data.get("undone")])


def gather(*, since: datetime) -> None:
    """Note what the journal holds and no reaction heard: of an imported or an older installation."""
    known = ServiceLabel.objects.filter(event_id__isnull=False).values("event_id")
    events = Event.objects.filter(kind__in=(DESCRIBED, ENDED), at__gte=since, actor__startswith=_STAFF)
    unheard = events.exclude(id__in=known).exclude(data__has_key="undone").order_by("id")
    for some in batched(unheard.iterator(chunk_size=CHUNK), CHUNK, strict=False):
        _note(some)


def _note(events: Sequence[Event]) -> None:
    present = dict(
        Case.objects.filter(id__in={_case_of(event) for event in events}).values_list("id", "service_id")
    )
    together = _together(events)
    rows = [
        ServiceLabel(
            case_id=_case_of(event), staff_id=_staff_of(event), at=event.at, event_id=event.pk, **facts
        )
        for event in events
        if event.pk not in together
        and _case_of(event) in present
        and (facts := _said(event, present[_case_of(event)]))
    ]
    ServiceLabel.objects.bulk_create(_with_people(rows), ignore_conflicts=True)


def _together(events: Sequence[Event]) -> set[int]:
    """The ends that somebody gave to many cases at once, looking at none: of an incident, or with a master.

    A few hundred of one service would crowd all others out of the cases on which models are compared.
    """
    ended = {event.pk: _case_of(event) for event in events if event.kind == ENDED}
    rows = IncidentCase.objects.filter(case_id__in=ended.values(), left_at=None) if ended else []
    crowd = {row.case_id for row in rows}
    behind = {event.pk for event in events if event.kind == ENDED and event.data.get("master_id")}
    return behind | {key for key, case_id in ended.items() if case_id in crowd}


def _said(event: Event, service_id: int | None) -> dict[str, Any] | None:
    """What an event tells of the service; `service_id` is the case's present one."""
    if event.kind == ENDED:
        done = event.data.get("outcome") == Outcome.DONE and service_id is not None
        return {"service_id": service_id, "before_id": service_id, "told": Told.DONE} if done else None
    before, after = event.data.get("changes", {}).get("service_id", (service_id, service_id))
    if after is None or (before == after and not event.data.get("decided")):
        return None
    told = Told.CONFIRMED if before == after else Told.CORRECTED
    return {"service_id": after, "before_id": before, "told": told}


def _take_back(event: Event) -> None:
    """The word that the event names was undone, or the newest about the case; what others said stays."""
    rows = ServiceLabel.objects.filter(case_id=_case_of(event), undone_at=None, at__lte=event.at)
    if settled_at := event.data.get("settled_at"):
        rows = rows.filter(staff_id=_staff_of(event), at=datetime.fromisoformat(settled_at))
    newest = rows.order_by("-at", "-id").first()
    if newest is not None:
        newest.undone_at = event.at
        newest.save(update_fields=["undone_at"])


def _with_people(rows: Iterable[ServiceLabel]) -> list[ServiceLabel]:
    """Those whose service and person still exist."""
    listed = list(rows)
    people = set(Staff.objects.filter(id__in={row.staff_id for row in listed}).values_list("id", flat=True))
    return [row for row in listed if row.staff_id in people]


def _case_of(event: Event) -> int:
    return int(event.subject.removeprefix(_CASE))


def _staff_of(event: Event) -> int:
    return int(event.actor.removeprefix(_STAFF))
