"""Days as people name them: Gregorian or Jalali, in five languages, with the language's digits.

Jalali is the Solar Hijri calendar of Iran as `jdatetime` computes it. The database holds Gregorian dates.
"""

from datetime import date

import jdatetime
from babel.dates import format_date

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_GREGORIAN_FORM = "d MMMM y"
JALALI_MONTHS = {
    "fa": "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند",
    "tr": "Ferverdin Ordibeheşt Hordad Tir Mordad Şehriver Mehr Aban Azer Dey Behmen İsfend",
    "ru": "фарвардина ордибехешта хордада тира мордада шахривара мехра абана азара дея бахмана эсфанда",
    "kk": "фарвардин ордибехешт хордад тир мордад шахривар мехр абан азар дей бахман эсфанд",
    "en": "Farvardin Ordibehesht Khordad Tir Mordad Shahrivar Mehr Aban Azar Dey Bahman Esfand",
}


def in_digits(text: str, language: str) -> str:
    """The same text with the digits of the language."""
    return text.translate(_PERSIAN_DIGITS) if language == "fa" else text


def to_jalali(day: date) -> tuple[int, int, int]:
    """Year, month (1 is Farvardin) and day of the Solar Hijri calendar."""
    found = jdatetime.date.fromgregorian(date=day)
    return found.year, found.month, found.day


def from_jalali(year: int, month: int, day: int) -> date:
    """The Gregorian day. Raises ValueError for a day that the calendar does not have."""
    return jdatetime.date(year, month, day).togregorian()


def day_in_words(day: date, *, language: str, jalali: bool) -> str:
    """The day with its month's name and year, in ASCII digits: "12 Kasım 2026", "21 آبان 1405"."""
    if not jalali:
        return str(
            format_date(day, _GREGORIAN_FORM, locale="fa" if language == "fa" else language)
        ).translate({ord(persian): str(number) for number, persian in enumerate("۰۱۲۳۴۵۶۷۸۹")})
    year, month, number = to_jalali(day)
    return f"{number} {JALALI_MONTHS[language].split()[month - 1]} {year}"
