"""What an exchange tells about calls and about those who answer them, whatever exchange it is.

An adapter fills these shapes from its provider's words; the room `calls` keeps the register. Numbers stand as
the exchange sent them.
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from msgspec import Struct


class Step(StrEnum):
    """What happened to a call."""

    BEGAN = "began"
    QUEUED = "queued"  # it waits in `queue`
    OFFERED = "offered"  # it rings at `who`
    ANSWERED = "answered"  # by `who`
    LEFT = "left"  # the caller left the queue before anybody answered
    ENDED = "ended"
    RECORDED = "recorded"  # the recording is a file of the same arrival
    VOICEMAIL = "voicemail"  # so is what was spoken on the answering machine
    LOGGED = "logged"  # a whole call, told afterwards: `at`, `talk_s`


class CallNews(Struct, frozen=True, kw_only=True):
    """One step of one call. May come late, twice and in any order."""

    call: str  # unique at the endpoint
    step: Step
    direction: str = ""  # in, out, internal; "" when the exchange does not say
    caller: str = ""  # "" when withheld
    caller_name: str = ""
    called: str = ""
    queue: str = ""
    who: tuple[str, ...] = ()  # extensions, names for signing in, mail addresses or names of staff
    cause: str = ""  # normal, cancelled, busy, no_answer, congestion, not_found, forwarded, failed
    at: datetime | None = None  # UTC; None: when it arrived
    talk_s: int | None = None  # of a call told afterwards; 0: nobody answered


class SeatNews(Struct, frozen=True, kw_only=True):
    """Somebody who answers calls is free, busy, on a break or away."""

    who: str
    state: str  # available, on_call, break, away
    reason: str = ""
    queue: str = ""  # one that they serve
    leaves: bool = False  # they serve it no longer
    at: datetime | None = None


@runtime_checkable
class Dialler(Protocol):
    """An exchange that rings an extension and then connects it with a number."""

    def dial(self, *, extension: str, number: str) -> None:
        """Ring; `number` in E.164. Raises BusyError, RejectedError or UnsureError."""
