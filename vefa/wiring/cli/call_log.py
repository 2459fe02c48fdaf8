"""`vefa import calls FILE`: the call log of a handset or an operator joins the register of calls, once."""

import csv
import tomllib
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vefa.calls import handset
from vefa.calls.handset import Log, RowError
from vefa.channels.models import Endpoint
from vefa.directory.queries import municipality
from vefa.inbox import intake
from vefa.wiring.cli.command import CommandError

CHANNELS = ("phone", "telephony")  # a line without an exchange, or one of an exchange
BATCH = 500
DELIMITERS = ",;\t|"
KEYS = {"zone", "dates", "delimiter", "encoding", "columns"}


def run(options: Namespace) -> int:
    """Take the rows in. Raises CommandError."""
    facts = _mapping(options.mapping)
    log = _log(_line(options.endpoint), facts)
    rejected = options.file.with_name(f"{options.file.name}.rejected.csv")
    new = known = bad = 0
    with ExitStack() as stack:
        rows = _rows(options.file, facts, stack)
        writer: Any = None
        for batch in batched(rows, BATCH, strict=False):
            arrivals = []
            for row in batch:
                try:
                    arrivals.append(handset.incoming(log, row, now=datetime.now(UTC)))
                except RowError as error:
                    writer = writer or _writer(rejected, row, stack)
                    writer.writerow({**row, "reason": str(error)})
                    bad += 1
            fresh = sum(one.fresh for one in intake.accept(arrivals))
            new, known = new + fresh, known + len(arrivals) - fresh
    intake.wake()
    print(f"{new} new, {known} known already, {bad} rejected.")
    if bad:
        print(f"Rejected rows and why: {rejected}")
    else:
        rejected.unlink(missing_ok=True)
    return 0


def _line(key: str) -> Endpoint:
    """The line whose log it is: an exchange's account, or a telephone at which calls are written down."""
    lines = Endpoint.objects.filter(channel__in=CHANNELS, retired_at=None).order_by("key")
    found = lines.filter(key=key).first()
    if found is None:
        known = ", ".join(lines.values_list("key", flat=True)) or "none yet"
        raise CommandError(
            f"Say whose log it is: --endpoint KEY of a telephone line; there are: {known}."
            " A new one: vefa endpoint add phone --key second_mobile"
        )
    return found


def _mapping(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    columns = facts.get("columns", {})
    unknown = {*facts} - KEYS | (
        {*columns} - {*handset.COLUMNS} if isinstance(columns, dict) else {"columns"}
    )
    if unknown:
        raise CommandError(f"{path} names what we do not know: {', '.join(sorted(unknown))}.")
    return facts


def _log(line: Endpoint, facts: dict[str, Any]) -> Log:
    zone = str(facts.get("zone") or municipality().timezone)
    dates = facts.get("dates", list(handset.FORMS))
    try:
        return Log(
            endpoint_id=line.pk,
            zone=ZoneInfo(zone),
            columns={name: str(theirs) for name, theirs in facts.get("columns", {}).items()},
            dates=(dates,) if isinstance(dates, str) else tuple(map(str, dates)),
        )
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CommandError(f"{zone} is no time zone.") from error


def _rows(path: Path, facts: dict[str, Any], stack: ExitStack) -> Iterator[dict[str, str]]:
    """The rows by their headings; the delimiter is the one that the first line holds most of."""
    encoding = str(facts.get("encoding") or "utf-8-sig")
    try:
        with path.open(encoding=encoding, newline="") as stream:
            first = stream.readline()
        stream = stack.enter_context(path.open(encoding=encoding, newline=""))
    except (OSError, LookupError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    delimiter = str(facts.get("delimiter") or max(DELIMITERS, key=first.count))
    return _decoded(path, csv.DictReader(stream, delimiter=delimiter))


def _decoded(path: Path, reader: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    try:
        for row in reader:
            yield {name: value for name, value in row.items() if name}
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _writer(path: Path, row: dict[str, str], stack: ExitStack) -> Any:
    stream = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
    writer = csv.DictWriter(stream, [*row, "reason"], extrasaction="ignore", restval="")
    writer.writeheader()
    return writer
