"""The clock of a promise: a shrinking arc with words, the same on every screen."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vefa.web.ui import words
from vefa.web.ui.words import said

SOON_SHARE = 0.25  # of the time given: from here on the clock asks for a look


@dataclass(frozen=True)
class Clock:
    """What the chip shows: state picks colour and shape, `left` (0 to 100) draws the arc, `words` say it."""

    state: str  # calm | soon | late | kept | kept-late | paused | none
    left: int
    words: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class Owed:
    """The moments that make a clock, in UTC; `opened_at` is when it began to run."""

    due_at: datetime | None
    opened_at: datetime | None = None
    kept_at: datetime | None = None
    paused: bool = False


def read(owed: Owed, now: datetime) -> Clock:
    """The clock as it stands at `now`."""
    if owed.due_at is None:
        return Clock("none", 0, said("no promise yet"))
    if owed.kept_at is not None:
        return _kept(owed.due_at, owed.kept_at)
    if owed.paused:
        return Clock("paused", _share(owed, now), said("clock paused"), owed.due_at)
    return _running(owed, now, owed.due_at - now)


def _kept(due_at: datetime, kept_at: datetime) -> Clock:
    if kept_at <= due_at:
        return Clock("kept", 100, said("kept on time"), due_at)
    return Clock("kept-late", 100, said("kept %(span)s late") % _span(kept_at - due_at), due_at)


def _running(owed: Owed, now: datetime, ahead: timedelta) -> Clock:
    if ahead <= timedelta(0):
        return Clock("late", 100, said("late by %(span)s") % _span(-ahead), owed.due_at)
    left = _share(owed, now)
    state = "soon" if left <= SOON_SHARE * 100 else "calm"
    return Clock(state, left, said("%(span)s left") % _span(ahead), owed.due_at)


def _span(length: timedelta) -> dict[str, str]:
    return {"span": words.digits(words.span(length))}


def _share(owed: Owed, now: datetime) -> int:
    """Per cent of the given time that is still there; without a start, a week counts as the whole."""
    assert owed.due_at is not None
    given = owed.due_at - owed.opened_at if owed.opened_at else timedelta(days=7)
    if given <= timedelta(0):
        return 0
    return max(0, min(100, round(100 * ((owed.due_at - now) / given))))
