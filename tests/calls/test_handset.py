"""The days in a handset's log are read in the calendar in which they were written."""

import json
from zoneinfo import ZoneInfo

import pytest

from vefa.calls.handset import Log, RowError, incoming

LOG = Log(endpoint_id=1, zone=ZoneInfo("Asia/Tehran"))


def at(written: str, now) -> str:
    row = {"number": "09121112233", "type": "incoming", "date": written, "duration": "10"}
    return str(json.loads(incoming(LOG, row, now=now).raw)["timestamp"])


@pytest.mark.parametrize(
    "written",
    [
        "1404/10/15 14:30", "1404-10-15 14:30", "1404.10.15 14:30:00", "15/10/1404 14:30",
        "۱۴۰۴/۱۰/۱۵ ۱۴:۳۰", "۱۴۰۴/۱۰/۱۵، ۱۴:۳۰", "2026-01-05 14:30", "05.01.2026 14:30",
    ],
)  # fmt: skip
def test_a_moment_is_the_same_in_either_calendar_and_in_any_digits(written, now):
    assert at(written, now) == "2026-01-05T11:00:00+00:00"


def test_a_day_that_only_the_jalali_calendar_has(now):
    assert at("1404/02/31 9:05", now) == "2025-05-21T05:35:00+00:00"


@pytest.mark.parametrize(
    "written",
    [
        "1404/13/01 10:00",
        "1404/12/30 10:00",
        "0900-01-05 10:00",
        "1969-12-31 10:00",
        "1204/10/15 10:00",
        "9999-12-31T23:59:59-05:00",
        "9999-06-01 10:00",
        "9999999999",  # seconds, the year 2286
        "9999999999999",  # milliseconds
        "2026-04-01 10:00",
    ],
)
def test_days_that_cannot_be_are_refused(written, now):
    with pytest.raises(RowError):
        at(written, now)


def test_a_clock_that_is_a_little_fast_is_believed(now):
    assert at("2026-03-29T12:00:00+00:00", now) == "2026-03-29T12:00:00+00:00"
