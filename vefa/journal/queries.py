"""What others read of the journal."""

from collections.abc import Sequence

from django.db.models import Q

from vefa.journal.models import Event


def told_of(subject: str, *, limit: int = 100) -> list[Event]:
    """The latest that happened to "endpoint:3", the last first."""
    return list(Event.objects.filter(subject=subject).order_by("-id")[:limit])


def latest_of(kinds: Sequence[str], *, before: int | None, limit: int) -> list[Event]:
    """The latest of these kinds, the last first; each kind is read from its own end.

    before   the event behind which they begin; many happen in one moment, so its moment alone is no border
    """
    each = [Event.objects.filter(kind=kind).order_by("-at", "-id") for kind in kinds]
    edge = Event.objects.filter(pk=before).first() if before is not None else None
    if edge is not None:
        behind = Q(at__lt=edge.at) | Q(id__lt=edge.pk)
        each = [one.filter(behind, at__lte=edge.at) for one in each]
    first, *others = [one[:limit] for one in each]
    return list(first.union(*others, all=True).order_by("-at", "-id")[:limit])


def parked(*, limit: int = 100) -> list[Event]:
    """Events whose reactions failed too often, those that wait longest first."""
    return list(Event.objects.filter(parked_at__isnull=False).order_by("parked_at", "id")[:limit])


def parked_count() -> int:
    """How many events are parked, counted up to 100."""
    return Event.objects.filter(parked_at__isnull=False).order_by()[:100].count()
