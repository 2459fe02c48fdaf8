"""Ask for a new model; a worker fits it within a minute."""

from datetime import datetime

from django.db import transaction

from vefa.directory.models import Staff
from vefa.journal.record import Happening, record
from vefa.triage.learned import versions
from vefa.triage.models import Learning


@transaction.atomic
def ask_to_learn(*, by: Staff | None, now: datetime) -> bool:
    """Whether it was noted; False where it was asked for already and nobody has begun."""
    row, _ = Learning.objects.select_for_update().get_or_create(id=1)
    if row.asked_at is not None:
        return False
    row.asked_at, row.asked_by = now, by
    row.save(update_fields=["asked_at", "asked_by"])
    record([Happening(kind="model.asked", **versions.about(0, by=by, now=now))])
    return True
