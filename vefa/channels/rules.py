"""What counts as trouble with an account, decided from plain facts: no table, no clock, no network."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
WEEKS = 8  # with which a silence is compared
LEAST_WEEKS = 4  # fewer say nothing
LEAST_USUAL = 8  # contacts that usually come in such a time: by chance none comes once in 3,000 times
SHORTEST_SILENCE = timedelta(minutes=10)
LONGEST_WINDOW = timedelta(days=14)
EXPIRY_NOTICE = timedelta(days=14)
STUCK_AFTER = timedelta(minutes=10)
WAITING_AFTER = timedelta(days=1)  # for what somebody stopped, or what waits for keys
STUMBLING_AFTER = timedelta(minutes=5)
BAD_LOOKS = 2  # one look may fail for a lost packet
LEAST_FAILED = 5
FAILED_SHARE = 0.2


@dataclass(frozen=True)
class Usual:
    """What an account heard so far: contacts by hour (its beginning, UTC), days off and the city's zone."""

    heard: Mapping[datetime, int]
    off: Container[date]
    zone: ZoneInfo


@dataclass(frozen=True)
class Silence:
    """Nothing came since a moment, although usually so many contacts come in such a time."""

    since: datetime
    usual: float


def silence(*, last_in_at: datetime | None, now: datetime, usual: Usual) -> Silence | None:
    """Whether an account is silent for longer than it ever is at this time of the week.

    The hours since the last contact are compared with the same hours of the same weekdays in the eight weeks
    before. It is silent when at least eight contacts are the median of those weeks and no more than one of
    them heard nothing. Days off count neither now nor then; fewer than four comparable weeks say nothing.
    """
    if last_in_at is None or now - last_in_at < SHORTEST_SILENCE:
        return None
    window = list(_window(max(last_in_at, now - LONGEST_WINDOW), now, usual))
    begun = min(usual.heard, default=now)
    weeks = [
        found for back in range(1, WEEKS + 1) if (found := _week(window, back, usual, begun)) is not None
    ]
    if len(weeks) < LEAST_WEEKS:
        return None
    weeks.sort()
    typical = median(weeks)
    return Silence(last_in_at, typical) if typical >= LEAST_USUAL and weeks[1] > 0 else None


def _window(start: datetime, end: datetime, usual: Usual) -> Iterator[tuple[datetime, float]]:
    """Each hour between the two that is no day off, with the share of it that lies between them."""
    hour = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour < end:
        share = (min(hour + HOUR, end) - max(hour, start)) / HOUR
        if hour.astimezone(usual.zone).date() not in usual.off:
            yield hour, share
        hour += HOUR


def _week(window: list[tuple[datetime, float]], back: int, usual: Usual, begun: datetime) -> float | None:
    """How many contacts came in these hours so many weeks before; None where that says nothing."""
    total = 0.0
    for hour, share in window:
        local = hour.astimezone(usual.zone)
        then = (local.replace(tzinfo=None) - timedelta(weeks=back)).replace(tzinfo=usual.zone)
        if then.date() in usual.off or then < begun:
            return None
        total += usual.heard.get(then.astimezone(UTC), 0) * share
    return total if window else None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that is known of one account at a moment; texts are the provider's own."""

    now: datetime
    bad_looks: int = 0  # in a row
    finding: str = ""  # what the last of them said
    said: Any = None  # the same as `kit.saying.parts_of` keeps it
    unsubscribed: str = ""  # why the provider could not be told to push to us
    expires_at: datetime | None = None
    locked: bool = False  # its secrets cannot be opened
    paused: bool = False  # a person stopped the sending
    keyless: bool = False  # nothing leaves before it has its keys
    oldest_due_at: datetime | None = None  # of what should have left
    stumbling_since: datetime | None = None
    trouble: str = ""  # of outbox or collector
    tried: int = 0  # deliveries of the last day that came to an end
    failed: int = 0  # of these
    silence: Silence | None = None


@dataclass(frozen=True)
class Trouble:
    """One thing that somebody should see to; `about` is what a sentence about it needs."""

    code: str
    about: dict[str, Any] = field(default_factory=dict)


def troubles(facts: Facts) -> list[Trouble]:
    """What is wrong, the gravest first."""
    return [found for judge in _JUDGES if (found := judge(facts)) is not None]


def _locked(facts: Facts) -> Trouble | None:
    return Trouble("locked") if facts.locked else None


def _broken(facts: Facts) -> Trouble | None:
    if facts.bad_looks < BAD_LOOKS:
        return None
    parts = {"said": facts.said} if isinstance(facts.said, list) else {}
    return Trouble("broken", {"reason": facts.finding, **parts})


def _unsubscribed(facts: Facts) -> Trouble | None:
    return Trouble("unsubscribed", {"reason": facts.unsubscribed}) if facts.unsubscribed else None


def _stuck(facts: Facts) -> Trouble | None:
    due = facts.oldest_due_at
    if due is None or facts.paused or facts.keyless or facts.now - due < STUCK_AFTER:
        return None
    return Trouble("stuck", {"since": due.isoformat(), "reason": facts.trouble})


def _waiting(facts: Facts) -> Trouble | None:
    """What was held back on purpose may be forgotten."""
    due = facts.oldest_due_at
    if due is None or not (facts.paused or facts.keyless) or facts.now - due < WAITING_AFTER:
        return None
    return Trouble("waiting", {"since": due.isoformat(), "why": "keyless" if facts.keyless else "paused"})


def _stumbling(facts: Facts) -> Trouble | None:
    since = facts.stumbling_since
    if since is None or facts.now - since < STUMBLING_AFTER:
        return None
    return Trouble("stumbling", {"reason": facts.trouble})


def _silent(facts: Facts) -> Trouble | None:
    if facts.silence is None:
        return None
    about = {"since": facts.silence.since.isoformat(), "usual": str(round(facts.silence.usual))}
    return Trouble("silent", about)


def _failing(facts: Facts) -> Trouble | None:
    if facts.failed < LEAST_FAILED or facts.failed < facts.tried * FAILED_SHARE:
        return None
    return Trouble("failing", {"failed": str(facts.failed), "tried": str(facts.tried)})


def _expiring(facts: Facts) -> Trouble | None:
    ends = facts.expires_at
    if ends is None or ends - facts.now > EXPIRY_NOTICE:
        return None
    return Trouble("expired" if ends <= facts.now else "expiring", {"at": ends.isoformat()})


_JUDGES = (_locked, _broken, _unsubscribed, _stuck, _waiting, _stumbling, _silent, _expiring, _failing)
