"""When an account is read: its own opening hours in the municipality's zone, without its holidays."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from vefa.channels.models import Endpoint
from vefa.dialogue.rules import next_opening, weekly_shifts
from vefa.directory.queries import days_off, municipality
from vefa.directory.rules import SpecialDay, WeeklyShift, WeekPlan, WorkingCalendar, working_calendar

REACH = timedelta(days=45)  # whoever does not open within this time is not waited for


def has_hours(endpoint: Endpoint) -> bool:
    """Whether anybody said when this account is read; one without hours is always read."""
    return bool(endpoint.opening_hours) and bool(weekly_shifts(endpoint.opening_hours))


def open_now(endpoint: Endpoint, now: datetime) -> bool:
    """Whether somebody reads what comes on this account at this moment; without hours always."""
    return not has_hours(endpoint) or calendar_of(endpoint, now).is_working(now)


def opens_at(endpoint: Endpoint, now: datetime) -> datetime | None:
    """`now` while it is read, else when somebody reads it again, UTC; None: not within 45 days."""
    return next_opening(calendar_of(endpoint, now), now) if has_hours(endpoint) else now


def calendar_of(endpoint: Endpoint, now: datetime) -> WorkingCalendar:
    """The hours of an account around `now`, holidays of the municipality taken out. Raises HoursError."""
    here = municipality()
    zone = ZoneInfo(here.timezone)
    shifts = tuple(weekly_shifts(endpoint.opening_hours))
    return _calendar(shifts, _days(now, zone), zone, now.astimezone(zone).date())


def _days(now: datetime, zone: ZoneInfo) -> tuple[tuple[date, SpecialDay], ...]:
    first, last = _span(now.astimezone(zone).date())
    return _within(days_off(now=now), first, last)


def _within(days: Mapping[date, SpecialDay], first: date, last: date) -> tuple[tuple[date, SpecialDay], ...]:
    count = (last - first).days + 1
    span = (first + timedelta(days=number) for number in range(count))
    return tuple((day, days[day]) for day in span if day in days)


def _span(today: date) -> tuple[date, date]:
    return today - timedelta(days=2), today + REACH


@lru_cache(200)  # a handful of accounts, asked for each message
def _calendar(
    shifts: tuple[WeeklyShift, ...], days: tuple[tuple[date, SpecialDay], ...], zone: ZoneInfo, today: date
) -> WorkingCalendar:
    first, last = _span(today)
    return working_calendar(WeekPlan(zone, shifts, dict(days)), first=first, last=last)
