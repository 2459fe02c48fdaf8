"""Duplicates: a case that follows another one, and how that is undone."""

from datetime import datetime

from django.db import transaction

from vefa.cases import owing
from vefa.cases.models import Case, Outcome, State
from vefa.cases.moves import By, Move, MoveNotAllowedError, Told, actor_of, changed, locked, move
from vefa.cases.voices import recount, with_whole
from vefa.journal.record import Happening, record


class FollowError(MoveNotAllowedError):
    """The case cannot follow that one: `why` says itself, followed, follows (`reference` is whom), ended."""

    def __init__(self, why: str, reference: str = "") -> None:
        super().__init__(f"it cannot follow that case: {why}")
        self.why, self.reference = why, reference


@transaction.atomic
def double(*, case_id: int, master_id: int, by: By, now: datetime, version: int | None = None) -> Case:
    """Let the case follow its master: it owes nothing of its own; its resident hears what the master hears.

    Raises FollowError if they are the same, others follow the case, or the master has ended or is a duplicate
    itself; MoveNotAllowedError if the case has ended.
    """
    low, high = sorted((case_id, master_id))
    rows = {low: locked(low), high: locked(high)}  # in one order, so that two of us never wait for each other
    case, master = rows[case_id], rows[master_id]
    if version is not None:
        case = locked(case_id, version)
    move(case, Move.DOUBLE)
    _check_pair(case, master)
    owing.go_on(case, at=now)
    owing.drop(case, at=now)
    case.outcome, case.master, case.ended_at = Outcome.DUPLICATE, master, now
    fields = ("state", "outcome", "master", "ended_at", *owing.DUE)
    data = {"master_id": master.pk}
    changed(case, *fields, told=Told(kind="case.doubled", by=by, at=now, data=data))
    recount(master)
    return case


def _check_pair(case: Case, master: Case) -> None:
    if case.pk == master.pk:
        raise FollowError("itself")
    if case.duplicates.exists():
        raise FollowError("followed")
    if master.master is not None:
        raise FollowError("follows", master.master.reference)
    if master.state == State.ENDED:
        raise FollowError("ended")


@transaction.atomic
def undouble(
    *, case_id: int, by: By, now: datetime, version: int | None = None, master_id: int | None = None
) -> Case:
    """Let a duplicate stand for itself again, with the promises that it had.

    Raises MoveNotAllowedError if it follows nobody, or another than `master_id` where that is given.
    """
    case, master = with_whole(case_id)
    if version is not None:
        case = locked(case_id, version)
    if case.master_id is None or case.ended_at is None or case.master_id != (master_id or master.pk):
        raise MoveNotAllowedError(f"{case} is no duplicate, or of another case")
    was = {"master_id": case.master_id, "undone": True}
    owing.pick_up(case, dropped_at=case.ended_at)
    case.state, case.outcome, case.master, case.ended_at = State.NEW, "", None, None
    fields = ("state", "outcome", "master", "ended_at", *owing.DUE)
    changed(case, *fields, told=Told(kind="case.doubled", by=by, at=now, data=was))
    recount(master)
    return case


def tell_duplicates(master: Case, told: Told) -> None:
    """Say to everybody who reported the same matter how it ended, in two statements however many they are."""
    followers = Case.objects.filter(master=master).order_by("id").values_list("id", flat=True)
    data = told.data | {"master_id": master.pk}
    record(
        Happening(kind=told.kind, subject=f"case:{pk}", actor=actor_of(told.by), at=told.at, data=data)
        for pk in followers
    )
