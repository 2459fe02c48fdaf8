"""What understanding holds in a whole Vefa: while the first model is fitted, and when it serves.

Memory is proportional (PSS), in MB of a million bytes, as `bench_house` reads it; of the fitting process it
is the most that the kernel saw resident.

The worker is read after each thousand messages, no two of them alike: real ones of other cities, which no
model has seen, in turn with sentences laid together of halves of the town's examples, at invented addresses.
"""

import csv
import json
import random
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

import httpx
import psutil

from benchmarks.bench_door import HEAD
from benchmarks.desk import sign_in
from benchmarks.house import House, add_bot, house
from benchmarks.load import LOOPBACK, Request, open_loop
from benchmarks.triage_real import APPEALS, ENGLISH, RUSSIAN, TURKISH, appeals, english, russian, turkish

CITY = Path("vefa/wiring/demo/city")
STEP = 1_000  # messages between two looks
STEPS = 4
LONGEST = 160  # characters: a real message is cut at a word, or 20 a second would be too many to compare
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
        yield from _of_worker(running)
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


def _of_worker(running: House) -> Iterator[tuple[str, float, float | None]]:
    """The worker before the first message, after every step, and at the end."""
    yield "MB of the worker before the first message", _mb(running.worker()), None
    texts = different(random.Random(7))
    good, held = 0.0, 0.0
    for number in range(1, STEPS + 1):
        some = (_update(next(_numbers), text) for text in islice(texts, STEP + 50))  # a few are never sent
        good += open_loop(running.port, some, rate=lambda _second: RATE, seconds=STEP / RATE).good
        running.wait_for_quiet(seconds=_LONG_S)
        held = _mb(running.worker())
        yield f"MB of the worker after {number * STEP:,} different messages", held, None
    yield "contacts before memory was read", good, None
    yield "MB of the worker, full chain in service", held, MOST


def different(chance: random.Random) -> Iterator[str]:
    """Messages, no two alike: a real one as long as there are any, then one laid together, in turn."""
    known, told = real(chance), _examples()
    seen: set[str] = set()
    while True:
        for text in (next(known, ""), together(told, chance)):
            if text and text not in seen:
                seen.add(text)
                yield text


def real(chance: random.Random) -> Iterator[str]:
    """What people wrote to other cities, each once, in any order; nothing where the sets are missing."""
    sets: tuple[tuple[Path, Callable[[], list[str]]], ...] = (
        (TURKISH, lambda: [one.text for one in turkish()]),
        (RUSSIAN, lambda: [one.text for one in russian("category", thing=False)]),
        (APPEALS, lambda: [one.text for one in appeals("text_kz", "kk")]),
        (ENGLISH, lambda: [one.text for one in english()]),
    )
    texts = sorted({_short(text) for path, read in sets if path.exists() for text in read()} - {""})
    chance.shuffle(texts)
    return iter(texts)


def together(told: dict[str, list[str]], chance: random.Random) -> str:
    """The first half of one example and the second half of another, at an address that nobody has."""
    texts = told[chance.choice(sorted(told))]
    one, other = chance.choice(texts).split(), chance.choice(texts).split()
    street = "".join(chance.choice("bdfgklmnrstvyz") + chance.choice("aeiou") for _ in range(3))
    halves = " ".join([*one[: (len(one) + 1) // 2], *other[len(other) // 2 :]])
    return f"{halves}, {street.capitalize()} {chance.randrange(1, 200)}"


def _examples() -> dict[str, list[str]]:
    """The example messages of the town, by language."""
    found: dict[str, list[str]] = {}
    for path in sorted(CITY.glob("examples.*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = [row["text"] for row in csv.DictReader(file)]
    return found


def _short(text: str) -> str:
    """As much as a person types at once."""
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[:LONGEST].rpartition(" ")[0]


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
