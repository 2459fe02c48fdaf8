"""Moments as gateways write them; what cannot be read is no moment."""

from datetime import UTC, datetime


def from_epoch(text: str) -> datetime | None:
    """Seconds since 1970, in UTC."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 11:
        return None
    return datetime.fromtimestamp(int(text), UTC)


def from_words(text: str) -> datetime | None:
    """ISO 8601 with its offset, or seconds since 1970; a local time without a zone says too little."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except OverflowError:
        return None
    except ValueError:
        return from_epoch(text)
