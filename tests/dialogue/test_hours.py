"""The bot is read on weekdays from half past eight to half past five, and not on holidays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.dialogue.hours import has_hours, open_now, opens_at
from vefa.dialogue.rules import HoursError, next_opening, weekly_shifts
from vefa.directory import queries
from vefa.directory.models import Holiday
from vefa.directory.rules import WeekPlan, working_calendar

pytestmark = pytest.mark.django_db

OFFICE = {str(day): [["08:30", "12:30"], ["13:30", "17:30"]] for day in range(5)}
FRIDAY_NOON = datetime(2026, 4, 3, 10, 0, tzinfo=UTC)  # 13:00 in Pınarova: the bot is at lunch
MONDAY_OPENS = datetime(2026, 4, 6, 5, 30, tzinfo=UTC)


@pytest.fixture
def bot(town):
    town.bot.opening_hours = OFFICE
    return town.bot


def test_without_hours_somebody_always_reads(town, now):
    assert not has_hours(town.bot)
    assert open_now(town.bot, now)
    assert opens_at(town.bot, now) == now


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (datetime(2026, 4, 3, 6, 0, tzinfo=UTC), datetime(2026, 4, 3, 6, 0, tzinfo=UTC)),
        (FRIDAY_NOON, datetime(2026, 4, 3, 10, 30, tzinfo=UTC)),
        (datetime(2026, 4, 3, 14, 30, tzinfo=UTC), MONDAY_OPENS),
        (datetime(2026, 4, 4, 9, 0, tzinfo=UTC), MONDAY_OPENS),
        (datetime(2026, 4, 5, 23, 0, tzinfo=UTC), MONDAY_OPENS),
    ],
)
def test_the_week_of_the_bot(bot, moment, opens):
    assert open_now(bot, moment) == (opens == moment)
    assert opens_at(bot, moment) == opens


def test_a_holiday_of_the_municipality_is_waited_out(bot):
    Holiday.objects.create(date=date(2026, 4, 6), names={"tr": "Kuruluş günü"})
    queries.forget()
    assert opens_at(bot, datetime(2026, 4, 4, 9, 0, tzinfo=UTC)) == MONDAY_OPENS + timedelta(days=1)


def test_a_line_that_works_on_holidays_too(bot):
    Holiday.objects.create(date=date(2026, 4, 6), names={"tr": "Kuruluş günü"})
    queries.forget()
    bot.opening_hours = {**OFFICE, "on_holidays": True}
    assert opens_at(bot, datetime(2026, 4, 4, 9, 0, tzinfo=UTC)) == MONDAY_OPENS


def test_a_night_shift_ends_on_the_next_day(bot):
    bot.opening_hours = {"4": [["22:00", "02:00"]]}  # Friday night
    assert open_now(bot, datetime(2026, 4, 3, 22, 30, tzinfo=UTC))  # Saturday 01:30
    assert not open_now(bot, datetime(2026, 4, 3, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize("span", ["08:30", ["08:30"], ["8 o'clock", "9"], [None, "09:00"]])
def test_hours_that_make_no_sense_are_refused(span):
    with pytest.raises(HoursError, match="weekday 2"):
        weekly_shifts({"2": [span]})


@given(minutes=st.integers(0, 430_000))  # of 2026, until October
def test_it_is_open_at_the_moment_at_which_it_opens(minutes):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    today = moment.date()
    plan = WeekPlan(ZoneInfo("Europe/Istanbul"), weekly_shifts(OFFICE), {})
    week = working_calendar(plan, first=today - timedelta(days=2), last=today + timedelta(days=9))
    found = next_opening(week, moment)
    assert found is not None
    assert moment <= found < moment + timedelta(days=4)
    assert (found == moment) == week.is_working(moment)
    assert week.is_working(found)
