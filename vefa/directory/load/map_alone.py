"""A map by itself: areas of one level from somebody else's GeoJSON, without a folder."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from vefa.directory.load.engine import Report, writing
from vefa.directory.load.files import UnreadableError, lines_of
from vefa.directory.load.polygons import check_turned_round, outline_fields, read_outline
from vefa.directory.load.series import check_series
from vefa.directory.load.write import put, straighten
from vefa.directory.models import Area, Municipality, Source
from vefa.kit.geo import Outline, PolygonIndex
from vefa.kit.loading import LANGUAGES, Line, Problem, Reading

KEY_LENGTH = 64
LEVELS = tuple(Area.Level.values)
_LATIN = str.maketrans("ıİøØłŁđĐß", "iIoOlLdDs")


@dataclass(frozen=True, slots=True)
class MapOrder:
    """What is to be made of a map.

    parent   key of the area below which the new ones hang; those that lie in one of its own areas of a
             higher level hang below that
    kind     their level in the tree      name_property   the property that holds the name ("name:fa" is then
                                          its Persian form)
    only     property values that a feature must have, such as {"admin_level": "8"}
    """

    path: Path
    parent: str
    kind: str
    name_property: str = "name"
    only: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Found:
    line: Line
    name: str
    names: dict[str, str]
    shape: Outline


def load_map(order: MapOrder, *, now: datetime, actor: str) -> Report:
    """Add or alter the areas of a map, all or none. Areas that came otherwise are left alone."""
    report = Report()
    rows = _checked(order, report)
    if report.problems:
        return report
    with writing(report, now=now, actor=actor, of=order.path.name):
        outcome = put(Area.objects, rows, keys=("key",), source=Source.MAP)
        outcome.changed |= straighten()
        report.tallies[order.path.name] = outcome.tally()
    return report


def check_map(order: MapOrder) -> Report:
    """Find what `load_map` would object to, and write nothing."""
    report = Report()
    _checked(order, report)
    return report


def _checked(order: MapOrder, report: Report) -> list[dict[str, Any]]:
    """The areas of a map as they would be written; what is wrong goes into the report."""
    reading = Reading()
    try:
        lines = _numbered(lines_of(order.path))
        above = _above(order)
    except UnreadableError as error:
        report.problems.append(error.problem)
        return []
    rows = _rows(order, above, _read(order, lines, reading), reading)
    report.problems, report.notices = sorted(set(reading.problems)), reading.notices
    return rows


def _numbered(lines: Sequence[Line]) -> list[Line]:
    """Each line told apart by its place among the features, since a map may be one long line."""
    return [replace(line, table=f"feature {place}") for place, line in enumerate(lines, 1)]


def _above(order: MapOrder) -> list[Area]:
    """The parent and all areas below it whose level is higher than the new ones', deepest last."""
    parent = Area.objects.filter(key=order.parent, retired_at=None).first()
    if parent is None:
        keys = Area.objects.filter(retired_at=None).order_by("path", "key").values_list("key", flat=True)[:5]
        remedy = (
            f"Choose another with --parent, such as {', '.join(keys)}." if keys else "Load a folder first."
        )
        raise UnreadableError(Problem(order.path.name, 1, f"There is no area “{order.parent}”.", remedy))
    levels = LEVELS[: LEVELS.index(order.kind)]
    below = Area.objects.filter(path__startswith=parent.path + "/", retired_at=None, kind__in=levels)
    return [parent, *below.order_by("path", "key")]


def _read(order: MapOrder, lines: Sequence[Line], reading: Reading) -> list[_Found]:
    present = Municipality.objects.get()
    reading.declare("timezone", present.timezone)
    found, points = [], []
    for line in lines:
        tags = _tags(line)
        if any(str(tags.get(name)) != value for name, value in order.only.items()):
            continue
        if (line.values.get("geometry") or {}).get("type") == "Point":
            points.append(line)
        elif one := _feature(order, line, present.default_language, reading):
            found.append(one)
    if points:
        what = f"{len(points)} features are points without an outline, the first is {points[0].table}."
        reading.notice(points[0], what, "They were left out.")
    if not found and not reading.problems:
        reading.refuse(
            Line(order.path.name, 1, {}), "No feature fits.", "Correct --only or choose another map."
        )
    check_turned_round([one.line for one in found], [one.shape for one in found], reading)
    return found


def _feature(order: MapOrder, line: Line, language: str, reading: Reading) -> _Found | None:
    tags = _tags(line)
    name = str(tags.get(order.name_property, "")).strip()
    if not name:
        has = ", ".join(sorted(tags)) or "none"
        what = f"The {line.table} has no property “{order.name_property}”."
        reading.refuse(line, what, f"Name another with --name-property; it has: {has}.")
        return None
    shape = read_outline(line, f"“{name}” ({line.table})", reading)
    translated = {code: str(tags.get(f"{order.name_property}:{code}", "")).strip() for code in LANGUAGES}
    names = {language: name} | {code: text for code, text in translated.items() if text}
    return _Found(line, name, names, shape) if shape else None


def _rows(
    order: MapOrder, above: Sequence[Area], found: Sequence[_Found], reading: Reading
) -> list[dict[str, Any]]:
    index = PolygonIndex(
        {place: area.polygon for place, area in enumerate(above) if area.polygon is not None}
    )
    families: dict[int, list[_Found]] = defaultdict(list)
    for one in found:
        inside = [place for place in index.at(one.shape.centre) if place > 0]
        families[max(inside, key=lambda place: above[place].path.count("/"), default=0)].append(one)
    rows = []
    for place, children in sorted(families.items()):
        parent = above[place]
        named = [(one.name, one.line, one.shape.centre) for one in children]
        check_series(named, below=parent.name("en"), reading=reading)
        rows += [_row(order, parent, one) for one in children]
    _check_keys(rows, found, reading)
    return rows


def _row(order: MapOrder, parent: Area, one: _Found) -> dict[str, Any]:
    key = f"{parent.key}.{slug(one.names.get('en', '')) or slug(one.name)}"[:KEY_LENGTH]
    return {
        "key": key,
        "parent_id": parent.id,
        "path": f"{parent.path}/{key}",
        "kind": order.kind,
        "names": one.names,
        **outline_fields(one.shape),
    }


def slug(name: str) -> str:
    """A short form for keys: small letters without marks, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name.translate(_LATIN)).lower()
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "-", kept).strip("-")


def _check_keys(rows: Sequence[Mapping[str, Any]], found: Sequence[_Found], reading: Reading) -> None:
    """Two different names may give one key; equal names were noted before."""
    seen: dict[str, dict[str, str]] = {}
    for row in rows:
        other = seen.setdefault(row["key"], row["names"])
        if other != row["names"]:
            what = f"{other} and {row['names']} both get the key “{row['key']}”."
            reading.refuse(found[0].line, what, "Rename one of them in the file.")


def _tags(line: Line) -> dict[str, Any]:
    """The properties of a feature; some exports keep them one level deeper under "tags"."""
    properties = line.values.get("properties") or {}
    tags = properties.get("tags")
    return {**properties, **tags} if isinstance(tags, dict) else dict(properties)
