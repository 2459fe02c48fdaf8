"""From a file to its lines: TOML, CSV and GeoJSON, with the number of every line kept for the problems."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vefa.directory.load.toml_lines import places_in
from vefa.kit.loading import Line, Problem


class UnreadableError(Exception):
    """The file as a whole cannot be read; it holds the problem that says so."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def lines_of(path: Path) -> list[Line]:
    """Every line of a .toml, .csv or .geojson file. Raises UnreadableError."""
    text = _decoded(path)
    if path.suffix == ".toml":
        return _toml(path.name, text)
    if path.suffix == ".csv":
        return list(_csv(path.name, text))
    return _geojson(path.name, text)


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw[: error.start].count(b"\n") + 1
        what = f"The byte {raw[error.start]:#04x} is not UTF-8."
        raise UnreadableError(Problem(path.name, number, what, "Save the file as UTF-8.")) from error


def _toml(name: str, text: str) -> list[Line]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at line (\d+)", str(error))
        number = int(where[1]) if where else text.count("\n") + 1
        what = f"This is not TOML: {str(error).split(' (at ')[0]}."
        remedy = "Look for a quotation mark, bracket or equals sign that is missing here or just above."
        raise UnreadableError(Problem(name, number, what, remedy)) from error
    places = places_in(text)
    arrays = {table: rows for table, rows in content.items() if _is_array_of_tables(rows)}
    head = {key: value for key, value in content.items() if key not in arrays}
    lines = [_line(name, "", head, places[""][0])] if head or not arrays else []
    for table, rows in arrays.items():
        found = places.get(table, [])
        beyond = (found[-1] if found else (1, {}),) * (len(rows) - len(found))
        lines += [_line(name, table, row, where) for row, where in zip(rows, [*found, *beyond], strict=False)]
    return lines


def _line(file: str, table: str, values: Mapping[str, Any], where: tuple[int, Mapping[str, int]]) -> Line:
    return Line(file=file, number=where[0], values=values, table=table, numbers=where[1])


def _is_array_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _csv(name: str, text: str) -> Iterator[Line]:
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    number = 1
    try:
        for cells in reader:
            if not header:
                header = _header(name, cells)
            elif any(cell.strip() for cell in cells):
                yield _row(name, number, header, cells)
            number = reader.line_num + 1
    except csv.Error as error:
        remedy = "Look for a quotation mark that is not closed."
        raise UnreadableError(Problem(name, number, f"This is not CSV: {error}.", remedy)) from error
    if not header:
        remedy = "Write the names of the columns into the first line, or delete the file."
        raise UnreadableError(Problem(name, 1, "The file is empty.", remedy))


def _header(name: str, cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    doubled = sorted({cell for cell in header if header.count(cell) > 1})
    if doubled:
        what = f"The column “{doubled[0]}” stands twice."
        raise UnreadableError(Problem(name, 1, what, "Delete or rename one of them."))
    return header


def _row(name: str, number: int, header: list[str], cells: list[str]) -> Line:
    if len(cells) > len(header):
        what = f"The line has {len(cells)} cells, the first line {len(header)}."
        remedy = "Put texts that hold the delimiter into quotation marks."
        raise UnreadableError(Problem(name, number, what, remedy))
    padded = cells + [""] * (len(header) - len(cells))
    return Line(file=name, number=number, values=dict(zip(header, padded, strict=True)))


def _geojson(name: str, text: str) -> list[Line]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        remedy = "Export the map again as GeoJSON."
        raise UnreadableError(
            Problem(name, error.lineno, f"This is not JSON: {error.msg}.", remedy)
        ) from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        what, remedy = "There is no list of features.", "Export the map as a GeoJSON FeatureCollection."
        raise UnreadableError(Problem(name, 1, what, remedy))
    offsets = [match.start() for match in re.finditer(r'"type"\s*:\s*"Feature"', text)]
    offsets += [0] * (len(features) - len(offsets))
    return [
        Line(file=name, number=text.count("\n", 0, offset) + 1, values=feature)
        for feature, offset in zip(features, offsets, strict=False)
    ]
