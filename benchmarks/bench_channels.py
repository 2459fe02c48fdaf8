"""Six channels at one door, and how many answers leave for providers that take 20 ms for each.

python -m benchmarks.bench_channels
"""

import argparse
import asyncio
import itertools
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvloop

from benchmarks.bench_door import updates
from benchmarks.house import SECRET, House, add_bot, free_port, house
from benchmarks.load import LOOPBACK, Outcome, closed_loop, send_all
from benchmarks.table import Row, finish, gathered
from benchmarks.wires import CHANNELS, add_account, add_accounts, mixed, only, whatsapp

ANSWER_S = 0.02
TURNS, SECONDS = 9, 3.0
ORDER = ("one", "six", "six", "one")  # of a turn: what slows down or speeds up meanwhile meets both alike
APART = 3  # turns from one measurement of each channel alone to the next
READY = 40_000  # more than any door takes in so long
NUMBERS = ("555", "556", "557", "558", "559", "560")  # of one town's WhatsApp: each is served by itself
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)")
LEFT = "SELECT count(*) FROM dialogue_delivery WHERE state IN ('queued', 'leased')"
GONE = "SELECT count(*) FROM dialogue_delivery WHERE state = 'handed_over'"


def accepts(running: House) -> list[Row]:
    """Accepts of one channel, of six mixed, and of each of them alone, by one client; the worker rests.

    In turn, several times: the mixtures of a turn are compared with what was measured just before and after
    them, since a machine is not equally fast all the time.
    """
    ways = {"one": updates, "six": mixed}
    found: dict[str, list[Outcome]] = {name: [] for name in (*ways, *CHANNELS)}
    with running.worker_at_rest():
        for turn in range(TURNS):
            for name in (*ORDER, *(() if turn % APART else CHANNELS)):
                requests = ways[name]() if name in ways else only(name)
                ready = iter(list(itertools.islice(requests, READY)))  # signing them is the providers' work
                found[name].append(closed_loop(running.port, ready, connections=64, seconds=SECONDS))
    speeds = {name: [one.per_second for one in outcomes] for name, outcomes in found.items()}
    alone = {name: statistics.median(each) for name, each in speeds.items() if name not in ways}
    ratios = [
        six / one for six, one in zip(*(_by_turn(speeds[name]) for name in ("six", "one")), strict=True)
    ]
    refused = sum(one.refused for outcomes in found.values() for one in outcomes)
    reasons = "; ".join(dict.fromkeys(one.reasons for each in found.values() for one in each if one.reasons))
    spread = f"{min(ratios):.2f} to {max(ratios):.2f} in {TURNS} turns"
    one, six = statistics.median(speeds["one"]), statistics.median(speeds["six"])
    together = len(CHANNELS) + 1
    even = together / (1 / one + sum(1 / each for each in alone.values()))
    return [
        Row("accepts of Telegram alone, 64 connections", one, "/s"),
        Row("accepts of six channels mixed, 64 connections", six, "/s"),
        Row("ratio of six channels to one", statistics.median(ratios), "", at_least=0.8, remark=spread),
        *(Row(f"{name} alone, of Telegram alone", each / one, "") for name, each in alone.items()),
        Row("ratio of six mixed to the same six, each alone", six / even, ""),
        Row("refused of all of them", refused, "requests", at_most=0, remark=reasons),
    ]


def _by_turn(speeds: list[float]) -> list[float]:
    """The mean of the two measurements of each turn."""
    return [statistics.mean(pair) for pair in itertools.batched(speeds, 2, strict=False)]


@contextmanager
def provider() -> Iterator[str]:
    """A provider that takes every message in 20 ms, in a process of its own; its address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bench_channels", "--answer-at", str(port)])
    try:
        _wait_for(port)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    async def knock() -> None:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return

    asyncio.run(knock())


async def answer_at(port: int) -> None:
    """Take whatever is posted, wait, and name it."""
    numbers = itertools.count(1)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
                await asyncio.sleep(ANSWER_S)
                body = json.dumps({"messages": [{"id": f"wamid.out.{next(numbers)}"}]}).encode()
                kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                writer.write(kind % len(body) + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, port)
    await server.serve_forever()


def deliveries(running: House, base: str, *, numbers: tuple[str, ...], each: int) -> list[Row]:
    """Acknowledgements that leave for so many accounts, once all of them are queued."""
    for number in numbers:
        facts = ("--phone-number-id", number, "--waba-id", f"9{number}", "--token", "t", "--secret", SECRET)
        add_account(running, "whatsapp", f"wa{number}", *facts, "--api-base", base)
    running.sql("UPDATE channels_endpoint SET outbound_paused = starts_with(key, 'wa5')")
    _write(running, numbers, each)
    running.wait_for_quiet()
    while (queued := running.count(LEFT)) < len(numbers) * each:
        time.sleep(0.5)
    before, cpu = running.count(GONE), running.cpu_s()
    running.sql("UPDATE channels_endpoint SET outbound_paused = false")
    began = time.perf_counter()
    while running.count(LEFT):
        if time.perf_counter() - began > 300:
            break
        time.sleep(0.2)
    seconds, gone = time.perf_counter() - began, running.count(GONE) - before
    cpu = 1000 * (running.cpu_s() - cpu) / max(1, gone)
    running.sql("UPDATE channels_endpoint SET active = false WHERE starts_with(key, 'wa5')")
    name = f"deliveries to {len(numbers)} accounts that answer in 20 ms, one worker"
    limit = 150 if len(numbers) == len(NUMBERS) - 1 else None
    return [
        Row(name, gone / seconds, "/s", at_least=limit, remark=f"{gone} of {queued} queued"),
        Row(f"CPU of one delivery, {len(numbers)} accounts, all of Vefa and the database", cpu, "ms"),
    ]


def _write(running: House, numbers: tuple[str, ...], each: int) -> None:
    """One message of each person to each account."""
    send_all(
        running.port,
        (
            whatsapp(person, person, key=f"wa{number}", account=number)
            for person in range(each)
            for number in numbers
        ),
    )


def main() -> int:
    """Measure and print; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answer-at", type=int, default=0, help="be the provider, on this port")
    wanted = parser.parse_args()
    if wanted.answer_at:
        uvloop.run(answer_at(wanted.answer_at))
        return 0
    with house() as running:
        add_bot(running)
        add_accounts(running)
        rows = gathered([("accepts", lambda: accepts(running))])
    with house() as running, provider() as base:
        running.wait_for_quiet()
        one, five = NUMBERS[:1], NUMBERS[1:]
        rows += gathered(
            (
                ("deliveries, one account", lambda: deliveries(running, base, numbers=one, each=500)),
                ("deliveries, five accounts", lambda: deliveries(running, base, numbers=five, each=500)),
            )
        )
        version = str(running.sql("SHOW server_version")[0][0])
    return finish("channels", version, rows)


if __name__ == "__main__":
    sys.exit(main())
