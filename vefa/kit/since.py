"""Find a moment in a long table without an index on it, since ids are drawn in the order of time."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Min, QuerySet


def first_since(rows: QuerySet[Any], field: str, moment: datetime) -> int | None:
    """The id from which on all rows are not older than `moment`, roughly; None where there is none.

    It halves the range of ids, some thirty look-ups. Rows written beside the clock (an import of old ones)
    may lead it too far: for figures, never for work.
    """
    ends = rows.order_by().aggregate(low=Min("pk"), high=Max("pk"))
    low, high = ends["low"], ends["high"]
    if low is None:
        return None
    while low <= high:
        middle = (low + high) // 2
        found = rows.filter(pk__gte=middle).order_by("pk").values_list("pk", field)[:1]
        pk, at = found[0]
        if at < moment:
            low = pk + 1
        else:
            high = middle - 1
    return low if rows.filter(pk__gte=low).exists() else None
