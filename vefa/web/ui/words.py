"""Moments and spans in words near now, in the reader's language, calendar and digits."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from vefa.kit import calendars
from vefa.web.ui import city

_LAW = re.compile(
    r"(?P<law>[\d/.-]+), art\. (?P<article>[\d/.-]+)(?:: (?P<days>\d{1,4}) (?P<kind>calendar|working) days?)?"
)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Reader:
    """Who reads, and when: everything that the words depend on."""

    language: str
    zone: ZoneInfo
    jalali: bool
    now: datetime


def said(sentence: str) -> str:
    """`gettext`, looked up once for each language: for what stands in every row of a list."""
    return _said(sentence, get_language() or "")


@lru_cache(maxsize=1024)
def _said(sentence: str, _language: str) -> str:
    return gettext(sentence)


def reader(now: datetime | None = None) -> Reader:
    """The reader of this request; Jalali for Persian, and wherever the municipality keeps that calendar."""
    here = city.now_served()
    language = get_language() or here.default_language
    return Reader(
        language=language,
        zone=ZoneInfo(here.timezone),
        jalali=language == "fa" or here.calendar == "jalali",
        now=now or timezone.now(),
    )


def digits(text: object, language: str | None = None) -> str:
    """The same text with the digits of the language; stored numbers stay ASCII."""
    return calendars.in_digits(str(text), language or get_language() or "en")


def listed(*parts: str) -> str:
    """Parts of one line, those that are empty left out, with the comma of the language between them."""
    return calendars.comma(get_language() or "en").join(dict.fromkeys(part for part in parts if part))


def near(moment: datetime, reading: Reader) -> str:
    """The moment as a person would say it: "today 16:30", "in 5 minutes", "Thursday 09:00", "12 November"."""
    local, today = moment.astimezone(reading.zone), reading.now.astimezone(reading.zone)
    apart = (local.date() - today.date()).days
    spoken = _by_the_minute(moment - reading.now) or _by_the_day(apart, local, reading)
    return digits(spoken or on_day(local, reading, with_year=local.year != today.year), reading.language)


def _by_the_minute(ahead: timedelta) -> str:
    minutes = round(abs(ahead) / MINUTE)
    if minutes < 1:
        return gettext("just now") if ahead <= timedelta(0) else gettext("in a moment")
    if abs(ahead) >= HOUR:
        return ""
    if ahead > timedelta(0):
        return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}
    return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}


def _by_the_day(apart: int, local: datetime, reading: Reader) -> str:
    clock = clock_time(local)
    said: dict[int, Callable[[], str]] = {
        -1: lambda: gettext("yesterday %(time)s") % {"time": clock},
        0: lambda: gettext("today %(time)s") % {"time": clock},
        1: lambda: gettext("tomorrow %(time)s") % {"time": clock},
    }
    if apart in said:
        return said[apart]()
    return f"{weekday(local, reading)} {clock}" if 1 < apart < 7 else ""


def clock_time(local: datetime) -> str:
    """Hours and minutes on the 24-hour clock, as all five languages write them."""
    return f"{local:%H:%M}"


def weekday(local: datetime, reading: Reader) -> str:
    """The name of the day in the reader's language."""
    return _weekday(local.date(), reading.language)


@lru_cache(maxsize=4096)
def _weekday(local: date, language: str) -> str:
    return calendars.weekday_in_words(local, language=language)


def on_day(local: datetime, reading: Reader, *, with_year: bool = True) -> str:
    """The day in the reader's calendar, in ASCII digits: "12 November 2026", "21 آبان 1405"."""
    said = _on_day(local.date(), reading.language, reading.jalali)
    return said if with_year else said.rpartition(" ")[0]


@lru_cache(maxsize=4096)
def _on_day(local: date, language: str, jalali: bool) -> str:  # noqa: FBT001 - part of a key, not a choice
    return calendars.day_in_words(local, language=language, jalali=jalali)


def exact(moment: datetime, reading: Reader) -> str:
    """The moment with weekday, day, year and clock: for hovering and for paper."""
    return _exact(moment, reading.zone, reading.language, reading.jalali)


@lru_cache(maxsize=4096)
def _exact(moment: datetime, zone: ZoneInfo, language: str, jalali: bool) -> str:  # noqa: FBT001 - part of a key
    local = moment.astimezone(zone)
    name, day = _weekday(local.date(), language), _on_day(local.date(), language, jalali)
    day = calendars.dated(name, day, language=language)
    return digits(calendars.comma(language).join((day, clock_time(local))), language)


def span(length: timedelta) -> str:
    """A length of time by its largest unit: "2 days", "3 hours", "20 minutes"; never less than a minute."""
    unit = DAY if length >= 2 * DAY else HOUR if length >= HOUR else MINUTE
    return _span(unit, max(1, int(length / unit)), get_language() or "")


@lru_cache(maxsize=4096)
def _span(unit: timedelta, count: int, _language: str) -> str:
    if unit == DAY:
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    if unit == HOUR:
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def in_working_days(count: int) -> str:
    """A promise counted in days on which the city works; 0 is today."""
    if count == 0:
        return gettext("today")
    return digits(ngettext("in %(count)d working day", "in %(count)d working days", count) % {"count": count})


def law(basis: str) -> str:
    """A legal basis in the reader's language: "3071, art. 7: 30 calendar days" is data that every city writes
    so; anything else stands as the city wrote it.
    """
    found = _LAW.fullmatch(basis.strip())
    if found is None:
        return basis
    named = {"law": digits(found["law"]), "article": digits(found["article"])}
    said = gettext("law %(law)s, article %(article)s") % named
    if not found["days"]:
        return said
    count = int(found["days"])
    span_of = (
        ngettext("%(count)d calendar day", "%(count)d calendar days", count)
        if found["kind"] == "calendar"
        else ngettext("%(count)d working day", "%(count)d working days", count)
    )
    return f"{said}: {digits(span_of % {'count': count})}"
