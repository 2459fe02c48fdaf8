"""What services were before: every change keeps the whole state, so that it can be compared and restored."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Max

from vefa.directory.models import Service, ServiceVersion, Staff
from vefa.directory.states import State, changes
from vefa.directory.stating import states


@contextmanager
def kept_by_load(*, now: datetime) -> Iterator[None]:
    """Keep a version of every service that a load changes; what a load makes begins without a history."""
    before = states()
    yield
    if not before:
        return
    after = states(before)
    moved = {code: (old, after[code]) for code, old in before.items() if changes(old, after[code])}
    if moved:
        keep(moved, by=None, now=now)


def keep(
    moved: Mapping[str, tuple[State, State]], *, by: Staff | None, now: datetime, restored: int | None = None
) -> dict[str, int]:
    """Keep what services became (code -> before, after), and what they were if that was never kept.

    Returns the number of the new version by code. Call it in the transaction of the change.
    """
    services = {row.code: row for row in Service.objects.filter(code__in=list(moved))}
    last = latest(row.pk for row in services.values())
    fresh, numbers = [], {}
    for code, (before, after) in moved.items():
        service = services[code]
        number = last.get(service.pk, 0)
        if not number:
            number = 1
            since = service.loaded_at or now
            fresh.append(ServiceVersion(service=service, number=1, at=since, state=dict(before)))
        numbers[code] = number + 1
        fresh.append(
            ServiceVersion(
                service=service, number=number + 1, at=now, by=by, state=dict(after), restored=restored
            )
        )
    ServiceVersion.objects.bulk_create(fresh)
    return numbers


def latest(service_ids: Iterable[int]) -> dict[int, int]:
    """The number of the last version of each service that has one."""
    rows = ServiceVersion.objects.filter(service_id__in=list(service_ids))
    return dict(rows.values("service_id").annotate(last=Max("number")).values_list("service_id", "last"))
