"""Reference numbers for the door: one at a time when it is quiet, two dozen when many people write."""

import threading
import time
from collections import deque
from datetime import datetime
from zoneinfo import ZoneInfo

from vefa.directory.queries import municipality
from vefa.inbox import numbers

QUIET_S = 0.1  # between two draws; below it several numbers are drawn at once
AT_ONCE = 24  # what a process that ends may leave unused


class Drawer:
    """A few numbers in hand; those of another year are thrown away."""

    def __init__(self, *, quiet_s: float = QUIET_S) -> None:
        self._quiet_s = quiet_s
        self._lock = threading.Lock()
        self._held: deque[str] = deque()
        self._year = 0
        self._drawn_at = float("-inf")

    def take(self, *, at: datetime) -> str:
        """A number that nobody else gets, of the year that `at` (UTC) falls into at the municipality."""
        year = at.astimezone(ZoneInfo(municipality().timezone)).year
        with self._lock:
            if year != self._year:
                self._held.clear()
            self._year = year
            if not self._held:
                self._refill(at)
            return self._held.popleft()

    def _refill(self, at: datetime) -> None:
        moment = time.monotonic()
        busy = moment - self._drawn_at < self._quiet_s
        self._drawn_at = moment
        self._held.extend(numbers.draw(AT_ONCE if busy else 1, at=at))


drawer = Drawer()
