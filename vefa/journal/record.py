"""The one way to write into the journal."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vefa.journal.models import Event
from vefa.kit import rows


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An event before it is written: about "case:12", by "staff:3", "resident", "system" or "triage".

    due_at   when reactions may run; None: at once. What happens to the same subject later waits for it.
    """

    kind: str
    subject: str
    actor: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None


ONE_SIGHT = timedelta(minutes=10)  # a page that is opened again meanwhile was not left


def record(happenings: Iterable[Happening]) -> None:
    """Write what happened, in order, inside the transaction of the change that it tells of."""
    rows.insert(
        Event,
        [
            {
                "kind": one.kind,
                "subject": one.subject,
                "actor": one.actor,
                "at": one.at,
                "due_at": one.due_at or one.at,
                "data": one.data,
            }
            for one in happenings
        ],
    )


def record_sight(sight: Happening) -> None:
    """Write that somebody saw something; again within ten minutes is one sight."""
    before = Event.objects.filter(subject=sight.subject, kind=sight.kind, actor=sight.actor)
    if not before.filter(at__gt=sight.at - ONE_SIGHT).exists():
        record([sight])
