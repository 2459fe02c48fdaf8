"""What leaves the house: in order, at the provider's pace, and honest about what nobody knows."""

from datetime import timedelta

import httpx
import psycopg
import pytest
from django.db import connection

from tests.providers.telegram_bot_api import TelegramBotApi
from vefa.channels.models import Endpoint
from vefa.channels.port import Account, Limits, Sent
from vefa.channels.registry import build
from vefa.dialogue import leasing, outbox, sweeping, writing
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.pace import Pace
from vefa.dialogue.receipts import apply_receipts
from vefa.dialogue.waiting import Waiting, waiting
from vefa.dialogue.writing import TooLateError, Words
from vefa.inbox.models import Contact
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db
TOKEN = "700100:test-token"
LATER = timedelta(seconds=60)


@pytest.fixture
def provider():
    with TelegramBotApi.running(token=TOKEN) as bot:
        yield bot


@pytest.fixture
def courier(town, provider, now):
    """Sends what is due at a moment; returns how many were tried."""
    with httpx.Client(timeout=2) as http:
        adapter = build(
            "telegram", Account(settings={"api_base": provider.base}, secrets={"token": TOKEN}, http=http)
        )

        def run(after=LATER):
            town.bot.refresh_from_db()
            return outbox.deliver_due(endpoint=town.bot, adapter=adapter, clock=lambda: now + after)

        yield run


@pytest.fixture
def answers(town, now, talks, opens):
    """Derya answers a resident."""
    cases = {}

    def answer(text, chat="7001"):
        if chat not in cases:
            cases[chat] = opens(talks(chat))
        words = Words(text=text, language="tr")
        return writing.write(case=cases[chat], words=words, by=town.derya, now=now)

    return answer


def states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def test_an_answer_waits_for_its_time_to_be_taken_back(answers, courier, provider):
    answers("Bakıyoruz")

    assert courier(after=timedelta(seconds=3)) == 0
    assert courier() == 1
    assert provider.texts_to(7001) == ["Bakıyoruz"]
    assert states() == [DeliveryState.HANDED_OVER]
    assert provider.faults == []


def test_what_is_on_its_way_cannot_be_taken_back(answers, courier, town, now):
    reply = answers("Bakıyoruz")
    courier()

    with pytest.raises(TooLateError):
        writing.take_back(reply_id=reply.id, case_id=reply.case_id, by=town.derya, now=now)


def test_answers_arrive_in_the_order_in_which_they_were_written(answers, courier, provider):
    answers("bir")
    answers("iki")
    answers("üç")
    provider.misbehave("500")

    courier()
    assert provider.texts_to(7001) == []
    for minutes in range(1, 6):
        courier(after=timedelta(minutes=minutes * 10))

    assert provider.texts_to(7001) == ["bir", "iki", "üç"]


def test_a_provider_that_asks_for_patience_gets_it(answers, courier, provider, town, now):
    answers("Bakıyoruz")
    provider.misbehave("429", retry_after=40)

    courier()

    town.bot.refresh_from_db()
    assert town.bot.paused_until == now + LATER + timedelta(seconds=40)
    assert outbox.endpoints_with_work(now=now + LATER + timedelta(seconds=39)) == []
    assert states() == [DeliveryState.QUEUED]


def test_a_provider_that_is_down_is_asked_ever_less_often_until_it_answers(
    answers, courier, provider, town, now
):
    for number in range(10):
        answers("Bakıyoruz", chat=str(7100 + number))
    provider.misbehave("500", times=9)
    after, rests = LATER, []
    for _ in range(9):
        assert courier(after=after) == 1  # one try, and the others wait with it
        town.bot.refresh_from_db()
        rests.append((town.bot.paused_until - now - after).total_seconds())
        after = town.bot.paused_until - now

    assert rests == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    courier(after=after)  # the provider is back
    town.bot.refresh_from_db()
    assert (town.bot.refusals, town.bot.trouble) == (0, "")


def test_patience_that_was_asked_for_is_exact_also_after_refusals(answers, courier, provider, town, now):
    answers("Bakıyoruz")
    provider.misbehave("500", times=3)
    for minute in range(1, 4):
        courier(after=timedelta(minutes=minute * 10))
    provider.misbehave("429", retry_after=7)

    courier(after=timedelta(hours=1))

    town.bot.refresh_from_db()
    assert town.bot.paused_until == now + timedelta(hours=1, seconds=7)
    assert town.bot.refusals == 3


def test_who_blocked_the_bot_is_marked_unreachable(answers, courier, provider):
    reply = answers("Bakıyoruz")
    provider.blocked.add(7001)

    courier()

    assert states() == [DeliveryState.FAILED]
    reply.case.conversation.address.refresh_from_db()
    assert reply.case.conversation.address.unreachable_at is not None
    assert Event.objects.filter(kind="delivery.failed").count() == 1


@pytest.mark.parametrize("fault", ["drop", "garbage"])
def test_bytes_that_went_out_without_an_answer_are_uncertain(answers, courier, provider, fault):
    answers("Bakıyoruz")
    provider.misbehave(fault)

    courier()

    assert states() == [DeliveryState.UNCERTAIN]
    assert Event.objects.filter(kind="delivery.uncertain").count() == 1


@pytest.mark.parametrize("status", ["502", "504"])
def test_behind_a_gateway_that_gives_up_one_answer_is_in_doubt_and_the_others_wait(
    answers, courier, provider, town, now, status
):
    for chat in ("7101", "7102", "7103"):
        answers("Bakıyoruz", chat=chat)
    provider.misbehave(status)

    assert courier() == 1
    town.bot.refresh_from_db()
    assert states() == [DeliveryState.UNCERTAIN, DeliveryState.QUEUED, DeliveryState.QUEUED]
    assert town.bot.paused_until == now + LATER + timedelta(seconds=5)
    assert "gateway" in town.bot.trouble

    courier(after=2 * LATER)
    assert states() == [DeliveryState.UNCERTAIN, DeliveryState.HANDED_OVER, DeliveryState.HANDED_OVER]
    assert provider.texts_to(7101) == ["Bakıyoruz"]


def test_an_uncertain_answer_is_sent_once_more_and_then_left_to_a_person(answers, courier, provider, now):
    answers("Bakıyoruz")
    provider.misbehave("drop", times=2)
    courier()

    assert sweeping.resend_doubtful(now=now + timedelta(minutes=5)) == 0
    assert sweeping.resend_doubtful(now=now + timedelta(minutes=12)) == 1
    courier(after=timedelta(minutes=13))
    assert sweeping.resend_doubtful(now=now + timedelta(hours=9)) == 0

    assert states() == [DeliveryState.UNCERTAIN]
    assert Delivery.objects.get().resent == 1


def lease_of(now) -> leasing.Lease:
    endpoint_id = Delivery.objects.values_list("endpoint_id", flat=True)[0]
    lease = leasing.lease_next(endpoint_id=endpoint_id or 0, now=now + LATER)
    assert lease
    return lease


@pytest.mark.parametrize(
    ("meanwhile", "back"),
    [
        ({"state": DeliveryState.TAKEN_BACK}, {"state": DeliveryState.QUEUED}),
        ({"endpoint__outbound_paused": True}, {"endpoint__outbound_paused": False}),
        ({"endpoint__paused_until": timedelta(hours=1)}, {"endpoint__paused_until": None}),
    ],
)
def test_what_was_read_leaves_only_if_it_still_may_when_its_turn_comes(town, answers, now, meanwhile, back):
    answers("Bakıyoruz")
    due = now + LATER
    (read,) = waiting(endpoint_id=town.bot.pk, now=due)

    alter(meanwhile, due)
    assert leasing.take(read, now=due) is None
    alter(back, due)
    assert leasing.take(read, now=due)
    assert leasing.take(read, now=due) is None  # somebody has it


def alter(facts, due) -> None:
    for name, value in facts.items():
        moment = due + value if isinstance(value, timedelta) else value
        if name == "state":
            Delivery.objects.update(state=moment)
        else:
            Endpoint.objects.update(**{name.removeprefix("endpoint__"): moment})


def test_a_second_answer_waits_for_the_first_of_its_talk_also_when_both_were_read(town, answers, now):
    answers("bir")
    (first,) = waiting(endpoint_id=town.bot.pk, now=now + LATER)
    answers("iki")
    second = Waiting(Delivery.objects.order_by("-id")[0], ())

    assert leasing.take(second, now=now + LATER) is None
    assert leasing.take(first, now=now + LATER)
    assert leasing.take(second, now=now + LATER) is None  # the first is on its way


@pytest.fixture
def two(town, answers, now):
    """Answers to two residents: the first was taken by the provider just now, the second was read with it."""
    answers("bir", chat="7101")
    answers("iki", chat="7102")
    first, second = waiting(endpoint_id=town.bot.pk, now=now + LATER)
    lease = leasing.take(first, now=now + LATER)
    assert lease
    return leasing.Gone(lease, Sent(provider_id="m1")), second


def test_what_went_is_written_down_with_the_taking_of_the_next(two, now):
    gone, second = two

    assert leasing.take(second, gone, now=now + LATER)

    assert states() == [DeliveryState.HANDED_OVER, DeliveryState.LEASED]
    first = Delivery.objects.order_by("id")[0]
    assert (first.provider_id, first.parts, first.lease) == ("m1", ["m1"], None)


def test_what_went_is_written_down_also_where_the_next_was_taken_back(two, now):
    gone, second = two
    Delivery.objects.filter(pk=second.delivery.pk).update(state=DeliveryState.TAKEN_BACK)

    assert leasing.take(second, gone, now=now + LATER) is None

    assert states() == [DeliveryState.HANDED_OVER, DeliveryState.TAKEN_BACK]


def test_a_receipt_that_was_faster_is_not_undone_by_taking_the_next(two, now):
    gone, second = two
    Delivery.objects.filter(pk=gone.lease.delivery.pk).update(state=DeliveryState.READ)

    assert leasing.take(second, gone, now=now + LATER)

    assert states() == [DeliveryState.READ, DeliveryState.LEASED]
    assert Delivery.objects.order_by("id")[0].provider_id == "m1"


@pytest.mark.django_db(transaction=True)
def test_the_next_is_left_where_somebody_holds_it_and_nobody_waits(two, now):
    gone, second = two
    held = "SELECT FROM dialogue_delivery WHERE id = %s FOR UPDATE"
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute(held, [second.delivery.pk])
        assert leasing.take(second, gone, now=now + LATER) is None
        assert states() == [DeliveryState.HANDED_OVER, DeliveryState.QUEUED]

    assert leasing.take(second, now=now + LATER)


def test_a_sender_that_stumbles_has_written_down_what_went_before(answers, courier, town, now):
    for chat in ("7101", "7102", "7103"):
        answers("Bakıyoruz", chat=chat)
    Delivery.objects.filter(pk=Delivery.objects.order_by("-id")[0].pk).update(conversation=None)

    with pytest.raises(ValueError, match="nowhere to go"):
        courier()

    assert states() == [DeliveryState.HANDED_OVER, DeliveryState.HANDED_OVER, DeliveryState.LEASED]


def test_a_sender_that_died_leaves_one_item_in_doubt(answers, now):
    answers("bir")
    answers("iki")
    assert lease_of(now)

    sweeping.doubt_abandoned(now=now + LATER + leasing.LEASE + LATER)

    assert states() == [DeliveryState.UNCERTAIN, DeliveryState.QUEUED]


def receipt(delivery, state) -> Contact:
    return Contact(
        endpoint_id=delivery.endpoint_id, details={"receipts": [{"provider_id": "m1", "state": state}]}
    )


def test_a_late_receipt_never_moves_a_state_back(answers, now):
    answers("Bakıyoruz")
    Delivery.objects.update(state=DeliveryState.HANDED_OVER, provider_id="m1")
    delivery = Delivery.objects.get()

    apply_receipts([receipt(delivery, "read")], now=now)
    apply_receipts([receipt(delivery, "delivered"), receipt(delivery, "failed")], now=now)

    assert states() == [DeliveryState.READ]


def test_a_person_settles_what_nobody_knows(answers, town, now):
    answers("Bakıyoruz")
    Delivery.objects.update(state=DeliveryState.UNCERTAIN, ended_at=now)

    sweeping.settle(delivery_id=Delivery.objects.get().id, by=town.derya, now=now, arrived=True)

    assert states() == [DeliveryState.DELIVERED]


def test_the_pace_is_kept():
    waited = []
    moment = [0.0]

    def sleep(seconds):
        waited.append(round(seconds, 2))
        moment[0] += seconds

    limits = Limits(per_second=10, per_address_per_second=1)
    pace = Pace(limits, clock=lambda: moment[0], sleep=sleep)
    for conversation in (1, 2, 1):
        pace.wait(conversation)

    assert waited == [0.1, 0.9]


def test_whoever_decided_to_send_before_the_account_began_to_rest_sends_nothing(answers, courier, town, now):
    answers("Bakıyoruz")
    Endpoint.objects.filter(pk=town.bot.pk).update(paused_until=now + 2 * LATER)
    assert courier() == 0
    Endpoint.objects.filter(pk=town.bot.pk).update(paused_until=None, outbound_paused=True)
    assert courier() == 0
    Endpoint.objects.filter(pk=town.bot.pk).update(outbound_paused=False)
    assert courier(after=3 * LATER) == 1
