"""municipality.toml: the municipality itself and its working hours."""

import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from phonenumbers import SUPPORTED_REGIONS

from vefa.directory.hours import known_countries
from vefa.directory.load.fields import clock
from vefa.directory.load.write import synchronise
from vefa.directory.models import Municipality, Shift
from vefa.kit.loading import LANGUAGES, LONGEST_KEY, LONGEST_NUMBER, Line, Reading, Section, Tally

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
type Check = Callable[[Line, Reading], None]


@dataclass(frozen=True, slots=True)
class Rows:
    """The municipality's own fields and its shifts."""

    municipality: dict[str, Any]
    shifts: list[dict[str, Any]]


class MunicipalitySection(Section):
    """One head with the facts, and [[shifts]]: working time of some weekdays."""

    file = "municipality.toml"
    fields: ClassVar = {
        "": (
            "key", "names", "languages", "default_language", "timezone", "calendar", "country", "week_start",
            "phone", "emergency_number", "holidays", "settings",
        ),
        "shifts": ("days", "start", "end", "calendar", "on_holidays"),
    }  # fmt: skip

    def __init__(self, rooms: Mapping[str, Check] | None = None) -> None:
        self._rooms = rooms or {}  # what other rooms ask for in [settings], and how each looks at it

    def read(self, lines: Sequence[Line], reading: Reading) -> Rows:
        """Check the head and the shifts; languages and calendars become known to the other files."""
        head = next((line for line in lines if not line.table), Line(self.file, 1, {}))
        languages = _languages(head, reading)
        reading.languages = languages
        reading.default_language = reading.choice(head, "default_language", languages, default=languages[0])
        shifts = [row for line in lines if line.table for row in _shifts(line, reading)]
        for name in sorted({row["calendar"] for row in shifts}):
            reading.declare("calendar", name)
        reading.declare("timezone", reading.text(head, "timezone"))
        if "office" not in reading.keys("calendar"):
            remedy = "Add [[shifts]] with days, start and end and without “calendar”."
            reading.refuse(head, "Nobody works in the calendar “office”.", remedy)
        return Rows(_facts(head, reading) | {"settings": self._settings(head, reading)}, shifts)

    def _settings(self, head: Line, reading: Reading) -> dict[str, Any]:
        found = reading.table(head, "settings", list(self._rooms))
        for check in self._rooms.values():
            check(found, reading)
        return dict(found.values)

    def write(self, rows: Rows, *, now: datetime) -> Tally:
        """Alter the one municipality and its shifts."""
        shifts = synchronise(Shift.objects, rows.shifts, keys=("calendar", "weekday", "start"), now=now)
        return shifts.tally() + _write_municipality(rows.municipality)

    def recall(self) -> Iterable[tuple[str, str]]:
        """The calendars that have shifts, and the time zone."""
        names = Shift.objects.filter(retired_at=None).order_by("calendar").values_list("calendar", flat=True)
        zones = Municipality.objects.values_list("timezone", flat=True)
        return [("calendar", name) for name in dict.fromkeys(names)] + [("timezone", zone) for zone in zones]


def _facts(head: Line, reading: Reading) -> dict[str, Any]:
    return {
        "key": reading.text(head, "key", required=True, longest=LONGEST_KEY),
        "names": reading.texts(head, "names", required=True),
        "languages": list(reading.languages),
        "default_language": reading.default_language,
        "timezone": _zone(head, reading),
        "calendar": reading.choice(head, "calendar", Municipality.Calendar.values, default="gregorian"),
        "country": reading.text(head, "country", required=True, longest=2),
        "week_start": WEEKDAYS.index(reading.choice(head, "week_start", WEEKDAYS, default="mon")),
        "library_holidays": _library_holidays(head, reading),
        "phone": _phone(head, reading),
        "emergency_number": reading.text(head, "emergency_number", longest=16),
    }


def _languages(head: Line, reading: Reading) -> tuple[str, ...]:
    listed = head.values.get("languages", list(LANGUAGES))
    known = [code for code in listed if code in LANGUAGES] if isinstance(listed, list) else []
    if not known or known != listed:
        remedy = f"Write some of these codes: {', '.join(LANGUAGES)}."
        reading.refuse(head, f"“languages” is {listed!r}.", remedy, at="languages")
    return tuple(dict.fromkeys(known)) or LANGUAGES


def _zone(head: Line, reading: Reading) -> str:
    name = reading.text(head, "timezone", required=True)
    if name and name not in zoneinfo.available_timezones():
        remedy = "Write a name such as Europe/Istanbul, Asia/Almaty or Asia/Tehran."
        reading.refuse(head, f"There is no time zone “{name}”.", remedy, at="timezone")
    return name


def _phone(head: Line, reading: Reading) -> str:
    """The number that residents are told; nothing stops without one, but somebody should know."""
    number = reading.text(head, "phone", longest=LONGEST_NUMBER)
    if not number:
        what = (
            "There is no “phone”: residents are told none, and your sentences with {phone} give way to ours."
        )
        reading.notice(head, what, 'Write phone = "…" at the top, the number that residents may call.')
    return number


def _library_holidays(head: Line, reading: Reading) -> bool:
    table = head.values.get("holidays", {})
    if not isinstance(table, dict) or not set(table) <= {"library"}:
        reading.refuse(
            head, f"“holidays” is {table!r}.", "Write [holidays] and library = true.", at="holidays"
        )
        return True
    wanted = reading.flag(Line(head.file, head.number, table, numbers=head.numbers), "library", default=True)
    country = head.values.get("country")
    if wanted and country and country not in known_countries():
        remedy = "Write an ISO 3166 code such as TR or KZ, or switch them off: [holidays] library = false."
        reading.refuse(head, f"The holidays of “{country}” are not known.", remedy, at="country")
    elif not wanted and country and country not in SUPPORTED_REGIONS:  # no number of its own would be read
        remedy = "Write an ISO 3166 code in capitals, such as TR or KZ."
        reading.refuse(head, f"There is no country “{country}”.", remedy, at="country")
    return wanted


def _shifts(line: Line, reading: Reading) -> list[dict[str, Any]]:
    days = line.values.get("days", [])
    if not isinstance(days, list) or not days or not all(day in WEEKDAYS for day in days):
        reading.refuse(line, f"“days” is {days!r}.", f"Write some of: {', '.join(WEEKDAYS)}.", at="days")
        return []
    start, end = clock(line, "start", reading), clock(line, "end", reading)
    calendar = reading.text(line, "calendar", longest=32) or "office"
    for day in days:
        reading.declare("shift", f"{calendar} {day} {start:%H:%M}", line)
    return [
        {
            "calendar": calendar,
            "weekday": WEEKDAYS.index(day),
            "start": start,
            "end": end,
            "on_holidays": reading.flag(line, "on_holidays", default=False),
        }
        for day in dict.fromkeys(days)
    ]


def _write_municipality(values: dict[str, Any]) -> Tally:
    present = Municipality.objects.first()
    if present is None:
        Municipality.objects.create(**values)
        return Tally(created=1)
    if all(getattr(present, name) == value for name, value in values.items()):
        return Tally(unchanged=1)
    Municipality.objects.update(**values)
    return Tally(changed=1)
