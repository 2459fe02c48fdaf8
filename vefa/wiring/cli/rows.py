"""The rows of a file that somebody else made, each with its line; one that cannot be read stops no other."""

import codecs
import csv
import json
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, Self

from vefa.wiring.cli.command import CommandError

OBJECTS = (".jsonl", ".ndjson")  # files of JSON lines; any other is a CSV
LONGEST_CELL = 1_000_000
_AGREEING = 20  # rows in turn after which a table is believed again
_PATIENCE = 10  # how many times its own length may be read again of a file
_MARKING = "vefa-marking"
_LOST = "\udcff"  # stands for bytes that could not be decoded; no text that could holds it


@dataclass(frozen=True)
class Row:
    """One row under its headings, as the file has it."""

    line: int  # of the file, where it begins
    values: dict[str, Any]
    fault: str = ""  # why it cannot be read


class Rejected:
    """The file beside another one with those of its rows that cannot be taken, each with line and reason.

    Beside a CSV it is a CSV of the same columns, beside JSON lines one object a line: line, row, reason.
    """

    def __init__(self, source: Path) -> None:
        self._objects = source.suffix in OBJECTS
        self.file = source.with_name(f"{source.name}.rejected.{'jsonl' if self._objects else 'csv'}")
        self.count = 0
        self._stack = ExitStack()
        self._stream: Any = None
        self._table: Any = None
        self._reason = "reason"

    def add(self, row: Row, reason: str) -> None:
        """Write down a row. Raises CommandError where the file cannot be written."""
        if not self.count:
            self._begin(row.values)
        if self._objects:
            told = {"line": row.line, "row": row.values, "reason": reason}
            self._stream.write(json.dumps(told, ensure_ascii=False) + "\n")
        else:
            self._table.writerow({**row.values, self._reason: f"line {row.line}: {reason}"})
        self.count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """The file is complete. One of an earlier run is gone if this one came to its end without any."""
        self._stack.close()
        if kind is None and not self.count:
            self.file.unlink(missing_ok=True)

    def _begin(self, columns: dict[str, Any]) -> None:
        try:
            stream = self.file.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        except OSError as error:
            raise CommandError(f"Rejected rows cannot be written down: {error}") from error
        self._stream = self._stack.enter_context(stream)
        while self._reason in columns:
            self._reason += "_"
        if not self._objects:
            self._table = csv.DictWriter(stream, [*columns, self._reason])
            self._table.writeheader()


def objects(stream: BinaryIO) -> Iterator[Row]:
    """One JSON object a line."""
    for number, line in enumerate(stream, 1):
        if line.strip():
            yield _object(number, line)


def _object(number: int, line: bytes) -> Row:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return Row(number, found)
    whole = line.decode("utf-8", "replace").strip()
    return Row(number, {"unreadable line": whole}, "the line is no JSON object in UTF-8")


def table(stream: BinaryIO, *, encoding: str, delimiter: str, newline: str = "\n") -> Iterator[Row]:
    """The rows below the headings of a CSV. Raises CommandError where the headings cannot be read."""
    csv.field_size_limit(LONGEST_CELL)
    text = TextIOWrapper(stream, encoding=encoding, errors=_MARKING, newline=newline)
    lines = _Lines(text, delimiter)
    try:
        headings = _headings(lines, stream.name, encoding)
        yield from _below(lines, headings, encoding)
    except UnicodeError as error:
        raise CommandError(f"{stream.name} cannot be read in {encoding}: {error}") from error
    finally:
        text.detach()  # the stream is its owner's to close


class _Lines:
    """The lines of a CSV, read row by row; those of the row under way are kept and can be read again."""

    def __init__(self, text: Iterator[str], delimiter: str) -> None:
        self.delimiter = delimiter
        self.row: list[str] = []  # the lines of the row under way
        self.first = 1  # the number of the first of them
        self._text = text
        self._reader = csv.reader(self, delimiter=delimiter)
        self._waiting: deque[str] = deque()
        self._over = False
        self._read = self._again = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._fetched()
        self._over = not line
        if self._over:
            raise StopIteration
        self.row.append(line)
        return line

    def cells(self, width: int = 0) -> list[str] | None:
        """The next row, None at the end. Raises csv.Error where it does not end or swallows another."""
        self.first += len(self.row)
        self.row = []
        cells: list[str] | None = next(self._reader, None)
        if cells is not None and (self._over or _swallows(self.row, width, self.delimiter)):
            raise csv.Error
        return cells

    def given_up(self) -> list[str]:
        """The lines that are no row: the first, while the others are read again.

        All of them where too much was read again already: no file may take for ever.
        """
        again = self._again + sum(map(len, self.row[1:]))
        if again <= _PATIENCE * self._read:
            self._again = again
            self._waiting.extendleft(reversed(self.row[1:]))
            del self.row[1:]
        return self.row

    def _fetched(self) -> str:
        line = next(self._text, "")
        self._read += len(line)
        return line


def _swallows(row: list[str], width: int, delimiter: str) -> bool:
    """Whether an open quotation mark ran on into a later line that begins a row of that width."""
    if width < 2 or len(row) < 2:
        return False
    strict = csv.reader(row, delimiter=delimiter, strict=True)
    try:
        next(strict)
    except csv.Error:
        met = strict.line_num - 1
    else:
        return False
    try:
        return met > 0 and len(next(csv.reader(row[met:], delimiter=delimiter))) == width
    except csv.Error:
        return False


def _headings(lines: _Lines, name: str, encoding: str) -> list[str]:
    cells: list[str] | None = []
    fault = ""
    try:
        while cells == []:
            cells = lines.cells()
    except csv.Error:
        fault = _endless(lines)
    if any(_LOST in cell for cell in cells or ()):
        fault = _foreign(encoding)
    if fault:
        raise CommandError(f"{name} cannot be read: line {lines.first}, its headings: {fault}")
    return cells or []


def _below(lines: _Lines, headings: list[str], encoding: str) -> Iterator[Row]:
    """Every row that is not empty.

    After one that does not end only rows that fill the headings are taken, until many of them came together.
    """
    doubted = 0
    while True:
        try:
            cells = lines.cells(len(headings))
        except csv.Error:
            doubted = _AGREEING
            yield from _lost(lines, headings, _endless(lines))
            continue
        if cells is None:
            return
        if not cells:
            continue
        if doubted and not _fills(lines, cells, headings):
            doubted = _AGREEING
            yield from _lost(lines, headings, "it follows a row that does not end")
            continue
        doubted = max(doubted - 1, 0)
        foreign = any(_LOST in cell for cell in cells)
        yield Row(lines.first, _named(headings, cells), _foreign(encoding) if foreign else "")


def _fills(lines: _Lines, cells: list[str], headings: list[str]) -> bool:
    """Whether it looks like a row of its own; of a single column nobody can tell."""
    even = sum(line.count('"') for line in lines.row) % 2 == 0
    return len(headings) == 1 or (even and len(cells) == len(headings))


def _lost(lines: _Lines, headings: list[str], fault: str) -> Iterator[Row]:
    """Lines that are no row, each as it stands: what is too much for the headings is in the last of them."""
    last = max((place for place, name in enumerate(headings) if name), default=0)
    for number, line in enumerate(lines.given_up(), lines.first):
        cells = line.rstrip("\r\n").split(lines.delimiter, last)
        yield Row(number, _named(headings, cells), fault)


def _endless(lines: _Lines) -> str:
    last = lines.first + len(lines.row) - 1
    return f"up to line {last} no row ends: is a quotation mark open, or a line end odd?"


def _foreign(encoding: str) -> str:
    return f"it is not written in {encoding}: mend it, or name the `encoding` in a mapping"


def _named(headings: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """The cells under their headings, None where the row is too short."""
    shown = [cell.replace(_LOST, "\ufffd") for cell in cells]
    missing = [None] * len(headings)
    return {name: cell for name, cell in zip(headings, [*shown, *missing], strict=False) if name}


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _LOST, error.end


codecs.register_error(_MARKING, _mark)
