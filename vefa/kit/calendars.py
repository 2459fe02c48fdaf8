"""Days as people name them: Gregorian or Jalali, in five languages, with the language's digits.

Jalali is the Solar Hijri calendar of Iran as `jdatetime` computes it. The database holds Gregorian dates.
"""

import re
import unicodedata
from datetime import date

import jdatetime
from babel.dates import format_date, get_day_names

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_GREGORIAN_FORM = "d MMMM y"
_LONGEST_DAY = 40  # characters
JALALI_MONTHS = {
    "fa": "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند",
    "tr": "Ferverdin Ordibeheşt Hordad Tir Mordad Şehriver Mehr Aban Azer Dey Behmen İsfend",
    "ru": "фарвардина ордибехешта хордада тира мордада шахривара мехра абана азара дея бахмана эсфанда",
    "kk": "фарвардин ордибехешт хордад тир мордад шахривар мехр абан азар дей бахман эсфанд",
    "en": "Farvardin Ordibehesht Khordad Tir Mordad Shahrivar Mehr Aban Azar Dey Bahman Esfand",
}

# How a weekday and a day stand together where it is not "Thursday 3 December 2026".
_DATED = {"tr": "{day} {weekday}", "ru": "{weekday}, {day}", "kk": "{day}, {weekday}"}


def in_digits(text: str, language: str) -> str:
    """The same text with the digits of the language."""
    return text.translate(_PERSIAN_DIGITS) if language == "fa" else text


def comma(language: str) -> str:
    """What stands between two things that are told one after the other."""
    return "، " if language == "fa" else ", "


def to_jalali(day: date) -> tuple[int, int, int]:
    """Year, month (1 is Farvardin) and day of the Solar Hijri calendar."""
    found = jdatetime.date.fromgregorian(date=day)
    return found.year, found.month, found.day


def from_jalali(year: int, month: int, day: int) -> date:
    """The Gregorian day. Raises ValueError for a day that the calendar does not have."""
    found: date = jdatetime.date(year, month, day).togregorian()
    return found


def day_in_words(day: date, *, language: str, jalali: bool) -> str:
    """The day with its month's name and year, in ASCII digits: "12 Kasım 2026", "21 آبان 1405"."""
    if not jalali:
        return str(
            format_date(day, _GREGORIAN_FORM, locale="fa" if language == "fa" else language)
        ).translate({ord(persian): str(number) for number, persian in enumerate("۰۱۲۳۴۵۶۷۸۹")})
    year, month, number = to_jalali(day)
    return f"{number} {JALALI_MONTHS[language].split()[month - 1]} {year}"


def weekday_in_words(day: date, *, language: str) -> str:
    """The name of the day of the week."""
    return str(get_day_names("wide", "stand-alone", locale=language)[day.weekday()])


def dated(weekday: str, day: str, *, language: str) -> str:
    """A day with the name of its weekday, in the order in which the language tells them."""
    return _DATED.get(language, "{weekday} {day}").format(weekday=weekday, day=day)


LAST_YEAR = 2199  # a later one was mistyped; it leaves room to reckon from any day that is understood


class NoSuchDayError(ValueError):
    """What was typed is no day of the calendar; the text says why in English, for the log."""


def read_day(typed: str) -> date:
    """The day that somebody typed as year, month, day (or day, month, year) in digits of any script.

    The year with its four digits tells the order and, since the two are six centuries apart, the calendar.
    Raises NoSuchDayError.
    """
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in typed[:_LONGEST_DAY])
    numbers = [int(number) for number in re.findall(r"\d+", digits)]
    if len(typed) > _LONGEST_DAY or len(numbers) != 3 or re.sub(r"[\d\s./\-،٫:]", "", digits):
        raise NoSuchDayError(f"not year, month and day: {typed!r}")
    year, month, day = numbers if numbers[0] > 31 else reversed(numbers)
    try:
        if 1200 <= year < 1579:  # 1578 of the one is 2199 of the other
            return from_jalali(year, month, day)
        if 1700 <= year <= LAST_YEAR:
            return date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise NoSuchDayError(f"no such day: {typed!r}") from error
    raise NoSuchDayError(f"the year needs four digits, and none after {LAST_YEAR}: {typed!r}")
