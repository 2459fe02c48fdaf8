"""A day has one name in each language and calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.kit.calendars import day_in_words, from_jalali, in_digits, to_jalali


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
