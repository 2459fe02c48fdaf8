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
    """Set it (0 to 1); it stays until somebody sets it anew. Raises ValueError.

    `by` is None where it was set at the command line.
    """
    if not 0 <= value <= 1:
        raise ValueError(f"{value} does not lie between 0 and 1")
    row, _ = Learning.objects.select_for_update().get_or_create(id=1)
    _write(row, value, by=by, now=now, fitted=False)


@transaction.atomic
def fit_threshold(value: float, *, now: datetime) -> None:
    """Set what was fitted on confirmed cases (0 to 1), unless somebody has set it."""
    row, _ = Learning.objects.select_for_update().get_or_create(id=1)
    if row.threshold_at is None and row.threshold != value:
        _write(row, value, by=None, now=now, fitted=True)


def _write(row: Learning, value: float, *, by: Staff | None, now: datetime, fitted: bool) -> None:
    before = row.threshold
    row.threshold, row.threshold_by, row.threshold_at = value, by, None if fitted else now
    row.save(update_fields=["threshold", "threshold_by", "threshold_at"])
    told = versions.about(0, by=by, now=now, before=before, after=value)
    actor = told["actor"] if by or fitted else "system"
    record([Happening(kind="model.threshold", **{**told, "actor": actor})])
    mark_changed()
