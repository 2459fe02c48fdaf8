"""A day has one name in each language and calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.kit.calendars import (
    NoSuchDayError,
    dated,
    day_in_words,
    from_jalali,
    in_digits,
    read_day,
    to_jalali,
    weekday_in_words,
)


@pytest.mark.parametrize(
    ("language", "jalali", "words"),
    [
        ("tr", False, "12 Kasım 2026"),
        ("ru", False, "12 ноября 2026"),
        ("kk", False, "12 қараша 2026"),
        ("en", False, "12 November 2026"),
        ("fa", True, "21 آبان 1405"),
    ],
)
def test_the_twelfth_of_november_is_named_in_every_language(language, jalali, words):
    assert day_in_words(date(2026, 11, 12), language=language, jalali=jalali) == words


def test_nowruz_begins_the_year():
    assert to_jalali(date(2027, 3, 21)) == (1406, 1, 1)


def test_persian_readers_see_persian_digits():
    assert in_digits("21", "fa") == "۲۱"


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_a_day_comes_back_from_the_other_calendar(day):
    assert from_jalali(*to_jalali(day)) == day


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-12",
        "12.11.2026",
        "12/11/2026",
        "1405/8/21",
        "۱۴۰۵/۰۸/۲۱",
        "۲۱-۸-۱۴۰۵",
        "١٤٠٥/٨/٢١",
    ],
)
def test_a_day_is_understood_however_it_is_typed(typed):
    assert read_day(typed) == date(2026, 11, 12)


@pytest.mark.parametrize(
    "typed",
    [
        "", "12 Kasım", "2026-02-29", "1404/12/30", "31.4.2026", "12.11", "x12.11.2026", "05/8/21",
        "31.12.9999", "2200-01-01", "1579/1/1", "1.1.20260", f"1.{10**30}.2026", f"1404/1/{10**30}",
        f"1.1.{'9' * 5000}", "1.1." + "0" * 100 + "2026", "0001-01-01",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(NoSuchDayError):
        read_day(typed)


def test_the_last_days_that_are_understood_leave_room_to_reckon():
    assert read_day("31.12.2199") == date(2199, 12, 31)
    assert read_day("1578/1/1").year == 2199


def test_the_30th_of_esfand_is_there_in_a_leap_year_only():
    assert read_day("1403/12/30") == date(2025, 3, 20)


@pytest.mark.parametrize(
    ("language", "name"),
    [("tr", "Perşembe"), ("ru", "четверг"), ("kk", "бейсенбі"), ("fa", "پنجشنبه"), ("en", "Thursday")],
)
def test_the_day_of_the_week_has_a_name_in_every_language(language, name):
    assert weekday_in_words(date(2026, 11, 12), language=language) == name


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("tr", "3 Aralık 2026 Perşembe"),
        ("ru", "четверг, 3 декабря 2026"),
        ("kk", "3 желтоқсан 2026, бейсенбі"),
        ("fa", "پنجشنبه 12 آذر 1405"),
        ("en", "Thursday 3 December 2026"),
    ],
)
def test_a_weekday_stands_with_its_day_in_the_order_of_the_language(language, said):
    day = date(2026, 12, 3)
    told = day_in_words(day, language=language, jalali=language == "fa")
    assert dated(weekday_in_words(day, language=language), told, language=language) == said
