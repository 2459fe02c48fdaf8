"""Rights: what each role sees, and what it may do with what it sees. Nothing else grants anything.

    role           sees cases of                                      read enter note answer assign transfer
    operator       everybody                                          x    x     x    x      x      x
    head           the own unit and every unit below                  x    x     x    x      x      x
    district_head  the own unit and the own areas, and all below      x    x     x    x      x      x
    crew           (nobody's)                                         x    -     x    -      -      -
    headman        the own areas and all below                        x    x     -    -      -      -
    mayor          everybody                                          x    x     x    x      x      x
    expert         the own unit and all below; without one everybody  x    -     x    -      -      -
    administrator  everybody                                          x    x     x    x      x      x
    auditor        everybody                                          x    -     -    -      -      -

    role           resolve merge approve delegate requeue private export audit administer
    operator       x       x     -       -        x       x       x      -     -
    head           x       -     x       x        -       x       x      -     -
    district_head  x       -     x       x        -       x       x      -     -
    crew           x       -     -       -        -       x       -      -     -
    headman        -       -     -       -        -       -       -      -     -
    mayor          x       -     x       x        -       x       x      -     -
    expert         -       -     -       -        -       -       -      -     -
    administrator  x       x     x       x        x       x       x      x     x
    auditor        -       -     -       -        -       -       x      x     -

Who does not see everybody's cases also sees those given to themselves by name. Who is retired or not active
sees nothing and may do nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from vefa.directory.models import Area, Role, Staff, Unit
from vefa.directory.queries import directory


class Action(StrEnum):
    """What somebody may do with the cases they see; the last two concern the installation."""

    READ = "read"  # look at a case, its conversation and its history
    ENTER = "enter"  # write down a call, a visit, a letter
    NOTE = "note"  # leave an internal note
    ANSWER = "answer"  # write to the resident
    ASSIGN = "assign"  # give a case to a person or a unit; outside one's own unit it says why
    TRANSFER = "transfer"  # hand a case to another unit, where it begins anew, or to an agency
    RESOLVE = "resolve"  # report the outcome: done, not possible, passed on
    MERGE = "merge"  # join cases or citizens, and undo it
    APPROVE = "approve"  # grant the extension of a promise
    DELEGATE = "delegate"  # let others use one's own accounts in one's place
    REQUEUE = "requeue"  # send parked and uncertain items on their way again
    PRIVATE = "private"  # see names, addresses and what is marked private
    EXPORT = "export"  # take lists out of the house
    AUDIT = "audit"  # see who saw and did what
    ADMINISTER = "administer"  # staff, endpoints, phrases, the directory


_SEE_ALL = {Role.OPERATOR, Role.MAYOR, Role.ADMINISTRATOR, Role.AUDITOR}
_SEE_UNIT = {Role.HEAD, Role.DISTRICT_HEAD, Role.EXPERT}
_SEE_AREAS = {Role.DISTRICT_HEAD, Role.HEADMAN}

_SPEAK = {Action.READ, Action.ENTER, Action.NOTE, Action.ANSWER}
_DESK = _SPEAK | {Action.ASSIGN, Action.TRANSFER, Action.RESOLVE}
_HEAD = frozenset(_DESK | {Action.APPROVE, Action.PRIVATE, Action.EXPORT, Action.DELEGATE})

MAY: dict[Role, frozenset[Action]] = {
    Role.OPERATOR: frozenset(_DESK | {Action.MERGE, Action.REQUEUE, Action.PRIVATE, Action.EXPORT}),
    Role.HEAD: _HEAD,
    Role.DISTRICT_HEAD: _HEAD,
    Role.CREW: frozenset({Action.READ, Action.NOTE, Action.RESOLVE, Action.PRIVATE}),
    Role.HEADMAN: frozenset({Action.READ, Action.ENTER}),
    Role.MAYOR: _HEAD,
    Role.EXPERT: frozenset({Action.READ, Action.NOTE}),
    Role.ADMINISTRATOR: frozenset(Action),
    Role.AUDITOR: frozenset({Action.READ, Action.EXPORT, Action.AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases somebody sees: all of them, or those that fit any one of the three.

    unit_ids   cases of these units      area_ids   cases in these areas
    staff_id   cases given to this person
    """

    everything: bool = False
    unit_ids: frozenset[int] = field(default=frozenset())
    area_ids: frozenset[int] = field(default=frozenset())
    staff_id: int | None = None

    @property
    def nothing(self) -> bool:
        """Whether no case at all can be seen."""
        return not (self.everything or self.unit_ids or self.area_ids or self.staff_id)


def can(staff: Staff, action: Action | str) -> bool:
    """Whether this person's role may do this at all; which cases it concerns says `scope_of`."""
    return _at_work(staff) and Action(action) in MAY[Role(staff.role)]


def scope_of(staff: Staff) -> Scope:
    """Which cases this person sees, found once per staff object in memory."""
    known: Scope | None = staff.__dict__.get("_scope")
    if known is None:
        known = staff.__dict__["_scope"] = _find_scope(staff)
    return known


def _at_work(staff: Staff) -> bool:
    return staff.is_active and staff.retired_at is None


def _find_scope(staff: Staff) -> Scope:
    role = Role(staff.role)
    if not _at_work(staff):
        return Scope()
    if role in _SEE_ALL or (role is Role.EXPERT and staff.unit_id is None):
        return Scope(everything=True)
    return Scope(
        unit_ids=own_units(staff) if role in _SEE_UNIT else frozenset(),
        area_ids=_areas_of(staff) if role in _SEE_AREAS else frozenset(),
        staff_id=staff.pk,
    )


def own_units(staff: Staff) -> frozenset[int]:
    """Somebody's own unit and every unit below it."""
    own = directory().units.get(staff.unit_id or 0)
    return _at_or_below([own.path] if own else [], directory().units.values())


def _areas_of(staff: Staff) -> frozenset[int]:
    here = directory()
    own = [here.areas[area_id].path for area_id in here.areas_by_staff.get(staff.pk, ())]
    return _at_or_below(own, here.areas.values())


def _at_or_below(paths: Sequence[str], places: Iterable[Area | Unit]) -> frozenset[int]:
    below = tuple(f"{path}/" for path in paths)
    return frozenset(one.pk for one in places if one.path in paths or one.path.startswith(below))
