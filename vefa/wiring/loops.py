"""Rounds that a worker walks again and again, each in its own thread, woken by a bell or by patience."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connection

from vefa.inbox.bulk import keep_plans
from vefa.kit.claim import is_too_much

log = logging.getLogger(__name__)


def each_by_itself(jobs: Iterable[tuple[str, Callable[[], object]]]) -> None:
    """Do them in their order; one that fails is logged and holds up no other.

    A connection that is lost fails for all: raised, the loop that walks here waits for the next one.
    """
    for name, job in jobs:
        try:
            job()
        except Exception as error:  # whatever one meets, the others must go on; it is told in the log
            if isinstance(error, OperationalError | InterfaceError) and not is_too_much(error):
                raise
            log.exception("%s stumbled; the others go on", name)


class Bell:
    """Wakes everybody who waits; whoever was busy when it rang does not wait next time."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rung = 0

    def ring(self) -> None:
        """Wake everybody."""
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        """Wait until it has rung more often than `seen`, or for some seconds; how often it has rung."""
        with self._condition:
            self._condition.wait_for(lambda: self._rung != seen, timeout=seconds)
            return self._rung


@dataclass(frozen=True)
class Loop:
    """A round, walked until nothing is left to do, then again after the bell or after `pause_s`.

    The bell rings for everybody, dozens of times a second in a storm. `rest_s` is the least time between the
    beginnings of two walks: many in one walk cost far less than few in many.
    """

    name: str
    walk: Callable[[], bool]  # whether there was something to do
    pause_s: float
    bell: Bell = field(default_factory=Bell)  # its own bell never rings: patience alone
    rest_s: float = 0.0

    def run(self, stop: threading.Event) -> None:
        """Walk until `stop` is set."""
        keep_plans()
        rung = 0
        while not stop.is_set():
            began = time.monotonic()
            try:
                busy = self.walk()
            except Exception:  # a loop that ends would be missed by nobody but the residents
                log.exception("%s stumbled; it goes on", self.name)
                connection.close()
                busy = False
                stop.wait(1.0)
            stop.wait(max(0.0, began + self.rest_s - time.monotonic()))
            if not busy:
                rung = self.bell.wait(rung, self.pause_s)
        connection.close()
