"""When the municipality works: shifts, the country's holidays and its own days, made into one calendar."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import holidays
from holidays.registry import EntityLoader

from vefa.directory.models import Holiday, Municipality, Shift
from vefa.directory.rules import SpecialDay, WeeklyShift, WeekPlan, WorkingCalendar, working_calendar

# The library's package of countries imports all 250 of them when one is wanted: 0.2 s and 8 MB of every
# process. A package that says no more than where its modules lie lets each come alone.
_COUNTRIES = ModuleType("holidays.countries")
_COUNTRIES.__path__ = [str(Path(holidays.__file__).parent / "countries")]
sys.modules.setdefault(_COUNTRIES.__name__, _COUNTRIES)

YEARS_BACK = 12
YEARS_AHEAD = 6
HALF_DAY_ENDS = time(13, 0)  # Türkiye, law 2429: eves of feasts are off from 13:00; the library has no hour


class NobodyWorksError(Exception):
    """A service counts the shifts of a calendar that has none: add [[shifts]] to municipality.toml."""


@dataclass(frozen=True, slots=True)
class CountryDay:
    """A holiday of a country, named in its language; work stops at `until_half` if any is done."""

    name: str
    until_half: time | None


def calendar_of(municipality: Municipality, *, name: str, now: datetime) -> WorkingCalendar:
    """The working time of one calendar ("office" or another name in [[shifts]]), in two queries.

    It reaches from 12 years before `now` to the end of the sixth year after it. Raises NobodyWorksError.
    """
    shifts = _shifts(name)
    if not shifts:
        raise NobodyWorksError(f"calendar {name!r} has no shifts")
    zone = ZoneInfo(municipality.timezone)
    year = now.astimezone(zone).year
    first, last = date(year - YEARS_BACK, 1, 1), date(year + YEARS_AHEAD, 12, 31)
    days = special_days(municipality, range(first.year, last.year + 1))
    return working_calendar(WeekPlan(zone, shifts, days), first=first, last=last)


def special_days(municipality: Municipality, years: Iterable[int]) -> dict[date, SpecialDay]:
    """The days on which the municipality works differently: holidays of the country, and its own days."""
    days: dict[date, SpecialDay] = {}
    if municipality.library_holidays:
        country = days_of_country(municipality.country, years)
        days |= {day: SpecialDay(until_half=found.until_half) for day, found in country.items()}
    return days | _own_days()


def days_of_country(country: str, years: Iterable[int]) -> dict[date, CountryDay]:
    """The public holidays and half days of a country (ISO 3166 code); a whole day off wins over a half."""
    years = list(years)
    supported = holidays.country_holidays(country).supported_categories
    found: dict[date, CountryDay] = {}
    for category, until_half in (("half_day", HALF_DAY_ENDS), ("public", None)):
        if category in supported:
            listed = holidays.country_holidays(country, years=years, categories=[category])
            found |= {day: CountryDay(name, until_half) for day, name in listed.items()}
    return found


def known_countries() -> frozenset[str]:
    """The ISO 3166 codes of the countries whose holidays are known."""
    return frozenset(EntityLoader.get_country_codes())


def _shifts(name: str) -> list[WeeklyShift]:
    rows = Shift.objects.filter(calendar=name, retired_at=None).order_by("weekday", "start", "id")
    return [WeeklyShift(row.weekday, row.start, row.end, row.on_holidays) for row in rows]


def _own_days() -> dict[date, SpecialDay]:
    rows = Holiday.objects.filter(retired_at=None).order_by("date")
    return {
        row.date: SpecialDay(until_half=row.until_half, workday=row.kind == Holiday.Reason.WORKDAY)
        for row in rows
    }
