"""What the dialogue decides without asking anybody: when an account is read, when nobody is woken."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vefa.directory.rules import CalendarEndsError, WeeklyShift, WorkingCalendar

WAKES, SLEEPS = time(8), time(21)  # local: between them a message that nobody asked for wakes nobody
ON_HOLIDAYS = "on_holidays"  # a mark beside the weekdays: holidays are days like others


class HoursError(ValueError):
    """Opening hours cannot be read; the text says which day."""


def weekly_shifts(opening_hours: Mapping[str, Any]) -> list[WeeklyShift]:
    """The week of `Endpoint.opening_hours`: {"0": [["08:30", "17:30"]]}, "0" is Monday, local time.

    An end not after its start lies on the next day. Raises HoursError.
    """
    on_holidays = bool(opening_hours.get(ON_HOLIDAYS))
    found = []
    for day in range(7):
        for span in opening_hours.get(str(day), ()):
            try:
                start, end = span
                shift = WeeklyShift(day, time.fromisoformat(start), time.fromisoformat(end), on_holidays)
            except (TypeError, ValueError) as error:
                raise HoursError(f"weekday {day}: {span!r} is no span of two times") from error
            found.append(shift)
    return found


def next_opening(calendar: WorkingCalendar, now: datetime) -> datetime | None:
    """`now` while it is open, else when it opens again, in UTC; None where the calendar ends before that."""
    try:
        return calendar.add_working_minutes(now, 0)
    except CalendarEndsError:
        return None


def next_waking(now: datetime, zone: ZoneInfo) -> datetime:
    """`now` by day, else eight in the next morning of this zone, in UTC."""
    local = now.astimezone(zone)
    if WAKES <= local.time() < SLEEPS:
        return now
    day = local.date() + timedelta(days=local.time() >= SLEEPS)
    return datetime.combine(day, WAKES, zone).astimezone(UTC)
