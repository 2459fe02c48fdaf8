"""What a case is about, said better; remarks on it; and who may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from django.db import transaction

from vefa.cases import owing, routing
from vefa.cases.duty import decide_again, elsewhere
from vefa.cases.models import Case, Note, State
from vefa.cases.moves import By, MoveNotAllowedError, Told, changed, locked, tell
from vefa.cases.parts import of_one_message
from vefa.cases.showing import NotShownError, is_public, may_be_shown
from vefa.cases.upholding import Upheld
from vefa.cases.wordlist import words_of
from vefa.directory.models import Staff


class Keep(Enum):
    """The value that leaves a fact as it is."""

    KEEP = "keep"


KEEP = Keep.KEEP
Kept = Literal[Keep.KEEP]


@dataclass(frozen=True, kw_only=True)
class Description:
    """What to change; whatever is not given stays."""

    service_id: int | Kept | None = KEEP
    area_id: int | Kept | None = KEEP
    kind: str | Kept = KEEP
    urgency: int | Kept = KEEP
    title: str | Kept = KEEP
    language: str | Kept = KEEP
    place_text: str | Kept = KEEP
    lat: float | Kept | None = KEEP
    lon: float | Kept | None = KEEP
    owner: str | Kept = KEEP  # key of the body to which the thing belongs, "ours", or "" for unknown


@transaction.atomic
def describe(*, case_id: int, words: Description, by: By, now: datetime, version: int | None = None) -> Case:
    """Correct what a case is about. A person who describes it settles what triage was unsure of.

    Another service brings its own promises, reckoned from the opening; a later day that a person granted
    stays. While nobody has taken the case, it
    goes to the unit that the new facts lead to. Raises Case.DoesNotExist, StaleError.
    """
    case = locked(case_id, version)
    before = _apply(case, words)
    _decide_duty(case, words, before)
    if not before and not case.unsure:
        return case
    decided, case.unsure = case.unsure, False
    upheld = owing.remake(case, at=now) if "service_id" in before else []
    if decided or before.keys() & {"service_id", "area_id", "owner"}:
        _reroute(case)
    case.public = case.public if not before.keys() & _SHOWS and not decided else _may_show(case)
    case.search = words_of(case, case.citizen.name if case.citizen else "")
    changes = {name: [old, _now(case, name)] for name, old in before.items()}
    data: dict[str, Any] = {"changes": changes, "unit_id": case.unit_id}
    told = Told(kind="case.described", by=by, at=now, data=data | ({"decided": True} if decided else {}))
    changed(case, *_FACTS, "unsure", "unit", "public", "search", *owing.DUE, told=told)
    _tell_upheld(case, upheld, told)
    return case


def facts_of(case: Case) -> dict[str, Any]:
    """What `describe` may change of a case, and whose it is, as `unsettle` takes it back."""
    told = {field.name: getattr(case, field.name) for field in _COLUMNS}
    return told | {"unit_id": case.unit_id, "facts": case.facts}


@transaction.atomic
def unsettle(
    *, case_id: int, was: Mapping[str, Any], by: By, now: datetime, settled_at: datetime | None = None
) -> Case:
    """Take back what settled an unsure case: its facts are as they were (`facts_of`), and it asks again.

    `settled_at` tells the journal which word of theirs is taken back; None: the newest about the case.
    Raises Case.DoesNotExist, and MoveNotAllowedError once somebody has begun with it.
    """
    case = locked(case_id)
    if case.state != State.NEW or case.staff_id is not None or case.unsure:
        raise MoveNotAllowedError(f"{case}: somebody works on it, or nothing was settled")
    before = _apply(case, Description(**{field.name: was[field.name] for field in _COLUMNS}))
    case.unsure, case.unit_id, case.facts = True, was["unit_id"], was["facts"]
    upheld = owing.remake(case, at=now) if "service_id" in before else []
    case.public = False  # as long as nobody knows what it is about
    case.search = words_of(case, case.citizen.name if case.citizen else "")
    data = {"changes": {name: [old, getattr(case, name)] for name, old in before.items()}, "undone": True}
    data |= {"settled_at": settled_at.isoformat()} if settled_at else {}
    told = Told(kind="case.described", by=by, at=now, data=data | {"unit_id": case.unit_id})
    changed(case, *_FACTS, "unsure", "unit", "public", "search", *owing.DUE, told=told)
    _tell_upheld(case, upheld, told)
    return case


@transaction.atomic
def note(*, case_id: int, text: str, by: Staff, now: datetime) -> Note:
    """Leave a remark between staff; no version is asked for, since remarks never disturb each other."""
    case = locked(case_id)
    stored = Note.objects.create(case=case, staff=by, text=text, at=now)
    tell(case, Told(kind="case.noted", by=by, at=now, data={"note_id": stored.pk}))
    return stored


@transaction.atomic
def mark_private(*, case_id: int, by: By, now: datetime, version: int | None = None) -> Case:
    """The case holds personal matters: it leaves the public list, and fewer staff see it.

    So do its parts, or its whole and the parts beside it: on each of them the same message is read.
    """
    case, others = of_one_message(case_id, version)
    told = Told(kind="case.marked", by=by, at=now, data={"private": True, "public": False})
    for one in (case, *others):
        one.private, one.public = True, False
        changed(one, "private", "public", told=told)
    return case


@transaction.atomic
def mark_public(*, case_id: int, text: str, by: By, now: datetime, version: int | None = None) -> Case:
    """Show the case to everybody, in words that hold nothing personal; it is then private no more.

    Nor is what came of the same message, but only this case is shown. Raises NotShownError if its service is
    none that is shown.
    """
    case, others = of_one_message(case_id, version)
    if not may_be_shown(owing.service_of(case)):
        raise NotShownError(f"{case}: cases of this service are not shown")
    case.private, case.public, case.public_text = False, True, text.strip()[:400]
    told = Told(kind="case.marked", by=by, at=now, data={"private": False, "public": True})
    changed(case, "private", "public", "public_text", told=told)
    for one in (one for one in others if one.private):
        one.private = False
        data = {"private": False, "public": one.public}
        changed(one, "private", told=Told(kind="case.marked", by=by, at=now, data=data))
    return case


_COLUMNS = tuple(field for field in fields(Description) if field.name != "owner")
_FACTS = (*(field.name.removesuffix("_id") for field in _COLUMNS), "facts")
_SHOWS = {"service_id", "kind"}


def _tell_upheld(case: Case, upheld: Sequence[Upheld], why: Told) -> None:
    for one in upheld:
        tell(case, Told(kind="promise.upheld", by=why.by, at=why.at, data=one.facts()))


def _apply(case: Case, words: Description) -> dict[str, Any]:
    """Write the new facts into the row; returns the old values of those that differ."""
    before: dict[str, Any] = {}
    for field in _COLUMNS:
        value, old = getattr(words, field.name), getattr(case, field.name)
        if value is not KEEP and value != old:
            before[field.name] = old
            setattr(case, field.name, value)
    return before


def _decide_duty(case: Case, words: Description, before: dict[str, Any]) -> None:
    """Say anew whose duty it is, where its service, its area or the owner of the thing was corrected."""
    owner = None if words.owner is KEEP else words.owner
    was = _now(case, "owner")
    if owner is not None and owner != was:
        before["owner"] = was
    if before.keys() & {"service_id", "area_id", "owner"}:
        case.facts = decide_again(case, owing.service_of(case), owner=owner)


def _now(case: Case, name: str) -> Any:
    return (case.facts or {}).get("owner", "") if name == "owner" else getattr(case, name)


def _reroute(case: Case) -> None:
    if case.state == State.NEW and case.staff_id is None and case.service_id is not None:
        if elsewhere(case.facts):
            unit = routing.passing_unit(case.facts, None)
            case.unit_id = unit.pk if unit else case.unit_id
            return
        unit = routing.unit_for(service=owing.service_of(case), area_id=case.area_id, endpoint=None)
        case.unit_id = unit.pk if unit else case.unit_id


def _may_show(case: Case) -> bool:
    service = owing.service_of(case)
    return is_public(service=service, kind=case.kind, private=case.private, unsure=False)
