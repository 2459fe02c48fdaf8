"""`vefa export WHAT`: everything in rows that other programs read. `docs/export.md` describes every field."""

import csv
import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import psycopg
from django.db import connection, transaction

from vefa.wiring.cli.command import CommandError
from vefa.wiring.cli.exports import QUERIES

EXAMPLES = (
    "vefa export cases --format csv --output cases.csv",
    "vefa export contacts --format jsonl | gzip > contacts.jsonl.gz",
)
FETCHED = 2000  # rows in memory
RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so

Row = Sequence[Any]
Writer = Callable[[Row], None]


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", choices=sorted(QUERIES))
    parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    parser.add_argument("--output", type=Path, help="file to write (default: standard output)")


def run(options: Namespace) -> int:
    """Write all rows, oldest first, in constant memory. Raises CommandError."""
    try:
        _write(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has enough, such as `head`: what is left goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _write(options: Namespace) -> None:
    with _output(options.output) as out, rows_of(options.what) as (names, rows):
        write = _csv(out, names) if options.format == "csv" else _jsonl(out, names)
        for row in rows:
            write(row)


@contextmanager
def rows_of(what: str) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """The names of the fields, and the rows as one consistent picture of this moment."""
    with transaction.atomic():
        raw: psycopg.Connection[Any] = connection.connection
        with psycopg.ServerCursor(raw, f"export_{what}") as cursor:
            cursor.itersize = FETCHED
            cursor.execute(QUERIES[what].encode())
            yield [column.name for column in cursor.description or ()], iter(cursor)


def _jsonl(out: TextIO, names: list[str]) -> Writer:
    def write(row: Row) -> None:
        line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_plain)
        out.write(f"{line}\n")

    return write


def _csv(out: TextIO, names: list[str]) -> Writer:
    writer = csv.writer(out)
    writer.writerow(names)

    def write(row: Row) -> None:
        writer.writerow([_cell(value) for value in row])

    return write


def _cell(value: Any) -> Any:
    """A value as a cell that no spreadsheet takes for a formula."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(RISKY):
        return f"'{value}"
    return value if value is None or isinstance(value, str | int | float) else _plain(value)


def _plain(value: Any) -> str | float:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no plain form")


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error
    with file:
        yield file
