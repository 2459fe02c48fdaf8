"""Clocks over working time: whatever pauses and extensions do, nothing is lost and nothing is won."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.cases import rules
from vefa.directory.rules import SpecialDay, WeeklyShift, WeekPlan, working_calendar

HOURS = ((time(8, 30), time(12, 30)), (time(13, 30), time(17, 30)))
OFFICE = working_calendar(
    WeekPlan(
        ZoneInfo("Europe/Istanbul"),
        [WeeklyShift(day, start, end) for day in range(5) for start, end in HOURS],
        {date(2026, 4, 23): SpecialDay(), date(2026, 10, 28): SpecialDay(until_half=time(13, 0))},
    ),
    first=date(2025, 1, 1),
    last=date(2028, 12, 31),
)
MONDAY = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)  # 09:30 in the town
A_MICROSECOND = timedelta(microseconds=1)


def due(clock: rules.Clock) -> datetime:
    assert clock.due_at is not None
    return clock.due_at


moments = st.integers(0, 400 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
amounts = st.integers(0, 20_000)


@st.composite
def standstills(draw):
    edges = sorted(draw(st.lists(st.integers(0, 60_000), max_size=8, unique=True)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [
        rules.Standstill(MONDAY + timedelta(minutes=low), MONDAY + timedelta(minutes=high))
        for low, high in pairs
    ]


def test_a_day_of_work_promised_on_monday_morning_is_due_on_tuesday_morning():
    clock = rules.started(at=MONDAY, minutes=480, calendar=OFFICE)
    assert due(clock) == MONDAY + timedelta(days=1)


def test_a_feast_day_is_not_counted():
    wednesday = datetime(2026, 4, 22, 6, 30, tzinfo=UTC)
    clock = rules.started(at=wednesday, minutes=480, calendar=OFFICE)
    assert due(clock) == datetime(2026, 4, 24, 6, 30, tzinfo=UTC)


@given(moments, amounts)
def test_a_promise_is_due_when_exactly_its_minutes_were_worked(start, minutes):
    clock = rules.started(at=start, minutes=minutes, calendar=OFFICE)
    assert abs(OFFICE.working_minutes_between(start, due(clock)) - minutes) < 1e-6


@given(amounts, standstills())
def test_work_outside_pauses_adds_up_to_what_was_promised(minutes, pauses):
    clock = rules.replayed(
        rules.started(at=MONDAY, minutes=minutes, calendar=OFFICE), pauses, calendar=OFFICE
    )
    inside = sum(
        OFFICE.working_minutes_between(pause.since, min(pause.until or due(clock), due(clock)))
        for pause in pauses
        if pause.since < due(clock)
    )
    whole = OFFICE.working_minutes_between(MONDAY, due(clock))
    assert abs(whole - inside - minutes) < 1e-6


@given(amounts, standstills(), st.integers(0, 60_000))
def test_a_pause_never_brings_a_due_moment_nearer(minutes, pauses, offset):
    plain = rules.started(at=MONDAY, minutes=minutes, calendar=OFFICE)
    assert due(rules.replayed(plain, pauses, calendar=OFFICE)) >= due(plain)


@given(amounts, moments)
def test_a_pause_of_no_length_changes_nothing(minutes, at):
    plain = rules.started(at=MONDAY, minutes=minutes, calendar=OFFICE)
    if at >= due(plain):
        return
    still = rules.paused(plain, at=at, calendar=OFFICE)
    again = rules.resumed(still, since=at, at=at, calendar=OFFICE)
    assert still.due_at is None
    assert abs(due(again) - due(plain)) <= A_MICROSECOND or not minutes


@given(st.integers(1, 20_000), st.integers(1, 5_000), standstills())
def test_an_extension_gives_exactly_the_day_that_was_asked_for_and_later_pauses_shift_it(
    minutes, more, pauses
):
    plain = rules.started(at=MONDAY, minutes=minutes, calendar=OFFICE)
    later = OFFICE.add_working_minutes(due(plain), more)
    clock = rules.extended(plain, due_at=later, calendar=OFFICE)
    assert due(clock) == later
    assert abs((clock.minutes or 0) - minutes - more) < 1e-6
    assert due(rules.replayed(clock, pauses, calendar=OFFICE)) >= later


def test_what_was_late_before_the_pause_is_as_late_after_it():
    clock = rules.started(at=MONDAY, minutes=60, calendar=OFFICE)
    since = MONDAY + timedelta(days=1)
    still = rules.paused(clock, at=since, calendar=OFFICE)
    again = rules.resumed(still, since=since, at=since + timedelta(days=9), calendar=OFFICE)
    assert due(again) == due(clock)


def test_a_term_of_law_that_may_stand_still_moves_by_the_time_it_stood():
    term = rules.set_to(at=MONDAY, due_at=MONDAY + timedelta(days=30))
    still = rules.paused(term, at=MONDAY + timedelta(days=3), calendar=OFFICE)
    again = rules.resumed(
        still, since=MONDAY + timedelta(days=3), at=MONDAY + timedelta(days=10), calendar=OFFICE
    )
    assert due(again) == MONDAY + timedelta(days=37)


def test_a_clock_refuses_what_makes_no_sense():
    clock = rules.started(at=MONDAY, minutes=60, calendar=OFFICE)
    still = rules.paused(clock, at=MONDAY, calendar=OFFICE)
    with pytest.raises(rules.ClockError):
        rules.paused(still, at=MONDAY, calendar=OFFICE)
    with pytest.raises(rules.ClockError):
        rules.resumed(clock, since=MONDAY, at=MONDAY, calendar=OFFICE)
    with pytest.raises(rules.ClockError):
        rules.extended(clock, due_at=due(clock), calendar=OFFICE)
    with pytest.raises(rules.ClockError):
        rules.extended(still, due_at=MONDAY + timedelta(days=9), calendar=OFFICE)


def test_the_nearest_moment_counts():
    later = MONDAY + timedelta(days=1)
    assert rules.nearest([None, later, MONDAY]) == MONDAY
    assert rules.nearest([None]) is None
