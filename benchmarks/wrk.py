"""The hook door's closed loop, by wrk: a client in C, as pgbench is, which leaves the cores to the server."""

import itertools
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import LOOPBACK

MISSING = "wrk is not installed, and a slower client would measure itself: apt-get install wrk"
FIRST, APART = 10_000_000_000, 1_000_000_000  # of the updates' numbers: no run repeats another's
SCRIPT = """
local number, name = %(first)d, 0
local body = %(body)s
local headers = {["Content-Type"] = "application/json", ["X-Telegram-Bot-Api-Secret-Token"] = "%(secret)s"}

function request()
  number = number + 1
  local chat = 1000000 + number %% 50000
  return wrk.format("POST", "%(path)s", headers,
    string.format(body, number, number, 1790000000, chat, chat, number))
end

function done(summary, latency, _)
  local broken = summary.errors
  io.write(string.format('\\n{"answers": %%d, "us": %%d, "p99_us": %%d, "status": %%d, "connection": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(99), broken.status,
    broken.connect + broken.read + broken.write + broken.timeout))
end
"""
_runs = itertools.count()


class NoWrkError(Exception):
    """The client is missing; the text says how to get it."""


@dataclass(frozen=True)
class Hook:
    """Which door is knocked at, and what is handed in: a format of six numbers, as `bench_door.UPDATE`."""

    port: int
    path: str
    secret: str
    body: str


@dataclass(frozen=True)
class Told:
    """What wrk counted."""

    good: int
    refused: int  # answers above 399
    broken: int  # connections that failed, or did not answer within two seconds
    seconds: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Good answers a second."""
        return self.good / self.seconds


def closed_loop(hook: Hook, folder: Path, *, connections: int, seconds: int) -> Told:
    """So many connections, each asking again as soon as it was answered. Raises NoWrkError."""
    program = shutil.which("wrk")
    if program is None:
        raise NoWrkError(MISSING)
    script = folder / "updates.lua"
    first = FIRST + next(_runs) * APART
    script.write_text(
        SCRIPT % {"first": first, "body": f"[==[{hook.body}]==]", "secret": hook.secret, "path": hook.path}
    )
    command = [program, "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency"]
    address = f"http://{LOOPBACK}:{hook.port}"
    said = subprocess.run([*command, "-s", str(script), address], capture_output=True, text=True, check=True)
    facts = json.loads(said.stdout.splitlines()[-1])
    good = facts["answers"] - facts["status"]
    return Told(good, facts["status"], facts["connection"], facts["us"] / 1e6, facts["p99_us"] / 1000)
