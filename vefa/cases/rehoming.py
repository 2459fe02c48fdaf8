"""The open cases of a service that goes out of use: moved to another one in a single act, and given back.

The act lays orders for a few cases each into the journal; the worker carries them out in their order. So it
takes one page whether there are three cases or three thousand, nothing is lost, and who asks later is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from vefa.cases.lifecycle import Assignment, Description, assign, describe
from vefa.cases.models import OPEN, Case, State
from vefa.cases.moves import Told, locked, tell
from vefa.directory.models import Service, Staff
from vefa.journal.models import Event
from vefa.journal.record import Happening, record

BATCH = 25  # cases of one order: what the worker does within one turn
MOVED, RETURNED = "service.cases_moved", "service.cases_returned"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The last act for a service. `left` of its `count` cases are still to be carried out."""

    act: str
    to_id: int
    count: int
    left: int
    at: datetime
    by: Staff | None
    returned: bool


def open_cases_of(service_id: int) -> QuerySet[Case]:
    """Its open cases, but for those of which triage is unsure: a person decides what these are about."""
    return Case.objects.filter(OPEN, service_id=service_id, unsure=False).order_by("id")


@transaction.atomic
def move_all(*, service: Service, to: Service, by: Staff, now: datetime) -> int:
    """Order that its open cases be cases of another service; how many there are."""
    cases = list(open_cases_of(service.pk).values_list("id", "unit_id"))
    facts = {"act": uuid4().hex, "from_id": service.pk, "to_id": to.pk, "code": service.code, "to": to.code}
    record(
        Happening(
            kind="service.cases_moved", subject=_subject(service.pk), actor=_actor(by), at=now, data=data
        )
        for data in _orders(cases, facts)
    )
    return len(cases)


@transaction.atomic
def give_back(*, service_id: int, act: str, by: Staff, now: datetime) -> int:
    """Order that the cases of an act be what they were before, with the units that they had; how many.

    0 where there was no such act, or it was taken back already. A case that somebody has meanwhile ended or
    given a third service stays as it is.
    """
    orders = _of_act(service_id, act)
    if any(one.kind == RETURNED for one in orders):
        return 0
    record(
        Happening(
            kind="service.cases_returned",
            subject=one.subject,
            actor=_actor(by),
            at=now,
            data=_turned(one.data),
        )
        for one in orders
    )
    return sum(len(one.data["cases"]) for one in orders)


def last_move(service_id: int) -> Moved | None:
    """What was ordered last for the cases of a service."""
    known = Event.objects.filter(subject=_subject(service_id), kind__in=(MOVED, RETURNED))
    newest = known.order_by("-id").first()
    if newest is None:
        return None
    orders = [one for one in _of_act(service_id, newest.data["act"]) if one.kind == newest.kind]
    waiting = [one for one in orders if one.handled_at is None]
    staff_id = newest.actor.removeprefix("staff:")
    back = newest.kind == RETURNED
    return Moved(
        act=str(newest.data["act"]),
        to_id=int(newest.data["from_id"] if back else newest.data["to_id"]),
        count=sum(len(one.data["cases"]) for one in orders),
        left=sum(len(one.data["cases"]) for one in waiting),
        at=newest.at,
        by=Staff.objects.filter(pk=staff_id).first() if staff_id.isdecimal() else None,
        returned=back,
    )


def carry_out(events: Sequence[Event], now: datetime) -> None:
    """The worker's turn: a reaction to both kinds of order. Doing it again changes nothing."""
    for event in events:
        by = Staff.objects.get(pk=int(event.actor.removeprefix("staff:")))
        for case_id, unit_id in event.data["cases"]:
            _rehome(case_id, unit_id if event.kind == RETURNED else None, event.data, by, now)


def _rehome(case_id: int, unit_id: int | None, order: dict[str, Any], by: Staff, now: datetime) -> None:
    """One case, if it is open and still of the service that the order names."""
    case = locked(case_id)
    if case.state == State.ENDED or case.service_id != order["from_id"]:
        return
    tell(case, Told(kind="case.rehomed", by=by, at=now, data={"code": order["code"], "to": order["to"]}))
    # "system": a person moved the catalogue, and said nothing about this message that triage should learn.
    case = describe(case_id=case_id, words=Description(service_id=order["to_id"]), by="system", now=now)
    untouched = case.state == State.NEW and case.staff_id is None
    if unit_id is not None and untouched and case.unit_id != unit_id:
        assign(case_id=case_id, to=Assignment(unit_id=unit_id), by="system", now=now)


def _orders(cases: Sequence[tuple[int, int | None]], facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for some in batched(cases, BATCH, strict=False):
        yield facts | {"cases": [list(one) for one in some]}


def _turned(data: dict[str, Any]) -> dict[str, Any]:
    ways = {"from_id": data["to_id"], "to_id": data["from_id"], "code": data["to"], "to": data["code"]}
    return {**data, **ways}


def _of_act(service_id: int, act: str) -> list[Event]:
    rows = Event.objects.filter(subject=_subject(service_id), kind__in=(MOVED, RETURNED), data__act=act)
    return list(rows.order_by("id"))


def _subject(service_id: int) -> str:
    return f"service:{service_id}"


def _actor(by: Staff) -> str:
    return f"staff:{by.pk}"
