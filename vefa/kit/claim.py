"""How work is claimed: a lease with a fencing token, and how long to wait after a failure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

MAX_TRIES = 5
_WAITS_S = (5, 30, 120, 600, 1800)


@dataclass(frozen=True)
class Lease:
    """The right to work on some rows until a moment; a write without its token is refused."""

    token: UUID
    until: datetime


def wait_after(tries: int) -> timedelta:
    """How long to leave a thing alone after its n-th failure (1 is the first)."""
    return timedelta(seconds=_WAITS_S[min(tries, len(_WAITS_S)) - 1])
