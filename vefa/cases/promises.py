"""What is owed on a case by a moment: given, paused, extended with an approver, kept, broken."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vefa.cases import owing, rules
from vefa.cases.clocks import calendar_of, clock_of, put
from vefa.cases.models import Case, Extension, Pause, Promise, PromiseKind, State
from vefa.cases.moves import By, Told, actor_of, changed, locked, tell, touched
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.journal.record import Happening, record


class PromiseOverError(Exception):
    """The promise is kept, broken or no longer owed: nothing about it can be changed."""


class PauseError(Exception):
    """Clocks that stand still cannot be stopped, and running ones cannot go on."""


class ApproverError(Exception):
    """An extension is decided by somebody else than the one who asks, and who may approve."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A later end for a promise, and why."""

    due_at: datetime
    reason: str


@transaction.atomic
def given(*, case_id: int, text: str, due_at: datetime, by: Staff, now: datetime) -> Promise:
    """A person promises something by a moment. Raises rules.ClockError if the moment has passed."""
    if due_at <= now:
        raise rules.ClockError("a promise ends in the future")
    case = locked(case_id)
    promise = Promise(case=case, kind=PromiseKind.GIVEN, text=text, by=actor_of(by), started_at=now)
    put(promise, rules.set_to(at=now, due_at=due_at)).save()
    owing.put_right(case, owing.owed(case))
    data = {"promise_id": promise.pk, "text": text, "due": due_at.isoformat()}
    changed(case, *owing.DUE, told=Told(kind="promise.given", by=by, at=now, data=data))
    return promise


@transaction.atomic
def pause(*, case_id: int, reason: str, by: By, now: datetime, legal: bool = False) -> Pause:
    """Let the case's clocks stand still. Terms of law only where the law allows it (`legal`).

    Raises PauseError if they stand already.
    """
    case = locked(case_id)
    stored = begin_pause(case, reason=reason, by=by, now=now, legal=legal)
    told = Told(kind="clock.paused", by=by, at=now, data={"reason": reason, "legal": legal})
    changed(case, *owing.DUE, told=told)
    return stored


def begin_pause(case: Case, *, reason: str, by: By, now: datetime, legal: bool = False) -> Pause:
    """Stop the clocks of a locked case, which the caller stores. Raises PauseError."""
    if Pause.objects.filter(case=case, ended_at=None).exists():
        raise PauseError(f"the clocks of {case} stand still already")
    owing.stop(case, at=now, legal=legal)
    return Pause.objects.create(case=case, reason=reason[:400], legal=legal, by=actor_of(by), began_at=now)


@transaction.atomic
def resume(*, case_id: int, by: By, now: datetime) -> Case:
    """Let the case's clocks run again. Raises PauseError if they run."""
    case = locked(case_id)
    if owing.go_on(case, at=now) is None:
        raise PauseError(f"the clocks of {case} are running")
    return changed(case, *owing.DUE, told=Told(kind="clock.resumed", by=by, at=now))


@transaction.atomic
def extend(*, promise_id: int, wish: Wish, by: Staff, now: datetime) -> Extension:
    """Ask for a later end; it counts once somebody else approves.

    Raises PromiseOverError, or rules.ClockError if the end would not be later or the clock stands still.
    """
    case = _case_of(promise_id)
    promise = _running(promise_id)
    clock, calendar = clock_of(promise), calendar_of(owing.service_of(case), now=now)
    rules.extended(clock, due_at=wish.due_at, calendar=calendar)
    stored = Extension.objects.create(
        promise=promise,
        was_due_at=rules.due_of(clock),
        new_due_at=wish.due_at,
        reason=wish.reason[:400],
        asked_by=by,
        asked_at=now,
    )
    tell(case, Told(kind="promise.extension_asked", by=by, at=now, data=_facts(stored)))
    return stored


@transaction.atomic
def approve(*, extension_id: int, by: Staff, now: datetime, granted: bool = True) -> Extension:
    """Decide on an extension; if granted, the promise ends later.

    Raises ApproverError, PromiseOverError (decided already, or the promise is over), rules.ClockError.
    """
    case = _case_of(Extension.objects.values_list("promise_id", flat=True).get(id=extension_id))
    extension = Extension.objects.select_for_update().get(id=extension_id)
    if extension.decided_at is not None:
        raise PromiseOverError("this extension is decided already")
    if extension.asked_by_id == by.pk or not can(by, Action.APPROVE):
        raise ApproverError(f"{by} cannot decide on this extension")
    extension.decided_by, extension.decided_at, extension.approved = by, now, granted
    extension.save(update_fields=["decided_by", "decided_at", "approved"])
    if granted:
        promise = _running(extension.promise_id)
        calendar = calendar_of(owing.service_of(case), now=now)
        clock = rules.extended(clock_of(promise), due_at=extension.new_due_at, calendar=calendar)
        put(promise, clock).save(update_fields=owing.CLOCK)
        owing.put_right(case, owing.owed(case))
    told = Told(
        kind="promise.extended" if granted else "promise.extension_refused",
        by=by,
        at=now,
        data=_facts(extension),
    )
    changed(case, *owing.DUE, told=told)
    return extension


@transaction.atomic
def answered(*, case_id: int, by: By, now: datetime) -> Case:
    """The resident got an answer from a person: the promise of a first answer is kept. Twice does no harm."""
    case = locked(case_id)
    if case.first_answered_at is not None:
        return case
    case.first_answered_at = now
    kept = owing.keep(case, [PromiseKind.FIRST_ANSWER], at=now)
    data = {"promises": [owing.kept_facts(promise) for promise in kept]}
    return changed(
        case, "first_answered_at", *owing.DUE, told=Told(kind="promise.kept", by=by, at=now, data=data)
    )


@transaction.atomic
def unanswered(*, case_id: int, at: datetime, by: By, now: datetime) -> Case:
    """The answer of that moment was taken back and no other stands: a first answer is owed as before.

    Nothing where another moment counts as the first answer, or the case has ended since.
    """
    case = locked(case_id)
    if case.first_answered_at != at or case.state == State.ENDED:
        return case
    case.first_answered_at = None
    kept = Promise.objects.select_for_update().filter(
        case=case, kind=PromiseKind.FIRST_ANSWER, kept_at=at, dropped_at=None
    )
    again = [_unkept(promise) for promise in kept.order_by("id")]
    owing.put_right(case, owing.owed(case))
    case.save(update_fields=["first_answered_at", *owing.DUE])
    touched([case.pk], at=now)
    tell(case, *(Told(kind="promise.unkept", by=by, at=now, data=owing.kept_facts(one)) for one in again))
    return case


@transaction.atomic
def keep(*, promise_id: int, by: By, now: datetime) -> Promise:
    """Say that one promise is kept, late or not. Raises PromiseOverError if it is kept or no longer owed."""
    case = _case_of(promise_id)
    promise = _owed(promise_id)
    promise.kept_at = now
    if promise.broken_at is None and promise.due_at is not None and promise.due_at < now:
        promise.broken_at = now
    promise.save(update_fields=["kept_at", "broken_at"])
    owing.put_right(case, owing.owed(case))
    data = {"promises": [owing.kept_facts(promise)]}
    changed(case, *owing.DUE, told=Told(kind="promise.kept", by=by, at=now, data=data))
    return promise


@transaction.atomic
def unkeep(*, promise_id: int, by: By, now: datetime) -> Promise:
    """It is not kept after all. Raises PromiseOverError unless somebody said that it is."""
    case = _case_of(promise_id)
    promise = Promise.objects.select_for_update().get(id=promise_id)
    if promise.kept_at is None or promise.dropped_at is not None:
        raise PromiseOverError("nobody said that this promise is kept, or it is no longer owed")
    _unkept(promise)
    owing.put_right(case, owing.owed(case))
    changed(case, *owing.DUE, told=Told(kind="promise.unkept", by=by, at=now, data=owing.kept_facts(promise)))
    return promise


@transaction.atomic
def explain(*, promise_id: int, why: str, by: Staff, now: datetime) -> Promise:
    """Say why a promise was broken. Raises PromiseOverError if it was not."""
    case = _case_of(promise_id)
    promise = Promise.objects.select_for_update().get(id=promise_id)
    if promise.broken_at is None:
        raise PromiseOverError("this promise was not broken")
    promise.broken_why = why
    promise.save(update_fields=["broken_why"])
    data = {"promise_id": promise.pk, "why": why}
    tell(case, Told(kind="promise.explained", by=by, at=now, data=data))
    return promise


@transaction.atomic
def sweep_broken(*, now: datetime, limit: int = 500) -> int:
    """Mark promises whose moment has passed; each is told of once. Returns how many there were."""
    late = list(
        Promise.objects.select_for_update(skip_locked=True)
        .filter(kept_at=None, broken_at=None, dropped_at=None, due_at__lt=now)
        .order_by("due_at", "id")[:limit]
    )
    for promise in late:
        promise.broken_at = now
    Promise.objects.bulk_update(late, ["broken_at"])
    record(
        Happening(
            kind="promise.broken",
            subject=f"case:{promise.case_id}",
            actor="system",
            at=now,
            data=owing.kept_facts(promise),
        )
        for promise in late
    )
    return len(late)


def _unkept(promise: Promise) -> Promise:
    if promise.broken_at == promise.kept_at:
        promise.broken_at = None  # the sweeper has not seen it pass: it tells of it now
    promise.kept_at = None
    promise.save(update_fields=["kept_at", "broken_at"])
    return promise


def _case_of(promise_id: int) -> Case:
    """The case of a promise, locked: whoever changes both locks the case first."""
    return locked(Promise.objects.values_list("case_id", flat=True).get(id=promise_id))


def _owed(promise_id: int) -> Promise:
    promise = Promise.objects.select_for_update().get(id=promise_id)
    if promise.kept_at is not None or promise.dropped_at is not None:
        raise PromiseOverError("this promise is kept or no longer owed")
    return promise


def _running(promise_id: int) -> Promise:
    promise = _owed(promise_id)
    if promise.broken_at is not None:
        raise PromiseOverError("this promise was broken: say why, and give a new one")
    return promise


def _facts(extension: Extension) -> dict[str, object]:
    return {
        "extension_id": extension.pk,
        "promise_id": extension.promise_id,
        "was": extension.was_due_at.isoformat(),
        "new": extension.new_due_at.isoformat(),
        "reason": extension.reason,
    }
