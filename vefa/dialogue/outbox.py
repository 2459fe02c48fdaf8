"""The outbox: the only place that talks to providers, and never inside a transaction.

One delivery at a time is leased per endpoint, so that a process that dies in the middle leaves one item in
doubt, not a batch. The lease carries a fencing token: once another has taken the item, whoever comes late
writes nothing. One process at a time serves an endpoint (an advisory lock of the database), which keeps its
pace and its order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from vefa.channels.gateways import GatewayError
from vefa.channels.models import Endpoint
from vefa.channels.port import Adapter, BusyError, RejectedError, SendError, UnsureError, because
from vefa.citizens.models import Address
from vefa.dialogue.carrying import laden
from vefa.dialogue.leasing import Gone, Lease, hand_over, settle, take
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.pace import Pace
from vefa.dialogue.parcels import parcel_of
from vefa.dialogue.receipts import tell_failed, wait_again
from vefa.dialogue.waiting import Waiting, waiting
from vefa.journal.record import Happening, record
from vefa.kit.claim import wait_after

MINUTE = timedelta(minutes=1)
LONG_S = 1.5  # nobody else waits for longer than this because one person must not be written to yet
MAX_TRIES = 25  # with half an hour between the last ones: about ten hours
# From one try to the next while a provider is down; the first success begins anew.
RESTS = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 80, 160, 300))
_LOCKS = 0x7EFA  # the space of advisory locks that endpoints use
FRESH = timedelta(seconds=2)  # for how long what was read is believed

type Clock = Callable[[], datetime]
S = DeliveryState


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
        round_ = Round(endpoint, adapter, clock, Pace(adapter.limits))
        tried = 0
        while tried < limit and round_.goes_on:
            tried += round_.send_some(most=limit - tried)
        return tried
    finally:
        _unlock(endpoint.id)


@dataclass
class Round:
    """One process's work on one account, as long as it holds its lock."""

    endpoint: Endpoint
    adapter: Adapter
    clock: Clock
    pace: Pace
    goes_on: bool = True
    gone: Gone | None = None  # went just now: written down with the taking of the next, or by itself

    def send_some(self, *, most: int) -> int:
        """Send a few of those that are due now; returns how many were tried."""
        began = self.clock()
        few = waiting(endpoint_id=self.endpoint.pk, now=began, most=most)
        tried = moved = 0
        try:
            for one in few:
                if not self.goes_on or self.clock() - began > FRESH:
                    break  # what was read may not be true any more
                early_s = self.pace.early_s(one.delivery.conversation_id)
                if early_s > LONG_S:
                    moved += _hold_back(one.delivery, early_s, now=self.clock())
                elif self._has_room():
                    tried += self._try(one)
        finally:
            self._settle()
        self.goes_on = self.goes_on and bool(tried or moved)
        return tried

    def _has_room(self) -> bool:
        """Whether the provider's measure of a minute leaves room for one more; else the account rests."""
        per_minute = self.adapter.limits.per_minute
        if per_minute:
            self._settle()  # it counts too
            self.goes_on = not _is_full(self.endpoint, per_minute, now=self.clock())
        return self.goes_on

    def _try(self, one: Waiting) -> bool:
        """Send one, unless it was taken back or the account was paused since it was read."""
        lease = self._lease(one)
        if lease is not None:
            self.goes_on, self.gone = attempt(lease, adapter=self.adapter, clock=self.clock)
        return lease is not None

    def _lease(self, one: Waiting) -> Lease | None:
        """The right to send one, taken just before; what went before it is written down by then."""
        conversation_id = one.delivery.conversation_id
        if not self.pace.is_ready(conversation_id):
            self._settle()
        self.pace.wait(conversation_id)
        gone, self.gone = self.gone, None
        return take(one, gone, now=self.clock())

    def _settle(self) -> None:
        """Write down what went."""
        gone, self.gone = self.gone, None
        if gone:
            hand_over(gone, now=self.clock())


def _hold_back(delivery: Delivery, seconds: float, *, now: datetime) -> int:
    """Lay it back until its address may be written to again; it was not tried."""
    rows = Delivery.objects.filter(id=delivery.pk, state=S.QUEUED)
    return rows.update(due_at=now + timedelta(seconds=seconds))


def _is_full(endpoint: Endpoint, most: int, *, now: datetime) -> bool:
    """Whether the minute's measure is used up; then the endpoint rests until there is room again."""
    went = Delivery.objects.filter(endpoint=endpoint, handed_over_at__gt=now - MINUTE).exclude(provider_id="")
    moments = [at for at, parts in went.values_list("handed_over_at", "parts") for _ in parts or ("",) if at]
    if len(moments) < most:
        return False
    Endpoint.objects.filter(id=endpoint.pk).update(paused_until=sorted(moments)[-most] + MINUTE)
    return True


def attempt(lease: Lease, *, adapter: Adapter, clock: Clock) -> tuple[bool, Gone | None]:
    """Hand one leased item over; whether the account may go on, and what went: its taker writes that down.

    What did not go is written down here.
    """
    parcel = parcel_of(lease.delivery, lease.earlier, now=clock())
    try:
        return True, Gone(lease, adapter.send(laden(parcel, lease.delivery, adapter)))
    except BusyError as error:
        return _postpone(lease, error, now=clock()), None
    except RejectedError as error:
        _fail(lease, error, now=clock())
    except UnsureError as error:
        _doubt(lease, error, now=clock())
        if isinstance(error, GatewayError):
            _let_rest(lease, error, now=clock())
            return False, None
    return True, None


def _postpone(lease: Lease, error: BusyError, *, now: datetime) -> bool:
    if lease.delivery.tries >= MAX_TRIES:
        _fail(lease, RejectedError(because("given up after many tries", error.reason)), now=now)
        return True
    wait = max(wait_after(lease.delivery.tries), timedelta(seconds=error.retry_after_s))
    parts = _parts(lease, error)
    facts = {
        "state": S.QUEUED,
        "due_at": now + wait,
        "ended_at": None,
        "trouble": error.reason,
        "parts": parts,
    }
    settle(lease, facts)
    if error.address_only:
        return True
    _let_rest(lease, error, now=now)
    return False


def _let_rest(lease: Lease, error: BusyError | GatewayError, *, now: datetime) -> None:
    """The account rests as long as its provider asked for; where that named no moment, ever longer."""
    trouble = {"trouble": error.reason, "trouble_at": now}
    if isinstance(error, BusyError) and error.retry_after_s:
        _endpoint(lease).update(paused_until=now + timedelta(seconds=error.retry_after_s), **trouble)
        return
    refusals = _endpoint(lease).values_list("refusals", flat=True).get()
    rest = RESTS[min(refusals, len(RESTS) - 1)]
    counted = min(refusals + 1, len(RESTS))
    _endpoint(lease).update(paused_until=now + rest, refusals=counted, **trouble)


def _fail(lease: Lease, error: RejectedError, *, now: datetime) -> None:
    """Write the failure, then who cannot be reached: who reads arrivals locks an address first, then this."""
    facts = {"state": S.FAILED, "trouble": error.reason, "ended_at": now, "parts": _parts(lease, error)}
    with transaction.atomic():
        if not settle(lease, facts):
            return
        lease.delivery.trouble = error.reason
        tell_failed([lease.delivery], now=now)
    conversation = lease.delivery.conversation
    if error.unreachable and conversation is not None:
        Address.objects.filter(id=conversation.address_id, unreachable_at=None).update(
            unreachable_at=now, unreachable_why=error.reason
        )


@transaction.atomic
def _doubt(lease: Lease, error: UnsureError, *, now: datetime) -> None:
    facts = {"state": S.UNCERTAIN, "trouble": error.reason, "ended_at": now, "parts": _parts(lease, error)}
    if settle(lease, facts):
        tell_uncertain([lease.delivery], now=now)


def _endpoint(lease: Lease) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(id__in=[lease.delivery.endpoint_id])


def _parts(lease: Lease, error: SendError) -> list[str]:
    return list(dict.fromkeys([*lease.delivery.parts, *error.done]))


def tell_uncertain(rows: list[Delivery], *, now: datetime) -> None:
    """Leave in the journal that nobody knows whether these arrived.

    An answer to a private message that is not sent once more by itself makes that wait again, unless a later
    one was given. Call it in the transaction that writes the doubt.
    """
    doubts = [row for row in rows if row.resent or row.handed_over_at]
    wait_again(doubts, now=now, doubts={row.pk for row in doubts})
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
