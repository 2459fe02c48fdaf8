"""The version in service: found by every process when the directory's stamp moves, without a restart."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vefa.directory.models import Staff
from vefa.directory.version import mark_changed
from vefa.kit.saying import Sentence, parts_of
from vefa.triage.learned.rules import COLD, FIRST
from vefa.triage.learned.scoring import Scorer
from vefa.triage.learned.weights import UnreadableModelError, from_bytes
from vefa.triage.models import Learning, ModelVersion, Standing

KEPT = 10  # versions with their weights; of older ones the figures stay
SERVED = 3  # and so many of the last that served: after ten nights of refused ones there is a way back

log = logging.getLogger(__name__)


class NoVersionError(Exception):
    """There is no such version to go back to."""


@dataclass(frozen=True)
class InService:
    """What decides about services now: a model, or the lexicon alone."""

    number: int
    threshold: float
    scorer: Scorer | None


def current(known: InService | None = None) -> InService:
    """What is in service; weights that are `known` are not read again.

    A model that cannot be read leaves it to the lexicon, which needs more to be sure than a model does.
    """
    learning = Learning.objects.filter(id=1).first()
    threshold = learning.threshold if learning else FIRST
    rows = ModelVersion.objects.filter(standing=Standing.IN_SERVICE)
    number = rows.values_list("number", flat=True).first()
    if number is None:
        return InService(0, threshold, None)
    if known is not None and known.number == number:
        return InService(number, threshold, known.scorer)
    try:
        scorer = Scorer(from_bytes(bytes(rows.values_list("weights", flat=True).get(number=number))))
    except (UnreadableModelError, ModelVersion.DoesNotExist):
        log.exception("Model %s cannot be read: the lexicon decides", number)
        fitted = learning is None or learning.threshold_at is None
        return InService(0, max(threshold, FIRST) if fitted else threshold, None)
    return InService(number, threshold, scorer)


def put_in_service(version: ModelVersion, *, why: Sentence, by: Staff | None, now: datetime) -> None:
    """Let this version decide and retire the one before; all processes notice. Call it in a transaction."""
    old = ModelVersion.objects.select_for_update().filter(standing=Standing.IN_SERVICE)
    old.update(standing=Standing.RETIRED, retired_at=now)
    version.standing, version.why = Standing.IN_SERVICE, parts_of(why)
    version.adopted_at, version.adopted_by, version.retired_at = now, by, None
    version.save(update_fields=["standing", "why", "adopted_at", "adopted_by", "retired_at"])
    mark_changed()


def threshold_of(version: ModelVersion) -> float:
    """The threshold that was fitted for it; where none was kept, the careful one of the first day."""
    return float(version.metrics.get("threshold", COLD))


def retire_all(*, now: datetime) -> None:
    """Let the lexicon decide alone again. Call it in a transaction."""
    ModelVersion.objects.filter(standing=Standing.IN_SERVICE).update(
        standing=Standing.RETIRED, retired_at=now
    )
    mark_changed()


def about(number: int, *, by: Staff | None, now: datetime, **further: object) -> dict[str, Any]:
    """What an event about a version has beside its kind."""
    return {
        "subject": f"model:{number}",
        "actor": f"staff:{by.pk}" if by else "triage",
        "at": now,
        "data": {"number": number, **further},
    }


def forget_old() -> None:
    """Drop the weights of versions so old that nobody goes back to them."""
    kept = ModelVersion.objects.order_by("-number").values_list("number", flat=True)[:KEPT]
    served = ModelVersion.objects.filter(adopted_at__isnull=False).exclude(weights=b"")
    ways_back = served.order_by("-adopted_at").values_list("number", flat=True)[:SERVED]
    old = ModelVersion.objects.exclude(number__in=[*kept, *ways_back]).exclude(standing=Standing.IN_SERVICE)
    old.update(weights=b"")
