"""The quiet job that sees a storm coming: counts of the last hour beside what that hour usually brings.

Reads the last hour's cases and, only where they could be many, the same hour of the last four weeks, from an
index alone. Nothing is declared here: a proposal waits for a person.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from vefa.cases.incidents import fitting, gathering
from vefa.cases.incidents.rules import Bar, Cell, Surge, bar_of, near, surges
from vefa.cases.models import Incident, IncidentState
from vefa.directory.queries import directory, is_loaded
from vefa.journal.record import Happening, record

WEEKS_DAYS = 28  # of which the usual is the mean
REFUSED_FOR = timedelta(hours=6)  # what a person refused is not proposed again unless it doubles
DECIDED_WITHIN = timedelta(hours=24)  # a proposal that nobody looked at is dropped
MOST = 5_000  # cases gathered in one go
_ONE_AT_A_TIME = 4_210_042  # the number of the advisory lock

_NOW = """
SELECT area_id, service_id, count(DISTINCT COALESCE(citizen_id, -id)) FROM cases_case
WHERE opened_at > %s AND opened_at <= %s AND service_id IS NOT NULL AND parent_id IS NULL
GROUP BY area_id, service_id
"""
_USUAL = """
SELECT area_id, service_id, count(*) FROM generate_series(1, %s) AS day CROSS JOIN LATERAL (
    SELECT area_id, service_id FROM cases_case
    WHERE opened_at > %s - day * interval '1 day' AND opened_at <= %s - day * interval '1 day'
        AND service_id = ANY(%s)
) AS past GROUP BY area_id, service_id
"""
_OLDEST = "SELECT min(opened_at) FROM cases_case WHERE opened_at > %s"


def detect(*, now: datetime) -> None:
    """Propose what looks like an incident, and let fitting cases join what is proposed or joins by itself."""
    if not is_loaded():
        return
    bar = bar_of(directory().municipality.settings)
    with transaction.atomic():
        if not _mine():
            return
        live = list(Incident.objects.filter(state__in=gathering.LIVE).order_by("id"))
        if bar.on:
            _propose(bar, live, now)
        _gather(now)
    fitting.forget()


def _mine() -> bool:
    """Whether no other worker is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        row = cursor.fetchone()
    return bool(row and row[0])


def _propose(bar: Bar, live: Sequence[Incident], now: datetime) -> None:
    counted = _counted(bar, now)
    if sum(counted.values()) < bar.at_least:
        return
    found = surges(counted, _usual(bar, counted, now), bar)
    refused = Incident.objects.filter(state=IncidentState.REFUSED, ended_at__gt=now - REFUSED_FOR)
    dropped = [one for one in refused.order_by("id") if one.started_at is None]
    for surge in found:
        known = next((one for one in live if _same(one, surge)), None)
        if known is not None:
            _widen(known, surge)
        elif not any(_same(one, surge) and surge.count < 2 * _count(one) for one in dropped):
            _lay_down(surge, bar, now)


def _counted(bar: Bar, now: datetime) -> dict[Cell, int]:
    with connection.cursor() as cursor:
        cursor.execute(_NOW, [now - timedelta(minutes=bar.window_min), now])
        return {_cell(area_id, service_id): count for area_id, service_id, count in cursor.fetchall()}


def _usual(bar: Bar, counted: dict[Cell, int], now: datetime) -> dict[Cell, float]:
    """The mean of the same hour over the last four weeks, or over as many days as there are."""
    begin = now - timedelta(minutes=bar.window_min)
    services = sorted({cell.service_id for cell in counted})
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, [now - timedelta(days=WEEKS_DAYS)])
        row = cursor.fetchone()
        days = max(1, min(WEEKS_DAYS, (now - row[0]).days if row and row[0] else 1))
        cursor.execute(_USUAL, [days, begin, now, services])
        found: Counter[Cell] = Counter()
        for area_id, service_id, count in cursor.fetchall():
            found[_cell(area_id, service_id)] += count
    return {cell: count / days for cell, count in found.items()}


def _cell(area_id: int | None, service_id: int) -> Cell:
    area = directory().areas.get(area_id or 0)
    return Cell(area.path if area else "", service_id)


def _same(incident: Incident, surge: Surge) -> bool:
    """Whether a surge is one that is known: a service in common, and one place in the other."""
    area = directory().areas.get(incident.area_id or 0)
    return bool(set(surge.service_ids) & set(incident.service_ids)) and near(
        surge.path, area.path if area else ""
    )


def _count(incident: Incident) -> int:
    return int(incident.evidence.get("count", 0))


def _widen(known: Incident, surge: Surge) -> None:
    """A proposal grows with what it proposes; what a person declared stays as they said it."""
    if known.state != IncidentState.PROPOSED or surge.count <= _count(known):
        return
    known.service_ids = sorted({*known.service_ids, *surge.service_ids})
    area = directory().areas.get(known.area_id or 0)
    if len(surge.path) < len(area.path if area else ""):
        known.area_id = _area_id(surge.path)
    known.evidence |= {"count": surge.count, "usual": round(surge.usual, 1)}
    known.save(update_fields=["service_ids", "area", "evidence"])


def _lay_down(surge: Surge, bar: Bar, now: datetime) -> None:
    evidence = {
        "count": surge.count,
        "usual": round(surge.usual, 1),
        "window_min": bar.window_min,
        "at_least": bar.at_least,
        "times": bar.times,
    }
    incident = Incident.objects.create(
        state=IncidentState.PROPOSED,
        service_ids=list(surge.service_ids),
        area_id=_area_id(surge.path),
        since=now - timedelta(minutes=bar.window_min),
        joins=bar.joins,
        evidence=evidence,
        proposed_at=now,
    )
    data = {**evidence, "service_ids": incident.service_ids, "area_id": incident.area_id}
    subject = f"incident:{incident.pk}"
    record([Happening(kind="incident.proposed", subject=subject, actor="system", at=now, data=data)])


def _area_id(path: str) -> int | None:
    """The area of a path; the whole city where there is none."""
    areas = directory().areas.values()
    return next((area.pk for area in areas if area.path == path and area.parent_id is not None), None)


def _gather(now: datetime) -> None:
    """Cases that fit join what is proposed, and what lets them; an old proposal is dropped."""
    rows = Incident.objects.select_for_update().filter(state__in=gathering.LIVE).order_by("id")
    for incident in rows:
        proposed = incident.state == IncidentState.PROPOSED
        if proposed and incident.proposed_at and incident.proposed_at < now - DECIDED_WITHIN:
            gathering.refuse(incident_id=incident.pk, by="system", now=now)
        elif proposed or incident.joins:
            wanted = list(fitting.fitting(incident).values_list("id", flat=True)[:MOST])
            if wanted:
                gathering.gather(incident, wanted, by="system", now=now)
