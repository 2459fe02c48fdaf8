"""`vefa import calls FILE`: the call log of a handset or an operator joins the register of calls, once."""

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
from vefa.inbox.intake import Incoming
from vefa.inbox.sheets import MappingError, check_reading
from vefa.wiring.cli.command import CommandError
from vefa.wiring.cli.rows import Rejected, Row, table

CHANNELS = ("phone", "telephony")  # a line without an exchange, or one of an exchange
BATCH = 500
DELIMITERS = ",;\t|"
KEYS = {"zone", "dates", "delimiter", "encoding", "columns"}


def run(options: Namespace) -> int:
    """Take the rows in. Raises CommandError."""
    facts = _mapping(options.mapping)
    log, rejected = _log(_line(options.endpoint), facts), Rejected(options.file)
    new = known = 0
    with ExitStack() as stack:
        rows = _rows(options.file, facts, stack)
        stack.enter_context(rejected)
        for batch in batched(rows, BATCH, strict=False):
            arrivals = list(_arrivals(batch, log, rejected))
            fresh = sum(one.fresh for one in intake.accept(arrivals))
            new, known = new + fresh, known + len(arrivals) - fresh
    intake.wake()
    print(f"{new} new, {known} known already, {rejected.count} rejected.")
    if rejected.count:
        print(f"Rejected rows and why: {rejected.file}")
    return 0


def _arrivals(rows: tuple[Row, ...], log: Log, rejected: Rejected) -> Iterator[Incoming]:
    for row in rows:
        if row.fault:
            rejected.add(row, row.fault)
            continue
        try:
            yield handset.incoming(log, row.values, now=datetime.now(UTC))
        except RowError as error:
            rejected.add(row, str(error))


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
    try:
        check_reading(path, {name: facts[name] for name in facts if facts[name]})
    except MappingError as error:
        raise CommandError(str(error)) from error
    return facts


def _log(line: Endpoint, facts: dict[str, Any]) -> Log:
    zone = str(facts.get("zone") or municipality().timezone)
    dates = facts.get("dates", list(handset.FORMS))
    try:
        return Log(
            endpoint_id=line.pk,
            zone=ZoneInfo(zone),
            columns={name: str(theirs) for name, theirs in facts.get("columns", {}).items()},
            dates=tuple(map(str, dates)) if isinstance(dates, list) else (str(dates),),
        )
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CommandError(f"{zone} is no time zone.") from error


def _rows(path: Path, facts: dict[str, Any], stack: ExitStack) -> Iterator[Row]:
    """The rows by their headings; the delimiter is the one that the first line holds most of."""
    encoding = facts.get("encoding") or "utf-8-sig"
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as stream:
            first = stream.readline()
        found = stack.enter_context(path.open("rb"))
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{path} cannot be read in {encoding}: {error}") from error
    delimiter = facts.get("delimiter") or max(DELIMITERS, key=first.count)
    return table(found, encoding=encoding, delimiter=delimiter, newline="")
