"""Working time as a pure calculation: from weekly shifts and days off to moments in UTC."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE_US = 60_000_000

Span = tuple[datetime, datetime]


class CalendarEndsError(Exception):
    """The moment lies beyond the days that the calendar covers: extend it, do not guess."""


@dataclass(frozen=True, slots=True)
class WeeklyShift:
    """Work on one weekday (0 Monday) in local time; an end not after the start lies on the next day."""

    weekday: int
    start: time
    end: time
    on_holidays: bool = False


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs: off, off from `until_half` on (local time), or worked like a plain day."""

    until_half: time | None = None
    workday: bool = False


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """All that decides when somebody works; `days` are holidays, half days, closures, moved days."""

    zone: ZoneInfo
    shifts: Sequence[WeeklyShift]
    days: Mapping[date, SpecialDay]


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working time between two days, ready for many quick questions. Build it with `working_calendar`.

    Instants are kept as microseconds since 1970 in UTC: shift i lasts from starts[i] to ends[i], and
    worked[i] is all work before its end. Shifts are in order and never overlap. dates[i] is the local day
    on which shift i began.
    """

    zone: ZoneInfo
    first: int
    last: int
    starts: Sequence[int]
    ends: Sequence[int]
    worked: Sequence[int]
    dates: Sequence[date]

    def shifts(self, start: datetime, until: datetime) -> tuple[Span, ...]:
        """(start, end) in UTC of all work in this span, cut at its borders. Raises CalendarEndsError."""
        low, high = self._instant(start), self._instant(until)
        if high <= low:
            return ()
        chosen = range(bisect_right(self.ends, low), bisect_left(self.starts, high))
        return tuple((_moment(max(self.starts[i], low)), _moment(min(self.ends[i], high))) for i in chosen)

    def is_working(self, moment: datetime) -> bool:
        """Whether somebody works at this moment. Raises CalendarEndsError."""
        instant = self._instant(moment)
        index = bisect_right(self.ends, instant)
        return index < len(self.ends) and self.starts[index] <= instant

    def add_working_minutes(self, start: datetime, minutes: float) -> datetime:
        """When so many working minutes (0 or more) have passed since `start`, in UTC.

        0 means at the next moment of work; an amount that a shift just fits ends with that shift. Raises
        CalendarEndsError.
        """
        if minutes < 0:
            raise ValueError(f"cannot count back: {minutes} minutes")
        instant = self._instant(start)
        target = self._worked_by(instant) + round(minutes * MINUTE_US)
        index = bisect_left(self.worked, target)
        if not minutes:
            index = bisect_right(self.ends, instant)
            return _moment(max(instant, self.starts[self._existing(index)]))
        return _moment(self.ends[self._existing(index)] - (self.worked[index] - target))

    def working_minutes_between(self, start: datetime, until: datetime) -> float:
        """The working minutes between the two; 0 if `until` is not later. Raises CalendarEndsError."""
        low, high = self._instant(start), self._instant(until)
        return max(0, self._worked_by(high) - self._worked_by(low)) / MINUTE_US

    def add_working_days(self, start: datetime, days: int, *, deemed: bool = False) -> datetime:
        """The end of work, in UTC, on the n-th working day (n 1 or more) after the local day of `start`.

        deemed   what comes on a day without work counts as come on the next working day (Kazakhstan,
                 APPC art. 76); otherwise that next working day is already the first one
        Raises CalendarEndsError.
        """
        if days < 1:
            raise ValueError(f"not a number of days: {days}")
        self._instant(start)
        today = start.astimezone(self.zone).date()
        worked_today = bisect_left(self.dates, today) < bisect_right(self.dates, today)
        if deemed and not worked_today:
            today = self.dates[self._existing(bisect_left(self.dates, today))]
        index = bisect_right(self.dates, today) - 1
        for _ in range(days):
            index = self._last_shift_of(self.dates[self._existing(index + 1)])
        return _moment(self.ends[self._existing(index)])

    def add_calendar_days(self, start: datetime, days: int) -> datetime:
        """The last working moment, in UTC, not later than the n-th local day after that of `start`.

        A term that ends on a day without work thus ends before it, never later than any law allows;
        where that would not be after `start`, it ends with the next shift. Raises CalendarEndsError.
        """
        instant = self._instant(start)
        day = start.astimezone(self.zone).date() + timedelta(days=days)
        self._instant(datetime.combine(day, time.min, self.zone))
        index = bisect_right(self.dates, day) - 1
        if index < 0 or self.ends[index] <= instant:
            index = bisect_right(self.ends, instant)
        return _moment(self.ends[self._existing(index)])

    def _instant(self, moment: datetime) -> int:
        instant = (moment - EPOCH) // MICROSECOND
        if not self.first <= instant <= self.last:
            raise CalendarEndsError(
                f"{moment} lies outside the calendar: {_moment(self.first)} to {_moment(self.last)}"
            )
        return instant

    def _existing(self, index: int) -> int:
        if not 0 <= index < len(self.ends):
            raise CalendarEndsError(f"nobody works any more before the calendar ends on {_moment(self.last)}")
        return index

    def _worked_by(self, instant: int) -> int:
        index = bisect_right(self.starts, instant) - 1
        return self.worked[index] - max(0, self.ends[index] - instant) if index >= 0 else 0

    def _last_shift_of(self, day: date) -> int:
        return bisect_right(self.dates, day) - 1


def working_calendar(plan: WeekPlan, *, first: date, last: date) -> WorkingCalendar:
    """The working time of every local day from `first` to `last`, both included."""
    count = (last - first).days + 1
    days = (first + timedelta(days=number) for number in range(count))
    merged = _merged(_instants(plan, days))
    starts, ends = [start for start, _, _ in merged], [end for _, end, _ in merged]
    return WorkingCalendar(
        zone=plan.zone,
        first=_instant_of(first, time.min, plan.zone),
        last=_instant_of(last + timedelta(days=1), time.min, plan.zone),
        starts=starts,
        ends=ends,
        worked=list(accumulate(end - start for start, end in zip(starts, ends, strict=True))),
        dates=[day for _, _, day in merged],
    )


def _instants(plan: WeekPlan, days: Iterable[date]) -> list[tuple[int, int, date]]:
    found = []
    for day in days:
        for shift in _shifts_of(plan, day):
            over = day + timedelta(days=shift.end <= shift.start)
            start = _instant_of(day, shift.start, plan.zone)
            end = _instant_of(over, shift.end, plan.zone)
            if start < end:
                found.append((start, end, day))
    return sorted(found)


def _shifts_of(plan: WeekPlan, day: date) -> list[WeeklyShift]:
    shifts = [shift for shift in plan.shifts if shift.weekday == day.weekday()]
    special = plan.days.get(day)
    if special is None:
        return shifts
    if special.workday:
        return shifts or _plain_day(plan)
    return [kept for shift in shifts if (kept := _cut(shift, special.until_half))]


def _plain_day(plan: WeekPlan) -> list[WeeklyShift]:
    """The shifts of the first weekday that has any: what a moved working day on a weekend is worked like."""
    first = min((shift.weekday for shift in plan.shifts), default=0)
    return [shift for shift in plan.shifts if shift.weekday == first]


def _cut(shift: WeeklyShift, until_half: time | None) -> WeeklyShift | None:
    if shift.on_holidays:
        return shift
    if until_half is None or shift.start >= until_half:
        return None
    overnight = shift.end <= shift.start
    end = until_half if overnight else min(shift.end, until_half)
    return WeeklyShift(shift.weekday, shift.start, end)


def _merged(spans: Iterable[tuple[int, int, date]]) -> list[tuple[int, int, date]]:
    """Shifts without overlap: of one day made one, of two days cut where the later one begins anew."""
    merged: list[tuple[int, int, date]] = []
    for start, end, day in spans:
        if merged and start <= merged[-1][1] and day == merged[-1][2]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), day)
        elif merged and start < merged[-1][1]:
            earlier = merged[-1][1]
            if end > earlier:
                merged.append((earlier, end, day))
        else:
            merged.append((start, end, day))
    return merged


def _instant_of(day: date, clock: time, zone: ZoneInfo) -> int:
    return (datetime.combine(day, clock, zone) - EPOCH) // MICROSECOND


def _moment(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant)
