"""The outbox: the only place that talks to providers, and never inside a transaction.

One delivery at a time is leased per endpoint, so that a process that dies in the middle leaves one item in
doubt, not a batch. The lease carries a fencing token: whoever comes too late writes nothing. One process at
a time serves an endpoint (an advisory lock of the database), which keeps its pace and its order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from vefa.channels.models import Endpoint
from vefa.channels.port import Adapter, BusyError, RejectedError, SendError, Sent, UnsureError
from vefa.citizens.models import Address
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.pace import Pace
from vefa.dialogue.parcels import parcel_of
from vefa.dialogue.receipts import tell_failed
from vefa.journal.record import Happening, record
from vefa.kit.claim import wait_after
from vefa.kit.ids import token
from vefa.kit.prepared import Prepared

LEASE = timedelta(seconds=90)
MINUTE = timedelta(minutes=1)
LONG_S = 1.5  # nobody else waits for longer than this because one person must not be written to yet
MAX_TRIES = 25  # with half an hour between the last ones: about ten hours
# From one try to the next while a provider is down; the first success begins anew.
RESTS = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 80, 160, 300))
_LOCKS = 0x7EFA  # the space of advisory locks that endpoints use
_AWAKE = Q(endpoint__paused_until=None)

type Clock = Callable[[], datetime]
S = DeliveryState


@dataclass(frozen=True)
class Lease:
    """The right to deliver one item."""

    delivery: Delivery
    token: UUID


def endpoints_with_work(*, now: datetime) -> list[Endpoint]:
    """The accounts that have something to send now, neither paused by a person nor resting by request."""
    due = Delivery.objects.filter(endpoint=OuterRef("pk"), state=S.QUEUED, due_at__lte=now)
    return list(
        Endpoint.objects.filter(Exists(due), outbound_paused=False, active=True, retired_at=None)
        .exclude(paused_until__gt=now)
        .order_by("id")
    )


def deliver_due(*, endpoint: Endpoint, adapter: Adapter, clock: Clock, limit: int = 100) -> int:
    """Send what is due on one endpoint, oldest first, up to `limit`; returns how many were tried.

    Keeps the provider's pace by waiting between two parcels. Returns 0 at once when another process serves
    this endpoint; a provider that asks for patience ends the run.
    """
    if not _lock(endpoint.id):
        return 0
    try:
        pace = Pace(adapter.limits)
        for sent in range(limit):
            if adapter.limits.per_minute and _is_full(endpoint, adapter.limits.per_minute, now=clock()):
                return sent
            lease = lease_next(endpoint_id=endpoint.id, now=clock())
            if lease is None:
                return sent
            early_s = pace.early_s(lease.delivery.conversation_id)
            if early_s > LONG_S:
                _hold_back(lease, early_s, now=clock())
                continue
            pace.wait(lease.delivery.conversation_id)
            if not deliver(lease, adapter=adapter, clock=clock):
                return sent + 1
        return limit
    finally:
        _unlock(endpoint.id)


def _hold_back(lease: Lease, seconds: float, *, now: datetime) -> None:
    """Lay it back until its address may be written to again; it was not tried."""
    due_at, tries = now + timedelta(seconds=seconds), lease.delivery.tries - 1
    _settle(lease, {"state": S.QUEUED, "due_at": due_at, "tries": tries})


def _is_full(endpoint: Endpoint, most: int, *, now: datetime) -> bool:
    """Whether the minute's measure is used up; then the endpoint rests until there is room again."""
    went = Delivery.objects.filter(endpoint=endpoint, handed_over_at__gt=now - MINUTE).exclude(provider_id="")
    moments = [at for at, parts in went.values_list("handed_over_at", "parts") for _ in parts or ("",) if at]
    if len(moments) < most:
        return False
    Endpoint.objects.filter(id=endpoint.pk).update(paused_until=sorted(moments)[-most] + MINUTE)
    return True


def _next(endpoint_id: int, now: datetime) -> QuerySet[Delivery]:
    older = Delivery.objects.filter(
        conversation=OuterRef("conversation"), state__in=(S.QUEUED, S.LEASED), id__lt=OuterRef("id")
    )
    return (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("reply__case", "conversation__address")  # what its parcel is made of
        .filter(_AWAKE | Q(endpoint__paused_until__lte=now), endpoint__outbound_paused=False)
        .filter(endpoint_id=endpoint_id, state=S.QUEUED, due_at__lte=now)
        .exclude(Exists(older))
        .order_by("due_at", "id")[:1]
    )


_NEXT = Prepared(_next, int, datetime)  # composing it anew cost more than all the rest of a delivery


def lease_next(*, endpoint_id: int, now: datetime) -> Lease | None:
    """Take the oldest due delivery that no older one of its conversation stands before.

    None too while the account rests: whoever asks may have decided to send before its provider asked for
    patience, or before a person paused it.
    """
    with transaction.atomic():
        row = next(iter(_NEXT(endpoint_id, now)), None)
        if row is None:
            return None
        row.state, row.lease, row.leased_until, row.tries = S.LEASED, token(), now + LEASE, row.tries + 1
        row.save(update_fields=["state", "lease", "leased_until", "tries"])
    assert row.lease is not None
    return Lease(row, row.lease)


def deliver(lease: Lease, *, adapter: Adapter, clock: Clock) -> bool:
    """Hand one leased item over and write down what became of it. False: let the endpoint rest."""
    parcel = parcel_of(lease.delivery, now=clock())
    try:
        sent = adapter.send(parcel)
    except BusyError as error:
        return _postpone(lease, error, now=clock())
    except RejectedError as error:
        _fail(lease, error, now=clock())
    except UnsureError as error:
        _doubt(lease, error, now=clock())
    else:
        _handed_over(lease, sent, now=clock())
    return True


def _handed_over(lease: Lease, sent: Sent, *, now: datetime) -> None:
    facts = {
        "state": S.HANDED_OVER,
        "provider_id": sent.provider_id,
        "parts": list(sent.parts or (sent.provider_id,)),
        "handed_over_at": now,
        "trouble": "",
    }
    if _settle(lease, facts):
        _endpoint(lease).update(last_out_at=now, trouble="", refusals=0)


def _postpone(lease: Lease, error: BusyError, *, now: datetime) -> bool:
    if lease.delivery.tries >= MAX_TRIES:
        _fail(lease, RejectedError(f"given up after {MAX_TRIES} tries: {error.reason}"), now=now)
        return True
    wait = max(wait_after(lease.delivery.tries), timedelta(seconds=error.retry_after_s))
    facts = {"state": S.QUEUED, "due_at": now + wait, "trouble": error.reason, "parts": _parts(lease, error)}
    _settle(lease, facts)
    if error.address_only:
        return True
    _let_rest(lease, error, now=now)
    return False


def _let_rest(lease: Lease, error: BusyError, *, now: datetime) -> None:
    """The account rests as long as its provider asked for; where that named no moment, ever longer."""
    trouble = {"trouble": error.reason, "trouble_at": now}
    if error.retry_after_s:
        _endpoint(lease).update(paused_until=now + timedelta(seconds=error.retry_after_s), **trouble)
        return
    refusals = _endpoint(lease).values_list("refusals", flat=True).get()
    rest = RESTS[min(refusals, len(RESTS) - 1)]
    counted = min(refusals + 1, len(RESTS))
    _endpoint(lease).update(paused_until=now + rest, refusals=counted, **trouble)


def _fail(lease: Lease, error: RejectedError, *, now: datetime) -> None:
    facts = {"state": S.FAILED, "trouble": error.reason, "ended_at": now, "parts": _parts(lease, error)}
    if not _settle(lease, facts):
        return
    lease.delivery.trouble = error.reason
    tell_failed([lease.delivery], now=now)
    conversation = lease.delivery.conversation
    if error.unreachable and conversation is not None:
        Address.objects.filter(id=conversation.address_id, unreachable_at=None).update(
            unreachable_at=now, unreachable_why=error.reason
        )


def _doubt(lease: Lease, error: UnsureError, *, now: datetime) -> None:
    facts = {"state": S.UNCERTAIN, "trouble": error.reason, "ended_at": now, "parts": _parts(lease, error)}
    if _settle(lease, facts):
        tell_uncertain([lease.delivery], now=now)


def _endpoint(lease: Lease) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(id__in=[lease.delivery.endpoint_id])


def _parts(lease: Lease, error: SendError) -> list[str]:
    return list(dict.fromkeys([*lease.delivery.parts, *error.done]))


def _settle(lease: Lease, facts: dict[str, object]) -> bool:
    """Write the result, if the lease still stands; a receipt may have come first and is not undone."""
    mine = Q(id=lease.delivery.id, lease=lease.token)
    settled = Delivery.objects.filter(mine, state=S.LEASED).update(**facts, lease=None, leased_until=None)
    if not settled and "provider_id" in facts:
        kept = {name: facts[name] for name in ("provider_id", "parts", "handed_over_at")}
        Delivery.objects.filter(mine).update(**kept)
    return bool(settled)


def tell_uncertain(rows: list[Delivery], *, now: datetime) -> None:
    """Leave in the journal that nobody knows whether these arrived."""
    record(
        Happening(
            kind="delivery.uncertain",
            subject=f"case:{row.reply.case_id}",
            actor="system",
            at=now,
            data={"delivery_id": row.id, "reason": row.trouble},
        )
        for row in rows
        if row.reply.case_id
    )


def _lock(endpoint_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, endpoint_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def _unlock(endpoint_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, endpoint_id])
