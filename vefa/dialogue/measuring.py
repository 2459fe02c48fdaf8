"""What an account's sending looks like from the inside: how much failed, what waits, whom it cannot reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from vefa.dialogue.models import Delivery, DeliveryState
from vefa.inbox.models import Conversation
from vefa.kit.since import first_since

S = DeliveryState
DAY = timedelta(days=1)
_ENDED = (S.HANDED_OVER, S.DELIVERED, S.READ, S.FAILED, S.UNCERTAIN)
_OVERDUE = Q(tries__gt=0)  # it waits for another try
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Sending:
    """Deliveries of the last day that came to an end, and those that failed; the oldest that is overdue."""

    tried: int = 0
    failed: int = 0
    oldest_due_at: datetime | None = None


def sending(*, now: datetime) -> Mapping[int, Sending]:
    """How the sending of each account goes, in a handful of statements for all of them."""
    ended = _ended(now)
    waiting = dict(
        Delivery.objects.filter(_OVERDUE | Q(due_at__lte=now), state=S.QUEUED, endpoint__isnull=False)
        .order_by("endpoint_id")
        .values_list("endpoint_id")
        .annotate(oldest=Min("queued_at"))
    )
    return {
        endpoint_id: Sending(*ended.get(endpoint_id, (0, 0)), waiting.get(endpoint_id))
        for endpoint_id in ended.keys() | waiting.keys()
    }


def _ended(now: datetime) -> dict[int, tuple[int, int]]:
    first = first_since(Delivery.objects.all(), "queued_at", now - DAY)
    if first is None:
        return {}
    rows = (
        Delivery.objects.filter(pk__gte=first, queued_at__gte=now - DAY, endpoint__isnull=False)
        .order_by("endpoint_id")
        .values_list("endpoint_id")
        .annotate(tried=Count("pk", filter=Q(state__in=_ENDED)), failed=Count("pk", filter=Q(state=S.FAILED)))
    )
    return {endpoint_id: (tried, failed) for endpoint_id, tried, failed in rows}


def unreachable(endpoint_id: int) -> int:
    """How many people blocked an account or cannot be reached on it any more, counted up to 10,000."""
    rows = Conversation.objects.filter(endpoint_id=endpoint_id, address__unreachable_at__isnull=False)
    return rows.order_by()[:MOST_COUNTED].count()
