"""The figures of the wallboard reckoned call by call, as one would on paper; the database must agree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vefa.calls.rules import FORWARDED, LONGEST_RING, SHORT_S, Figures


@dataclass(frozen=True, kw_only=True)
class Timed:
    """One incoming call as the figures see it."""

    began_at: datetime
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cause: str = ""

    @property
    def forwarded(self) -> bool:
        """Whether the exchange sent it on before any of us answered: it is neither answered nor lost here."""
        return self.cause == FORWARDED and self.answered_at is None and self.ended_at is not None

    def waited_s(self, now: datetime) -> float:
        """From the queue (else the first ring) to the answer, the end, or now."""
        since = self.queued_at or self.began_at
        return max(0.0, ((self.answered_at or self.ended_at or now) - since).total_seconds())


def measure(calls: Iterable[Timed], *, now: datetime, in_time_s: int, short_s: int = SHORT_S) -> Figures:
    """Count. A call that still waits is offered but neither answered nor abandoned yet."""
    ours = [one for one in calls if not one.forwarded]
    every = [one for one in ours if one.ended_at or one.answered_at or now - one.began_at < LONGEST_RING]
    answered = [one for one in every if one.answered_at]
    waiting = [one for one in every if not one.answered_at and not one.ended_at]
    gone = [one for one in every if not one.answered_at and one.ended_at]
    short = [one for one in gone if one.waited_s(now) < short_s]
    return Figures(
        waiting=len(waiting),
        longest_s=int(max((one.waited_s(now) for one in waiting), default=0)),
        talking=sum(1 for one in answered if not one.ended_at and now - one.began_at < LONGEST_RING),
        offered=len(every) - len(short),
        answered=len(answered),
        abandoned=len(gone) - len(short),
        short=len(short),
        in_time=sum(1 for one in answered if one.waited_s(now) <= in_time_s),
        mean_wait_s=_mean([one.waited_s(now) for one in answered]),
        mean_talk_s=_mean([_talked_s(one) for one in answered if one.ended_at]),
    )


def _talked_s(call: Timed) -> float:
    if call.answered_at is None or call.ended_at is None:
        return 0.0
    return max(0.0, (call.ended_at - call.answered_at).total_seconds())


def _mean(values: Sequence[float]) -> int | None:
    return round(sum(values) / len(values)) if values else None
