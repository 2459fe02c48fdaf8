"""A later day that a person granted stays when a case gets another service: the resident was told of it.

The other service's own promise stands only where it ends later still. Which day was granted is read from
the extensions of all promises that the case ever had: going back to the first service loses nothing either.
A term of law goes with its law: residents are shown none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from vefa.cases import rules
from vefa.cases.clocks import clock_of, put
from vefa.cases.models import Case, Extension, Promise


@dataclass(frozen=True)
class Through:
    """What clocks have been through: the pauses of a case in their order, by working time of its service."""

    stills: Sequence[rules.Standstill]
    calendar: rules.Calendar

    def replayed(self, promise: Promise, clock: rules.Clock) -> rules.Clock:
        """The clock of this promise after all pauses; named days stand still only where the law allows it."""
        counting = [still for still in self.stills if still.legal or promise.minutes is not None]
        return rules.replayed(clock, counting, calendar=self.calendar)

    @property
    def still_since(self) -> datetime | None:
        """Since when clocks stand still now."""
        return self.stills[-1].since if self.stills and self.stills[-1].until is None else None


@dataclass(frozen=True)
class Upheld:
    """A fresh promise that ends on the day that was granted, and when it would have ended by itself."""

    promise: Promise
    instead: datetime

    def facts(self) -> dict[str, object]:
        """What the journal is told."""
        due, instead = rules.end_of(clock_of(self.promise)).isoformat(), self.instead.isoformat()
        return {"promise_id": self.promise.pk, "kind": self.promise.kind, "due": due, "instead": instead}


def uphold(case: Case, fresh: Sequence[Promise], through: Through) -> list[Upheld]:
    """Let fresh promises, unsaved yet and through all pauses, end no earlier than what was granted."""
    rows = Extension.objects.filter(promise__case=case, approved=True).select_related("promise")
    granted = {one.promise.kind: one for one in rows.order_by("decided_at", "id")}  # the latest of each kind
    upheld = []
    for promise in fresh:
        extension = granted.get(promise.kind)
        if extension is None or extension.asked_at < promise.started_at:
            continue  # none, or for what was promised before the case was reopened
        own, given = clock_of(promise), _given(promise, extension, through)
        clock = rules.no_earlier(own, given, still_since=through.still_since, calendar=through.calendar)
        if clock != own:
            put(promise, clock)
            upheld.append(Upheld(promise, rules.end_of(own)))
    return upheld


def hand_over(case: Case, fresh: Sequence[Promise], upheld: Sequence[Upheld]) -> None:
    """Let stored promises take over the extensions that made them later, and those not yet decided."""
    late = {one.promise.pk for one in upheld}
    for promise in fresh:
        mine = Q(decided_at=None) | Q(approved=True) if promise.pk in late else Q(decided_at=None)
        theirs = Extension.objects.filter(
            mine, promise__case=case, promise__kind=promise.kind, asked_at__gte=promise.started_at
        )
        theirs.exclude(promise=promise).update(promise=promise)


def _given(promise: Promise, extension: Extension, through: Through) -> rules.Clock:
    """A clock from the decision to the granted day, as if nothing else had been promised."""
    since, due_at = extension.decided_at or extension.asked_at, extension.new_due_at
    span = through.calendar.working_minutes_between(since, due_at) if promise.minutes is not None else None
    return through.replayed(promise, rules.Clock(minutes=span, running_since=since, due_at=due_at))
