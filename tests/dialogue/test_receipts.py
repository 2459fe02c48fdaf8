"""Reports that are faster than the provider's answer: kept, and applied when the answer has told the id."""

from datetime import timedelta

import pytest

from tests.dialogue.test_outbox import LATER, answers, lease_of, states
from vefa.channels.port import Sent
from vefa.dialogue import leasing, sweeping
from vefa.dialogue.models import Delivery, DeliveryState, EarlyReport
from vefa.dialogue.receipts import apply_early, apply_receipts
from vefa.inbox.models import Contact
from vefa.journal.models import Event

__all__ = ["answers"]
pytestmark = pytest.mark.django_db


def early(delivery, state, number, **more) -> Contact:
    told = {"provider_id": number, "state": state, "recipient": "+905325550142", **more}
    return Contact(endpoint_id=delivery.endpoint_id, details={"receipts": [told]})


def test_a_report_that_is_faster_than_the_centres_answer_waits_for_it(answers, town, now):
    answers("Bakıyoruz")
    answers("Geliyoruz", chat="7002")
    first, second = Delivery.objects.order_by("id")
    apply_receipts(
        [
            early(first, "delivered", "s1"),
            early(second, "failed", "s2", reason="the centre gave it up"),
            early(first, "delivered", "another tool's"),
            early(first, "delayed", "s1"),
        ],
        now=now,
    )
    assert apply_early(now=now + LATER) == 0  # nobody knows these ids yet
    assert "905325550142" not in str(list(EarlyReport.objects.values()))
    for row, number in ((first, "s1"), (second, "s2")):
        Delivery.objects.filter(id=row.pk).update(
            state=DeliveryState.HANDED_OVER, provider_id=number, handed_over_at=now
        )

    assert apply_early(now=now + LATER) == 2
    second.refresh_from_db()
    assert (states(), second.trouble) == (["delivered", "failed"], "the centre gave it up")
    assert Event.objects.filter(kind="delivery.failed").count() == 1
    assert apply_early(now=now + LATER) == 0  # once
    assert EarlyReport.objects.count() == 1
    apply_early(now=now + timedelta(hours=2))  # a report of what was never ours does not stay
    assert not EarlyReport.objects.exists()


def test_an_early_report_of_another_account_says_nothing_about_ours(answers, town, now):
    answers("Bakıyoruz")
    delivery = Delivery.objects.get()
    strange = Contact(
        endpoint_id=town.mailbox.pk, details={"receipts": [{"provider_id": "s1", "state": "failed"}]}
    )
    apply_receipts([strange], now=now)
    Delivery.objects.update(state=DeliveryState.HANDED_OVER, provider_id="s1", handed_over_at=now)

    assert apply_early(now=now + LATER) == 0
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.HANDED_OVER


@pytest.mark.parametrize("at", ["on its way", "handed over"])
def test_a_late_report_of_a_failed_try_says_nothing_about_the_next(answers, town, now, at):
    answers("Bakıyoruz")
    row = Delivery.objects.get()
    key = str(row.key)
    Delivery.objects.update(
        state=DeliveryState.HANDED_OVER, provider_id="w1", parts=["w1"], handed_over_at=now
    )
    apply_receipts([early(row, "failed", "w1", key=key)], now=now)
    sweeping.resend(delivery_id=row.pk, by=town.derya, now=now)
    lease = lease_of(now)
    if at == "handed over":
        leasing.hand_over(leasing.Gone(lease, Sent(provider_id="w2")), now=now + LATER)

    apply_receipts([early(row, "failed", "w1", key=key)], now=now + LATER)
    if at == "on its way":
        assert states() == [DeliveryState.LEASED]
        leasing.hand_over(leasing.Gone(lease, Sent(provider_id="w2")), now=now + LATER)
    apply_early(now=now + LATER)
    assert states() == [DeliveryState.HANDED_OVER]

    apply_receipts([early(row, "failed", "w2", key=key)], now=now + LATER)
    assert states() == [DeliveryState.FAILED]


def test_what_stopped_half_way_goes_on_where_it_stopped(answers, town, now):
    answers("Bakıyoruz")
    Delivery.objects.update(state=DeliveryState.FAILED, parts=["w1"], ended_at=now)
    row = Delivery.objects.get()

    sweeping.resend(delivery_id=row.pk, by=town.derya, now=now)

    assert Delivery.objects.get().parts == ["w1"]


def handed_over(row, *numbers, now) -> None:
    """What the provider answered, under one id for each message."""
    lease = lease_of(now)
    leasing.hand_over(leasing.Gone(lease, Sent(provider_id=numbers[0], parts=numbers)), now=now + LATER)


@pytest.mark.parametrize("first", ["delivered", "read"])
@pytest.mark.parametrize("failing", ["w1", "w2"])
def test_a_message_that_failed_shows_though_another_of_the_answer_arrived(answers, now, first, failing):
    answers("Karar ektedir")
    row = Delivery.objects.get()
    handed_over(row, "w1", "w2", now=now)
    arrived = "w2" if failing == "w1" else "w1"
    key = str(row.key)

    for one in ((first, arrived), ("failed", failing), (first, arrived), ("failed", failing)):
        apply_receipts([early(row, *one, key=key, reason="the file is broken")], now=now + LATER)

    row.refresh_from_db()
    assert (row.state, row.trouble) == (DeliveryState.FAILED, "the file is broken")
    assert Event.objects.filter(kind="delivery.failed").count() == 1


def test_where_the_last_message_stands_for_all_it_does_not_fail_after_it_arrived(answers, now):
    answers("Bakıyoruz")
    row = Delivery.objects.get()
    lease = lease_of(now)
    leasing.hand_over(leasing.Gone(lease, Sent(provider_id="s2", parts=("s1", "s2"))), now=now + LATER)

    apply_receipts([early(row, "delivered", "s2"), early(row, "failed", "s2")], now=now + LATER)

    assert states() == [DeliveryState.DELIVERED]


def test_the_arrival_of_the_words_says_nothing_of_the_file_that_is_on_its_way(answers, now):
    answers("Karar ektedir")
    row = Delivery.objects.get()
    lease = lease_of(now)

    apply_receipts([early(row, "delivered", "w1", key=str(row.key))], now=now + LATER)
    apply_early(now=now + LATER)
    assert states() == [DeliveryState.LEASED]
    leasing.settle(lease, {"state": DeliveryState.UNCERTAIN, "ended_at": now, "parts": ["w1"]})
    apply_early(now=now + LATER)
    assert states() == [DeliveryState.UNCERTAIN]  # nobody knows of the file

    apply_receipts([early(row, "delivered", "w2", key=str(row.key))], now=now + LATER)
    row.refresh_from_db()
    assert (row.state, row.parts) == (DeliveryState.DELIVERED, ["w1", "w2"])


def test_an_arrival_that_was_faster_than_the_answer_is_known_by_its_key(answers, now):
    answers("Karar ektedir")
    row = Delivery.objects.get()
    lease = lease_of(now)
    apply_receipts([early(row, "delivered", "w2", key=str(row.key))], now=now + LATER)

    leasing.hand_over(leasing.Gone(lease, Sent(provider_id="w1", parts=("w1", "w2"))), now=now + LATER)

    assert apply_early(now=now + LATER) == 1
    assert states() == [DeliveryState.DELIVERED]


def test_a_further_message_that_failed_before_the_answer_told_its_id_is_seen(answers, now):
    answers("Karar ektedir")
    row = Delivery.objects.get()
    lease = lease_of(now)
    apply_receipts([early(row, "failed", "v2", reason="no such place")], now=now + LATER)
    assert apply_early(now=now + LATER) == 0

    leasing.hand_over(leasing.Gone(lease, Sent(provider_id="v1", parts=("v1", "v2"))), now=now + LATER)
    apply_receipts([early(row, "delivered", "v1")], now=now + LATER)
    assert apply_early(now=now + LATER) == 1

    row.refresh_from_db()
    assert (row.state, row.trouble) == (DeliveryState.FAILED, "no such place")
    assert not EarlyReport.objects.exists()
