"""From the first ring at the exchange to the caller and their open cases on an operator's screen.

python -m benchmarks.bench_ring --rings 20

The exchange pushes at the door; the worker takes the call; the bell tells the screen over `/live/desk`; the
screen asks for its region of calls. The clock stops when that region names the caller's case. A screen's own
drawing is not in it.
"""

import http.client
import re
import statistics
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from benchmarks.desk import sign_in
from benchmarks.house import SECRET, House, house
from benchmarks.load import LOOPBACK
from benchmarks.table import Row, finish

EXCHANGE, OPERATOR = "measured-exchange", "derya"
WITHIN_MS = 1000
PATIENCE_S = 30.0
_KNOWN = """
SELECT address.value, max(shown.reference)
FROM citizens_address AS address JOIN cases_case AS shown ON shown.citizen_id = address.citizen_id
WHERE address.space = 'phone' AND shown.ended_at IS NULL
GROUP BY address.value HAVING count(*) = 1 ORDER BY address.value LIMIT %s
"""


@dataclass
class Desk:
    """An operator's screen: one stream, and its region of calls whenever the bell says so."""

    port: int
    cookie: str
    rung: threading.Event = field(default_factory=threading.Event)
    greeted: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Until the connection ends; in a thread."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port)
        connection.request("GET", "/live/desk", headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        while line := answer.readline():
            word = line.strip()
            if word == b"event: hello":
                self.greeted.set()
            elif word == b"event: calls":
                self.rung.set()


def main() -> int:
    """Measure and print; gives the exit code."""
    parser = ArgumentParser()
    parser.add_argument("--rings", type=int, default=20)
    options = parser.parse_args()
    with house() as running:
        running.wait_for_quiet()
        version = str(running.sql("SHOW server_version")[0][0])
        return finish("ring", version, rings(running, options.rings))


def rings(running: House, count: int) -> list[Row]:
    """Let known callers ring one after the other; how long each took to stand on the screen."""
    _add_exchange(running)
    desk = Desk(running.port, sign_in(running, OPERATOR))
    threading.Thread(target=desk.listen, daemon=True).start()
    if not desk.greeted.wait(PATIENCE_S):
        raise TimeoutError("the stream does not greet")
    took = sorted(
        _ring(desk, str(number), str(reference), index)
        for index, (number, reference) in enumerate(running.sql(_KNOWN, count))
    )
    if not took:
        raise LookupError("nobody with a telephone has an open case")
    return [
        Row("ring: callers, each known with an open case", len(took), "calls"),
        Row("ring: push to caller and case on the screen, p50", statistics.median(took), "ms"),
        Row("ring: push to caller and case on the screen, slowest", took[-1], "ms", at_most=WITHIN_MS),
    ]


def _ring(desk: Desk, number: str, reference: str, index: int) -> float:
    """Milliseconds from the push to the region that names the caller's case; then the call is hung up."""
    browser = httpx.Client(
        base_url=f"http://{LOOPBACK}:{desk.port}", headers={"Cookie": desk.cookie}, timeout=PATIENCE_S
    )
    with browser:
        desk.rung.clear()
        began = time.perf_counter()
        _push(browser, number, index, "newCall")
        while not _shown(browser, desk, reference, began):
            desk.rung.clear()
        took = 1000 * (time.perf_counter() - began)
        _push(browser, number, index, "hangup", cause="cancel")
        time.sleep(0.5)
    return took


def _shown(browser: httpx.Client, desk: Desk, reference: str, began: float) -> bool:
    if not desk.rung.wait(PATIENCE_S) or time.perf_counter() - began > PATIENCE_S:
        raise TimeoutError(f"the bell did not bring {reference} in {PATIENCE_S:g} s")
    region = browser.get("/desk/calls/bar", params={"bar": "1"}).raise_for_status().text
    return re.search(re.escape(reference), region) is not None


def _push(browser: httpx.Client, number: str, index: int, event: str, **more: str) -> None:
    facts = {
        "event": event, "from": number, "to": "02325550137", "direction": "in",
        "callId": f"ring-{index}-{number}", "user[]": OPERATOR, **more,
    }  # fmt: skip
    answer = browser.post(
        f"/hooks/telephony/{EXCHANGE}?token={SECRET}",
        content=urlencode(facts),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    answer.raise_for_status()


def _add_exchange(running: House) -> None:
    command = [
        sys.executable,
        "-m",
        "vefa.wiring.cli.main",
        "endpoint",
        "add",
        "telephony",
        "--key",
        EXCHANGE,
    ]
    facts = ["--secret", SECRET, "--region", "TR", "--home", str(running.home)]
    subprocess.run([*command, *facts], check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
