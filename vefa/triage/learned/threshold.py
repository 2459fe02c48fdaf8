"""From which confidence on a case goes its way by itself."""

from datetime import datetime

from django.db import transaction

from vefa.directory.models import Staff
from vefa.directory.version import mark_changed
from vefa.journal.record import Happening, record
from vefa.triage.learned import versions
from vefa.triage.models import Learning


@transaction.atomic
def set_threshold(value: float, *, by: Staff | None, now: datetime) -> None:
    """Set it (0 to 1); set by a person it stays until a person sets it anew. Raises ValueError."""
    if not 0 <= value <= 1:
        raise ValueError(f"{value} does not lie between 0 and 1")
    row, _ = Learning.objects.select_for_update().get_or_create(id=1)
    before = row.threshold
    row.threshold, row.threshold_by, row.threshold_at = value, by, now
    row.save(update_fields=["threshold", "threshold_by", "threshold_at"])
    record(
        [Happening(kind="model.threshold", **versions.about(0, by=by, now=now, before=before, after=value))]
    )
    mark_changed()


@transaction.atomic
def fit_threshold(value: float, *, now: datetime) -> None:
    """Set what was fitted on confirmed cases, unless a person has set it."""
    row, _ = Learning.objects.get_or_create(id=1)
    if row.threshold_by_id is None and row.threshold != value:
        set_threshold(value, by=None, now=now)
