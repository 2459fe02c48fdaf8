"""Reports by web form: from POST to the committed receipt.

Part of `benchmarks.bench_flow` (beside the demo town) and of `benchmarks.bench_house` (beside many cases).
"""

import itertools
from collections.abc import Iterator
from urllib.parse import urlencode

from benchmarks.house import House
from benchmarks.load import Request, closed_loop, request
from benchmarks.table import Row

CONNECTIONS = 32
_tokens = itertools.count(1)


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


def portal(running: House, *, beside: str) -> list[Row]:
    """Reports a second from POST to receipt and what one costs, with the worker at rest and beside it."""
    with running.worker_at_rest():
        closed_loop(running.port, reports(), connections=4, seconds=2)
        cpu = running.cpu_s()
        found = closed_loop(running.port, reports(), connections=CONNECTIONS, seconds=10)
        spent = running.cpu_s() - cpu
    with_worker = closed_loop(running.port, reports(), connections=CONNECTIONS, seconds=10)
    refused = sum(len(one.latencies) - one.good for one in (found, with_worker))
    name = f"reports by web form, {CONNECTIONS} connections, {beside}"
    return [
        Row(name, found.per_second, "/s", at_least=300),
        Row(f"{name}, p99", found.quantile_ms(0.99), "ms", at_most=150),
        Row(f"{name}, CPU of one", 1000 * spent / max(1, found.good), "ms", at_most=5),
        Row(f"{name}, while the worker works", with_worker.per_second, "/s"),
        Row(f"{name}, while the worker works, p99", with_worker.quantile_ms(0.99), "ms"),
        Row(f"{name}, refused", refused, "requests", at_most=0),
    ]
