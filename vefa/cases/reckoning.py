"""Running clocks follow the calendar: a day that is closed after a case was opened moves what is due over it.

Only clocks in working time that run move. A term of law, a day that a person named or granted, what stands
still and what is broken stay as they are. A promise that was made to a resident never ends earlier because
of a calendar: what a closure moved goes back when the closure is taken back, and no further than to the
moment that was promised before calendars moved it.

The worker does it a few hundred promises at a time, each turn laying down the next as an event.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from vefa.cases import owing, rules
from vefa.cases.clocks import calendar_of, clock_of
from vefa.cases.models import Case, Extension, Promise
from vefa.directory.hours import NobodyWorksError
from vefa.directory.queries import directory
from vefa.directory.rules import CalendarEndsError
from vefa.journal.models import Event
from vefa.journal.record import Happening, record
from vefa.kit import rows

BATCH = 300  # promises of one turn
SETTLED = timedelta(seconds=5)  # by then every process has the new calendar (directory.queries)
SLACK = timedelta(minutes=1)  # less is no other moment to anybody
MOVED = "clock.moved"


@dataclass(frozen=True)
class Moving:
    """A promise that ends at another moment; `told` is when it ended before calendars moved it."""

    promise: Promise
    was: datetime
    due_at: datetime
    told: datetime

    def facts(self) -> dict[str, Any]:
        """What the journal is told."""
        moments = {"was": self.was, "due": self.due_at, "told": self.told}
        named = {"promise_id": self.promise.pk, "kind": self.promise.kind}
        return named | {name: moment.isoformat() for name, moment in moments.items()}


def follow_calendar(events: Sequence[Event], now: datetime) -> None:
    """Lay down the first turn: a reaction to a load of the directory, and to a service's other calendar."""
    if any(event.kind != "service.edited" or "calendar" in event.data.get("fields", ()) for event in events):
        _lay_down(now=now, due_at=now + SETTLED, after=(now, 0))


def go_on(events: Sequence[Event], now: datetime) -> None:
    """One turn for each order: a reaction to what is laid down here. Doing it again changes nothing."""
    for event in events:
        at, number = event.data["after"]
        some = _after(datetime.fromisoformat(at), number)
        _move_if(some, now)
        if len(some) == BATCH:
            _lay_down(now=now, due_at=now, after=(_due(some[-1]), some[-1].pk))


def _lay_down(*, now: datetime, due_at: datetime, after: tuple[datetime, int]) -> None:
    record(
        [
            Happening(
                kind="directory.reckoning",
                subject="directory",
                actor="system",
                at=now,
                due_at=due_at,
                data={"after": [after[0].isoformat(), after[1]]},
            )
        ]
    )


def _running() -> QuerySet[Promise]:
    granted = Extension.objects.filter(promise=OuterRef("pk"), approved=True)
    left = Promise.objects.filter(kept_at=None, broken_at=None, dropped_at=None, due_at__isnull=False)
    counting = left.filter(minutes__isnull=False, running_since__isnull=False)
    return counting.exclude(Exists(granted)).select_related("case").defer("case__search", "case__text")


def _after(at: datetime, number: int) -> list[Promise]:
    """The next promises in the order in which they fall due; what is past follows no calendar."""
    beyond = Q(due_at__gt=at) | Q(due_at=at, id__gt=number)
    return list(_running().filter(beyond, due_at__gte=at).order_by("due_at", "id")[:BATCH])


def _move_if(some: Sequence[Promise], now: datetime) -> None:
    """Look through these without a lock; take the cases of which something ends at another moment."""
    other = {one.case_id for one, due_at in _reckoned(some, now) if _differs(due_at, _due(one))}
    if not other:
        return
    cases = list(Case.objects.select_for_update().filter(id__in=other).order_by("id"))
    left = _running().filter(case_id__in=other, due_at__gt=now).order_by("id")
    moving = _moving(list(left.select_for_update(of=("self",))), now)
    for one in moving:
        one.promise.due_at = one.due_at
    Promise.objects.bulk_update([one.promise for one in moving], ["due_at"])
    _tell(cases, moving, now)


def _moving(some: Sequence[Promise], now: datetime) -> list[Moving]:
    known = _told_before(some)
    found = []
    for promise, reckoned in _reckoned(some, now):
        was = _due(promise)
        told = known.get(promise.pk, was)
        due_at = max(reckoned, told)
        if _differs(due_at, was):
            found.append(Moving(promise, was, due_at, told))
    return found


def _told_before(some: Sequence[Promise]) -> dict[int, datetime]:
    """When those ended that a calendar moved last, before calendars moved them."""
    ends = {one.pk: _due(one) for one in some}
    subjects = {f"case:{one.case_id}" for one in some}
    last: dict[int, Mapping[str, Any]] = {}
    for event in Event.objects.filter(subject__in=subjects, kind=MOVED).order_by("id"):
        last |= {facts["promise_id"]: facts for facts in event.data["promises"]}
    return {
        number: datetime.fromisoformat(facts["told"])
        for number, facts in last.items()
        if ends.get(number) == datetime.fromisoformat(facts["due"])
    }


def _reckoned(some: Iterable[Promise], now: datetime) -> list[tuple[Promise, datetime]]:
    """When each ends by the present calendar, as far as anybody knows the working time."""
    services = directory().services
    found = []
    for one in some:
        try:
            calendar = calendar_of(services.get(one.case.service_id or 0), now=now)
            found.append((one, rules.reckoned(clock_of(one), calendar=calendar)))
        except (NobodyWorksError, CalendarEndsError):
            continue  # nobody knows better: what was promised stands
    return found


def _tell(cases: Sequence[Case], moving: Sequence[Moving], now: datetime) -> None:
    """Bring the cases' own moments into step, and write down what moved."""
    by_case: dict[int, list[Moving]] = defaultdict(list)
    for one in moving:
        by_case[one.promise.case_id].append(one)
    owed: dict[int, list[Promise]] = defaultdict(list)
    for promise in Promise.objects.filter(case_id__in=by_case, kept_at=None, dropped_at=None).order_by("id"):
        owed[promise.case_id].append(promise)
    changed = [case for case in cases if case.pk in by_case]
    for case in changed:
        owing.put_right(case, owed[case.pk])
    rows.update(Case, changed, owing.DUE)
    record(
        Happening(
            kind="clock.moved",
            subject=f"case:{case.pk}",
            actor="system",
            at=now,
            data={"promises": [one.facts() for one in by_case[case.pk]]},
        )
        for case in changed
    )


def _due(promise: Promise) -> datetime:
    return rules.due_of(clock_of(promise))


def _differs(one: datetime, other: datetime) -> bool:
    return abs(one - other) >= SLACK
