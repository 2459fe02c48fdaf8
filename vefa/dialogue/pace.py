"""How fast parcels may follow each other."""

import time
from collections.abc import Callable

from vefa.channels.port import Limits


class Pace:
    """Waits as long as a provider's limits ask for; seconds of a monotonic clock."""

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / limits.per_second if limits.per_second else 0.0
        per_address = limits.per_address_per_second
        self._address_gap = 1 / per_address if per_address else 0.0
        self._clock, self._sleep = clock, sleep
        self._last = float("-inf")
        self._last_to: dict[int | None, float] = {}

    def early_s(self, conversation_id: int | None) -> float:
        """For how many seconds nothing may go to this conversation yet; others may go meanwhile."""
        return self._last_to.get(conversation_id, float("-inf")) + self._address_gap - self._clock()

    def is_ready(self, conversation_id: int | None) -> bool:
        """Whether a parcel may go to this conversation at once."""
        return self._earliest(conversation_id) <= self._clock()

    def wait(self, conversation_id: int | None) -> None:
        """Wait until the next parcel may go to this conversation, and take note of it."""
        now, earliest = self._clock(), self._earliest(conversation_id)
        if earliest > now:
            self._sleep(earliest - now)
        self._last = self._last_to[conversation_id] = max(now, earliest)

    def _earliest(self, conversation_id: int | None) -> float:
        return max(
            self._last + self._gap, self._last_to.get(conversation_id, float("-inf")) + self._address_gap
        )
