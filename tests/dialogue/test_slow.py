"""A sending that takes longer than its lease: what it says at last counts until the item is taken anew."""

from datetime import timedelta

import httpx
import pytest

from tests.dialogue.test_outbox import LATER, TOKEN, answers, courier, lease_of, provider, states
from vefa.channels.port import Account, Sent
from vefa.channels.registry import build
from vefa.dialogue import leasing, outbox, sweeping
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.receipts import apply_receipts
from vefa.inbox.models import Contact

__all__ = ["answers", "courier", "provider"]
pytestmark = pytest.mark.django_db


def doubted(now, *, requeued: bool) -> leasing.Lease:
    """An answer that is still being sent when its lease is over."""
    lease = lease_of(now)
    sweeping.doubt_abandoned(now=now + timedelta(hours=1))
    if requeued:
        sweeping.resend_doubtful(now=now + timedelta(hours=2))
    return lease


@pytest.mark.parametrize("requeued", [False, True])
def test_whoever_was_slow_still_says_that_it_went_and_it_goes_no_second_time(
    answers, courier, now, provider, requeued
):
    answers("Bakıyoruz")
    lease = doubted(now, requeued=requeued)
    with httpx.Client() as http:
        adapter = build(
            "telegram", Account(settings={"api_base": provider.base}, secrets={"token": TOKEN}, http=http)
        )
        _, gone = outbox.attempt(lease, adapter=adapter, clock=lambda: now + timedelta(hours=1))
    assert gone
    leasing.hand_over(gone, now=now + timedelta(hours=1))

    row = Delivery.objects.get()
    assert (row.state, row.parts, row.ended_at, row.lease) == ("handed_over", [row.provider_id], None, None)
    sweeping.resend_doubtful(now=now + timedelta(hours=3))
    courier(after=timedelta(hours=4))
    assert provider.texts_to(7001) == ["Bakıyoruz"]


def test_what_the_provider_reports_while_it_waits_to_leave_once_more_leaves_no_second_time(
    answers, courier, now, provider
):
    answers("Bakıyoruz")
    doubted(now, requeued=True)
    row = Delivery.objects.get()
    told = {"provider_id": "w1", "state": "delivered", "key": str(row.key)}
    apply_receipts([Contact(endpoint=row.endpoint, details={"receipts": [told]})], now=now)

    courier(after=timedelta(hours=4))
    row.refresh_from_db()
    assert (row.state, row.parts) == (DeliveryState.HANDED_OVER, ["w1"])
    assert provider.texts_to(7001) == []


def test_whoever_was_slow_still_says_that_it_was_refused(answers, now, provider):
    answers("Bakıyoruz")
    provider.blocked.add(7001)
    lease = doubted(now, requeued=False)
    with httpx.Client() as http:
        adapter = build(
            "telegram", Account(settings={"api_base": provider.base}, secrets={"token": TOKEN}, http=http)
        )
        outbox.attempt(lease, adapter=adapter, clock=lambda: now + timedelta(hours=1))

    assert states() == [DeliveryState.FAILED]


def test_whoever_was_slow_writes_nothing_once_another_has_taken_it(answers, town, now):
    answers("Bakıyoruz")
    slow = doubted(now, requeued=False)
    sweeping.resend(delivery_id=slow.delivery.pk, by=town.derya, now=now)
    taken = lease_of(now)

    leasing.hand_over(leasing.Gone(slow, Sent(provider_id="slow")), now=now + LATER)
    assert not leasing.settle(slow, {"state": DeliveryState.FAILED})

    row = Delivery.objects.get()
    assert (row.state, row.provider_id, row.lease) == (DeliveryState.LEASED, "", taken.token)
