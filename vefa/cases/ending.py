"""How a case ends. A resident never hears "closed", but done, not possible and why, or passed on to whom."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from vefa.cases import owing
from vefa.cases.doubling import tell_duplicates
from vefa.cases.models import Case, Outcome, PromiseKind, Proof
from vefa.cases.moves import By, Move, MoveNotAllowedError, Told, changed, locked, move, tell
from vefa.cases.parts import open_parts


class OutcomeError(ValueError):
    """The outcome lacks what it needs; `missing` names it: proof, reason, objection, agency, master."""

    def __init__(self, missing: str, sentence: str) -> None:
        super().__init__(sentence)
        self.missing = missing


class OpenPartsError(Exception):
    """Parts of the case have no outcome yet: `parts` holds them. Say `with_parts` to end them alike."""

    def __init__(self, parts: list[Case]) -> None:
        super().__init__(f"{len(parts)} parts have no outcome yet")
        self.parts = parts


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a case ends.

    reason      what was done, why it is not possible, what was answered
    objection   how the resident can object
    proof_ids   after-photos, of the case, its whole or its parts; `waiver` says why there is none where the
                service asks for one
    with_parts  end open parts in the same way
    """

    outcome: Outcome
    reason: str = ""
    objection: str = ""
    agency_id: int | None = None
    proof_ids: tuple[int, ...] = ()
    waiver: str = ""
    with_parts: bool = False


@transaction.atomic
def end(*, case_id: int, ending: Ending, by: By, now: datetime, version: int | None = None) -> Case:
    """Give the case its outcome; everybody who reported the same matter hears it too.

    Raises OutcomeError if the outcome lacks what it needs, OpenPartsError if parts are still open.
    """
    case = locked(case_id, version)
    move(case, Move.END)
    check_outcome(case, ending)
    _end_parts(case, ending, by, now)
    if owing.go_on(case, at=now):
        tell(case, Told(kind="clock.resumed", by=by, at=now))
    _settle(case, ending.outcome, by, now)
    case.outcome, case.ended_at, case.unread = ending.outcome, now, False
    case.agency_id = ending.agency_id or case.agency_id
    told = Told(kind="case.ended", by=by, at=now, data=_facts(ending))
    fields = ("state", "outcome", "ended_at", "agency", "unread", "first_answered_at", *owing.DUE)
    changed(case, *fields, told=told)
    tell_duplicates(case, told)
    return case


@transaction.atomic
def unend(*, case_id: int, ended_at: datetime, reason: str, by: By, now: datetime) -> Case:
    """Take back that the case was withdrawn at that moment: it owes what it owed, and counts as never ended.

    Raises MoveNotAllowedError if it has not ended so, or not then.
    """
    case = locked(case_id)
    if (case.outcome, case.ended_at) != (Outcome.WITHDRAWN, ended_at):
        raise MoveNotAllowedError(f"{case} was not withdrawn at {ended_at}")
    move(case, Move.REOPEN)
    data = {"reason": reason, "was_outcome": case.outcome, "count": case.reopened, "undone": True}
    owing.pick_up(case, dropped_at=ended_at)
    case.outcome, case.ended_at = "", None
    told = Told(kind="case.reopened", by=by, at=now, data=data)
    return changed(case, "state", "outcome", "ended_at", *owing.DUE, told=told)


def check_outcome(case: Case, ending: Ending) -> None:
    """Raise OutcomeError if the outcome lacks what it needs for this case."""
    checks = {
        Outcome.DONE: _check_proof,
        Outcome.NOT_POSSIBLE: _check_refusal,
        Outcome.PASSED_ON: _check_agency,
        Outcome.ANSWERED: _check_answer,
        Outcome.WITHDRAWN: _check_reason,
        Outcome.DUPLICATE: _check_master,
    }
    checks[ending.outcome](case, ending)


def needs_proof(case: Case) -> bool:
    """Whether the case's service asks for a photo of what was done."""
    service = owing.service_of(case)
    return service is not None and service.photo_required


def _check_proof(case: Case, ending: Ending) -> None:
    matter = Q(case__in=[case.pk, case.parent_id or case.pk]) | Q(case__parent=case)
    proofs = Proof.objects.filter(matter, id__in=ending.proof_ids).count()
    if proofs != len(set(ending.proof_ids)):
        raise OutcomeError("proof", "a proof of another case proves nothing")
    if needs_proof(case) and not proofs and not ending.waiver.strip():
        raise OutcomeError("proof", "this service asks for a photo, or for words why there is none")


def _check_refusal(case: Case, ending: Ending) -> None:
    _check_reason(case, ending)
    if not ending.objection.strip():
        raise OutcomeError("objection", "say how the resident can object")


def _check_agency(_case: Case, ending: Ending) -> None:
    if ending.agency_id is None:
        raise OutcomeError("agency", "say to whom it was passed on")


def _check_answer(case: Case, ending: Ending) -> None:
    if case.first_answered_at is None:
        _check_reason(case, ending)


def _check_reason(_case: Case, ending: Ending) -> None:
    if not ending.reason.strip():
        raise OutcomeError("reason", "say why, in words that the resident will read")


def _check_master(case: Case, _ending: Ending) -> None:
    raise OutcomeError("master", f"{case}: name the case that it follows")


def _end_parts(case: Case, ending: Ending, by: By, now: datetime) -> None:
    left = open_parts(case)
    if left and not ending.with_parts:
        raise OpenPartsError(left)
    for one in left:
        end(case_id=one.pk, ending=ending, by=by, now=now)


def _settle(case: Case, outcome: Outcome, by: By, now: datetime) -> None:
    if outcome == Outcome.WITHDRAWN:
        owing.drop(case, at=now)
        return
    kept = owing.keep(case, PromiseKind.values, at=now)
    if any(promise.kind == PromiseKind.FIRST_ANSWER for promise in kept) and not case.first_answered_at:
        case.first_answered_at = now
    data = {"promises": [owing.kept_facts(promise) for promise in kept]}
    if kept:
        tell(case, Told(kind="promise.kept", by=by, at=now, data=data))


def _facts(ending: Ending) -> dict[str, object]:
    return {
        "outcome": str(ending.outcome),
        "reason": ending.reason,
        "objection": ending.objection,
        "agency_id": ending.agency_id,
        "master_id": None,
        "proof_ids": list(ending.proof_ids),
        "waiver": ending.waiver,
    }
