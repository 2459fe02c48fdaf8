"""Names that a provider tells only when it is asked: noted while reading, asked once a person, outside any
transaction. Where it tells none, people stand under their number as before.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import httpx
from django.db import transaction

from vefa.channels.manners import Named
from vefa.channels.port import BusyError, RejectedError
from vefa.citizens.models import Address, Citizen
from vefa.inbox.doors import adapter_of
from vefa.inbox.models import NameWanted, PostState
from vefa.kit.claim import wait_after
from vefa.kit.text import fold

MAX_TRIES = 5
HOLD = timedelta(minutes=2)  # nobody else asks for the same name meanwhile
Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


def note_nameless(wanted: Iterable[tuple[int, int]], *, now: datetime) -> None:
    """Remember whose name is wanted, by endpoint and address; who was asked for is not asked for again."""
    rows = {
        address_id: NameWanted(address_id=address_id, endpoint_id=endpoint_id, due_at=now)
        for endpoint_id, address_id in wanted
    }
    NameWanted.objects.bulk_create([rows[key] for key in sorted(rows)], ignore_conflicts=True)


def ask_due(*, http: httpx.Client, clock: Clock, limit: int = 20) -> int:
    """Ask for names that are due, one after the other; how many were tried."""
    for count in range(limit):
        row = _take(now=clock())
        if row is None:
            return count
        _ask(row, http=http, clock=clock)
    return limit


def _take(*, now: datetime) -> NameWanted | None:
    """The one that is due first; it counts as tried before anybody is asked."""
    with transaction.atomic():
        waiting = NameWanted.objects.select_for_update(skip_locked=True, of=("self",))
        row = (
            waiting.filter(state=PostState.WAITING, due_at__lte=now)
            .select_related("endpoint", "address")
            .order_by("due_at", "id")
            .first()
        )
        if row:
            row.tries, row.due_at = row.tries + 1, now + HOLD
            row.save(update_fields=["tries", "due_at"])
    return row


def _ask(row: NameWanted, *, http: httpx.Client, clock: Clock) -> None:
    adapter = adapter_of(row.endpoint, http)
    try:
        name = adapter.name_of(row.address.value) if isinstance(adapter, Named) else ""
    except RejectedError as error:
        log.debug("No name for %s: %s", row.address_id, error.reason)
        _end(row, PostState.GONE)
    except BusyError as error:
        if row.tries >= MAX_TRIES:
            _end(row, PostState.GONE)
            return
        wait = max(wait_after(row.tries), timedelta(seconds=error.retry_after_s))
        NameWanted.objects.filter(pk=row.pk).update(due_at=clock() + wait)
    else:
        _keep(row, name.strip()[:200])


@transaction.atomic
def _keep(row: NameWanted, name: str) -> None:
    """Their own word, given meanwhile, is worth more than the provider's."""
    if name:
        Address.objects.filter(pk=row.address_id, shown_name="").update(shown_name=name)
        whose = Citizen.objects.filter(addresses=row.address_id, name="")
        whose.update(name=name, folded_name=fold(name)[:200])
    _end(row, PostState.FOUND if name else PostState.GONE)


def _end(row: NameWanted, state: PostState) -> None:
    NameWanted.objects.filter(pk=row.pk).update(state=state)
