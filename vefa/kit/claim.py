"""How work is claimed: a lease with a fencing token, and how long to wait after a failure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

MAX_TRIES = 5
_WAITS_S = (5, 30, 120, 600, 1800)
# SQLSTATE. The driver reports both like a lost connection.
_TOO_LARGE = "54"  # class: an index entry, a list of words, a statement beyond the database's limits
_TOO_SLOW = "57014"  # cancelled at the time limit for statements


@dataclass(frozen=True)
class Lease:
    """The right to work on some rows until a moment; a write without its token is refused."""

    token: UUID
    until: datetime


def wait_after(tries: int) -> timedelta:
    """How long to leave a thing alone after its n-th failure (1 is the first)."""
    return timedelta(seconds=_WAITS_S[min(tries, len(_WAITS_S)) - 1])


def is_too_much(error: BaseException) -> bool:
    """Whether a sound database refused a thing as too large or too slow: to try for ever is no use.

    `error` is Django's, with the driver's as its cause (PostgreSQL, appendix A: error codes).
    """
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    return state.startswith(_TOO_LARGE) or state == _TOO_SLOW
