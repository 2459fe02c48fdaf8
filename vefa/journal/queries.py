"""What others read of the journal."""

from vefa.journal.models import Event


def told_of(subject: str, *, limit: int = 100) -> list[Event]:
    """The latest that happened to "endpoint:3", the last first."""
    return list(Event.objects.filter(subject=subject).order_by("-id")[:limit])


def parked(*, limit: int = 100) -> list[Event]:
    """Events whose reactions failed too often, those that wait longest first."""
    return list(Event.objects.filter(parked_at__isnull=False).order_by("parked_at", "id")[:limit])


def parked_count() -> int:
    """How many events are parked, counted up to 100."""
    return Event.objects.filter(parked_at__isnull=False).order_by()[:100].count()
