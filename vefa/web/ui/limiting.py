"""How often one key may do something: counted in memory, so that a flood costs no statement.

Each web process counts for itself and forgets on restart; limits are set with that in mind.
"""

import time
from collections import OrderedDict
from threading import Lock

KEYS_AT_MOST = 50_000  # the oldest are forgotten first


class Limit:
    """So many times per window for one key; the window (seconds) begins with the first time."""

    def __init__(self, *, times: int, window_s: float) -> None:
        self._times, self._window_s = times, window_s
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def allows(self, key: str) -> bool:
        """Count one more time and say whether it still lies within the limit."""
        now = time.monotonic()
        with self._lock:
            began, count = self._seen.get(key, (now, 0))
            if now - began >= self._window_s:
                began, count = now, 0
            self._seen[key] = (began, count + 1)
            if len(self._seen) > KEYS_AT_MOST:
                self._seen.popitem(last=False)
        return count < self._times

    def clear(self, key: str) -> None:
        """Forget one key: it did well."""
        with self._lock:
            self._seen.pop(key, None)

    def take_back(self, key: str) -> None:
        """Count one time less for a key: it was not meant by the limit."""
        with self._lock:
            if (seen := self._seen.get(key)) is not None:
                self._seen[key] = (seen[0], max(0, seen[1] - 1))

    def forget(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._seen.clear()
