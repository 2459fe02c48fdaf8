"""Incidents in the hands of people: declared, refused, ended, taken up again; cases join and leave.

Every operation is one transaction: lock, check, change, journal. Nothing is sent from here. Those on an
incident raise Incident.DoesNotExist, StaleError if `version` is given and no longer the incident's, and
IncidentMoveError where it stands elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from vefa.cases.models import OPEN, Case, Incident, IncidentCase, IncidentState
from vefa.cases.moves import By, StaleError, Told, actor_of
from vefa.journal.record import Happening, record

PROPOSED, RUNNING = IncidentState.PROPOSED, IncidentState.RUNNING
ENDED, REFUSED = IncidentState.ENDED, IncidentState.REFUSED
LIVE = (PROPOSED, RUNNING)


class IncidentMoveError(Exception):
    """The incident does not stand where this could be done."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a person declares. `area_id` None: the whole city; `banner` by language, without empty texts."""

    name: str
    service_ids: tuple[int, ...]
    area_id: int | None
    since: datetime
    banner: Mapping[str, str] = field(default_factory=dict)
    shown: bool = False
    joins: bool = False


@transaction.atomic
def declare(*, plan: Plan, case_ids: Sequence[int] = (), by: By, now: datetime) -> Incident:
    """A person says that it is one, without waiting for the numbers."""
    incident = Incident(state=RUNNING, started_at=now, **_columns(plan))
    incident.save(force_insert=True)
    _tell(incident, "incident.started", by, now, _facts(incident))
    gather(incident, case_ids, by=by, now=now)
    return incident


@transaction.atomic
def start(*, incident_id: int, plan: Plan, by: By, now: datetime, version: int | None = None) -> Incident:
    """A proposal is right: from now on it runs, with all that was gathered."""
    incident = locked(incident_id, version, PROPOSED)
    _put(incident, plan)
    incident.state, incident.started_at = RUNNING, now
    _changed(incident, "state", "started_at", *_COLUMNS)
    _tell(incident, "incident.started", by, now, _facts(incident))
    _tell_cases(member_ids(incident), Told(kind="case.gathered", by=by, at=now, data=_in(incident)))
    return incident


@transaction.atomic
def alter(*, incident_id: int, plan: Plan, by: By, now: datetime, version: int | None = None) -> Incident:
    """Say it better: name, banner, what belongs to it, and whether that joins by itself."""
    incident = locked(incident_id, version, RUNNING)
    before = _facts(incident)
    _put(incident, plan)
    changes = {
        name: [before[name], value] for name, value in _facts(incident).items() if before[name] != value
    }
    if changes:
        _changed(incident, *_COLUMNS)
        _tell(incident, "incident.changed", by, now, {"changes": changes})
    return incident


@transaction.atomic
def refuse(*, incident_id: int, by: By, now: datetime, version: int | None = None) -> Incident:
    """A proposal is none: its cases go on by themselves."""
    incident = locked(incident_id, version, PROPOSED)
    IncidentCase.objects.filter(incident=incident, left_at=None).update(left_at=now, left_by=actor_of(by))
    incident.state, incident.ended_at = REFUSED, now
    _changed(incident, "state", "ended_at")
    _tell(incident, "incident.refused", by, now, {"evidence": incident.evidence})
    return incident


@transaction.atomic
def finish(*, incident_id: int, by: By, now: datetime, version: int | None = None) -> Incident:
    """It is over: the banner goes, nothing joins any more. Its cases keep their own course."""
    incident = locked(incident_id, version, RUNNING)
    incident.state, incident.ended_at = ENDED, now
    _changed(incident, "state", "ended_at")
    _tell(incident, "incident.ended", by, now, {"cases": len(member_ids(incident))})
    return incident


@transaction.atomic
def take_up(*, incident_id: int, by: By, now: datetime, version: int | None = None) -> Incident:
    """Undo an end or a refusal: it runs again, or is proposed again with the cases that it had."""
    incident = locked(incident_id, version, ENDED, REFUSED)
    was, ended_at = incident.state, incident.ended_at
    incident.state, incident.ended_at = (RUNNING if was == ENDED else PROPOSED), None
    _changed(incident, "state", "ended_at")
    if was == REFUSED:
        left = IncidentCase.objects.filter(incident=incident, left_at=ended_at)
        gather(incident, list(left.values_list("case_id", flat=True)), by=by, now=now)
    _tell(incident, "incident.taken_up", by, now, {"was_state": was})
    return incident


@transaction.atomic
def join(*, incident_id: int, case_ids: Sequence[int], by: By, now: datetime) -> list[int]:
    """Let open cases join; those that stand in another incident stay there. The ids of those that joined."""
    return gather(locked(incident_id, None, *LIVE), case_ids, by=by, now=now)


@transaction.atomic
def leave(*, incident_id: int, case_ids: Sequence[int], by: By, now: datetime) -> list[int]:
    """Let cases stand for themselves again; they do not come back by themselves."""
    incident = locked(incident_id, None, *LIVE)
    rows = IncidentCase.objects.select_for_update().filter(
        incident=incident, case_id__in=case_ids, left_at=None
    )
    gone = sorted(rows.values_list("case_id", flat=True))
    IncidentCase.objects.filter(incident=incident, case_id__in=gone, left_at=None).update(
        left_at=now, left_by=actor_of(by)
    )
    _tell_cases(gone, Told(kind="case.released", by=by, at=now, data=_in(incident)))
    return gone


@dataclass(frozen=True)
class Joining:
    """A report that joined an incident as it was made: by the resident, or by who wrote a call down."""

    incident_id: int
    case_id: int
    by: By = "resident"


@transaction.atomic
def join_own(joining: Iterable[Joining], *, now: datetime) -> None:
    """Reports that joined as they were made. An incident that is over joins nobody any more."""
    wanted: dict[int, dict[By, list[int]]] = {}
    for one in joining:
        wanted.setdefault(one.incident_id, {}).setdefault(one.by, []).append(one.case_id)
    rows = Incident.objects.select_for_update().filter(pk__in=wanted, state=RUNNING).order_by("pk")
    for incident in rows:
        for by, case_ids in wanted[incident.pk].items():
            gather(incident, case_ids, by=by, now=now)


def gather(incident: Incident, case_ids: Sequence[int], *, by: By, now: datetime) -> list[int]:
    """Let open cases join a locked incident. The ids of those that were not in it before."""
    free = _free(case_ids)
    again = IncidentCase.objects.filter(incident=incident, case_id__in=free, left_at__isnull=False)
    again.update(left_at=None, left_by="", by=actor_of(by), at=now)
    IncidentCase.objects.bulk_create(
        [IncidentCase(incident=incident, case_id=case_id, by=actor_of(by), at=now) for case_id in free],
        ignore_conflicts=True,
    )
    joined = IncidentCase.objects.filter(incident=incident, case_id__in=free, left_at=None)
    fresh = sorted(joined.values_list("case_id", flat=True))
    if incident.state == RUNNING:
        _tell_cases(fresh, Told(kind="case.gathered", by=by, at=now, data=_in(incident)))
    return fresh


def member_ids(incident: Incident) -> list[int]:
    """The cases that stand in it."""
    rows = IncidentCase.objects.filter(incident=incident, left_at=None).order_by("case_id")
    return list(rows.values_list("case_id", flat=True))


def locked(incident_id: int, version: int | None, *states: IncidentState) -> Incident:
    """The incident's row, ours until the transaction ends, standing in one of these states."""
    incident = Incident.objects.select_for_update().get(pk=incident_id)
    if version is not None and incident.version != version:
        raise StaleError(f"{incident} is at version {incident.version}, not {version}")
    if incident.state not in states:
        raise IncidentMoveError(f"{incident} is {incident.state}")
    return incident


def _free(case_ids: Sequence[int]) -> list[int]:
    """Of these, the open ones that stand in no incident."""
    taken = IncidentCase.objects.filter(case_id__in=case_ids, left_at=None).values("case_id")
    rows = Case.objects.filter(OPEN, id__in=case_ids).exclude(id__in=taken).order_by("id")
    return list(rows.values_list("id", flat=True))


_COLUMNS = ("name", "service_ids", "area", "since", "banner", "shown", "joins")


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name.strip()[:120],
        "service_ids": sorted(set(plan.service_ids)),
        "area_id": plan.area_id,
        "since": plan.since,
        "banner": {code: text.strip() for code, text in plan.banner.items() if text.strip()},
        "shown": plan.shown,
        "joins": plan.joins,
    }


def _put(incident: Incident, plan: Plan) -> None:
    for name, value in _columns(plan).items():
        setattr(incident, name, value)


def _changed(incident: Incident, *fields: str) -> None:
    incident.version += 1
    incident.save(update_fields=[*fields, "version"])


def _facts(incident: Incident) -> dict[str, Any]:
    return {
        "name": incident.name,
        "service_ids": incident.service_ids,
        "area_id": incident.area_id,
        "since": incident.since.isoformat(),
        "banner": incident.banner,
        "shown": incident.shown,
        "joins": incident.joins,
    }


def _tell(incident: Incident, kind: str, by: By, now: datetime, data: dict[str, Any]) -> None:
    subject = f"incident:{incident.pk}"
    record([Happening(kind=kind, subject=subject, actor=actor_of(by), at=now, data=data)])


def _in(incident: Incident) -> dict[str, Any]:
    return {"incident_id": incident.pk}


def _tell_cases(case_ids: Iterable[int], told: Told) -> None:
    record(
        Happening(
            kind=told.kind, subject=f"case:{case_id}", actor=actor_of(told.by), at=told.at, data=told.data
        )
        for case_id in case_ids
    )
