"""A person's morning: what came to them and what is worst, gone through once, thing by thing.

The list is made at the first look of the local day and stays, so that "7 of 23" means something; what comes
to one's own accounts meanwhile is added at its end. What somebody else settled falls out of it by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from vefa.cases import queries
from vefa.cases.filters import Filters, Sort, View
from vefa.cases.models import OPEN, Case, State
from vefa.dialogue.models import Morning
from vefa.directory.models import Role, Staff
from vefa.directory.queries import directory
from vefa.inbox import private
from vefa.inbox.delegating import HEADS, parts_of
from vefa.inbox.models import PrivateState
from vefa.inbox.private import Found

PRIVATE, CASE = "private", "case"
MOST_PRIVATE = 60
MOST_OWN = 20
WORST = 5  # of each sort
RECENT = timedelta(days=7)
SUPPORTED_WITHIN = timedelta(days=60)
AT_LEAST = 2  # further voices that make a matter one of the most supported

Item = Mapping[str, Any]  # kind, id, why


class NothingToUndoError(Exception):
    """No step was taken yet."""


@dataclass(frozen=True)
class Thing:
    """One thing that waits: its place in the list, why it is there, and the message or the case."""

    place: int
    why: str  # private, mine, unit, urgent, late, supported
    message: Found | None = None
    case: Case | None = None


@dataclass(frozen=True)
class Round:
    """The morning as it stands: what waits, in order, and what was done."""

    morning: Morning
    waiting: list[Thing]

    @property
    def total(self) -> int:
        """How many things it holds."""
        return len(self.morning.items)

    @property
    def done(self) -> int:
        """How many of them need nothing more."""
        return self.total - len(self.waiting)

    def at(self, place: int) -> Thing | None:
        """What waits at this place."""
        return next((one for one in self.waiting if one.place == place), None)

    def overtaken(self, place: int) -> Item | None:
        """What stood at this place until others settled it; None where this person took the step."""
        own = any(one["place"] == place for one in self.morning.steps)
        gone = 0 < place <= self.total and not own and self.at(place) is None
        return self.morning.items[place - 1] if gone else None

    def after(self, place: int) -> Thing | None:
        """What comes next: behind this place, else from the beginning."""
        later = (one for one in self.waiting if one.place > place)
        return next(later, self.waiting[0] if self.waiting else None)


def round_of(staff: Staff, *, now: datetime) -> Round:
    """This person's round of today; it is made at the first look."""
    day = now.astimezone(ZoneInfo(directory().municipality.timezone)).date()
    morning = Morning.objects.filter(staff=staff, day=day).first()
    if morning is None:
        items = list(_composed(staff, now))
        morning, _ = Morning.objects.get_or_create(
            staff=staff, day=day, defaults={"items": items, "begun_at": now}
        )
    return Round(morning, _waiting(morning, staff, now))


@transaction.atomic
def step(staff: Staff, morning: Morning, *, place: int, did: str, now: datetime, **undo: Any) -> None:
    """Remember what was done at a place, and add what came to one's own accounts meanwhile.

    That is also what was decided this morning and waits once more, because its answer did not arrive.
    """
    held = Morning.objects.select_for_update().get(pk=morning.pk)
    if any(one["place"] == place for one in held.steps):
        return  # pressed twice
    held.steps = [*held.steps, {"place": place, "did": did, "at": now.isoformat(), "undo": undo}]
    known = set(_known(held))
    fresh = (pk for pk in private.open_ids(staff, now=now, limit=MOST_PRIVATE) if (PRIVATE, pk) not in known)
    held.items = [*held.items, *({"kind": PRIVATE, "id": pk, "why": "private"} for pk in fresh)]
    held.save(update_fields=["steps", "items"])


def _known(morning: Morning) -> Iterator[tuple[str, int]]:
    """What stands in the list and needs no second place: nobody has decided yet, or it was left as it is."""
    decided = {one["place"] for one in morning.steps if one["did"] != "left"}
    for place, item in enumerate(morning.items, start=1):
        if place not in decided:
            yield item["kind"], item["id"]


def last_step(morning: Morning) -> Mapping[str, Any] | None:
    """What was done last, None where nothing was."""
    return morning.steps[-1] if morning.steps else None


@transaction.atomic
def step_back(morning: Morning) -> Mapping[str, Any]:
    """Take the last step off the list. Raises NothingToUndoError."""
    held = Morning.objects.select_for_update().get(pk=morning.pk)
    if not held.steps:
        raise NothingToUndoError("no step was taken")
    last: Mapping[str, Any] = held.steps[-1]
    held.steps = held.steps[:-1]
    held.save(update_fields=["steps"])
    return last


def tally(morning: Morning) -> dict[str, int]:
    """How often what was done."""
    found: dict[str, int] = {}
    for one in morning.steps:
        found[one["did"]] = found.get(one["did"], 0) + 1
    return found


def _waiting(morning: Morning, staff: Staff, now: datetime) -> list[Thing]:
    """What nobody has settled, in the order of the list, as far as it may be seen."""
    settled = {one["place"] for one in morning.steps}
    left = [(place, item) for place, item in enumerate(morning.items, start=1) if place not in settled]
    messages = private.many(staff, _ids(left, PRIVATE), now=now)
    cases = {one.pk: one for one in _cases(staff, _ids(left, CASE))}
    things = []
    for place, item in left:
        message = messages.get(item["id"]) if item["kind"] == PRIVATE else None
        case = cases.get(item["id"]) if item["kind"] == CASE else None
        open_still = message is not None and message.message.state == PrivateState.OPEN
        if case is not None or open_still:
            things.append(Thing(place, item["why"], message if open_still else None, case))
    return things


def _ids(left: Iterable[tuple[int, Item]], kind: str) -> list[int]:
    return [item["id"] for _, item in left if item["kind"] == kind]


def _cases(staff: Staff, ids: list[int]) -> list[Case]:
    if not ids:
        return []
    seen = queries.visible_to(staff).filter(pk__in=ids).exclude(state=State.ENDED)
    related = ("conversation__address", "conversation__endpoint", "staff", "citizen")
    return [queries.attached(one) for one in seen.select_related(*related).defer("search")]


def _composed(staff: Staff, now: datetime) -> Iterable[Item]:
    """What came to me, then what is worst, each thing once."""
    for pk in private.open_ids(staff, now=now, limit=MOST_PRIVATE):
        yield {"kind": PRIVATE, "id": pk, "why": "private"}
    named: set[int] = set()
    for why, ids in _lists(staff, now):
        for pk in ids:
            if pk not in named:
                named.add(pk)
                yield {"kind": CASE, "id": pk, "why": why}


def _lists(staff: Staff, now: datetime) -> Iterable[tuple[str, list[int]]]:
    yield "mine", _to_my_accounts(staff, now)
    if staff.role in HEADS:
        yield "unit", _first(staff, Filters(view=View.UNREAD), now, MOST_OWN)
    elif staff.role != Role.MAYOR:
        yield "unit", _first(staff, Filters(view=View.MINE), now, MOST_OWN)
    for urgency in (2, 1):
        yield "urgent", _first(staff, Filters(view=View.OPEN, urgency=urgency), now, WORST)
    yield "late", _first(staff, Filters(view=View.LATE, sort=Sort.DUE), now, WORST)
    yield "supported", _most_supported(staff, now)


def _to_my_accounts(staff: Staff, now: datetime) -> list[int]:
    """Cases that came by accounts in which this person has a part, and that nobody has opened yet."""
    accounts = list(parts_of(staff, now=now))
    if not accounts:
        return []
    fresh = queries.visible_to(staff).filter(OPEN, unread=True, opened_at__gt=now - RECENT)
    mine = fresh.filter(conversation__endpoint__in=accounts).order_by("opened_at", "id")
    return list(mine.values_list("pk", flat=True)[:MOST_OWN])


def _first(staff: Staff, filters: Filters, now: datetime, limit: int) -> list[int]:
    return [case.pk for case in queries.queue(staff, filters, now=now, limit=limit).rows]


def _most_supported(staff: Staff, now: datetime) -> list[int]:
    found = queries.visible_to(staff).filter(
        OPEN, supporters__gte=AT_LEAST, opened_at__gt=now - SUPPORTED_WITHIN
    )
    return list(found.order_by("-supporters", "-opened_at").values_list("pk", flat=True)[:WORST])
