"""Moments as people say them, in their calendar and digits."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from vefa.web.ui import words

ISTANBUL = ZoneInfo("Europe/Istanbul")
NOON = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)  # a Thursday, 12:00 in Pınarova


def reading(language: str = "en", *, jalali: bool = False) -> words.Reader:
    return words.Reader(language=language, zone=ISTANBUL, jalali=jalali or language == "fa", now=NOON)


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (timedelta(0), "just now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=-20), "20 minutes ago"),
        (timedelta(minutes=5), "in 5 minutes"),
        (timedelta(hours=4, minutes=30), "today 16:30"),
        (timedelta(hours=-13), "yesterday 23:00"),
        (timedelta(days=1), "tomorrow 12:00"),
        (timedelta(days=3), "Sunday 12:00"),
        (timedelta(days=-3), "9 November"),
        (timedelta(days=-400), "8 October 2025"),
    ],
)
def test_a_moment_is_told_near_now(apart: timedelta, said: str) -> None:
    with translation.override("en"):
        assert words.near(NOON + apart, reading()) == said


def test_midnight_is_the_citys_not_greenwichs() -> None:
    with translation.override("en"):
        late = datetime(2026, 11, 12, 21, 30, tzinfo=UTC)  # half past midnight on Friday in Pınarova
        assert words.near(late, reading()) == "tomorrow 00:30"


def test_persian_has_its_own_calendar_and_digits() -> None:
    with translation.override("fa"):
        assert "۱۴۰۵" in words.exact(NOON, reading("fa"))
        assert "۲۱" in words.exact(NOON, reading("fa"))
        assert "۱۴۰۵، " in words.exact(NOON, reading("fa"))
        assert not any(digit in words.exact(NOON, reading("fa")) for digit in "0123456789")


def test_the_first_day_of_the_persian_year_is_the_first_of_farvardin() -> None:
    with translation.override("en"):
        nowruz = datetime(2026, 3, 21, 9, 0, tzinfo=UTC)
        assert words.on_day(nowruz.astimezone(ISTANBUL), reading(jalali=True)) == "1 Farvardin 1405"


@pytest.mark.parametrize(
    ("language", "said"),
    [("tr", "12 Kasım 2026"), ("ru", "12 ноября 2026"), ("kk", "12 қараша 2026"), ("en", "12 November 2026")],
)
def test_a_day_is_written_as_the_language_writes_it(language: str, said: str) -> None:
    with translation.override(language):
        assert words.on_day(NOON.astimezone(ISTANBUL), reading(language)) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=5), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2, hours=5), "2 days"),
    ],
)
def test_a_length_of_time_is_told_by_its_largest_unit(length: timedelta, said: str) -> None:
    with translation.override("en"):
        assert words.span(length) == said


def test_working_days_are_told_as_such() -> None:
    with translation.override("en"):
        assert [words.in_working_days(count) for count in (0, 1, 2)] == [
            "today",
            "in 1 working day",
            "in 2 working days",
        ]


def test_digits_stay_latin_outside_persian() -> None:
    assert words.digits("26", "tr") == "26"
    assert words.digits("26", "fa") == "۲۶"


@pytest.mark.parametrize(
    ("basis", "said"),
    [
        ("3071, art. 7: 30 calendar days", "law 3071, article 7: 30 calendar days"),
        ("4982, art. 11: 15 working days", "law 4982, article 11: 15 working days"),
        ("3071, art. 7", "law 3071, article 7"),
        ("Belediye Kanunu m. 14", "Belediye Kanunu m. 14"),  # the city's own words
        ("", ""),
    ],
)
def test_a_law_is_named_in_the_readers_language(basis: str, said: str) -> None:
    with translation.override("en"):
        assert words.law(basis) == said


def test_no_english_stands_in_a_law_on_a_page_in_another_language() -> None:
    for language in ("tr", "ru", "kk", "fa"):
        with translation.override(language):
            shown = words.law("3071, art. 7: 30 calendar days")
        assert not {"law", "article", "calendar", "days"} & set(shown.replace(",", " ").split())
