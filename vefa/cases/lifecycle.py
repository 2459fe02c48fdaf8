"""What can be done with a case: taken, handed on, planned, asked about, referred, ended, reopened.

Every operation is one transaction: lock, check, change, journal. Nothing is sent from here. All raise
Case.DoesNotExist, StaleError if `version` is given and no longer the case's, and MoveNotAllowedError.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from vefa.cases import owing, promises
from vefa.cases.describing import Description, describe, facts_of, mark_private, mark_public, note, unsettle
from vefa.cases.doubling import FollowError, double, undouble
from vefa.cases.ending import Ending, OpenPartsError, OutcomeError, end
from vefa.cases.models import Case, State
from vefa.cases.moves import (
    MOVES,
    By,
    Move,
    MoveNotAllowedError,
    StaleError,
    Told,
    allowed,
    changed,
    locked,
    move,
    tell,
)
from vefa.cases.parts import Piece, part, unpart
from vefa.cases.showing import NotShownError
from vefa.cases.sights import see
from vefa.cases.voices import with_whole
from vefa.directory.access import own_units
from vefa.directory.models import Staff
from vefa.directory.queries import municipality

__all__ = [
    "MOVES", "Assignment", "By", "Description", "Ending", "FollowError", "Move", "MoveNotAllowedError",
    "NotShownError", "OpenPartsError", "OutcomeError", "Piece", "PlannedDayError", "ReasonError",
    "StaleError", "UnitReasonError", "allowed", "ask", "assign", "describe", "double", "end", "facts_of",
    "mark_private", "mark_public", "note", "owes_reason", "part", "plan", "refer", "reopen", "resume", "see",
    "take", "transfer", "undouble", "unpart", "unsettle",
]  # fmt: skip

FURTHEST_PLAN = timedelta(days=731)  # two years, one of them a leap year


class ReasonError(ValueError):
    """This move needs words that say why."""


class UnitReasonError(ReasonError):
    """The case goes from one unit to another, and nobody says why."""


class PlannedDayError(ValueError):
    """The day has passed, or nobody can plan so far ahead."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Whose a case becomes: a unit, a person, or a person of a unit. None leaves the unit as it is.

    reason  why it goes to another unit, unless it is `settled`: named before there was a case, or put back
    """

    unit_id: int | None = None
    staff_id: int | None = None
    reason: str = ""
    settled: bool = False


@transaction.atomic
def take(*, case_id: int, by: Staff, now: datetime, version: int | None = None) -> Case:
    """Somebody makes the case their own."""
    case = locked(case_id, version)
    move(case, Move.TAKE)
    before, case.staff = case.staff_id, by
    data = {"was_staff_id": before}
    return changed(case, "state", "staff", told=Told(kind="case.taken", by=by, at=now, data=data))


@transaction.atomic
def assign(*, case_id: int, to: Assignment, by: By, now: datetime, version: int | None = None) -> Case:
    """Give the case to a person or a unit. Raises UnitReasonError where `owes_reason`."""
    return _hand(locked(case_id, version), Move.ASSIGN, to, Told(kind="case.assigned", by=by, at=now))


def owes_reason(case: Case, to: Assignment, by: By) -> bool:
    """Whether words are missing: one unit loses the case to another, and they are not both one's own."""
    if to.settled or to.reason.strip() or not isinstance(by, Staff):
        return False
    if case.unit_id is None or to.unit_id is None or case.unit_id == to.unit_id:
        return False
    return not own_units(by).issuperset((case.unit_id, to.unit_id))


@transaction.atomic
def transfer(*, case_id: int, to: Assignment, by: By, now: datetime, version: int | None = None) -> Case:
    """Hand the case to another unit, where it begins as new. Raises ReasonError without a reason."""
    if not to.reason.strip() or to.unit_id is None:
        raise ReasonError("a transfer names the unit and says why")
    return _hand(locked(case_id, version), Move.TRANSFER, to, Told(kind="case.assigned", by=by, at=now))


@transaction.atomic
def plan(*, case_id: int, day: date, by: By, now: datetime, version: int | None = None) -> Case:
    """Name the day on which it will be done; the resident hears of it.

    Raises PlannedDayError for a day before today in the municipality, or beyond FURTHEST_PLAN.
    """
    case = locked(case_id, version)
    today = now.astimezone(ZoneInfo(municipality().timezone)).date()
    if not today <= day <= today + FURTHEST_PLAN:
        raise PlannedDayError(f"{day} is not between today and two years from now")
    move(case, Move.PLAN)
    case.planned_date = day
    told = Told(kind="case.planned", by=by, at=now, data={"date": day.isoformat()})
    return changed(case, "state", "planned_date", told=told)


@transaction.atomic
def ask(*, case_id: int, question: str, by: By, now: datetime, version: int | None = None) -> Case:
    """Wait for the resident: the clocks in working time stand still until they answer.

    Clocks that somebody stopped before for a reason stand still until that is over.
    """
    if not question.strip():
        raise ReasonError("a question has words")
    case = locked(case_id, version)
    waiting = case.state == State.WAITING
    move(case, Move.ASK)
    stories = [Told(kind="case.waiting", by=by, at=now, data={"question": question})]
    if not waiting and not case.pauses.filter(ended_at=None).exists():
        promises.begin_pause(case, reason=question, by=by, now=now)
        tell(case, Told(kind="clock.paused", by=by, at=now, data={"reason": question, "legal": False}))
    return changed(case, "state", *owing.DUE, told=stories[0])


@transaction.atomic
def resume(*, case_id: int, by: By, now: datetime, version: int | None = None) -> Case:
    """Work goes on, without waiting for the resident, the agency or the day."""
    case = locked(case_id, version)
    was = case.state
    move(case, Move.RESUME)
    if owing.go_on(case, at=now):
        tell(case, Told(kind="clock.resumed", by=by, at=now))
    told = Told(kind="case.taken", by=by, at=now, data={"was_state": was})
    return changed(case, "state", *owing.DUE, told=told)


@transaction.atomic
def refer(*, case_id: int, agency_id: int, by: By, now: datetime, version: int | None = None) -> Case:
    """Hand the matter to an agency and keep an eye on it; clocks that a question stopped run on."""
    case = locked(case_id, version)
    if case.state == State.WAITING and owing.stop_waiting(case, at=now):
        tell(case, Told(kind="clock.resumed", by=by, at=now))
    move(case, Move.REFER)
    case.agency_id = agency_id
    told = Told(kind="case.referred", by=by, at=now, data={"agency_id": agency_id})
    return changed(case, "state", "agency", *owing.DUE, told=told)


@transaction.atomic
def reopen(*, case_id: int, reason: str, by: By, now: datetime, version: int | None = None) -> Case:
    """It was not solved. What was promised at first stays visible; the resolution is owed anew.

    A duplicate whose master has ended reopens the master instead, for all who reported it; one whose master
    is still open says so to the master.
    """
    case, master = with_whole(case_id)
    if version is not None:
        case = locked(case_id, version)
    if case.master_id is not None and case.state == State.ENDED:
        return _reopen_master(case, master, reason, Told(kind="case.reopened", by=by, at=now))
    move(case, Move.REOPEN)
    data = {"reason": reason, "was_outcome": case.outcome, "count": case.reopened + 1}
    owing.reopen(case, at=now)
    case.unread = case.unread or by == "resident"
    told = Told(kind="case.reopened", by=by, at=now, data=data)
    return changed(case, *owing.REOPENED, *owing.DUE, "unread", told=told)


def _reopen_master(duplicate: Case, master: Case, reason: str, told: Told) -> Case:
    data = {"reason": reason, "master_id": duplicate.master_id}
    changed(duplicate, told=Told(kind=told.kind, by=told.by, at=told.at, data=data))
    if master.state == State.ENDED:
        return reopen(case_id=master.pk, reason=reason, by=told.by, now=told.at)
    master.unread = True
    note_data = {"contact_id": None, "duplicate_id": duplicate.pk, "reason": reason, "reopened": False}
    return changed(master, "unread", told=Told(kind="case.followed", by=told.by, at=told.at, data=note_data))


def _hand(case: Case, step: Move, to: Assignment, told: Told) -> Case:
    data = {
        "was_unit_id": case.unit_id,
        "was_staff_id": case.staff_id,
        "unit_id": to.unit_id or case.unit_id,
        "staff_id": to.staff_id,
        "reason": to.reason,
    }
    move(case, step)
    if owes_reason(case, to, told.by):
        raise UnitReasonError("one unit loses the case to another: say why")
    case.unit_id, case.staff_id = to.unit_id or case.unit_id, to.staff_id
    return changed(
        case, "state", "unit", "staff", told=Told(kind=told.kind, by=told.by, at=told.at, data=data)
    )
