"""Working time: what an hour of work means in four countries, on feasts, at night and when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from vefa.directory.hours import days_of_country
from vefa.directory.rules import (
    CalendarEndsError,
    SpecialDay,
    WeeklyShift,
    WeekPlan,
    WorkingCalendar,
    working_calendar,
)

ISTANBUL = ZoneInfo("Europe/Istanbul")
ALMATY = ZoneInfo("Asia/Almaty")
TEHRAN = ZoneInfo("Asia/Tehran")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY_TO_FRIDAY = range(5)
SATURDAY_TO_WEDNESDAY = (5, 6, 0, 1, 2)


def office(weekdays=MONDAY_TO_FRIDAY):
    """Half past eight to half past five, with an hour at noon."""
    return [
        WeeklyShift(day, start, end)
        for day in weekdays
        for start, end in ((time(8, 30), time(12, 30)), (time(13, 30), time(17, 30)))
    ]


def calendar(zone=ISTANBUL, shifts=None, days=None, country=""):
    found = {}
    if country:
        known = days_of_country(country, [2025, 2026, 2027])
        found = {day: SpecialDay(until_half=special.until_half) for day, special in known.items()}
    plan = WeekPlan(zone, office() if shifts is None else shifts, found | (days or {}))
    return working_calendar(plan, first=date(2025, 1, 1), last=date(2027, 12, 31))


def local(zone, year, month, day, hour=0, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=zone)


def test_a_morning_of_work_ends_at_the_same_hour_and_an_afternoon_skips_the_break():
    plain = calendar()

    assert plain.add_working_minutes(local(ISTANBUL, 2026, 6, 1, 9, 0), 60) == local(
        ISTANBUL, 2026, 6, 1, 10, 0
    )
    assert plain.add_working_minutes(local(ISTANBUL, 2026, 6, 1, 12, 0), 60) == local(
        ISTANBUL, 2026, 6, 1, 14, 0
    )


def test_what_comes_on_friday_evening_is_due_on_monday():
    friday = local(ISTANBUL, 2026, 6, 5, 18, 0)

    assert calendar().add_working_minutes(friday, 30) == local(ISTANBUL, 2026, 6, 8, 9, 0)


def test_zero_minutes_mean_the_next_moment_of_work():
    plain = calendar()

    assert plain.add_working_minutes(local(ISTANBUL, 2026, 6, 6, 3, 0), 0) == local(
        ISTANBUL, 2026, 6, 8, 8, 30
    )
    assert plain.add_working_minutes(local(ISTANBUL, 2026, 6, 8, 9, 7), 0) == local(
        ISTANBUL, 2026, 6, 8, 9, 7
    )
    assert plain.add_working_minutes(local(ISTANBUL, 2026, 6, 8, 17, 30), 0) == local(
        ISTANBUL, 2026, 6, 9, 8, 30
    )


def test_a_promise_that_a_day_just_fits_falls_due_at_its_end_and_not_next_morning():
    plain = calendar()

    assert plain.add_working_minutes(local(ISTANBUL, 2026, 6, 8, 8, 30), 480) == local(
        ISTANBUL, 2026, 6, 8, 17, 30
    )


def test_moments_come_back_in_utc():
    assert calendar().add_working_minutes(local(ISTANBUL, 2026, 6, 8, 9, 0), 1).tzinfo is UTC


def test_the_weekend_of_isfahan_is_thursday_and_friday():
    isfahan = calendar(TEHRAN, office(SATURDAY_TO_WEDNESDAY))
    wednesday_evening = local(TEHRAN, 2026, 7, 15, 17, 0)

    assert isfahan.add_working_minutes(wednesday_evening, 60) == local(TEHRAN, 2026, 7, 18, 9, 0)


def test_nowruz_stops_the_clock_in_isfahan_and_nauryz_in_astana():
    isfahan = calendar(TEHRAN, office(SATURDAY_TO_WEDNESDAY), country="IR")
    astana = calendar(ALMATY, country="KZ")

    assert (
        isfahan.working_minutes_between(local(TEHRAN, 2027, 3, 21, 0, 0), local(TEHRAN, 2027, 3, 24, 0, 0))
        == 0
    )
    assert (
        astana.working_minutes_between(local(ALMATY, 2026, 3, 21, 0, 0), local(ALMATY, 2026, 3, 26, 0, 0))
        == 0
    )
    assert astana.is_working(local(ALMATY, 2026, 3, 26, 10, 0))


def test_the_eve_of_the_ramadan_feast_is_worked_until_one_in_the_afternoon():
    turkish = calendar(country="TR")
    eve = local(ISTANBUL, 2026, 3, 19, 12, 0)

    assert turkish.shifts(local(ISTANBUL, 2026, 3, 19, 0, 0), local(ISTANBUL, 2026, 3, 20, 0, 0)) == (
        (local(ISTANBUL, 2026, 3, 19, 8, 30), local(ISTANBUL, 2026, 3, 19, 12, 30)),
    )
    assert turkish.add_working_minutes(eve, 60) == local(ISTANBUL, 2026, 3, 23, 9, 0)


def test_a_half_day_cuts_the_shift_in_which_it_begins():
    short = calendar(days={date(2026, 6, 8): SpecialDay(until_half=time(15, 0))})

    assert (
        short.working_minutes_between(local(ISTANBUL, 2026, 6, 8, 0, 0), local(ISTANBUL, 2026, 6, 9, 0, 0))
        == 4 * 60 + 90
    )


def test_the_29th_of_february_is_a_day_like_any_other():
    plan = WeekPlan(ISTANBUL, office(), {})
    leap = working_calendar(plan, first=date(2028, 1, 1), last=date(2028, 12, 31))

    assert leap.add_working_days(local(ISTANBUL, 2028, 2, 28, 10, 0), 1) == local(
        ISTANBUL, 2028, 2, 29, 17, 30
    )


def test_the_night_watch_has_an_hour_less_when_clocks_go_forward_and_one_more_when_they_go_back():
    watch = calendar(BERLIN, [WeeklyShift(day, time(22, 0), time(6, 0)) for day in range(7)])

    def night(year: int, month: int, day: int):
        evening = local(BERLIN, year, month, day, 20)
        return watch.working_minutes_between(evening, evening + timedelta(days=1)) / 60

    assert (night(2026, 3, 27), night(2026, 3, 28), night(2026, 10, 24)) == (8, 7, 9)


def test_a_shift_past_midnight_belongs_to_the_evening_on_which_it_began():
    watch = calendar(
        shifts=[WeeklyShift(4, time(22, 0), time(2, 0))],  # Fridays
        days={date(2026, 6, 6): SpecialDay()},  # Saturday is a holiday: Friday's night is worked to its end
    )

    assert watch.add_working_minutes(local(ISTANBUL, 2026, 6, 5, 23, 0), 120) == local(
        ISTANBUL, 2026, 6, 6, 1, 0
    )
    assert watch.add_working_days(local(ISTANBUL, 2026, 6, 6, 1, 0), 1) == local(ISTANBUL, 2026, 6, 13, 2, 0)


def test_a_centre_that_never_sleeps_counts_every_minute_holidays_too():
    always = calendar(
        shifts=[WeeklyShift(day, time(0, 0), time(0, 0), on_holidays=True) for day in range(7)], country="TR"
    )
    start = local(ISTANBUL, 2026, 5, 26, 23, 30)

    assert always.add_working_minutes(start, 3 * 24 * 60) == start + timedelta(days=3)


def test_shifts_that_overlap_are_counted_once():
    double = calendar(
        shifts=[WeeklyShift(0, time(8, 0), time(12, 0)), WeeklyShift(0, time(11, 0), time(13, 0))]
    )

    assert (
        double.working_minutes_between(local(ISTANBUL, 2026, 6, 8, 0, 0), local(ISTANBUL, 2026, 6, 9, 0, 0))
        == 5 * 60
    )


def test_an_ad_hoc_closure_moves_everything_behind_it():
    monday = local(ISTANBUL, 2026, 6, 8, 8, 30)
    snow = calendar(days={date(2026, 6, 8): SpecialDay()})

    assert snow.add_working_minutes(monday, 60) == local(ISTANBUL, 2026, 6, 9, 9, 30)


def test_a_saturday_worked_instead_of_another_day_counts_like_a_plain_day():
    moved = calendar(days={date(2026, 6, 6): SpecialDay(workday=True), date(2026, 6, 8): SpecialDay()})

    assert moved.add_working_minutes(local(ISTANBUL, 2026, 6, 5, 17, 0), 60) == local(
        ISTANBUL, 2026, 6, 6, 9, 0
    )


def test_fifteen_working_days_of_the_kazakh_code_begin_after_the_day_of_receipt():
    astana = calendar(ALMATY)
    tuesday, saturday = local(ALMATY, 2026, 6, 2, 11, 0), local(ALMATY, 2026, 6, 6, 11, 0)

    assert astana.add_working_days(tuesday, 15, deemed=True) == local(ALMATY, 2026, 6, 23, 17, 30)
    assert astana.add_working_days(saturday, 1, deemed=True) == local(ALMATY, 2026, 6, 9, 17, 30)
    assert astana.add_working_days(saturday, 1) == local(ALMATY, 2026, 6, 8, 17, 30)


def test_thirty_calendar_days_end_with_the_last_work_that_they_hold():
    plain = calendar()

    assert plain.add_calendar_days(local(ISTANBUL, 2026, 6, 3, 11, 0), 30) == local(
        ISTANBUL, 2026, 7, 3, 17, 30
    )  # a Friday
    assert plain.add_calendar_days(local(ISTANBUL, 2026, 6, 4, 11, 0), 30) == local(
        ISTANBUL, 2026, 7, 3, 17, 30
    )  # a Saturday: the Friday before it
    assert plain.add_calendar_days(local(ISTANBUL, 2026, 6, 5, 18, 0), 1) == local(
        ISTANBUL, 2026, 6, 8, 12, 30
    )  # nothing before it: the next shift


def test_a_calendar_that_ends_says_so_instead_of_guessing():
    plain = calendar()

    with pytest.raises(CalendarEndsError):
        plain.add_working_minutes(local(ISTANBUL, 2027, 12, 31, 17, 0), 31)
    with pytest.raises(CalendarEndsError):
        plain.add_working_minutes(local(ISTANBUL, 2024, 12, 31, 17, 0), 1)
    with pytest.raises(CalendarEndsError):
        plain.add_working_days(local(ISTANBUL, 2027, 12, 30, 17, 0), 2)
    with pytest.raises(CalendarEndsError):
        plain.shifts(local(ISTANBUL, 2027, 12, 30, 17, 0), local(ISTANBUL, 2028, 1, 2, 0, 0))
    with pytest.raises(CalendarEndsError):
        calendar(shifts=[]).add_working_minutes(local(ISTANBUL, 2026, 1, 5, 9, 0), 0)


def test_adding_minutes_is_cheap_enough_for_every_case_of_a_storm():
    plain = calendar(country="TR")
    start = local(UTC, 2026, 6, 8, 9, 0)

    def a_thousand() -> float:
        began = perf_counter()
        for minutes in range(1000):
            plain.add_working_minutes(start, minutes)
        return perf_counter() - began

    assert min(a_thousand() for _ in range(10)) / 1000 < 20e-6


# What holds for every plan and every moment.

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
clock = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
weekly = st.builds(WeeklyShift, st.integers(0, 6), clock, clock, st.booleans())
special = st.builds(SpecialDay, st.none() | clock, st.booleans())
plans = st.builds(
    WeekPlan,
    st.sampled_from([ISTANBUL, ALMATY, TEHRAN, BERLIN]),
    st.lists(weekly, min_size=1, max_size=8),
    st.dictionaries(st.dates(FIRST, LAST), special, max_size=20),
)
calendars = plans.map(lambda plan: working_calendar(plan, first=FIRST, last=LAST))
moments = st.integers(0, 424 * 24 * 60).map(
    lambda minutes: local(UTC, 2025, 1, 2) + timedelta(minutes=minutes)
)
amounts = st.integers(0, 5000)


@given(calendars, moments, amounts, amounts)
def test_more_work_never_ends_earlier_and_adding_twice_is_adding_once(plan: WorkingCalendar, start, one, two):
    try:
        whole = plan.add_working_minutes(start, one + two)
        half = plan.add_working_minutes(start, one)
    except CalendarEndsError:
        reject()

    assert start <= half <= whole or not two
    if one and two:
        assert plan.add_working_minutes(half, two) == whole


@given(calendars, moments, amounts)
def test_counting_back_finds_what_was_added(plan: WorkingCalendar, start, minutes):
    try:
        due = plan.add_working_minutes(start, minutes)
    except CalendarEndsError:
        reject()

    assert plan.working_minutes_between(start, due) == minutes


@given(calendars, moments, moments, moments)
def test_time_between_is_the_sum_of_its_parts_and_of_its_shifts(plan: WorkingCalendar, one, two, three):
    first, middle, last = sorted((one, two, three))

    whole = plan.working_minutes_between(first, last)
    assert whole == pytest.approx(
        plan.working_minutes_between(first, middle) + plan.working_minutes_between(middle, last)
    )
    spans = plan.shifts(first, last)
    assert whole == pytest.approx(sum((end - start).total_seconds() for start, end in spans) / 60)
    assert list(spans) == sorted(spans)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    assert all(start < end for start, end in spans)


@given(calendars, moments, st.integers(1, 40))
def test_a_term_in_days_ends_when_somebody_works_and_not_before_it_began(plan: WorkingCalendar, start, days):
    try:
        due = plan.add_working_days(start, days)
        later = plan.add_working_days(start, days + 1)
        calendar_due = plan.add_calendar_days(start, days)
    except CalendarEndsError:
        reject()

    assert start < due <= later
    assert start < calendar_due
