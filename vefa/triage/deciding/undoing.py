"""Taking back one's own last decision, the one before it, and so on, within the day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from django.db import transaction

from vefa.cases import lifecycle
from vefa.cases.models import Case
from vefa.directory.models import Staff
from vefa.triage.deciding.holding import HeldError, hold
from vefa.triage.models import DeskDecision, Did, ServiceLabel

UNDOES = timedelta(hours=24)


class NothingToUndoError(Exception):
    """Nothing was decided, or all of it is taken back."""


def last_decision(staff: Staff, *, now: datetime) -> DeskDecision | None:
    """What this person decided last and could take back."""
    mine = DeskDecision.objects.filter(staff=staff, undone_at=None, at__gt=now - UNDOES)
    return mine.select_related("case").order_by("-at", "-id").first()


@transaction.atomic
def undo(*, staff: Staff, now: datetime) -> DeskDecision:
    """Take the last decision back; its case is held again by who decided.

    Raises NothingToUndoError, MoveNotAllowedError once somebody works on it or has changed it, HeldError.
    """
    last = last_decision(staff, now=now)
    if last is None:
        raise NothingToUndoError("nothing was decided")
    _TAKE_BACK[Did(last.did)](last, now)
    last.undone_at = now
    last.save(update_fields=["undone_at"])
    if not hold(last.case_id, staff, now=now):
        raise HeldError(f"case {last.case_id} is being decided by somebody else")
    return last


def _service(last: DeskDecision, now: datetime) -> None:
    _is_still(last.case_id, last.undo.get("then"))
    lifecycle.unsettle(case_id=last.case_id, was=last.undo["was"], by=last.staff, now=now, settled_at=last.at)


def _merged(last: DeskDecision, now: datetime) -> None:
    lifecycle.undouble(case_id=last.case_id, by=last.staff, now=now, master_id=last.undo["master_id"])
    _unlearn([last.case_id], last, now)


def _split(last: DeskDecision, now: datetime) -> None:
    _is_still(last.case_id, last.undo.get("then"))
    part_ids = last.undo["part_ids"]
    for part_id, then in zip_longest(part_ids, last.undo.get("parts_then", ())):
        _is_still(part_id, then)
        lifecycle.unpart(case_id=part_id, by=last.staff, now=now)
    _unlearn(part_ids, last, now)
    _service(last, now)


def _is_still(case_id: int, then: Mapping[str, Any] | None) -> None:
    """Raise MoveNotAllowedError where somebody has corrected what was decided, or given it away.

    `then` are its facts after the decision; None of one made before these were kept.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if then is not None and lifecycle.facts_of(case) != then:
        raise lifecycle.MoveNotAllowedError(f"{case} was changed since it was decided")


def _unlearn(case_ids: list[int], last: DeskDecision, now: datetime) -> None:
    """What was confirmed with the decision; a description takes back its own label."""
    said = ServiceLabel.objects.filter(case_id__in=case_ids, staff=last.staff, at=last.at, undone_at=None)
    said.update(undone_at=now)


def _skipped(_last: DeskDecision, _now: datetime) -> None:
    """The case itself was never touched."""


_TAKE_BACK = {Did.SERVICE: _service, Did.MERGED: _merged, Did.SPLIT: _split, Did.SKIPPED: _skipped}
