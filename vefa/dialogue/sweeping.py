"""Sweepers: no delivery stays in a state that nobody looks after, even if every notification was lost."""

from datetime import datetime, timedelta

from django.db import transaction

from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.outbox import tell_uncertain
from vefa.directory.models import Staff
from vefa.journal.record import Happening, record

S = DeliveryState
DOUBT_LASTS = timedelta(minutes=10)  # then an uncertain item is sent once more, and marked
BATCH = 500
_WRITTEN = (
    *("state", "due_at", "ended_at", "tries", "resent", "lease"),
    *("parts", "provider_id", "handed_over_at", "delivered_at", "read_at"),
)


class NotUncertainError(Exception):
    """The delivery is no longer in doubt: somebody settled it, or a receipt came."""


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
        row.trouble = "the process that was sending it stopped"
        row.leased_until = None
    Delivery.objects.bulk_update(rows, ["state", "ended_at", "trouble", "leased_until"])
    tell_uncertain(rows, now=now)
    return len(rows)


@transaction.atomic
def resend_doubtful(*, now: datetime) -> int:
    """Uncertain items without a receipt are sent once more; after that a person decides."""
    rows = list(
        Delivery.objects.select_for_update(skip_locked=True)
        .filter(state=S.UNCERTAIN, resent=0, ended_at__lt=now - DOUBT_LASTS)
        .order_by("id")[:BATCH]
    )
    for row in rows:
        _requeue(row, now=now)
    return len(rows)


@transaction.atomic
def resend(*, delivery_id: int, by: Staff, now: datetime) -> Delivery:
    """A person sends an uncertain or failed delivery again. Raises NotUncertainError.

    What the provider took and reported as failed goes out whole: nothing of it is counted as sent. Where the
    sending stopped half-way, only the rest goes.
    """
    row = _troubled(delivery_id)
    if row.state == S.FAILED:
        row.lease = None  # whoever still holds it speaks of what has failed
    if row.state == S.FAILED and row.handed_over_at:
        row.parts, row.provider_id = [], ""
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


def _troubled(delivery_id: int) -> Delivery:
    row = Delivery.objects.select_for_update(of=("self",)).select_related("reply").get(id=delivery_id)
    if row.state not in {S.UNCERTAIN, S.FAILED}:
        raise NotUncertainError(f"delivery {delivery_id} is {row.state}")
    return row


def _requeue(row: Delivery, *, now: datetime) -> None:
    row.state, row.due_at, row.ended_at, row.tries = S.QUEUED, now, None, 0
    row.resent += 1
    row.save(update_fields=_WRITTEN)


def _tell(row: Delivery, kind: str, by: Staff, now: datetime) -> None:
    if row.reply.case_id:
        data = {"delivery_id": row.id, "state": row.state}
        subject = f"case:{row.reply.case_id}"
        record([Happening(kind=kind, subject=subject, actor=f"staff:{by.pk}", at=now, data=data)])
