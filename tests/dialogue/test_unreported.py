"""What a provider took and never reported, and what is held back: somebody hears of both in time."""

from datetime import datetime, timedelta

import pytest

from tests.dialogue.test_outbox import answers
from tests.dialogue.test_receipts import early
from vefa.channels.models import Endpoint
from vefa.channels.queries import ailing
from vefa.dialogue import sweeping, watching
from vefa.dialogue.alarm_words import words_of
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.receipts import apply_receipts
from vefa.inbox.models import Conversation
from vefa.journal.models import Event

__all__ = ["answers"]
pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def silent(answers, town, now) -> Delivery:
    """Of two answers over Viber the first, four days old, was never reported; the second was."""
    Endpoint.objects.filter(pk=town.bot.pk).update(channel="viber")
    answers("Bakıyoruz")
    answers("Geliyoruz", chat="7002")
    first, second = Delivery.objects.order_by("id")
    went(first, DeliveryState.HANDED_OVER, now - 4 * DAY)
    went(second, DeliveryState.DELIVERED, now - HOUR)
    return first


def went(row: Delivery, state: str, at: datetime) -> None:
    number = f"v{row.pk}"
    Delivery.objects.filter(pk=row.pk).update(
        state=state, queued_at=at, handed_over_at=at, provider_id=number, parts=[number]
    )
    row.refresh_from_db()


def test_after_three_days_without_a_report_a_person_is_asked_and_nothing_is_sent_again(silent, town, now):
    assert sweeping.doubt_unreported(now=now) == 1
    silent.refresh_from_db()
    assert (silent.state, silent.trouble) == (
        DeliveryState.UNCERTAIN,
        "no report of its arrival came within three days",
    )
    assert Event.objects.filter(kind="delivery.uncertain").count() == 1

    assert sweeping.doubt_unreported(now=now + HOUR) == 0
    assert sweeping.resend_doubtful(now=now + HOUR) == 0
    assert Event.objects.filter(kind="delivery.uncertain").count() == 1


def test_a_report_that_comes_after_all_settles_it(silent, now):
    sweeping.doubt_unreported(now=now)
    apply_receipts([early(silent, "sent", silent.provider_id)], now=now + HOUR)
    silent.refresh_from_db()
    assert silent.state == DeliveryState.UNCERTAIN  # that the provider has it was known

    apply_receipts([early(silent, "delivered", silent.provider_id)], now=now + HOUR)
    silent.refresh_from_db()
    assert (silent.state, silent.trouble) == (DeliveryState.DELIVERED, "")


def test_whoever_sends_it_again_sends_all_of_it(silent, town, now):
    sweeping.doubt_unreported(now=now)
    sweeping.resend(delivery_id=silent.pk, by=town.derya, now=now)
    silent.refresh_from_db()
    assert (silent.state, silent.parts, silent.handed_over_at) == (DeliveryState.QUEUED, [], None)


def nothing_was_reported(_row: Delivery, _now: datetime) -> None:
    Delivery.objects.filter(state=DeliveryState.DELIVERED).update(state=DeliveryState.HANDED_OVER)


def no_provider_reports(_row: Delivery, _now: datetime) -> None:
    Endpoint.objects.update(channel="telegram")


def it_stands_in_the_open(_row: Delivery, _now: datetime) -> None:
    Conversation.objects.update(public=True)


def nobody_wrote_it(row: Delivery, _now: datetime) -> None:
    Reply.objects.filter(pk=row.reply_id).update(staff=None, automatic=True)


def it_went_lately(row: Delivery, now: datetime) -> None:
    went(row, DeliveryState.HANDED_OVER, now - 2 * DAY)


def it_is_long_ago(row: Delivery, now: datetime) -> None:
    went(row, DeliveryState.HANDED_OVER, now - 30 * DAY)


@pytest.mark.parametrize(
    "unless",
    [
        *(nothing_was_reported, no_provider_reports, it_stands_in_the_open),
        *(nobody_wrote_it, it_went_lately, it_is_long_ago),
    ],
)
def test_nobody_is_asked_where_a_missing_report_says_nothing(silent, now, unless):
    unless(silent, now)
    assert sweeping.doubt_unreported(now=now) == 0


@pytest.mark.parametrize(
    ("held", "why"),
    [({"outbound_paused": True}, "somebody paused the sending"), ({"active": False}, "waits for its keys")],
)
def test_what_was_held_back_for_a_day_is_told(answers, town, now, held, why):
    answers("Bakıyoruz")
    Endpoint.objects.filter(pk=town.bot.pk).update(**held)
    watching.watch(now=now + 23 * HOUR)
    assert ailing() == []

    watching.watch(now=now + 25 * HOUR)
    (found,) = ailing()
    assert found == town.bot
    assert list(found.health["troubles"]) == ["waiting"]
    assert why in words_of("waiting", found.health["troubles"]["waiting"]["about"])

    Delivery.objects.update(state=DeliveryState.TAKEN_BACK)
    watching.watch(now=now + 26 * HOUR)
    assert ailing() == []
    kinds = Event.objects.filter(kind__startswith="endpoint.").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["endpoint.troubled", "endpoint.recovered"]
