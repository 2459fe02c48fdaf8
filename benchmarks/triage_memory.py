"""What understanding holds in a whole Vefa: while the first model is fitted, and when it serves.

Memory is proportional (PSS), in MB of a million bytes, as `bench_house` reads it; of the fitting process it
is the most that the kernel saw resident.
"""

import csv
import json
import time
from collections.abc import Iterator
from itertools import count, cycle
from pathlib import Path

import httpx
import psutil

from benchmarks.bench_door import HEAD
from benchmarks.desk import sign_in
from benchmarks.house import House, add_bot, house
from benchmarks.load import LOOPBACK, Request, open_loop

CITY = Path("vefa/wiring/demo/city")
CONTACTS = 3_000
RATE = 20.0  # a second: slow enough that the worker compares by meaning what is in doubt
SERVING = "SELECT count(*) FROM triage_modelversion WHERE standing = 'in_service'"
MOST = 350.0
_LONG_S = 900.0  # until a model serves
_numbers = count(1)


def figures() -> Iterator[tuple[str, float, float | None]]:
    """Name, value, and what it may be at most."""
    with house(learning=True) as running:
        yield "MB of the fitting process at its peak", peak_of_fit(running), None
        add_bot(running)
        found = open_loop(running.port, said(), rate=lambda _second: RATE, seconds=CONTACTS / RATE)
        running.wait_for_quiet(seconds=_LONG_S)
        yield "contacts before memory was read", float(found.good), None
        yield "MB of the worker, full chain in service", _mb(running.worker()), MOST
        yield from _of_web(running)
        yield "MB of web, worker and supervisor together", running.memory_mb(), MOST


def peak_of_fit(running: House) -> float:
    """MB of the process that learns, at its most. Raises TimeoutError where no model serves at last."""
    began, most = time.perf_counter(), 0.0
    while not running.count(SERVING):
        if time.perf_counter() - began > _LONG_S:
            raise TimeoutError("no model was fitted and adopted")
        for one in running.processes():
            most = max(most, _most_resident(one))
        time.sleep(0.1)
    return most


def said() -> Iterator[Request]:
    """The example messages of the town as Telegram updates, each from a chat of its own, without end."""
    texts = []
    for path in sorted(CITY.glob("examples.*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            texts += [row["text"] for row in csv.DictReader(file)]
    for text in cycle(texts[::7]):  # every language, and seldom twice the same
        yield _update(next(_numbers), text)


def _update(number: int, text: str) -> Request:
    chat = 5_000_000 + number
    person = {"id": chat, "is_bot": False, "first_name": f"W{number}"}
    message = {"message_id": number, "date": int(time.time()), "text": text, "from": person}
    told = {"update_id": 900_000_000 + number, "message": message | {"chat": {"id": chat, "type": "private"}}}
    body = json.dumps(told).encode()
    return Request(HEAD % len(body) + body)


def _of_web(running: House) -> Iterator[tuple[str, float, float | None]]:
    """The web process before and after the first search by meaning, and after many."""
    web = _web(running)
    yield "MB of the web process", _mb(web), None
    with httpx.Client(base_url=f"http://{LOOPBACK}:{running.port}", timeout=120) as browser:
        cookie = {"Cookie": sign_in(running, "derya")}
        for number, name in ((1, "the first search by meaning"), (50, "fifty of them")):
            for _ in range(number):
                asked = {"q": "sokak lambaları yanmıyor"}
                browser.get("/desk/search/meaning", params=asked, headers=cookie).raise_for_status()
            yield f"MB of the web process after {name}", _mb(web), None


def _web(running: House) -> psutil.Process:
    """The process that answers at the port."""
    return next(
        one
        for one in running.processes()
        for connection in one.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == running.port
    )


def _mb(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss) / 1e6


def _most_resident(process: psutil.Process) -> float:
    """MB that a learning process had at its most (VmHWM); 0 of another one, or one that has ended."""
    try:
        if "learn" not in process.cmdline():
            return 0.0
        status = Path(f"/proc/{process.pid}/status").read_text()
    except (OSError, psutil.Error):
        return 0.0
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines.get("VmHWM", "0 kB").split()[0]) * 1024 / 1e6
