"""When a new model is due: at the beginning, with another catalogue, after many labels, each night.

And where the one in service cannot be read, as after a new release that stores them otherwise.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from vefa.directory.queries import municipality
from vefa.triage.learned.corpus import catalogue
from vefa.triage.learned.rules import ENOUGH
from vefa.triage.learned.samples import digest
from vefa.triage.learned.serving import in_service
from vefa.triage.learned.versions import current
from vefa.triage.models import Learning, ModelVersion, ServiceLabel, Standing

NIGHT = 3  # o'clock in the municipality's zone
REST = timedelta(minutes=10)  # after a fit that failed or was killed


@dataclass
class Watch:
    """What one worker remembers between two looks, so that a look is cheap."""

    stamp: int | None = None
    catalogue: str = ""

    def why(self, *, now: datetime) -> str:
        """Why a model is due now, "" where none is. Raises directory.queries.NotLoadedError."""
        row = Learning.objects.filter(id=1).first() or Learning()
        unfinished = row.tried_at is not None and (row.ended_at is None or row.ended_at < row.tried_at)
        if row.tried_at and now - row.tried_at < REST and (unfinished or row.trouble):
            return ""
        if row.asked_at is not None:
            return "asked for"
        fields = ("made_at", "upto", "catalogue", "standing")
        latest = ModelVersion.objects.order_by("-number").only(*fields).first()
        if latest is None:
            return "the beginning"
        if latest.standing == Standing.IN_SERVICE and current(in_service()).scorer is None:
            return "a model that cannot be read"
        if latest.catalogue != self._catalogue():
            return "another catalogue"
        return _by_labels(latest, now)

    def _catalogue(self) -> str:
        stamp = municipality().version
        if stamp != self.stamp:
            self.stamp, self.catalogue = stamp, digest(catalogue())
        return self.catalogue


def night_after(moment: datetime) -> datetime:
    """The next night's hour after a moment, in UTC."""
    here = moment.astimezone(ZoneInfo(municipality().timezone))
    night = here.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    if night <= here:
        night += timedelta(days=1)
    return night.astimezone(UTC)


def _by_labels(latest: ModelVersion, now: datetime) -> str:
    fresh = ServiceLabel.objects.filter(id__gt=latest.upto, undone_at=None)[:ENOUGH].count()
    if fresh >= ENOUGH:
        return "many corrections"
    return "the night" if fresh and now >= night_after(latest.made_at) else ""
