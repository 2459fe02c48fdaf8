"""Sweepers: no delivery stays in a state that nobody looks after, even if every notification was lost."""

from datetime import datetime, timedelta

from django.db import transaction

from vefa.channels.models import Endpoint
from vefa.channels.queries import mailbox
from vefa.channels.registry import CHANNELS
from vefa.dialogue.audience import endpoint_for
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.outbox import tell_uncertain
from vefa.dialogue.receipts import tell_failed
from vefa.directory.models import Staff
from vefa.journal.record import Happening, record
from vefa.kit.saying import gettext_noop
from vefa.kit.since import first_since

S = DeliveryState
DOUBT_LASTS = timedelta(minutes=10)  # then an uncertain item is sent once more, and marked
MISTAKES_LAST = timedelta(minutes=10)  # so long an account that was retired may be taken back unharmed
_STOPPED = gettext_noop("the process that was sending it stopped")
_RETIRED = gettext_noop("the account by which it should have left is retired")
UNREPORTED = timedelta(days=3)  # after which nobody knows whether it arrived, where a report should have come
FORGOTTEN = timedelta(days=14)  # what is older is left as it is
_SILENT = gettext_noop("no report of its arrival came within three days")
BATCH = 500
_WRITTEN = (
    *("endpoint", "state", "due_at", "ended_at", "tries", "resent", "lease"),
    *("parts", "provider_id", "handed_over_at", "delivered_at", "read_at"),
)


class NotUncertainError(Exception):
    """The delivery is no longer in doubt: somebody settled it, or a receipt came."""


class NoWayError(Exception):
    """Its account is retired, and no other account reaches the same address."""


@transaction.atomic
def doubt_abandoned(*, now: datetime) -> int:
    """Leased items whose holder is gone or slow: the bytes may have gone out, so they become uncertain.

    A slow holder keeps its token, and may write down what became of it until the item is taken anew.
    """
    rows = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("reply")
        .filter(state=S.LEASED, leased_until__lt=now)
        .order_by("id")[:BATCH]
    )
    for row in rows:
        row.state, row.ended_at = S.UNCERTAIN, now
        row.trouble = _STOPPED
        row.leased_until = None
    Delivery.objects.bulk_update(rows, ["state", "ended_at", "trouble", "leased_until"])
    tell_uncertain(rows, now=now)
    return len(rows)


@transaction.atomic
def resend_doubtful(*, now: datetime) -> int:
    """Uncertain items without a receipt are sent once more; after that a person decides.

    What a provider took is not sent again by itself: most of it arrived.
    """
    rows = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=S.UNCERTAIN, resent=0, ended_at__lt=now - DOUBT_LASTS, endpoint__retired_at=None)
        .filter(handed_over_at=None)
        .order_by("id")[:BATCH]
    )
    for row in rows:
        _requeue(row, now=now)
    return len(rows)


@transaction.atomic
def doubt_unreported(*, now: datetime) -> int:
    """What a provider took days ago and never reported, though later answers by the same account were.

    A person is asked only about what a person wrote: nobody would settle the rest, one by one.
    """
    rows = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("reply")
        .filter(
            endpoint_id__in=_reporting(now),
            state=S.HANDED_OVER,
            reply__automatic=False,
            queued_at__range=(now - FORGOTTEN, now - UNREPORTED),
            handed_over_at__lt=now - UNREPORTED,
        )
        .exclude(conversation__public=True)  # of what stands in the open nothing is reported
        .order_by("queued_at", "id")[:BATCH]
    )
    for row in rows:
        row.state, row.ended_at, row.trouble = S.UNCERTAIN, now, _SILENT
    Delivery.objects.bulk_update(rows, ["state", "ended_at", "trouble"])
    tell_uncertain(rows, now=now)
    return len(rows)


def _reporting(now: datetime) -> list[int]:
    """Accounts whose provider tells what arrived, and has told it of what left in these days."""
    first = first_since(Delivery.objects.all(), "queued_at", now - UNREPORTED)
    if first is None:
        return []
    told = Delivery.objects.filter(
        pk__gte=first,
        queued_at__gte=now - UNREPORTED,
        state__in=(S.DELIVERED, S.READ),
        endpoint__channel__in=[key for key, channel in CHANNELS.items() if channel.reported],
        endpoint__retired_at=None,
    )
    return [pk for pk in told.order_by().values_list("endpoint_id", flat=True).distinct() if pk]


@transaction.atomic
def fail_retired(*, now: datetime) -> int:
    """What waits for an account that is retired will never leave: a person sees it and decides."""
    rows = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("reply")
        .filter(state=S.QUEUED, endpoint__retired_at__lt=now - MISTAKES_LAST)
        .order_by("id")[:BATCH]
    )
    for row in rows:
        row.state, row.ended_at, row.trouble = S.FAILED, now, _RETIRED
    Delivery.objects.bulk_update(rows, ["state", "ended_at", "trouble"])
    tell_failed(rows, now=now)
    return len(rows)


@transaction.atomic
def resend(*, delivery_id: int, by: Staff, now: datetime) -> Delivery:
    """A person sends an uncertain or failed delivery again. Raises NotUncertainError, NoWayError.

    What the provider took, and reported as failed or never, goes out whole: nothing of it is counted as sent.
    Where the sending stopped half-way, only the rest goes.
    """
    row = _troubled(delivery_id)
    if row.state == S.FAILED:
        row.lease = None  # whoever still holds it speaks of what has failed
    account = _account_now(row)
    if account != row.endpoint or row.handed_over_at:
        row.endpoint, row.parts, row.provider_id = account, [], ""
        row.handed_over_at = row.delivered_at = row.read_at = None
    _requeue(row, now=now)
    _tell(row, "delivery.resent", by, now)
    return row


@transaction.atomic
def settle(*, delivery_id: int, by: Staff, now: datetime, arrived: bool) -> Delivery:
    """A person knows whether an uncertain delivery arrived. Raises NotUncertainError."""
    row = _troubled(delivery_id)
    row.state = S.DELIVERED if arrived else S.FAILED
    row.ended_at = now
    row.delivered_at = now if arrived else None
    row.save(update_fields=["state", "ended_at", "delivered_at"])
    _tell(row, "delivery.settled", by, now)
    return row


def _account_now(row: Delivery) -> Endpoint | None:
    """Its account, or where that is retired the one by which the same address is answered now."""
    if row.endpoint is None or row.endpoint.retired_at is None:
        return row.endpoint
    other = endpoint_for(row.conversation, post=mailbox())
    if other is None or other.retired_at is not None:
        raise NoWayError(row.endpoint.key)
    return other


def _troubled(delivery_id: int) -> Delivery:
    related = ("reply", "endpoint", "conversation__address", "conversation__endpoint")
    rows = Delivery.objects.select_for_update(of=("self",)).select_related(*related)
    row = rows.get(id=delivery_id)
    if row.state not in {S.UNCERTAIN, S.FAILED}:
        raise NotUncertainError(f"delivery {delivery_id} is {row.state}")
    return row


def _requeue(row: Delivery, *, now: datetime) -> None:
    row.state, row.due_at, row.ended_at, row.tries = S.QUEUED, now, None, 0
    row.resent += 1
    row.save(update_fields=_WRITTEN)


def _tell(row: Delivery, kind: str, by: Staff, now: datetime) -> None:
    reply = row.reply
    subject = f"case:{reply.case_id}" if reply.case_id else f"reply:{reply.pk}"
    data = {"delivery_id": row.id, "state": row.state}
    record([Happening(kind=kind, subject=subject, actor=f"staff:{by.pk}", at=now, data=data)])
