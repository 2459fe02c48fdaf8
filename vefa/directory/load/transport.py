"""stops.csv and lines.csv: where people get on, which lines call there, and how often they come."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from vefa.directory.load.fields import keys_in
from vefa.directory.load.write import synchronise
from vefa.directory.models import Line as TransportLine
from vefa.directory.models import Stop, Unit
from vefa.kit.loading import LONGEST_KEY, Line, Reading, Section, Tally

_SPAN = re.compile(r"(\d\d?:\d\d)-(\d\d?:\d\d)=(\d{1,3})")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d|24:00")


class StopsSection(Section):
    """One line per stop, with its point in degrees."""

    file = "stops.csv"
    fields: ClassVar = {"": ("key", "name_*", "aliases_*", "lat", "lon")}

    def read(self, lines: Sequence[Line], reading: Reading) -> list[dict[str, Any]]:
        """Check keys, names and points."""
        return [_stop(line, reading) for line in lines]

    def write(self, rows: list[dict[str, Any]], *, now: datetime) -> Tally:
        """Alter the stops."""
        return synchronise(Stop.objects, rows, keys=("key",), now=now).tally()

    def recall(self) -> Iterable[tuple[str, str]]:
        """The stops in use."""
        return [("stop", key) for key in _in_use(Stop.objects.filter(retired_at=None).values_list("key"))]


class LinesSection(Section):
    """One line per line: its number, what runs on it, who runs it, where it stops, how often it comes."""

    file = "lines.csv"
    fields: ClassVar = {"": ("number", "kind", "name_*", "unit", "stops", "headway")}

    def read(self, lines: Sequence[Line], reading: Reading) -> list[dict[str, Any]]:
        """Check numbers, stops and headways."""
        return [_line(line, place, reading) for place, line in enumerate(lines, 1)]

    def write(self, rows: list[dict[str, Any]], *, now: datetime) -> Tally:
        """Alter the lines."""
        ids = dict(Unit.objects.values_list("key", "id"))
        wanted = [
            {
                **{name: value for name, value in row.items() if name != "unit"},
                "unit_id": ids.get(row["unit"]),
            }
            for row in rows
        ]
        return synchronise(TransportLine.objects, wanted, keys=("key",), now=now).tally()

    def recall(self) -> Iterable[tuple[str, str]]:
        """The lines in use."""
        rows = TransportLine.objects.filter(retired_at=None).values_list("key")
        return [("line", key) for key in _in_use(rows)]


def _in_use(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    return sorted(str(row[0]) for row in rows)


def _stop(line: Line, reading: Reading) -> dict[str, Any]:
    key = reading.text(line, "key", required=True, longest=LONGEST_KEY)
    reading.declare("stop", key, line)
    return {
        "key": key,
        "names": reading.texts(line, "name", required=True),
        "aliases": reading.lists(line, "aliases"),
        "latitude": _degrees(line, "lat", 90, reading),
        "longitude": _degrees(line, "lon", 180, reading),
    }


def _degrees(line: Line, name: str, most: int, reading: Reading) -> float:
    written = reading.text(line, name, required=True)
    try:
        value = float(written)
    except ValueError:
        value = most + 1.0
    if written and not -most <= value <= most:
        remedy = f"Write degrees with a point, between -{most} and {most}."
        reading.refuse(line, f"“{name}” is no number of degrees: “{written}”.", remedy, at=name)
    return value


def _line(line: Line, place: int, reading: Reading) -> dict[str, Any]:
    number = reading.text(line, "number", required=True)
    reading.declare("line", number, line)
    if len(number) > 16:
        reading.refuse(line, "The number is longer than 16 letters.", "Shorten it.", at="number")
    return {
        "key": number,
        "kind": reading.choice(line, "kind", TransportLine.Vehicle.values, default="bus"),
        "names": reading.texts(line, "name", required=True),
        "unit": reading.refer(line, "unit", "unit"),
        "stops": keys_in(line, "stops", "stop", reading),
        "headways": _headways(line, reading),
        "order": place,
    }


def _headways(line: Line, reading: Reading) -> list[list[Any]]:
    """[["06:00", "09:00", 10], …]: local time from, until, minutes between two vehicles."""
    found = []
    for written in filter(None, (part.strip() for part in reading.text(line, "headway").split("|"))):
        span = _SPAN.fullmatch(written)
        if span is None or not (_CLOCK.fullmatch(span[1]) and _CLOCK.fullmatch(span[2]) and int(span[3])):
            remedy = "Write from-until=minutes, such as 06:00-09:00=10|09:00-24:00=20."
            reading.refuse(line, f"“headway” is not understood: “{written}”.", remedy, at="headway")
            continue
        found.append([span[1].zfill(5), span[2].zfill(5), int(span[3])])
    return found
