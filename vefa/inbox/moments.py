"""When something was said, by the clock of whoever sent it: believed where it can be."""

from datetime import datetime, timedelta

OLDEST = 1900  # an earlier year is another program's way to say that there is none
FAST = timedelta(days=1)  # a clock may be so far ahead of ours


def believed(said_at: datetime | None, received_at: datetime) -> datetime:
    """When it was said; the moment of its arrival where nothing is told, or what cannot be."""
    if said_at is None or said_at.year < OLDEST or said_at > received_at + FAST:
        return received_at
    return said_at
