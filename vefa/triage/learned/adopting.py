"""Adopt a version by hand, or go back to the one before."""

from datetime import datetime

from django.db import transaction

from vefa.directory.models import Staff
from vefa.journal.record import Happening, record
from vefa.kit.saying import Sentence
from vefa.triage.learned import versions
from vefa.triage.learned.rules import FIRST
from vefa.triage.learned.threshold import fit_threshold
from vefa.triage.learned.versions import NoVersionError
from vefa.triage.models import ModelVersion, Standing


@transaction.atomic
def adopt(version_id: int, *, by: Staff | None, now: datetime) -> ModelVersion:
    """Put a version into service by hand, with the threshold that was fitted for it.

    A threshold that a person has set stays. Raises NoVersionError where it is gone or its weights are.
    """
    version = ModelVersion.objects.select_for_update().filter(id=version_id).first()
    if version is None or not version.weights:
        raise NoVersionError(f"version {version_id} is gone")
    if version.standing != Standing.IN_SERVICE:
        versions.put_in_service(version, why=Sentence("adopted by hand"), by=by, now=now)
        fit_threshold(versions.threshold_of(version), now=now)
        record([Happening(kind="model.adopted", **versions.about(version.number, by=by, now=now))])
    return version


@transaction.atomic
def roll_back(*, by: Staff | None, now: datetime) -> ModelVersion | None:
    """Go back to the version that served before the present one; None: to the lexicon alone.

    What was gone back from is not gone back to, whatever serves later, unless somebody adopts it by hand.
    A fitted threshold goes back along with it; one that a person has set stays.
    Raises NoVersionError where none is in service.
    """
    present = ModelVersion.objects.select_for_update().filter(standing=Standing.IN_SERVICE).first()
    if present is None:
        raise NoVersionError("no version is in service")
    served = ModelVersion.objects.filter(adopted_at__lt=present.adopted_at).exclude(weights=b"")
    before = served.order_by("-adopted_at").first()
    record(
        [
            Happening(
                kind="model.rolled_back", **versions.about(before.number if before else 0, by=by, now=now)
            )
        ]
    )
    if before is None:
        versions.retire_all(now=now)
        fit_threshold(FIRST, now=now)
    else:
        first = before.adopted_at  # the next step back goes further, not forth again
        versions.put_in_service(before, why=Sentence("gone back to"), by=by, now=now)
        ModelVersion.objects.filter(pk=before.pk).update(adopted_at=first)
        fit_threshold(versions.threshold_of(before), now=now)
    ModelVersion.objects.filter(pk=present.pk).update(adopted_at=None)
    return before
