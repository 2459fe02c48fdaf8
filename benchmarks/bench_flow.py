"""From the accepted contact to the case with its acknowledgement queued; a storm; the web form.

python -m benchmarks.bench_flow
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.bench_door import updates
from benchmarks.bench_portal import portal
from benchmarks.desk import pages, sign_in
from benchmarks.house import House, add_bot, house
from benchmarks.load import closed_loop, open_loop
from benchmarks.table import Row, finish, gathered

CONTACTS = 10_000
HANDLED = "SELECT count(*) FROM dialogue_delivery"


def pipeline(running: House) -> list[Row]:
    """Contacts a second from waiting to acknowledged, one worker, nothing else going on."""
    accepted, before = 0, running.count(HANDLED)
    with running.worker_at_rest():
        while accepted < CONTACTS:
            accepted += closed_loop(running.port, updates(), connections=64, seconds=1).good
        cpu = running.cpu_s()
    began = time.perf_counter()
    while running.count(HANDLED) < before + accepted:
        time.sleep(0.25)
    seconds = time.perf_counter() - began
    return [
        Row("contacts to cases with their acknowledgement queued", accepted / seconds, "/s", at_least=500),
        Row("CPU of each, worker and database", 1000 * (running.cpu_s() - cpu) / accepted, "ms"),
    ]


def surge(running: House) -> list[Row]:
    """Ten a second, 300 a second for a minute, ten a second; when is the last one routed?"""

    def rate(second: float) -> float:
        return 300.0 if 10 <= second < 70 else 10.0

    running.wait_for_quiet()
    lists = pages(["/desk/lists/open", "/desk/lists/new"], sign_in(running, "derya"))
    with ThreadPoolExecutor(1) as desk:
        looking = desk.submit(closed_loop, running.port, lists, connections=1, seconds=70)
        found = open_loop(running.port, updates(), rate=rate, seconds=80)
    routed_s = running.wait_for_quiet()
    seen = looking.result()
    return [
        Row("storm: acknowledgement, p99", found.quantile_ms(0.99), "ms", at_most=1000),
        Row("storm: everything routed, ten seconds and more after its end", 10 + routed_s, "s", at_most=60),
        Row("storm: a list of the desk meanwhile, p95", seen.quantile_ms(0.95), "ms", at_most=250),
        Row("storm: refused", found.refused, "requests", at_most=0),
    ]


def main() -> int:
    """Measure and print; gives the exit code."""
    with house() as running:
        add_bot(running)
        rows = gathered(
            (
                ("contacts to cases", lambda: pipeline(running)),
                ("web form", lambda: portal(running, beside="demo town")),
                ("storm", lambda: surge(running)),
            )
        )
        version = str(running.sql("SHOW server_version")[0][0])
    return finish("flow", version, rows)


if __name__ == "__main__":
    sys.exit(main())
