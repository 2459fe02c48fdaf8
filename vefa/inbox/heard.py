"""How much each account hears in each hour, counted once: what is usual, to notice silence."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count, Max
from django.db.models.functions import TruncHour

from vefa.inbox.models import Contact, Heard
from vefa.kit.since import first_since

HISTORY = timedelta(weeks=10)
HOUR = timedelta(hours=1)


def tally(*, now: datetime) -> int:
    """Count the hours that are over since the last time, the last counted one anew; how many rows."""
    over = now.replace(minute=0, second=0, microsecond=0)
    latest = Heard.objects.aggregate(at=Max("hour"))["at"]
    start = max(latest or over - HISTORY, over - HISTORY)
    first = first_since(Contact.objects.all(), "received_at", start) if start < over else None
    if first is None:
        return 0
    counted = (
        Contact.objects.filter(pk__gte=first, received_at__gte=start, received_at__lt=over)
        .annotate(hour=TruncHour("received_at"))
        .values_list("endpoint_id", "hour")
        .annotate(number=Count("pk"))
        .order_by("endpoint_id", "hour")
    )
    rows = [Heard(endpoint_id=endpoint_id, hour=hour, count=number) for endpoint_id, hour, number in counted]
    Heard.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["endpoint", "hour"], update_fields=["count"]
    )
    Heard.objects.filter(hour__lt=over - HISTORY).delete()
    return len(rows)


def heard_by(endpoint_id: int) -> Mapping[datetime, int]:
    """Contacts of one account by hour (its beginning, UTC), of ten weeks; quiet hours are missing."""
    return dict(Heard.objects.filter(endpoint_id=endpoint_id).order_by("hour").values_list("hour", "count"))


def heard_after(endpoint_id: int, *, contact_id: int) -> Contact | None:
    """The first contact of an account that came after another."""
    found = Contact.objects.filter(pk__gt=contact_id, endpoint_id=endpoint_id).order_by("pk")
    return found.select_related("conversation__address").first()


def latest_contact() -> int:
    """The id of the last contact of all, 0 where there is none."""
    return Contact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
