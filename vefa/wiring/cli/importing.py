"""`vefa import contacts FILE`: what people said elsewhere, taken in like everything else, once.

`vefa import archive FILE` takes in what a network gives the owner of an account to download,
`vefa import calls FILE` the call log of a handset.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from typing import BinaryIO

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from vefa.channels.models import Endpoint
from vefa.channels.port import Adapter, Arrival, UnreadableError
from vefa.channels.registry import CHANNELS
from vefa.inbox import intake, sheets
from vefa.inbox.doors import adapter_of
from vefa.inbox.intake import Incoming
from vefa.inbox.reading import no_network
from vefa.inbox.sheets import MappingError, RowError, Sheet
from vefa.wiring.cli import call_log
from vefa.wiring.cli.command import CommandError
from vefa.wiring.cli.rows import OBJECTS, Rejected, Row, objects, table

EXAMPLES = (
    "vefa import contacts calls.csv --endpoint hotline",
    "vefa import contacts old.jsonl --mapping old.toml      interrupted? run it again: nothing doubles",
    "vefa import calls handset.csv --endpoint mayor_mobile     the call log of a handset",
    "vefa import archive twitter-2026-11-22.zip --endpoint x-city",
)
BY_HAND = ("portal", "phone", "counter", "letter", "meeting", "headman")
BATCH = 500


@dataclass
class Tally:
    """What became of the rows that could be taken."""

    new: int = 0
    known: int = 0


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", choices=("contacts", "archive", "calls"))
    parser.add_argument(
        "file", type=Path, help="CSV, or one JSON object a line (.jsonl); of an archive the ZIP or its folder"
    )
    parser.add_argument(
        "--mapping", type=Path, help="TOML file that says which column is what: docs/import.md"
    )
    parser.add_argument("--endpoint", default="", help="key of the endpoint to which they were said")


def run(options: Namespace) -> int:
    """Take the rows in. Raises CommandError."""
    takers = {"archive": _archive, "calls": call_log.run}
    return takers.get(options.what, _table_of)(options)


def _archive(options: Namespace) -> int:
    """What a network's archive holds, once; what is known already is passed over."""
    endpoint = Endpoint.objects.filter(key=options.endpoint, retired_at=None).first()
    channel = CHANNELS.get(endpoint.channel) if endpoint else None
    if endpoint is None or channel is None or channel.archived is None:
        known = ", ".join(sorted(key for key, one in CHANNELS.items() if one.archived))
        raise CommandError(f"Say whose archive it is: --endpoint KEY of an account of {known}.")
    adapter, tally = adapter_of(endpoint, no_network), Tally()
    try:
        for arrivals in batched(channel.archived(options.file), BATCH, strict=False):
            _keep([_incoming(one, endpoint, adapter) for one in arrivals], tally)
    except UnreadableError as error:
        raise CommandError(f"{options.file} cannot be read: {error.reason}") from error
    intake.wake()
    print(f"{tally.new} new, {tally.known} known already.")
    return 0


def _incoming(arrival: Arrival, endpoint: Endpoint, adapter: Adapter) -> Incoming:
    """Received when it was said: an archive is history, and nobody is told again what was said then."""
    now = datetime.now(UTC)
    try:
        said_at = adapter.read(arrival.raw).said_at
    except UnreadableError:
        said_at = None
    return Incoming(
        endpoint_id=endpoint.pk,
        external_id=arrival.external_id,
        lane=arrival.lane,
        raw=arrival.raw,
        received_at=min(said_at or now, now),
        due_at=now,
        details={"imported": True},
    )


def _table_of(options: Namespace) -> int:
    tally, rejected = Tally(), Rejected(options.file)
    with ExitStack() as stack:
        try:
            sheet = sheets.read_mapping(options.mapping) if options.mapping else Sheet()
            size = options.file.stat().st_size
            stream = stack.enter_context(options.file.open("rb"))
        except (MappingError, OSError) as error:
            raise CommandError(str(error)) from error
        endpoint = _endpoint(options.endpoint or sheet.endpoint)
        progress = stack.enter_context(_progress())
        task = progress.add_task(options.file.name, total=size)
        stack.enter_context(rejected)
        for rows in batched(_rows(stream, options.file, sheet), BATCH, strict=False):
            _take(rows, sheet, endpoint, tally, rejected)
            progress.update(task, completed=stream.tell())
    intake.wake()
    print(f"{tally.new} new, {tally.known} known already, {rejected.count} rejected.")
    if rejected.count:
        print(f"Rejected rows and why: {rejected.file}")
    return 0


def _take(rows: tuple[Row, ...], sheet: Sheet, endpoint: Endpoint, tally: Tally, rejected: Rejected) -> None:
    now = datetime.now(UTC)
    arrivals: list[Incoming] = []
    for row in rows:
        if row.fault:
            rejected.add(row, row.fault)
            continue
        try:
            arrivals.append(sheets.incoming(sheet, row.values, endpoint_id=endpoint.pk, now=now))
        except RowError as error:
            rejected.add(row, str(error))
    _keep(arrivals, tally)


def _keep(arrivals: list[Incoming], tally: Tally) -> None:
    fresh = sum(accepted.fresh for accepted in intake.accept(arrivals))
    tally.new += fresh
    tally.known += len(arrivals) - fresh


def _rows(stream: BinaryIO, path: Path, sheet: Sheet) -> Iterator[Row]:
    if path.suffix in OBJECTS:
        return objects(stream)
    return table(stream, encoding=sheet.encoding, delimiter=sheet.delimiter)


def _endpoint(key: str) -> Endpoint:
    if not key:
        raise CommandError("Say to which endpoint these were said: --endpoint KEY (`vefa endpoint list`).")
    found = Endpoint.objects.filter(key=key, retired_at=None).first()
    takes = {*BY_HAND, *(key for key, channel in CHANNELS.items() if channel.copied)}
    if found is None or found.channel not in takes:
        doors = Endpoint.objects.filter(channel__in=takes, retired_at=None).order_by("key")
        keys = ", ".join(doors.values_list("key", flat=True))
        raise CommandError(f"{key!r} is no endpoint for forms; there are: {keys}")
    return found


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), transient=True
    )
