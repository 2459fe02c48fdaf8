"""What a file of a municipality's folder must be to be loaded: shared by every room that has one.

A room describes its file by a `Section`: which fields there are, how a line is read, how rows are written.
Reading collects every problem of every file before anything is written; writing happens in one transaction
for all files.
"""

import difflib
import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

LANGUAGES = ("tr", "ru", "kk", "fa", "en")
LONGEST_KEY = 64
LONGEST_SLUG = 60  # the key of an account, a phrase or a keyword
LONGEST_NUMBER = 32  # of a telephone, as somebody writes it


@dataclass(frozen=True, slots=True)
class Line:
    """One row of CSV, one table of TOML, one feature of GeoJSON.

    table    "" for CSV, GeoJSON and the head of a TOML file, else the name in [[double brackets]]
    number   the line of the file where it begins; `numbers` holds the lines of single fields
    """

    file: str
    number: int
    values: Mapping[str, Any]
    table: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, where, and what to do about it."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows a file made, altered, retired and left as they were."""

    created: int = 0
    changed: int = 0
    retired: int = 0
    unchanged: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.created + other.created,
            self.changed + other.changed,
            self.retired + other.retired,
            self.unchanged + other.unchanged,
        )

    @property
    def moved(self) -> int:
        """How many rows are not what they were."""
        return self.created + self.changed + self.retired


class Reading:
    """What is found while files are read: problems, notices and the keys that lines may refer to."""

    def __init__(self, *, overwrite: bool = False) -> None:
        self.overwrite = overwrite  # what was changed at the desk gives way to the folder
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []
        self.languages: tuple[str, ...] = LANGUAGES
        self.default_language = ""
        self._keys: dict[str, dict[str, Line | None]] = {}

    def refuse(self, line: Line, what: str, remedy: str, *, at: str = "") -> None:
        """Note a problem that stops the load; `at` is the field whose line is meant."""
        self.problems.append(Problem(line.file, line.numbers.get(at, line.number), what, remedy))

    def notice(self, line: Line, what: str, remedy: str) -> None:
        """Note something to look at that does not stop the load."""
        self.notices.append(Problem(line.file, line.number, what, remedy))

    def declare(self, sort: str, key: str, line: Line | None = None) -> None:
        """Make a key known that other lines may refer to; a second one of the same sort is a problem."""
        known = self._keys.setdefault(sort, {})
        earlier = known.get(key)
        if line is not None and earlier is not None:
            self.refuse(
                line,
                f"The {sort} “{key}” stands twice: here and in {earlier.file} line {earlier.number}.",
                "Keep one of the two, or give one of them another key.",
            )
            return
        known[key] = line

    def keys(self, sort: str) -> Collection[str]:
        """Every key of this sort that is known so far."""
        return self._keys.get(sort, {}).keys()

    def refer(self, line: Line, name: str, sort: str) -> str:
        """The key in this field, which must be known (or empty)."""
        key = self.text(line, name)
        self.check_known(line, key, sort, at=name)
        return key

    def check_known(self, line: Line, key: str, sort: str, *, at: str) -> None:
        """Note a problem if the key is neither empty nor known."""
        if not key or key in self.keys(sort):
            return
        near = difflib.get_close_matches(key, list(self.keys(sort)), 1)
        remedy = f"Did you mean “{near[0]}”?" if near else f"Add the {sort} first, or correct the key."
        self.refuse(line, f"“{at}” names the {sort} “{key}”, which does not exist.", remedy, at=at)

    def text(self, line: Line, name: str, *, required: bool = False, longest: int | None = None) -> str:
        """A text, trimmed, of so many characters at most; "" where the field is missing or empty."""
        value = line.values.get(name, "")
        if not isinstance(value, str):
            self.refuse(line, f"“{name}” is not a text: {value!r}.", "Put it in quotation marks.", at=name)
            return ""
        if required and not value.strip():
            self.refuse(line, f"“{name}” is empty.", "Fill it in.", at=name)
        if longest is not None and len(value.strip()) > longest:
            what = f"“{name}” has {len(value.strip())} characters."
            self.refuse(line, what, f"Shorten it to {longest}.", at=name)
        return value.strip()

    def choice(self, line: Line, name: str, choices: Sequence[str], *, default: str = "") -> str:
        """One of these words; the default where the field is empty; a problem where there is no default."""
        value = self.text(line, name) or default
        if value not in choices:
            what = f"“{name}” is empty." if not value else f"“{name}” may not be “{value}”."
            self.refuse(line, what, f"Choose one of: {', '.join(choices)}.", at=name)
            return choices[0]
        return value

    def number(
        self, line: Line, name: str, *, default: float | None = None, most: float = math.inf
    ) -> float | None:
        """A number, 0 or more; the default where the field is missing."""
        value = line.values.get(name, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            self.refuse(line, f"“{name}” is not a number: {value!r}.", "Write digits, 0 or more.", at=name)
            return default
        if not value <= most or math.isinf(value):
            self.refuse(line, f"“{name}” is {value!r}.", f"Write {most:g} at the most.", at=name)
            return default
        return value

    def flag(self, line: Line, name: str, *, default: bool) -> bool:
        """True or false."""
        value = line.values.get(name, default)
        if not isinstance(value, bool):
            self.refuse(line, f"“{name}” is {value!r}.", "Write true or false.", at=name)
            return default
        return value

    def table(self, line: Line, name: str, known: Sequence[str]) -> Line:
        """The table in this field as a line of its own; names in it that are not known are problems."""
        value = line.values.get(name, {})
        if not isinstance(value, Mapping):
            remedy = f"Write [{line.table}.{name}] and its lines." if line.table else f"Write [{name}]."
            self.refuse(line, f"“{name}” is no table: {value!r}.", remedy, at=name)
            value = {}
        inner = f"{name}."
        numbers = {at.removeprefix(inner): at_ for at, at_ in line.numbers.items() if at.startswith(inner)}
        found = Line(line.file, line.numbers.get(name, line.number), value, line.table, numbers)
        for key in value:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                listed = f"Known are: {', '.join(known)}." if known else "Take it out."
                remedy = f"Did you mean “{near[0]}”?" if near else listed
                self.refuse(found, f"“{key}” is not known in “{name}”.", remedy, at=key)
        return found

    def texts(self, line: Line, name: str, *, required: bool = False) -> dict[str, str]:
        """Texts per language: the columns name_tr, name_ru… of CSV or the table `name` of TOML.

        A required text must be there in the default language; a language that is missing is no problem.
        """
        table = line.values.get(name)
        if table is None:
            table = {code: line.values.get(f"{name}_{code}", "") for code in LANGUAGES}
        found: dict[str, str] = {}
        for code, value in self._by_language(line, name, table).items():
            if not isinstance(value, str):
                self.refuse(line, f"“{name}” in {code} is not a text: {value!r}.", "Write a text.", at=name)
            elif value.strip():
                found[code] = value.strip()
        if required and not found.get(self.default_language or next(iter(found), "")):
            wanted = self.default_language or "any language"
            self.refuse(line, f"“{name}” has no text in {wanted}.", "Give it a name there.", at=name)
        return found

    def lists(self, line: Line, name: str) -> dict[str, list[str]]:
        """Lists of texts per language: columns with `|` between texts, or a table of arrays."""
        table = line.values.get(name)
        if table is None:
            table = {code: line.values.get(f"{name}_{code}", "").split("|") for code in LANGUAGES}
        found: dict[str, list[str]] = {}
        for code, values in self._by_language(line, name, table).items():
            if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
                self.refuse(line, f"“{name}” in {code} is not a list of texts.", 'Write ["…", "…"].', at=name)
                continue
            words = list(dict.fromkeys(value.strip() for value in values if value.strip()))
            if words:
                found[code] = words
        return found

    def _by_language(self, line: Line, name: str, table: Any) -> Mapping[str, Any]:
        if not isinstance(table, Mapping):
            remedy = f'Write [{name}] with lines such as tr = "…".'
            self.refuse(line, f"“{name}” has no languages.", remedy, at=name)
            return {}
        for code in table:
            if code not in LANGUAGES:
                known = ", ".join(LANGUAGES)
                self.refuse(line, f"“{name}” has the language “{code}”.", f"Use one of: {known}.", at=name)
        return {code: table[code] for code in LANGUAGES if code in table}


class Section(ABC):
    """One file of the folder.

    file     its name, such as "phrases.toml"; the ending says how it is read: .toml, .csv or .geojson
    fields   what may stand in it, per table ("" is the head of TOML, or the only table of CSV). `name_*`
             stands for name_tr, name_ru and so on. Anything else is a problem.
    """

    file: ClassVar[str]
    fields: ClassVar[Mapping[str, Sequence[str]]]

    @abstractmethod
    def read(self, lines: Sequence[Line], reading: Reading) -> Any:
        """Check every line and return the rows to write; problems go into `reading`, nothing is raised."""

    @abstractmethod
    def write(self, rows: Any, *, now: datetime) -> Tally:
        """Bring the tables in line with what `read` returned; called in a transaction."""

    def recall(self) -> Iterable[tuple[str, str]]:
        """(sort, key) of what is in the database already; asked where the folder lacks this file."""
        return ()
