"""holidays.csv: days that differ from their weekday, beside the country's own holidays."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from vefa.directory.load.fields import clock
from vefa.directory.load.write import synchronise
from vefa.directory.models import Holiday
from vefa.kit.loading import Line, Reading, Section, Tally


class HolidaysSection(Section):
    """One line per day; it wins over what the country's calendar says about that day."""

    file = "holidays.csv"
    fields: ClassVar = {"": ("date", "until_half", "kind", "name_*")}

    def read(self, lines: Sequence[Line], reading: Reading) -> list[dict[str, Any]]:
        """Check dates, hours and kinds."""
        return [_row(line, day, reading) for line in lines if (day := _day(line, reading))]

    def write(self, rows: list[dict[str, Any]], *, now: datetime) -> Tally:
        """Alter the days that a folder brought; those entered by hand stay."""
        return synchronise(Holiday.objects, rows, keys=("date",), now=now).tally()


def _row(line: Line, day: date, reading: Reading) -> dict[str, Any]:
    reading.declare("day", day.isoformat(), line)
    return {
        "date": day,
        "until_half": clock(line, "until_half", reading) if reading.text(line, "until_half") else None,
        "kind": reading.choice(line, "kind", Holiday.Reason.values),
        "names": reading.texts(line, "name", required=True),
    }


def _day(line: Line, reading: Reading) -> date | None:
    written = reading.text(line, "date", required=True)
    try:
        return date.fromisoformat(written)
    except ValueError:
        if written:
            reading.refuse(line, f"“{written}” is no date.", "Write year, month and day: 2026-09-07.")
        return None
