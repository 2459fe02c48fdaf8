"""What others read of the journal."""

from collections.abc import Sequence
from datetime import datetime

from vefa.journal.models import Event


def told_of(subject: str, *, limit: int = 100) -> list[Event]:
    """The latest that happened to "endpoint:3", the last first."""
    return list(Event.objects.filter(subject=subject).order_by("-id")[:limit])


def latest_of(kinds: Sequence[str], *, before: datetime | None, limit: int) -> list[Event]:
    """The latest of these kinds, the last first; each kind is read from its own end."""
    each = [Event.objects.filter(kind=kind).order_by("-at") for kind in kinds]
    first, *others = [(one.filter(at__lt=before) if before else one)[:limit] for one in each]
    return list(first.union(*others, all=True).order_by("-at", "-id")[:limit])


def parked(*, limit: int = 100) -> list[Event]:
    """Events whose reactions failed too often, those that wait longest first."""
    return list(Event.objects.filter(parked_at__isnull=False).order_by("parked_at", "id")[:limit])


def parked_count() -> int:
    """How many events are parked, counted up to 100."""
    return Event.objects.filter(parked_at__isnull=False).order_by()[:100].count()
