"""What somebody decides about an unsure case: what it is about; that it is known, or several; or later.

Each decision is one transaction with its journal, the label that triage learns from, and what undoes it.
All raise HeldError, Case.DoesNotExist, StaleError and MoveNotAllowedError.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from vefa.cases import lifecycle
from vefa.cases.lifecycle import Description, Piece
from vefa.cases.models import Case
from vefa.directory.models import Staff
from vefa.triage.deciding.holding import HeldError, hold, let_go
from vefa.triage.learned.labels import confirm
from vefa.triage.models import DeskDecision, Did


@dataclass(frozen=True, kw_only=True)
class Look:
    """Who decides which case, when, and in which version it was on the screen."""

    case_id: int
    by: Staff
    now: datetime
    version: int | None = None


class FewPiecesError(ValueError):
    """Splitting needs two matters at least."""


@transaction.atomic
def settle(look: Look, words: Description) -> Case:
    """Say what it is about; while nobody has taken it, it goes to the unit that this leads to."""
    case = _begun(look)
    was = lifecycle.facts_of(case)
    told = lifecycle.describe(
        case_id=look.case_id, words=words, by=look.by, now=look.now, version=look.version
    )
    _keep(look, Did.SERVICE, was=was, then=lifecycle.facts_of(told))
    return told


@transaction.atomic
def merge(look: Look, master_id: int) -> Case:
    """It is known already: it follows that case from now on."""
    _begun(look)
    joined = lifecycle.double(
        case_id=look.case_id, master_id=master_id, by=look.by, now=look.now, version=look.version
    )
    if joined.master is not None and joined.master.service_id is not None:
        confirm(case_id=joined.pk, service_id=joined.master.service_id, by=look.by, now=look.now)
    _keep(look, Did.MERGED, master_id=master_id)
    return joined


@transaction.atomic
def split(look: Look, pieces: Sequence[Piece], words: Description) -> list[Case]:
    """Several matters: the case keeps the first, and each other becomes a part with a unit and clocks.

    `words` holds what else was said of the case. Raises FewPiecesError.
    """
    if len(pieces) < 2:
        raise FewPiecesError("two matters at least")
    case = _begun(look)
    was = lifecycle.facts_of(case)
    told = lifecycle.describe(
        case_id=look.case_id, words=words, by=look.by, now=look.now, version=look.version
    )
    parts = [lifecycle.part(case_id=look.case_id, piece=one, by=look.by, now=look.now) for one in pieces[1:]]
    for one, piece in zip(parts, pieces[1:], strict=True):
        confirm(case_id=one.pk, service_id=piece.service_id, by=look.by, now=look.now)
    cut = {"part_ids": [one.pk for one in parts], "parts_then": [lifecycle.facts_of(one) for one in parts]}
    _keep(look, Did.SPLIT, was=was, then=lifecycle.facts_of(told), **cut)
    return parts


@transaction.atomic
def skip(look: Look) -> None:
    """Leave it to somebody else, or to a later look."""
    _begun(look)
    _keep(look, Did.SKIPPED)


def _begun(look: Look) -> Case:
    """The case, held by who decides. Raises HeldError if it is somebody else's now."""
    if not hold(look.case_id, look.by, now=look.now):
        raise HeldError(f"case {look.case_id} is being decided by somebody else")
    case = Case.objects.select_for_update().get(pk=look.case_id)
    if not case.unsure:
        raise lifecycle.StaleError(f"{case} was decided meanwhile")
    return case


def _keep(look: Look, did: Did, **undo: Any) -> None:
    DeskDecision.objects.create(staff=look.by, case_id=look.case_id, did=did, at=look.now, undo=undo)
    let_go(look.case_id, look.by)
