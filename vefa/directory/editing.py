"""What an administrator does with a service at the desk: change, add, retire, bring back, restore.

Every act keeps a version, stands in the journal, and gives the directory a new stamp. Nothing is deleted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from vefa.directory import queries
from vefa.directory.models import Service, ServiceGroup, ServiceVersion, Source, Staff
from vefa.directory.states import State, changes, complete
from vefa.directory.stating import states, write_examples, write_states
from vefa.directory.version import mark_changed, wait_for_turn
from vefa.directory.versions import keep, latest
from vefa.journal.record import Happening, record


class StaleServiceError(Exception):
    """Somebody else changed the service since its page was opened."""


class TakenCodeError(ValueError):
    """There is a service of this code already, in use or retired."""


class NoServiceError(LookupError):
    """There is no such service, or no such version of it."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who does it and when. `seen`: the number of the version that was on the screen; None asks for none."""

    by: Staff
    now: datetime
    seen: int | None = None


def number_of(code: str) -> int:
    """The number of the last version kept of a service, 0 for none. Raises NoServiceError."""
    service = service_of(code)
    return latest([service.pk]).get(service.pk, 0)


def state_of(code: str) -> dict[str, Any]:
    """Everything that can be edited of a service. Raises NoServiceError."""
    found = states([code])
    if code not in found:
        raise NoServiceError(code)
    return found[code]


def change(code: str, wanted: State, act: Act) -> int:
    """Make the service what the state says; the number of the version that is now in use.

    Raises NoServiceError, StaleServiceError.
    """
    return _change(code, lambda before: {**complete(wanted), "order": before["order"]}, act)


def retire(code: str, act: Act) -> int:
    """Take it out of use: old cases keep it. Raises NoServiceError, StaleServiceError."""
    return _change(code, lambda before: {**before, "retired": True}, act)


def bring_back(code: str, act: Act) -> int:
    """Take it into use again. Raises NoServiceError, StaleServiceError."""
    return _change(code, lambda before: {**before, "retired": False}, act)


def restore(code: str, number: int, act: Act) -> int:
    """Make the service what it was in a version; the version in between stays. Raises as `change`."""
    kept = ServiceVersion.objects.filter(service__code=code, number=number).first()
    if kept is None:
        raise NoServiceError(f"{code}, version {number}")
    return _change(code, lambda _: kept.state, act, restored=number)


@transaction.atomic
def add(code: str, wanted: State, act: Act) -> None:
    """A service of the desk's own, at the end of its group. Raises TakenCodeError."""
    wait_for_turn(alone=False)
    if Service.objects.filter(code=code).exists():
        raise TakenCodeError(code)
    group = ServiceGroup.objects.get(key=wanted["group"])
    state = {**complete(wanted), "order": group.services.count() + 1}
    write_states({code: state}, source=Source.DESK, now=act.now)
    service = Service.objects.get(code=code)
    write_examples(service.pk, state["examples"], now=act.now)
    ServiceVersion.objects.create(
        service=service, number=1, at=act.now, by=act.by, state=states([code])[code]
    )
    _tell(service, act, {"added": True})


@transaction.atomic
def _change(
    code: str, wanted: Callable[[dict[str, Any]], State], act: Act, *, restored: int | None = None
) -> int:
    wait_for_turn(alone=False)
    service = Service.objects.select_for_update().filter(code=code).first()
    if service is None:
        raise NoServiceError(code)
    number = latest([service.pk]).get(service.pk, 0)
    if act.seen is not None and act.seen != number:
        raise StaleServiceError(f"{code} is at version {number}, {act.seen} was seen")
    before = states([code])[code]
    after = wanted(before)
    moved = changes(before, after)
    if not moved:
        return number
    write_states({code: after}, source=Source(service.source), now=act.now)
    write_examples(service.pk, after["examples"], now=act.now)
    numbers = keep({code: (before, states([code])[code])}, by=act.by, now=act.now, restored=restored)
    _tell(service, act, {"fields": sorted(moved), "restored": restored})
    return numbers[code]


def _tell(service: Service, act: Act, data: dict[str, Any]) -> None:
    """The journal's entry and the directory's new stamp; other processes follow within two seconds."""
    mark_changed()
    told = {"code": service.code, **{name: value for name, value in data.items() if value}}
    record(
        [
            Happening(
                kind="service.edited",
                subject=f"service:{service.pk}",
                actor=f"staff:{act.by.pk}",
                at=act.now,
                data=told,
            )
        ]
    )
    transaction.on_commit(queries.forget)


def service_of(code: str) -> Service:
    """The service of this code, in use or not, read anew. Raises NoServiceError."""
    found = Service.objects.filter(code=code).first()
    if found is None:
        raise NoServiceError(code)
    return found


def history(code: str) -> list[ServiceVersion]:
    """Every version of a service, the newest first, with who made it. Raises NoServiceError."""
    return list(service_of(code).versions.select_related("by").order_by("-number"))


def catalogue() -> list[tuple[ServiceGroup, list[Service]]]:
    """Every group with all its services, retired ones too, in their order; read anew."""
    groups = ServiceGroup.objects.order_by("order", "key").prefetch_related(
        "services__unit", "services__agency"
    )
    return [
        (
            group,
            sorted(group.services.all(), key=lambda one: (one.retired_at is not None, one.order, one.code)),
        )
        for group in groups
    ]
