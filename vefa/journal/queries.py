"""What others read of the journal."""

from vefa.journal.models import Event


def told_of(subject: str, *, limit: int = 100) -> list[Event]:
    """The latest that happened to "endpoint:3", the last first."""
    return list(Event.objects.filter(subject=subject).order_by("-id")[:limit])
