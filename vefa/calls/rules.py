"""Decisions about calls, pure: news in any order into facts, facts into a state, counts into shares.

The figures follow the usual definitions of contact centres (COPC, ISO 18295): see each. They count incoming
calls that were offered to people, which began in the period.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vefa.channels.telephone import CallNews, Step

SHORT_S = 5  # who hangs up sooner has misdialled: counts neither as offered nor as abandoned
LONGEST_RING = timedelta(hours=2)  # a call of which nothing more is heard counts as over
WITHOUT_CASE = "answered"
FORWARDED = "forwarded"  # the cause of an end


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one call."""

    began_at: datetime
    direction: str = ""
    caller: str = ""
    caller_name: str = ""
    called: str = ""
    queue: str = ""
    rung: tuple[str, ...] = ()
    answered_by: str = ""
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    left_at: datetime | None = None
    ended_at: datetime | None = None
    cause: str = ""


def told(facts: Facts, news: CallNews, *, at: datetime) -> Facts:
    """The facts with one more step. The order in which steps are told, and how often, makes no difference.

    `at` is the step's own moment, else that of its arrival. Of two moments for one step the earlier counts;
    of two answers the earlier one's person.
    """
    plain = replace(
        facts,
        direction=_firm(facts.direction, news.direction),
        caller=_firm(facts.caller, news.caller),
        caller_name=_firm(facts.caller_name, news.caller_name),
        called=_firm(facts.called, news.called),
        queue=_firm(facts.queue, news.queue),
        began_at=min(facts.began_at, at),
    )
    return _stepped(plain, news, at)


def _stepped(facts: Facts, news: CallNews, at: datetime) -> Facts:
    take = _STEPS.get(news.step)
    return take(facts, news, at) if take else facts


def _began(facts: Facts, news: CallNews, at: datetime) -> Facts:
    """Some exchanges name at the first ring whom it rings; of an outgoing call it is who calls."""
    return facts if news.direction == "out" else _offered(facts, news, at)


def _queued(facts: Facts, _news: CallNews, at: datetime) -> Facts:
    return replace(facts, queued_at=_earlier(facts.queued_at, at))


def _offered(facts: Facts, news: CallNews, _at: datetime) -> Facts:
    return replace(facts, rung=tuple(sorted({*facts.rung, *news.who})))


def _left(facts: Facts, _news: CallNews, at: datetime) -> Facts:
    return replace(facts, left_at=_earlier(facts.left_at, at))


def _ended(facts: Facts, news: CallNews, at: datetime) -> Facts:
    return replace(facts, ended_at=_earlier(facts.ended_at, at), cause=_firm(facts.cause, news.cause))


def _answered(facts: Facts, news: CallNews, at: datetime) -> Facts:
    who = news.who[0] if news.who else ""
    if facts.answered_at is None or (at, who) < (facts.answered_at, facts.answered_by or "\uffff"):
        return replace(facts, answered_at=at, answered_by=who or facts.answered_by)
    return replace(facts, answered_by=facts.answered_by or who)


def _logged(facts: Facts, news: CallNews, at: datetime) -> Facts:
    """A whole call, told afterwards: for how long they spoke, nothing where nobody answered."""
    talk_s = news.talk_s or 0
    return replace(
        facts,
        answered_at=_earlier(facts.answered_at, at) if talk_s else facts.answered_at,
        ended_at=_earlier(facts.ended_at, at + timedelta(seconds=talk_s)),
    )


def _firm(known: str, new: str) -> str:
    """One value whatever the order: where two are told, the longer, then the greater, is the fuller one."""
    return max((known, new), key=lambda text: (len(text), text))


def _earlier(known: datetime | None, new: datetime) -> datetime:
    return new if known is None else min(known, new)


_STEPS: Mapping[Step, Callable[[Facts, CallNews, datetime], Facts]] = {
    Step.BEGAN: _began,
    Step.QUEUED: _queued,
    Step.OFFERED: _offered,
    Step.ANSWERED: _answered,
    Step.LEFT: _left,
    Step.ENDED: _ended,
    Step.LOGGED: _logged,
}


def state_of(facts: Facts) -> str:
    """ringing, talking, answered or missed: what a call is, by what is known of it."""
    if facts.ended_at is None:
        if facts.left_at is not None and facts.answered_at is None:
            return "missed"
        return "talking" if facts.answered_at else "ringing"
    return "answered" if facts.answered_at and facts.answered_at <= facts.ended_at else _unanswered(facts)


def _unanswered(facts: Facts) -> str:
    return "answered" if facts.answered_at or facts.cause == FORWARDED else "missed"


def seat_state(state: str, until: datetime | None, *, now: datetime) -> str:
    """What somebody does now: wrapping up ends by itself."""
    return "available" if state == "wrap_up" and until is not None and until <= now else state


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a wallboard shows. Shares are 0 to 1, None where there is nothing to divide by."""

    waiting: int
    longest_s: int
    talking: int
    offered: int
    answered: int
    abandoned: int
    short: int
    in_time: int
    mean_wait_s: int | None
    mean_talk_s: int | None

    @property
    def service_level(self) -> float | None:
        """Answered in time, of all that were answered or abandoned; short ones are left out."""
        ended = self.answered + self.abandoned
        return self.in_time / ended if ended else None

    @property
    def abandonment(self) -> float | None:
        """Abandoned, of all that were answered or abandoned; short ones are left out."""
        ended = self.answered + self.abandoned
        return self.abandoned / ended if ended else None
