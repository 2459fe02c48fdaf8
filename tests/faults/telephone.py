"""Calls: what an exchange pushes of each, and what an Asterisk tells to whoever listens to its manager."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.ledger import Scribe
from tests.faults.letters import SECRET, Letter
from tests.providers.asterisk_manager import AsteriskManager

PUSHED = "/hooks/telephony/exchange"
QUEUE, SEAT = "hotline", "201"
PAUSE_S = (0.1, 0.5)  # between two steps
LASTING_S = 15.0  # who lives for so long after an event has had time to keep it
_NAMES = {"newCall": "began", "queued": "queued", "ringing": f"offered:{SEAT}", "answer": f"answered:{SEAT}",
          "abandoned": "left", "hangup": "ended"}  # fmt: skip


def steps(*, answered: bool) -> tuple[str, ...]:
    """What happens to a call, in an exchange's words."""
    return ("newCall", "queued", "ringing", "answer" if answered else "abandoned", "hangup")


def call(number: int, *, answered: bool) -> Iterator[Letter]:
    """The pushes of one call, in their order."""
    name = f"call-{number}"
    caller = f"0555{number % 10_000_000:07}"
    for event in steps(answered=answered):
        form = {"event": event, "callId": name, "from": caller, "to": "02325550137", "direction": "in"}
        if event in {"ringing", "answer"}:
            form["answeringNumber"] = SEAT
        if event == "queued":
            form["queue"] = QUEUE
        form["timestamp"] = f"{time.time():.3f}"
        facts = {"way": "telephony", "chat": name, "call": name, "ends": _end(answered=answered)}
        external_id = f"{name}:{_NAMES[event]}"
        yield Letter(external_id, f"{PUSHED}?token={SECRET}", 200, {"data": form}, facts)


@dataclass
class Switchboard:
    """An Asterisk. Nobody can ask again what it said: it is ours as long as there is anybody to listen.

    From the first event that a worker heard until that worker is killed nothing may be missing, whatever
    becomes of the database meanwhile.
    """

    manager: AsteriskManager
    said: list[tuple[str, float, bool]] = field(default_factory=list)  # name, when, whether somebody heard
    deaths: list[float] = field(default_factory=list)  # of who listens, monotonic seconds

    @contextmanager
    def calling(self, ledger: Path) -> Iterator[None]:
        """Have people call it until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._calls, args=[ledger, stop], daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

    def _calls(self, ledger: Path, stop: threading.Event) -> None:
        with Scribe.at(ledger) as scribe:
            while not stop.is_set():
                self._one_call(scribe, answered=random.random() < 0.5)

    def _one_call(self, scribe: Scribe, *, answered: bool) -> None:
        number = time.time_ns() // 1_000_000
        name, caller = f"{number}.1", f"0556{number % 10_000_000:07}"
        facts = {"way": "asterisk", "chat": name, "call": name, "ends": _end(answered=answered)}
        own = {"Channel": f"PJSIP/trunk-{number % 0xFFFFFFFF:08x}", "Uniqueid": name, "Linkedid": name,
               "CallerIDNum": caller}  # fmt: skip
        for event in steps(answered=answered):
            kind, more, step = _HEARD[event]
            scribe.write("sent", f"{name}:{step}", **facts)
            heard = self.manager.tell(kind, **own, **more, Timestamp=f"{time.time():.6f}")
            lives = any(since > max(self.deaths, default=0.0) for since in heard)
            self.said.append((f"{name}:{step}", time.monotonic(), lives))
            time.sleep(random.uniform(*PAUSE_S))

    def quiet_s(self) -> float:
        """How long ago it said something."""
        return time.monotonic() - self.said[-1][1] if self.said else float("inf")

    def owed(self) -> set[str]:
        """What was said to a worker that had begun to listen and lived for long enough to keep it."""
        found, listens, deaths = set(), False, sorted([*self.deaths])
        for name, at, heard in [*self.said]:
            while deaths and deaths[0] < at:
                deaths.pop(0)
                listens = False
            listens = listens or heard
            if listens and not (deaths and deaths[0] - at < LASTING_S):
                found.add(name)
        return found


_HEARD = {
    "newCall": ("Newchannel", {"ChannelState": "4", "Exten": "02325550137"}, "began"),
    "queued": ("QueueCallerJoin", {"Queue": QUEUE, "Position": "1", "Count": "1"}, f"queued:{QUEUE}"),
    "ringing": ("AgentCalled", {"Queue": QUEUE, "Interface": f"PJSIP/{SEAT}",
                                "DestChannel": f"PJSIP/{SEAT}-00000022"}, f"offered:{SEAT}"),
    "answer": ("AgentConnect", {"Queue": QUEUE, "Interface": f"PJSIP/{SEAT}",
                                "DestChannel": f"PJSIP/{SEAT}-00000022"}, f"answered:{SEAT}"),
    "abandoned": ("QueueCallerAbandon", {"Queue": QUEUE, "Position": "1"}, f"left:{QUEUE}"),
    "hangup": ("Hangup", {"Cause": "16"}, "ended"),
}  # fmt: skip


def _end(*, answered: bool) -> str:
    return "answered" if answered else "missed"
