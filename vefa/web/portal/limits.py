"""How often one address may do something: counted in memory, so that a flood costs no statement.

Each web process counts for itself and forgets on restart; the limits are set with that in mind.
"""

import time
from collections import OrderedDict
from threading import Lock

from django.conf import settings
from django.http import HttpRequest

LOOPBACK = frozenset({"127.0.0.1", "::1", ""})
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

    def forget(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._seen.clear()


# A mobile network shows thousands of residents under one address, so a report has a generous limit;
# guessing four digits of a telephone number has a narrow one, per address and per reference.
reports = Limit(times=120, window_s=600)
searches = Limit(times=600, window_s=600)
lookups = Limit(times=20, window_s=900)
lookups_of_one = Limit(times=8, window_s=3600)


def caller(request: HttpRequest) -> str:
    """The address of whoever asks; behind a proxy that we trust, the one that the proxy saw."""
    near: str = request.META.get("REMOTE_ADDR", "")
    if near in LOOPBACK or near in settings.PROXIES:
        seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return seen or near
    return near


def may_report(request: HttpRequest) -> bool:
    """Whether one more report may come from there; this very machine (a kiosk's own door) is not limited."""
    address = caller(request)
    return address in LOOPBACK or reports.allows(address)
