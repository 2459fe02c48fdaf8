"""areas.geojson: the outlines of the areas; and the checks that every map must pass."""

import importlib.resources
import re
import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from vefa.directory.load.write import BATCH
from vefa.directory.models import Area, Source
from vefa.kit.geo import Outline, Point, PolygonError, are_turned_round, outline
from vefa.kit.loading import Line, Reading, Section, Tally


class PolygonsSection(Section):
    """One feature per area, whose property `key` names it; other properties are left alone."""

    file = "areas.geojson"
    fields: ClassVar = {"": ("key",)}

    def read(self, lines: Sequence[Line], reading: Reading) -> dict[str, Outline]:
        """Check keys and outlines."""
        found: dict[str, Outline] = {}
        for line in lines:
            key = str((line.values.get("properties") or {}).get("key") or "")
            if not key:
                reading.refuse(line, "The feature has no property “key”.", "Name the area that it outlines.")
                continue
            reading.declare("outline", key, line)
            reading.check_known(line, key, "area", at="key")
            if shape := read_outline(line, f"“{key}”", reading):
                found[key] = shape
        check_turned_round(lines, list(found.values()), reading)
        return found

    def write(self, rows: dict[str, Outline], *, now: datetime) -> Tally:  # noqa: ARG002 - every section is told
        """Alter the outlines; an area of the folder that is not in the file has none."""
        altered, unchanged = [], 0
        for area in Area.objects.filter(retired_at=None).order_by("key"):
            shape = rows.get(area.key)
            if shape is None and (area.polygon is None or area.source != Source.FOLDER):
                continue
            wanted = outline_fields(shape)
            if all(getattr(area, name) == value for name, value in wanted.items()):
                unchanged += 1
                continue
            for name, value in wanted.items():
                setattr(area, name, value)
            altered.append(area)
        Area.objects.bulk_update(altered, list(outline_fields(None)), batch_size=BATCH)
        return Tally(changed=len(altered), unchanged=unchanged)


def outline_fields(shape: Outline | None) -> dict[str, Any]:
    """The fields of an area that its outline fills."""
    return {
        "polygon": shape.geometry if shape else None,
        "latitude": shape.centre.latitude if shape else None,
        "longitude": shape.centre.longitude if shape else None,
    }


def read_outline(line: Line, name: str, reading: Reading) -> Outline | None:
    """The checked outline of a feature; a problem if it cannot stand, a notice if it was mended."""
    try:
        shape = outline(line.values.get("geometry"))
    except PolygonError as error:
        remedy = "Draw it again, or delete the feature."
        reading.refuse(line, f"The outline of {name} cannot be used: {error}.", remedy)
        return None
    if shape.mended:
        remedy = f"It was mended and holds {shape.area_km2:.2f} km²: look at it on the map."
        reading.notice(line, f"The outline of {name} crosses itself.", remedy)
    return shape


def check_turned_round(lines: Sequence[Line], shapes: Sequence[Outline], reading: Reading) -> None:
    """Note it if the whole map has latitude and longitude in the wrong order, judged by the time zone."""
    places = [place for name in reading.keys("timezone") if (place := _place_of_zone(name))]
    if places and lines and are_turned_round([shape.centre for shape in shapes], places[0]):
        what = "Latitude and longitude seem to be in the wrong order: the map lies far from its time zone."
        reading.refuse(lines[0], what, "GeoJSON wants longitude first: [27.6, 38.5].")


def _place_of_zone(name: str) -> Point | None:
    """Where the city lies after which a time zone is named, by the table that comes with the zones."""
    for text in _zone_tables():
        found = re.search(rf"^\w\w\t([+-]\d+)([+-]\d+)\t{re.escape(name)}\b", text, re.MULTILINE)
        if found:
            return Point(_degrees(found[1], 2), _degrees(found[2], 3))
    return None


def _zone_tables() -> Iterable[str]:
    for folder in zoneinfo.TZPATH:
        table = Path(folder, "zone.tab")
        if table.is_file():
            yield table.read_text(encoding="utf-8")
    try:
        yield importlib.resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        return  # a system without the tables: the check is a help, not a duty


def _degrees(written: str, whole: int) -> float:
    sign = -1 if written[0] == "-" else 1
    digits = written[1:].ljust(whole + 4, "0")
    return sign * (
        int(digits[:whole]) + int(digits[whole : whole + 2]) / 60 + int(digits[whole + 2 :]) / 3600
    )
