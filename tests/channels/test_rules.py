"""When an account is unusually silent, and what else is trouble: decided from plain facts."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.channels.rules import HOUR, Facts, Usual, silence, troubles

ZONE = ZoneInfo("Europe/Istanbul")
NOW = datetime(2026, 3, 25, 9, 0, tzinfo=UTC)  # a Wednesday, noon in Pınarova
TEN_WEEKS = [NOW - number * HOUR for number in range(1, 70 * 24)]
MINUTE = timedelta(minutes=1)


def office(hour: datetime, *, busy: int = 20) -> int:
    """What a city's bot hears: much by day on weekdays, little on Saturday, nothing by night."""
    local = hour.astimezone(ZONE)
    if local.weekday() == 6 or not 8 <= local.hour < 19:
        return 0
    return busy if local.weekday() < 5 else 3


def usual(count=office, *, off: frozenset[date] = frozenset(), hours=TEN_WEEKS) -> Usual:
    return Usual({hour: number for hour in hours if (number := count(hour))}, off, ZONE)


def silent(minutes: float, *, at: datetime = NOW, given: Usual | None = None):
    return silence(last_in_at=at - timedelta(minutes=minutes), now=at, usual=given or usual())


def test_half_an_hour_without_a_word_at_noon_is_unusual():
    found = silent(30)
    assert found is not None
    assert found.usual == 10
    assert found.since == NOW - timedelta(minutes=30)


@pytest.mark.parametrize("minutes", [0, 5, 9.9, 20])
def test_a_short_pause_is_nothing(minutes):
    assert silent(minutes) is None


def test_a_very_busy_account_is_missed_after_ten_minutes():
    assert silent(10, given=usual(lambda hour: office(hour, busy=400))) is not None


def test_a_quiet_night_is_nothing():
    morning = datetime(2026, 3, 25, 4, 30, tzinfo=UTC)  # 07:30, silent since 19:00
    assert silent(12.5 * 60, at=morning) is None


def test_a_night_counts_towards_the_silence_of_the_morning():
    at = datetime(2026, 3, 25, 5, 45, tzinfo=UTC)  # 08:45
    assert silent(13 * 60 + 45, at=at) is not None


def test_a_sunday_is_nothing():
    assert silent(20 * 60, at=datetime(2026, 3, 22, 18, 0, tzinfo=UTC)) is None


def test_a_holiday_is_nothing():
    off = frozenset({NOW.date()})
    assert silent(5 * 60, given=usual(off=off)) is None


def test_the_day_after_a_holiday_counts_only_itself():
    at = NOW + timedelta(days=1)
    off = frozenset({NOW.date()})
    assert silent(26 * 60, at=at, given=usual(off=off)) is not None
    assert silent(26 * 60, at=at - timedelta(hours=3.9), given=usual(off=off)) is None


def test_weeks_with_a_holiday_are_not_compared():
    off = frozenset((NOW - timedelta(weeks=week)).date() for week in range(1, 6))
    assert silent(120, given=usual(off=off)) is None  # three weeks are too few
    assert silent(120, given=usual(off=frozenset(sorted(off)[:4]))) is not None


def test_one_outage_in_the_past_does_not_make_silence_usual():
    gone = (NOW - timedelta(weeks=2)).date()
    assert silent(60, given=usual(lambda hour: 0 if hour.date() == gone else office(hour))) is not None


def test_two_weeks_that_heard_nothing_either_are_doubt_enough():
    gone = {(NOW - timedelta(weeks=week)).date() for week in (2, 3)}
    assert silent(60, given=usual(lambda hour: 0 if hour.date() in gone else office(hour))) is None


def test_one_storm_does_not_make_a_calm_account_suspicious():
    storm = (NOW - timedelta(weeks=1)).date()
    assert silent(120, given=usual(lambda hour: 900 if hour.date() == storm else 0)) is None


def test_a_rare_account_is_missed_after_some_days():
    rare = usual(lambda hour: 1 if hour.astimezone(ZONE).hour in {10, 13, 16} else 0)  # three a day
    assert silent(24 * 60, given=rare) is None
    assert silent(3 * 24 * 60, given=rare) is not None


def test_a_new_account_has_no_usual():
    young = usual(hours=[NOW - number * HOUR for number in range(1, 21 * 24)])
    assert silent(5 * 60, given=young) is None
    assert silence(last_in_at=None, now=NOW, usual=usual()) is None


@given(
    counts=st.lists(st.integers(0, 60), min_size=168, max_size=168),
    minutes=st.integers(0, 72 * 60),
)
def test_silence_is_only_ever_found_where_much_is_usual(counts, minutes):
    def count(hour: datetime) -> int:
        local = hour.astimezone(ZONE)
        return int(counts[local.weekday() * 24 + local.hour])

    found = silent(minutes, given=usual(count))
    expected = sum(
        count(NOW - (number + 1) * HOUR) * min(1, max(0, minutes / 60 - number)) for number in range(72)
    )
    assert (found is not None) == (minutes >= 10 and expected >= 8 and expected > 0)


@given(counts=st.lists(st.integers(0, 60), min_size=168, max_size=168), minutes=st.integers(10, 48 * 60))
def test_a_longer_silence_is_never_less_suspicious(counts, minutes):
    given_ = usual(lambda hour: counts[hour.weekday() * 24 + hour.hour])
    if silent(minutes, given=given_) is not None:
        assert silent(minutes + 60, given=given_) is not None


def codes(**facts: object) -> list[str]:
    return [one.code for one in troubles(Facts(now=NOW, **facts))]  # type: ignore[arg-type]  # as named


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, []),
        ({"bad_looks": 1, "finding": "401"}, []),
        ({"bad_looks": 2, "finding": "401"}, ["broken"]),
        ({"locked": True}, ["locked"]),
        ({"unsubscribed": "no connection"}, ["unsubscribed"]),
        ({"expires_at": NOW + timedelta(days=15)}, []),
        ({"expires_at": NOW + timedelta(days=14)}, ["expiring"]),
        ({"expires_at": NOW}, ["expired"]),
        ({"oldest_due_at": NOW - 9 * MINUTE}, []),
        ({"oldest_due_at": NOW - 10 * MINUTE}, ["stuck"]),
        ({"oldest_due_at": NOW - 10 * MINUTE, "paused": True}, []),
        ({"oldest_due_at": NOW - 10 * MINUTE, "keyless": True}, []),
        ({"oldest_due_at": NOW - timedelta(hours=23), "paused": True}, []),
        ({"oldest_due_at": NOW - timedelta(days=1), "paused": True}, ["waiting"]),
        ({"oldest_due_at": NOW - timedelta(days=1), "keyless": True}, ["waiting"]),
        ({"oldest_due_at": NOW - timedelta(days=1)}, ["stuck"]),
        ({"stumbling_since": NOW - 4 * MINUTE, "trouble": "x"}, []),
        ({"stumbling_since": NOW - 5 * MINUTE, "trouble": "x"}, ["stumbling"]),
        ({"tried": 4, "failed": 4}, []),
        ({"tried": 25, "failed": 5}, ["failing"]),
        ({"tried": 26, "failed": 5}, []),
        ({"silence": silent(30)}, ["silent"]),
        ({"locked": True, "tried": 9, "failed": 9}, ["locked", "failing"]),
    ],
)
def test_what_counts_as_trouble(facts, found):
    assert codes(**facts) == found
