"""Moments as the provider writes them: seconds here, milliseconds there."""

from datetime import UTC, datetime

_SECONDS_END = 100_000_000_000  # the year 5138 in seconds, 1973 in milliseconds


def moment(number: float) -> datetime | None:
    """A moment in UTC; None for 0 and for a year that no calendar holds."""
    seconds = number / 1000 if number >= _SECONDS_END else number
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def order(number: float) -> int:
    """The same number as a column holds it; 0 where it does not fit."""
    return int(number) if abs(number) < 2**62 else 0
