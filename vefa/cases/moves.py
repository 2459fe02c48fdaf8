"""Which moves a case may make, and the one way in which every change of a case is made.

A change locks the row, checks that the one who changes has seen its latest version, checks the move, and is
stored with its event in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from django.db.models import F

from vefa.cases.models import Case, State
from vefa.directory.models import Staff
from vefa.journal.record import Happening, record

By = Staff | Literal["resident", "system", "triage"]


class MoveNotAllowedError(Exception):
    """The case does not stand where this move could begin."""


class StaleError(Exception):
    """Somebody changed the case after the version that this change was made from."""


class Move(StrEnum):
    """What can be done with a case that moves it, or could."""

    TAKE = "take"
    ASSIGN = "assign"
    TRANSFER = "transfer"
    PLAN = "plan"
    ASK = "ask"
    RESUME = "resume"
    FOLLOW = "follow"
    REFER = "refer"
    END = "end"
    DOUBLE = "double"
    REOPEN = "reopen"


NEW, WORKING, PLANNED = State.NEW, State.WORKING, State.PLANNED
WAITING, REFERRED, ENDED = State.WAITING, State.REFERRED, State.ENDED

# Each move: where it may begin, and where it then leads.
MOVES: Mapping[Move, Mapping[State, State]] = {
    Move.TAKE: {
        NEW: WORKING, WORKING: WORKING, PLANNED: PLANNED, WAITING: WAITING, REFERRED: REFERRED,
    },
    Move.ASSIGN: {NEW: NEW, WORKING: WORKING, PLANNED: PLANNED, WAITING: WAITING, REFERRED: REFERRED},
    Move.TRANSFER: {NEW: NEW, WORKING: NEW, PLANNED: NEW, WAITING: WAITING, REFERRED: NEW},
    Move.PLAN: {NEW: PLANNED, WORKING: PLANNED, PLANNED: PLANNED},
    Move.ASK: {NEW: WAITING, WORKING: WAITING, PLANNED: WAITING, WAITING: WAITING, REFERRED: WAITING},
    Move.RESUME: {PLANNED: WORKING, WAITING: WORKING, REFERRED: WORKING},
    Move.FOLLOW: {
        NEW: NEW, WORKING: WORKING, PLANNED: PLANNED, WAITING: WORKING, REFERRED: REFERRED, ENDED: NEW,
    },
    Move.REFER: {NEW: REFERRED, WORKING: REFERRED, PLANNED: REFERRED, WAITING: REFERRED, REFERRED: REFERRED},
    Move.END: {NEW: ENDED, WORKING: ENDED, PLANNED: ENDED, WAITING: ENDED, REFERRED: ENDED},
    Move.DOUBLE: {NEW: ENDED, WORKING: ENDED, PLANNED: ENDED, WAITING: ENDED, REFERRED: ENDED},
    Move.REOPEN: {ENDED: NEW},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the journal is told of a change."""

    kind: str
    by: By
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


def actor_of(by: By) -> str:
    """How the journal names who acts."""
    return f"staff:{by.pk}" if isinstance(by, Staff) else by


def allowed(case: Case) -> set[Move]:
    """The moves that may begin where the case stands."""
    return {move for move, ways in MOVES.items() if State(case.state) in ways}


def locked(case_id: int, version: int | None = None) -> Case:
    """The case's row, ours until the transaction ends. Raises Case.DoesNotExist or StaleError."""
    case = Case.objects.select_for_update().get(id=case_id)
    if version is not None and case.version != version:
        raise StaleError(f"{case} is at version {case.version}, not {version}")
    return case


def move(case: Case, step: Move) -> None:
    """Put the case where the move leads. Raises MoveNotAllowedError."""
    ways = MOVES[step]
    state = State(case.state)
    if state not in ways:
        raise MoveNotAllowedError(f"{case}: cannot {step} while it is {state}")
    case.state = ways[state]


def changed(case: Case, *fields: str, told: Told) -> Case:
    """Store these fields of a locked case, count its version up, and tell the journal."""
    case.version += 1
    case.changed_at = told.at
    case.save(update_fields=[*fields, "version", "changed_at"])
    tell(case, told)
    return case


def tell(case: Case, *stories: Told) -> None:
    """Write events about a case into the journal."""
    record(
        Happening(
            kind=told.kind, subject=f"case:{case.pk}", actor=actor_of(told.by), at=told.at, data=told.data
        )
        for told in stories
    )


def touched(case_ids: list[int], *, at: datetime) -> None:
    """Count up the versions of cases that changed through something else."""
    Case.objects.filter(id__in=case_ids).update(version=F("version") + 1, changed_at=at)
