"""The rows of a file that somebody else made, each with its line; one that cannot be read stops no other."""

import codecs
import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

from vefa.wiring.cli.command import CommandError

OBJECTS = (".jsonl", ".ndjson")  # files of JSON lines; any other is a CSV
LONGEST_CELL = 1_000_000
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

    def close(self) -> None:
        """The file is complete; one of an earlier run that rejected some is gone."""
        self._stack.close()
        if not self.count:
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
    try:
        found = _parted(csv.reader(text, delimiter=delimiter), encoding)
        line, headings, fault = next(found, (1, [], ""))
        if fault:
            raise CommandError(f"{stream.name} cannot be read: line {line}, its headings: {fault}")
        for line, cells, fault in found:
            yield Row(line, _named(headings, cells), fault)
    finally:
        text.detach()  # the stream is its owner's to close


def _parted(reader: Any, encoding: str) -> Iterator[tuple[int, list[str], str]]:
    """Every row that is not empty: its first line, its cells, and why it cannot be read.

    After a fault the reader begins anew with the next line.
    """
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            last = reader.line_num
            yield line, [], f"up to line {last} no row ends: is a quotation mark open, or a line end odd?"
            continue
        if any(_LOST in cell for cell in cells):
            yield (
                line,
                cells,
                f"it is not written in {encoding}: mend it, or name the `encoding` in a mapping",
            )
        elif cells:
            yield line, cells, ""


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
