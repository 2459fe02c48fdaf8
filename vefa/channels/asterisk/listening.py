"""Listen to one exchange through all its managers at once: each in a thread, each coming back by itself."""

import queue
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from vefa.channels.asterisk.wire import Line, Manager, Message
from vefa.channels.port import BusyError, RejectedError, SendError

WANTED = "call,agent,cdr,user,dialplan"
PAUSES_S = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
QUIET_S = 20.0  # then the line is tried
BREATH_S = 1.0  # how soon a thread sees that it is to end
LONGEST_QUEUE = 10_000

type Heard = Message | SendError


@dataclass
class Ears:
    """The threads that listen, and what they heard."""

    managers: Sequence[Manager]
    heard: "queue.Queue[Heard]" = field(default_factory=lambda: queue.Queue(LONGEST_QUEUE))
    _stop: threading.Event = field(default_factory=threading.Event)
    _deaf: dict[str, SendError] = field(default_factory=dict)  # by manager: why it is not heard now

    def open(self) -> None:
        """Begin to listen."""
        for number, manager in enumerate(self.managers):
            name = f"ami-{manager.host}-{number}"
            threading.Thread(target=self._listen, args=[manager, name], name=name, daemon=True).start()

    def close(self) -> None:
        """End the threads; each sees it within a second."""
        self._stop.set()

    def next(self, *, wait_s: float) -> list[Message]:
        """What was heard, after waiting at most `wait_s`. Raises what every manager fails with."""
        found: list[Message] = []
        try:
            heard = self.heard.get(timeout=wait_s)
            while True:
                if isinstance(heard, SendError):
                    self._give_up_when_deaf()
                else:
                    found.append(heard)
                if len(found) >= 500:
                    return found
                heard = self.heard.get_nowait()
        except queue.Empty:
            return found

    def _give_up_when_deaf(self) -> None:
        if len(self._deaf) == len(self.managers):
            raise next(iter(self._deaf.values()))

    def _listen(self, manager: Manager, name: str) -> None:
        """Until the end: connect, ask how the queues stand, hear; after trouble wait longer each time."""
        failures = 0
        while not self._stop.is_set():
            try:
                with _connected(manager) as line:
                    self._deaf.pop(name, None)
                    failures = 0
                    self._hear(line)
            except SendError as error:
                self._deaf[name] = error
                self._put(error)
                self._stop.wait(_pause_s(error, failures))
                failures += 1

    def _hear(self, line: Line) -> None:
        line.tell("QueueStatus")
        quiet_s = 0.0
        while not self._stop.is_set():
            messages = line.messages(wait_s=BREATH_S)
            for message in messages:
                self._put(message)
            quiet_s = 0.0 if messages else quiet_s + BREATH_S
            if quiet_s >= QUIET_S:
                line.ask("Ping")
                quiet_s = 0.0

    def _put(self, heard: Heard) -> None:
        """Wait where the house does not keep up: the exchange holds what is not read."""
        while not self._stop.is_set():
            try:
                self.heard.put(heard, timeout=BREATH_S)
            except queue.Full:
                continue
            return


@contextmanager
def _connected(manager: Manager) -> Iterator[Line]:
    line = Line(manager, events=WANTED)
    try:
        yield line
    finally:
        line.close()


def managers(hosts: str, *, username: str, password: str, plain: bool) -> tuple[Manager, ...]:
    """Those of "pbx-a:5038, pbx-b". Raises BusyError when none is named: a person must repair it."""
    found = []
    for place in hosts.replace(";", ",").split(","):
        host, _, port = place.strip().partition(":")
        if host:
            number = int(port) if port.isdecimal() else 5038
            found.append(Manager(host=host, port=number, username=username, password=password, plain=plain))
    if not found:
        raise BusyError("no manager is named: set “hosts”", retry_after_s=300)
    return tuple(found)


def _pause_s(error: SendError, failures: int) -> float:
    """Seconds until the next try; what a person must repair is tried once a minute."""
    if isinstance(error, RejectedError):
        return PAUSES_S[-1]
    usual = PAUSES_S[min(failures, len(PAUSES_S) - 1)]
    return usual * random.uniform(0.8, 1.2)  # noqa: S311 - spreads the returns
