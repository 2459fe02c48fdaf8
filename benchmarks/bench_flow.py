"""From the accepted contact to the case with its acknowledgement queued; a storm; the web form.

python -m benchmarks.bench_flow
"""

import itertools
import signal
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import psutil

from benchmarks.bench_door import updates
from benchmarks.house import House, add_bot, house
from benchmarks.load import Request, closed_loop, open_loop, request
from benchmarks.table import Row, finish

CONTACTS = 10_000
HANDLED = "SELECT count(*) FROM dialogue_delivery"
WAITING = "SELECT count(*) FROM inbox_contact WHERE state = 'waiting'"
_tokens = itertools.count(1)


def worker(running: House) -> psutil.Process:
    """The one worker of the house."""
    return next(
        one for one in running.processes() if "work" in one.cmdline()[-6:] and "postgres" not in one.name()
    )


def pipeline(running: House) -> list[Row]:
    """Contacts a second from waiting to acknowledged, one worker, nothing else going on."""
    hand = worker(running)
    hand.send_signal(signal.SIGSTOP)
    before = running.count(HANDLED)
    accepted = 0
    while accepted < CONTACTS:
        accepted += closed_loop(running.port, updates(), connections=64, seconds=1).good
    cpu = running.cpu_s()
    began = time.perf_counter()
    hand.send_signal(signal.SIGCONT)
    while running.count(HANDLED) < before + accepted:
        time.sleep(0.25)
    seconds = time.perf_counter() - began
    return [
        Row("contacts to cases with their acknowledgement queued", accepted / seconds, "/s", at_least=500),
        Row("CPU of each, web, worker and database", 1000 * (running.cpu_s() - cpu) / accepted, "ms"),
    ]


def reports() -> Iterator[Request]:
    """The web form sent in one go, without end."""
    for number in _tokens:
        said = {
            "text": f"Okulun önündeki sokak lambası {number} gündür yanmıyor",
            "place_text": "Cumhuriyet Caddesi 12",
            "phone": f"+90532555{number % 10_000:04d}",
            "token": f"measured-token-{number:010d}",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        yield request("POST", "/report/send", headers=headers, body=urlencode(said).encode())


def portal(running: House) -> list[Row]:
    """Reports a second from POST to receipt, and what one costs."""
    closed_loop(running.port, reports(), connections=4, seconds=2)
    cpu = running.cpu_s()
    found = closed_loop(running.port, reports(), connections=32, seconds=10)
    spent = running.cpu_s() - cpu
    return [
        Row("reports by web form, 32 connections", found.per_second, "/s", at_least=300),
        Row("reports by web form, p99", found.quantile_ms(0.99), "ms", at_most=150),
        Row("CPU of one report, with the case that is opened", 1000 * spent / max(1, found.good), "ms"),
        Row("reports that were refused", len(found.latencies) - found.good, "requests", at_most=0),
    ]


def surge(running: House) -> list[Row]:
    """Ten a second, 300 a second for a minute, ten a second; when is the last one routed?"""

    def rate(second: float) -> float:
        return 300.0 if 10 <= second < 70 else 10.0

    found = open_loop(running.port, updates(), rate=rate, seconds=80)
    began = time.perf_counter()
    while running.count(WAITING) and time.perf_counter() - began < 120:
        time.sleep(0.5)
    after = time.perf_counter() - began
    return [
        Row("storm: acknowledgement, p99", found.quantile_ms(0.99), "ms", at_most=1000),
        Row("storm: everything routed after its end", max(0.0, after - 10), "s", at_most=60),
        Row("storm: refused", len(found.latencies) - found.good, "requests", at_most=0),
    ]


def main() -> None:
    """Measure and print."""
    with house() as running:
        add_bot(running)
        rows = [*pipeline(running), *portal(running), *surge(running)]
        version = str(running.sql("SHOW server_version")[0][0])
    finish("flow", version, rows)


if __name__ == "__main__":
    main()
