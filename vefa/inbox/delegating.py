"""Whose an account is, and who may use it in the owner's place: the one rule about personal endpoints.

The mayor's accounts belong to whoever is mayor, a unit's to the heads of that unit. Nobody else has a part in
a personal endpoint, whatever their role, unless an owner or an administrator gave them one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from vefa.channels.models import Endpoint, Owner
from vefa.directory.access import Action, can
from vefa.directory.models import Role, Staff
from vefa.directory.queries import directory
from vefa.inbox.models import Delegation
from vefa.journal.record import Happening, record

HEADS = frozenset({Role.HEAD.value, Role.DISTRICT_HEAD.value})


class NotYoursError(Exception):
    """The account is not this person's to give away, or the other cannot take it."""


class SpanError(ValueError):
    """A delegation that would end before it begins."""


@dataclass(frozen=True)
class Part:
    """What somebody may do with one endpoint; `acts_as` is "" for the owner, else in whose place."""

    endpoint: Endpoint
    acts_as: str = ""
    may_answer: bool = True
    may_file: bool = True


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a delegate may do beside reading, from when until when (UTC); without an end until it is ended."""

    from_at: datetime
    until: datetime | None = None
    may_answer: bool = False
    may_file: bool = False


def place_of(endpoint: Endpoint) -> str:
    """In whose place a delegate of this account acts: "mayor", "unit:roads" or "institution"."""
    return f"unit:{endpoint.unit_key}" if endpoint.owner == Owner.UNIT else str(endpoint.owner)


def owns(staff: Staff, endpoint: Endpoint) -> bool:
    """Whether the account is this person's own."""
    if not can(staff, Action.READ):
        return False
    if endpoint.owner == Owner.MAYOR:
        return staff.role == Role.MAYOR
    if endpoint.owner != Owner.UNIT or staff.role not in HEADS:
        return False
    unit = directory().units.get(staff.unit_id or 0)
    return unit is not None and unit.key == endpoint.unit_key


def parts_of(staff: Staff, *, now: datetime) -> Mapping[int, Part]:
    """Every endpoint in which this person has a part, by its id; two statements at the most."""
    if not can(staff, Action.READ):
        return {}
    given = running(now).filter(staff=staff, endpoint__retired_at=None).select_related("endpoint")
    found = {
        one.endpoint_id: Part(one.endpoint, place_of(one.endpoint), one.may_answer, one.may_file)
        for one in given
    }
    if staff.role == Role.MAYOR or staff.role in HEADS:
        accounts = Endpoint.objects.exclude(owner=Owner.INSTITUTION).filter(retired_at=None)
        found |= {one.pk: Part(one) for one in accounts if owns(staff, one)}
    return found


def running(now: datetime) -> QuerySet[Delegation]:
    """The delegations in force at this moment."""
    span = Q(from_at__lte=now) & (Q(until=None) | Q(until__gt=now))
    return Delegation.objects.filter(span, ended_at=None)


def accounts_to_give(staff: Staff) -> list[Endpoint]:
    """The accounts in which this person may give others a part: their own; an administrator's are all."""
    found = Endpoint.objects.filter(retired_at=None).order_by("owner", "key")
    everything = can(staff, Action.ADMINISTER)
    return [one for one in found if _delegable(one) and (everything or owns(staff, one))]


def delegations_of(endpoints: Iterable[Endpoint]) -> list[Delegation]:
    """Everything that was ever given on these accounts, what runs first, then the latest."""
    rows = Delegation.objects.filter(endpoint__in=[one.pk for one in endpoints])
    found = rows.select_related("endpoint", "staff", "given_by", "ended_by").order_by("-id")[:200]
    return sorted(found, key=lambda one: one.ended_at is not None)


@transaction.atomic
def give(*, endpoint: Endpoint, to: Staff, grant: Grant, by: Staff, now: datetime) -> Delegation:
    """Let somebody use the account in its owner's place; what they had before on it ends.

    Raises NotYoursError, SpanError.
    """
    if not may_give(by, endpoint) or not can(to, Action.ANSWER) or owns(to, endpoint):
        raise NotYoursError(f"{endpoint.key} is not given to {to.username} by {by.username}")
    if grant.until is not None and grant.until <= max(grant.from_at, now):
        raise SpanError("it would end before it begins")
    for old in Delegation.objects.select_for_update().filter(endpoint=endpoint, staff=to, ended_at=None):
        _end(old, by, now)
    given = Delegation.objects.create(
        endpoint=endpoint, staff=to, may_answer=grant.may_answer, may_file=grant.may_file,
        from_at=grant.from_at, until=grant.until, given_by=by, given_at=now,
    )  # fmt: skip
    _tell("delegation.given", given, by, now)
    return given


@transaction.atomic
def end(*, delegation_id: int, by: Staff, now: datetime) -> Delegation:
    """Take it back. Raises NotYoursError also where there is none: absent and forbidden look the same."""
    rows = Delegation.objects.select_for_update(of=("self",)).select_related("endpoint", "staff")
    found = rows.filter(pk=delegation_id).first()
    if found is None or not may_give(by, found.endpoint):
        raise NotYoursError(f"no delegation {delegation_id} of {by.username}'s")
    if found.ended_at is None:
        _end(found, by, now)
    return found


def may_give(staff: Staff, endpoint: Endpoint) -> bool:
    """Whether this person may give others a part in the account."""
    return _delegable(endpoint) and (can(staff, Action.ADMINISTER) or owns(staff, endpoint))


def _delegable(endpoint: Endpoint) -> bool:
    """The institution's own accounts are everybody's work already."""
    return endpoint.personal or endpoint.owner != Owner.INSTITUTION


def _end(delegation: Delegation, by: Staff, now: datetime) -> None:
    delegation.ended_at, delegation.ended_by = now, by
    delegation.save(update_fields=["ended_at", "ended_by"])
    _tell("delegation.ended", delegation, by, now)


def _tell(kind: str, one: Delegation, by: Staff, now: datetime) -> None:
    data = {
        "delegation_id": one.pk,
        "staff_id": one.staff_id,
        "may_answer": one.may_answer,
        "may_file": one.may_file,
        "until": one.until.isoformat() if one.until else None,
    }
    record(
        [
            Happening(
                kind=kind, subject=f"endpoint:{one.endpoint_id}", actor=f"staff:{by.pk}", at=now, data=data
            )
        ]
    )
