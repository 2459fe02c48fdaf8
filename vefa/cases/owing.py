"""The clocks of one locked case, moved together: what lifecycle and promises share.

Every operation here alters stored promises and puts the case's own due moments right in memory; whoever
calls stores the case (`DUE` names the fields) and tells the journal.
"""

from collections.abc import Iterable
from datetime import datetime

from vefa.cases import rules
from vefa.cases.clocks import calendar_of, clock_of, promised, put, resolution_again
from vefa.cases.models import Case, Pause, Promise, PromiseKind
from vefa.cases.upholding import Through, Upheld, hand_over, uphold
from vefa.directory.hours import NobodyWorksError
from vefa.directory.models import Service
from vefa.directory.queries import directory
from vefa.directory.rules import CalendarEndsError
from vefa.journal.models import Event

DUE = ("due_at", "answer_due_at")
REOPENED = ("state", "outcome", "ended_at", "master", "reopened")
CLOCK = ["minutes", "worked_min", "running_since", "due_at", "held_due_at"]
OF_SERVICE = (PromiseKind.FIRST_ANSWER, PromiseKind.RESOLUTION, PromiseKind.LEGAL)


def service_of(case: Case) -> Service | None:
    """The case's service from the directory in memory."""
    return directory().services[case.service_id] if case.service_id else None


def owed(case: Case) -> list[Promise]:
    """The promises still to be kept, broken ones too, in the order in which they were made."""
    return list(Promise.objects.filter(case=case, kept_at=None, dropped_at=None).order_by("started_at", "id"))


def put_right(case: Case, promises: Iterable[Promise]) -> None:
    """Bring the case's due moments into step with these promises."""
    left = [one for one in promises if one.kept_at is None and one.dropped_at is None]
    case.due_at = rules.nearest(one.due_at for one in left)
    case.answer_due_at = rules.nearest(one.due_at for one in left if one.kind == PromiseKind.FIRST_ANSWER)


def stop(case: Case, *, at: datetime, legal: bool) -> None:
    """Let clocks stand still: those in working minutes always, named days only where the law allows it.

    What is broken already goes on being late.
    """
    promises = owed(case)
    calendar = calendar_of(service_of(case), now=at)
    stopped = [
        put(promise, rules.paused(clock_of(promise), at=at, calendar=calendar))
        for promise in promises
        if promise.due_at is not None and promise.due_at > at and (legal or promise.minutes is not None)
    ]
    Promise.objects.bulk_update(stopped, CLOCK)
    put_right(case, promises)


def go_on(case: Case, *, at: datetime) -> Pause | None:
    """Let standing clocks run again and end the pause; None if there is none."""
    pause = _pause_of(case)
    return _run_again(case, pause, at) if pause else None


def stop_waiting(case: Case, *, at: datetime) -> Pause | None:
    """Let the clocks run that a question stopped; None where they stood for another reason: that remains."""
    pause = _pause_of(case)
    return _run_again(case, pause, at) if pause and _asked(pause) else None


def _pause_of(case: Case) -> Pause | None:
    return Pause.objects.filter(case=case, ended_at=None).order_by("-began_at", "-id").first()


def _asked(pause: Pause) -> bool:
    """Whether asking the resident began it: the question was asked at that very moment."""
    subject = f"case:{pause.case_id}"
    return Event.objects.filter(subject=subject, kind="case.waiting", at=pause.began_at).exists()


def _run_again(case: Case, pause: Pause, at: datetime) -> Pause:
    pause.ended_at = at
    pause.save(update_fields=["ended_at"])
    promises = owed(case)
    calendar = calendar_of(service_of(case), now=at)
    again = [
        put(promise, rules.resumed(clock_of(promise), since=pause.began_at, at=at, calendar=calendar))
        for promise in promises
        if promise.held_due_at is not None
    ]
    Promise.objects.bulk_update(again, CLOCK)
    put_right(case, promises)
    return pause


def keep(case: Case, kinds: Iterable[str], *, at: datetime) -> list[Promise]:
    """Mark the promises of these kinds as kept; those kept too late are marked broken as well."""
    promises = owed(case)
    wanted = set(kinds)
    kept = [promise for promise in promises if promise.kind in wanted]
    for promise in kept:
        promise.kept_at = at
        if promise.broken_at is None and promise.due_at is not None and promise.due_at < at:
            promise.broken_at = at
    Promise.objects.bulk_update(kept, ["kept_at", "broken_at"])
    put_right(case, promises)
    return kept


def kept_facts(promise: Promise) -> dict[str, object]:
    """What the journal is told of a promise that was kept or broken."""
    due = promise.due_at.isoformat() if promise.due_at else None
    return {"promise_id": promise.pk, "kind": promise.kind, "due": due, "late": promise.broken_at is not None}


def drop(case: Case, *, at: datetime) -> None:
    """Nothing is owed any more: withdrawn, or a duplicate of another."""
    Promise.objects.filter(case=case, kept_at=None, dropped_at=None).update(dropped_at=at)
    put_right(case, [])


def pick_up(case: Case, *, dropped_at: datetime) -> None:
    """Undo a `drop` of that moment."""
    Promise.objects.filter(case=case, dropped_at=dropped_at).update(dropped_at=None)
    put_right(case, owed(case))


def reopen(case: Case, *, at: datetime) -> None:
    """Open an ended case again: its resolution is owed anew; what was promised at first stays visible.

    Alters `REOPENED` of the case besides `DUE`.
    """
    case.outcome, case.ended_at, case.master_id = "", None, None
    case.reopened += 1
    try:
        promise = resolution_again(service_of(case), now=at)
    except (NobodyWorksError, CalendarEndsError):
        return  # no working time to promise by
    promise.case = case
    promise.save()
    put_right(case, owed(case))


def remake(case: Case, *, at: datetime) -> list[Upheld]:
    """Exchange the old service's promises for the new one's, reckoned from the opening through all pauses.

    Of a case that was reopened only what is owed now is exchanged, reckoned from where that began. What
    nobody can promise anew, since the new service's working time is unknown, stands. A later day that a
    person granted stays; those promises are returned, so that the journal can say so.
    """
    old = [promise for promise in owed(case) if promise.kind in OF_SERVICE]
    fresh = _fresh(case, old, at)
    if not fresh:
        return []
    through = _through(case, at)
    for promise in fresh:
        promise.case = case
        put(promise, through.replayed(promise, clock_of(promise)))
    upheld = uphold(case, fresh, through)
    replaced = {promise.kind for promise in fresh} | {PromiseKind.LEGAL}  # a term of law goes with its law
    gone = [promise for promise in old if promise.kind in replaced]
    for promise in gone:
        promise.dropped_at = at
    Promise.objects.bulk_update(gone, ["dropped_at"])
    Promise.objects.bulk_create(fresh)
    hand_over(case, fresh, upheld)
    put_right(case, owed(case))
    return upheld


def _fresh(case: Case, old: Iterable[Promise], at: datetime) -> list[Promise]:
    """What the service promises in place of these and of what was never owed yet."""
    service = service_of(case)
    if case.reopened:
        return [
            promise
            for one in old
            for promise in promised(service, since=one.started_at, now=at)
            if promise.kind == one.kind
        ]
    kept = Promise.objects.filter(case=case, kept_at__isnull=False).values_list("kind", flat=True)
    done = set(kept)
    return [
        promise for promise in promised(service, since=case.opened_at, now=at) if promise.kind not in done
    ]


def _through(case: Case, at: datetime) -> Through:
    stills = [
        rules.Standstill(pause.began_at, pause.ended_at, pause.legal)
        for pause in Pause.objects.filter(case=case).order_by("began_at", "id")
    ]
    return Through(stills, calendar_of(service_of(case), now=at))
