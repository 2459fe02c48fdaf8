"""Loading a folder: read every file, report every problem, then write all of it in one transaction."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from vefa.directory import queries
from vefa.directory.load.files import UnreadableError, lines_of
from vefa.directory.models import Municipality
from vefa.directory.version import mark_changed, wait_for_turn
from vefa.directory.versions import kept_by_load
from vefa.journal.record import Happening, record
from vefa.kit.loading import LANGUAGES, Line, Problem, Reading, Section, Tally

FIRST_FILE = "municipality.toml"


@dataclass
class Report:
    """What a load found and did. With a problem nothing is written; notices are only to be looked at."""

    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    units: frozenset[str] = frozenset()  # keys of those that the folder names, or leaves in use

    @property
    def total(self) -> Tally:
        """All files together."""
        return sum(self.tallies.values(), start=Tally())


def load_folder(
    folder: Path, sections: Sequence[Section], *, now: datetime, actor: str, overwrite: bool = False
) -> Report:
    """Bring the directory in line with a folder (its files: docs/load.md), wholly or not at all.

    overwrite   what was changed at the desk since the last load gives way to what the folder says
    """
    report = Report()
    with writing(report, now=now, actor=actor, of=folder.name):
        rows = _read(folder, sections, report, overwrite=overwrite)
        if report.problems:
            return report
        with kept_by_load(now=now):
            for section in sections:
                if section.file in rows:
                    report.tallies[section.file] = section.write(rows[section.file], now=now)
    return report


def check_folder(folder: Path, sections: Sequence[Section], *, overwrite: bool = False) -> Report:
    """Find what `load_folder` would object to, and write nothing."""
    report = Report()
    _read(folder, sections, report, overwrite=overwrite)
    return report


@contextmanager
def writing(report: Report, *, now: datetime, actor: str, of: str) -> Iterator[None]:
    """A transaction for one load at a time; if it altered anything, the directory gets a new stamp."""
    with transaction.atomic():
        wait_for_turn(alone=True)
        yield
        if report.total.moved:
            mark_changed()
            total = report.total
            counts = {"created": total.created, "changed": total.changed, "retired": total.retired}
            happening = Happening(
                kind="directory.loaded", subject="directory", actor=actor, at=now, data={"from": of, **counts}
            )
            record([happening])
    queries.forget()


def _read(folder: Path, sections: Sequence[Section], report: Report, *, overwrite: bool) -> dict[str, Any]:
    lines = _lines(folder, sections, report)
    _check_files(folder, sections, report)
    rows: dict[str, Any] = {}
    if report.problems:
        return rows  # a file that cannot be read would make every reference to it a problem
    reading = _reading(lines, overwrite=overwrite)
    for section in sections:
        if section.file in lines:
            _check_fields(section, lines[section.file], reading)
            rows[section.file] = section.read(lines[section.file], reading)
        else:
            for sort, key in section.recall():
                reading.declare(sort, key)
    order = {section.file: place for place, section in enumerate(sections)}
    report.problems = sorted(set(reading.problems), key=lambda one: (order[one.file], one.line, one.what))
    report.notices += reading.notices
    report.units = frozenset(reading.keys("unit"))
    return rows


def _lines(folder: Path, sections: Sequence[Section], report: Report) -> dict[str, list[Line]]:
    found = {}
    for section in sections:
        path = folder / section.file
        if not path.is_file():
            continue
        try:
            found[section.file] = lines_of(path)
        except UnreadableError as error:
            report.problems.append(error.problem)
    return found


def _check_files(folder: Path, sections: Sequence[Section], report: Report) -> None:
    known = [section.file for section in sections]
    if not folder.is_dir():
        report.problems = [Problem(str(folder), 1, "There is no such folder.", "Correct the path.")]
        return
    if not (folder / FIRST_FILE).is_file() and not Municipality.objects.exists():
        what = "The file is missing, and no municipality is loaded yet."
        report.problems.append(Problem(FIRST_FILE, 1, what, "Write it first: docs/load.md shows one."))
    for path in sorted(folder.iterdir()):
        if path.suffix in {".toml", ".csv", ".geojson"} and path.name not in known:
            language = path.stem.partition(".")[2]
            if language and f"{path.name.partition('.')[0]}.{LANGUAGES[0]}{path.suffix}" in known:
                what = f"“{language}” is no language of Vefa."
                remedy = f"Name the file after one of: {', '.join(LANGUAGES)}."
                report.problems.append(Problem(path.name, 1, what, remedy))
                continue
            near = difflib.get_close_matches(path.name, known, 1)
            remedy = f"Did you mean {near[0]}?" if near else f"Known files: {', '.join(known)}."
            report.notices.append(Problem(path.name, 1, "The file was not read.", remedy))


def _reading(lines: Mapping[str, Sequence[Line]], *, overwrite: bool) -> Reading:
    reading = Reading(overwrite=overwrite)
    present = Municipality.objects.first()
    if FIRST_FILE not in lines and present is not None:
        reading.languages = tuple(present.languages)
        reading.default_language = present.default_language
    return reading


def _check_fields(section: Section, lines: Sequence[Line], reading: Reading) -> None:
    if section.file.endswith(".geojson"):
        return  # a map from elsewhere carries whatever it likes
    is_csv = section.file.endswith(".csv")
    for line in lines[:1] if is_csv else lines:
        place = replace(line, number=1) if is_csv else line
        if line.table not in section.fields:
            known = ", ".join(f"[[{table}]]" for table in section.fields if table)
            reading.refuse(place, f"[[{line.table}]] is not known here.", f"Known are: {known}.")
            continue
        allowed = _spelt_out(section.fields[line.table])
        for name in line.values:
            if name not in allowed:
                near = difflib.get_close_matches(name, allowed, 1)
                remedy = f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(allowed)}."
                reading.refuse(place, f"“{name}” is not known here.", remedy, at=name)


def _spelt_out(fields: Sequence[str]) -> list[str]:
    found = []
    for name in fields:
        found += [name[:-1] + code for code in LANGUAGES] if name.endswith("_*") else [name]
    return found
