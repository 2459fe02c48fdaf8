"""What a service promises, as rows that are not yet stored, and the calendars that their clocks count by."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from vefa.cases import rules
from vefa.cases.models import Promise, PromiseKind
from vefa.directory.hours import NobodyWorksError
from vefa.directory.models import Service
from vefa.directory.queries import directory
from vefa.directory.rules import CalendarEndsError, WorkingCalendar

OFFICE = "office"
Facts = dict[str, Any]  # of a promise, by column
# What is owed on a matter whose service nobody knows yet, in working minutes: a day, and three weeks.
UNKNOWN_ANSWER_MIN = 480
UNKNOWN_RESOLUTION_MIN = 7200
# Terms of law that count working days; elsewhere they are calendar days. Kazakhstan: APPC art. 76, Iran:
# by-law of the law on access to information, art. 8.
WORKING_DAY_COUNTRIES = {"KZ", "IR"}
DEEMED_COUNTRIES = {"KZ"}  # received on a day off counts as received on the next working day


def calendar_of(service: Service | None, *, now: datetime) -> WorkingCalendar:
    """The working time that a service's clocks count. Raises NobodyWorksError."""
    known = directory()
    try:
        return known.working_calendar(service.calendar if service else OFFICE, now)
    except NobodyWorksError:
        return known.working_calendar(OFFICE, now)


def promised(service: Service | None, *, since: datetime, now: datetime) -> list[Promise]:
    """The promises that a service makes for a matter opened at `since`, unsaved and without their case."""
    return [Promise(**facts) for facts in promised_facts(service, since=since, now=now)]


def promised_facts(service: Service | None, *, since: datetime, now: datetime) -> list[Facts]:
    """The same as columns, the first answer first.

    Where no working time is known for that moment there is nothing to promise by, and none is made; nor is
    one that would end after the calendar, beside which the others stand.
    """
    try:
        calendar = calendar_of(service, now=now)
    except (NobodyWorksError, CalendarEndsError):
        return []
    made: list[Facts] = []
    for make in (_answer, _resolution, _legal):
        with suppress(CalendarEndsError):
            made += make(service, since, calendar)
    return made


def resolution_again(service: Service | None, *, now: datetime) -> Promise:
    """A fresh promise of the service's resolution time, for a matter that was reopened now."""
    calendar = calendar_of(service, now=now)
    return Promise(**_resolution(service, now, calendar)[0])


def clock_of(promise: Promise) -> rules.Clock:
    """The clock of a stored promise."""
    return rules.Clock(
        minutes=promise.minutes,
        worked_min=promise.worked_min,
        running_since=promise.running_since,
        due_at=promise.due_at,
        held_due_at=promise.held_due_at,
    )


def put(promise: Promise, clock: rules.Clock) -> Promise:
    """Write a clock into its promise, unsaved."""
    promise.minutes, promise.worked_min = clock.minutes, clock.worked_min
    promise.running_since, promise.due_at = clock.running_since, clock.due_at
    promise.held_due_at = clock.held_due_at
    return promise


def _answer(service: Service | None, since: datetime, calendar: WorkingCalendar) -> list[Facts]:
    minutes = service.first_answer_min if service else UNKNOWN_ANSWER_MIN
    return [_span(PromiseKind.FIRST_ANSWER, minutes, since, calendar)]


def _resolution(service: Service | None, since: datetime, calendar: WorkingCalendar) -> list[Facts]:
    minutes = service.resolution_min if service else UNKNOWN_RESOLUTION_MIN
    return [_span(PromiseKind.RESOLUTION, minutes, since, calendar)]


def _span(kind: PromiseKind, minutes: float, since: datetime, calendar: WorkingCalendar) -> Facts:
    clock = rules.started(at=since, minutes=minutes, calendar=calendar)
    return {"kind": kind.value, "by": "service", "started_at": since, **_columns(clock)}


def _legal(service: Service | None, since: datetime, calendar: WorkingCalendar) -> list[Facts]:
    if service is None or not service.legal_days:
        return []
    country = directory().municipality.country
    if country in WORKING_DAY_COUNTRIES:
        due_at = calendar.add_working_days(since, service.legal_days, deemed=country in DEEMED_COUNTRIES)
    else:
        due_at = calendar.add_calendar_days(since, service.legal_days)
    named = {"kind": PromiseKind.LEGAL.value, "by": "law", "legal_basis": service.legal_basis[:120]}
    return [{**named, "started_at": since, **_columns(rules.set_to(at=since, due_at=due_at))}]


def _columns(clock: rules.Clock) -> Facts:
    return {"minutes": clock.minutes, "running_since": clock.running_since, "due_at": clock.due_at}
