"""Clocks as pure calculation: when a promise falls due, through pauses and extensions.

A clock counts working minutes (`minutes` is set) or stands for a day that a law or a person named
(`minutes` is None). All moments are aware and in UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol


class Calendar(Protocol):
    """Working time, as the directory knows it."""

    def add_working_minutes(self, start: datetime, minutes: float) -> datetime:
        """When so many working minutes have passed since `start`."""

    def working_minutes_between(self, start: datetime, until: datetime) -> float:
        """The working minutes between the two; 0 if `until` is not later."""


class ClockError(Exception):
    """The clock cannot do this now: pause what stands still, resume what runs, extend to an earlier day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One promise's clock. Exactly one of `due_at` (it runs) and `held_due_at` (it stands still) is set.

    minutes        working minutes that are owed; None: a named moment
    worked_min     working minutes that had run before `running_since`
    """

    minutes: float | None
    worked_min: float = 0
    running_since: datetime | None
    due_at: datetime | None
    held_due_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether it counts now."""
        return self.due_at is not None


@dataclass(frozen=True, slots=True)
class Standstill:
    """A span in which clocks stood still; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    legal: bool = False


def started(*, at: datetime, minutes: float, calendar: Calendar) -> Clock:
    """A clock over `minutes` working minutes (0: due at the next moment of work)."""
    return Clock(minutes=minutes, running_since=at, due_at=calendar.add_working_minutes(at, minutes))


def set_to(*, at: datetime, due_at: datetime) -> Clock:
    """A clock that rings at a named moment."""
    return Clock(minutes=None, running_since=at, due_at=due_at)


def paused(clock: Clock, *, at: datetime, calendar: Calendar) -> Clock:
    """The clock standing still since `at`. Raises ClockError if it does not run."""
    if clock.running_since is None or clock.due_at is None:
        raise ClockError("the clock stands still already")
    worked = clock.worked_min
    if clock.minutes is not None:
        worked += calendar.working_minutes_between(clock.running_since, at)
    return replace(clock, worked_min=worked, running_since=None, due_at=None, held_due_at=clock.due_at)


def resumed(clock: Clock, *, since: datetime, at: datetime, calendar: Calendar) -> Clock:
    """The clock running again from `at`, having stood still since `since`. Raises ClockError if it runs.

    What was already late stays late: a pause heals nothing.
    """
    if clock.held_due_at is None:
        raise ClockError("the clock runs already")
    due_at = clock.held_due_at
    if due_at > since:
        due_at = _due_again(clock, due_at + (at - since), at=at, calendar=calendar)
    return replace(clock, running_since=at, due_at=due_at, held_due_at=None)


def due_of(clock: Clock) -> datetime:
    """When a running clock rings. Raises ClockError if it stands still."""
    if clock.due_at is None:
        raise ClockError("the clock stands still: let it run first")
    return clock.due_at


def extended(clock: Clock, *, due_at: datetime, calendar: Calendar) -> Clock:
    """The clock with a later end. Raises ClockError if it stands still or the end would not be later."""
    if due_at <= due_of(clock):
        raise ClockError("an extension ends later than what it extends")
    minutes = clock.minutes
    if minutes is not None and clock.running_since is not None:
        minutes = clock.worked_min + calendar.working_minutes_between(clock.running_since, due_at)
    return replace(clock, minutes=minutes, due_at=due_at)


def reckoned(clock: Clock, *, calendar: Calendar) -> datetime:
    """When a running clock over working minutes rings by this calendar. Raises ClockError for any other."""
    if clock.minutes is None or clock.running_since is None:
        raise ClockError("only a running clock over working time follows the calendar")
    return calendar.add_working_minutes(clock.running_since, max(0.0, clock.minutes - clock.worked_min))


def end_of(clock: Clock) -> datetime:
    """When it rings, or rang as it was stopped. Raises ClockError for a clock without an end."""
    end = clock.due_at or clock.held_due_at
    if end is None:
        raise ClockError("the clock has no end")
    return end


def no_earlier(clock: Clock, given: Clock, *, still_since: datetime | None, calendar: Calendar) -> Clock:
    """The clock with the end of one that was given by hand, where that is later; both have seen all pauses.

    `still_since` is since when clocks stand still; None while they run.
    """
    if end_of(given) <= end_of(clock):
        return clock
    awake = replace(
        clock,
        running_since=clock.running_since or still_since,
        due_at=end_of(clock),
        held_due_at=None,
    )
    later = extended(awake, due_at=end_of(given), calendar=calendar)
    if still_since is None or (clock.running and given.running):
        return later
    return paused(later, at=still_since, calendar=calendar)


def replayed(clock: Clock, standstills: Iterable[Standstill], *, calendar: Calendar) -> Clock:
    """The clock after all these pauses, in order; those before it began or after it was due do nothing."""
    for pause in standstills:
        if clock.running_since is None or clock.due_at is None:
            break
        since = max(pause.since, clock.running_since)
        if pause.since >= clock.due_at or (pause.until is not None and pause.until <= since):
            continue
        clock = paused(clock, at=since, calendar=calendar)
        if pause.until is not None:
            clock = resumed(clock, since=since, at=pause.until, calendar=calendar)
    return clock


def nearest(moments: Iterable[datetime | None]) -> datetime | None:
    """The earliest of these moments, or None if there is none."""
    return min((moment for moment in moments if moment is not None), default=None)


def _due_again(clock: Clock, shifted: datetime, *, at: datetime, calendar: Calendar) -> datetime:
    if clock.minutes is None:
        return shifted
    return calendar.add_working_minutes(at, max(0.0, clock.minutes - clock.worked_min))
