"""An answer without a case that did not arrive: nobody else would hear of it, so its message waits again."""

from datetime import timedelta

import httpx
import psycopg
import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from tests.inbox.leyla import ALI, line, seen_by, write
from tests.providers.telegram_bot_api import TelegramBotApi
from tests.web.desk.seat import seated
from vefa.channels.models import Endpoint
from vefa.channels.port import Account
from vefa.channels.registry import build
from vefa.citizens.models import Address
from vefa.dialogue import keywords, morning, outbox, private_answers, sweeping
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.receipts import apply_receipts
from vefa.dialogue.writing import Words
from vefa.inbox import private
from vefa.inbox.models import Contact, Conversation, PrivateState
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db
TOKEN = "700100:test-token"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def provider():
    with TelegramBotApi.running(token=TOKEN) as bot:
        yield bot


@pytest.fixture
def hers(town):
    return line()


@pytest.fixture
def courier(hers, provider, now):
    """Sends what is due on her line."""
    with httpx.Client(timeout=2) as http:
        account = Account(settings={"api_base": provider.base}, secrets={"token": TOKEN}, http=http)
        adapter = build("telegram", account)

        def run(after=MINUTE):
            hers.refresh_from_db()
            return outbox.deliver_due(endpoint=hers, adapter=adapter, clock=lambda: now + after)

        yield run


@pytest.fixture
def message(hers, now):
    return write(hers, "Bir ricam var", now=now)


@pytest.fixture
def answer(town, message, now):
    """Leyla answers it."""

    def say(text="Yarın arayın."):
        found = seen_by(town.leyla, message, now=now)
        return private_answers.answer(found, Words(text=text, language="tr"), by=town.leyla, now=now)

    return say


def state_of(message) -> str:
    message.refresh_from_db()
    return str(message.state)


def page_of(town, message) -> str:
    client = seated(town.leyla)
    return client.get(reverse("desk:private-message", args=[message.pk])).content.decode()


def test_an_answer_that_failed_for_good_brings_its_message_back_and_says_why(
    town, message, answer, courier, provider, now
):
    answer()
    assert state_of(message) == PrivateState.ANSWERED
    provider.blocked.add(ALI)
    assert courier() == 1

    assert state_of(message) == PrivateState.OPEN
    assert (message.settled_by, message.settled_at, message.settled_as) == (None, None, "")
    assert private.open_ids(town.leyla, now=now, limit=9) == [message.pk]
    event = Event.objects.get(kind="private.unanswered")
    assert (event.subject, event.actor) == (f"endpoint:{message.endpoint_id}", "system")
    assert event.data == {"contact_id": message.contact_id, "delivery_id": Delivery.objects.get().pk}

    page = page_of(town, message)
    assert "Yanıt ulaşmadı." in page
    assert "bot was blocked by the user" in page
    assert "Yarın arayın." in page
    private.keep(seen_by(town.leyla, message, now=now), by=town.leyla, now=now)
    assert "Yanıt ulaşmadı." not in page_of(town, message)
    assert "yanıt ulaşmadı" in seated(town.leyla).get(reverse("desk:delegations")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_written_though_somebody_who_reads_arrivals_holds_the_address(
    message, answer, courier, provider
):
    answer()
    provider.blocked.add(ALI)
    held = "SELECT FROM citizens_address WHERE id = %s FOR UPDATE"
    with (
        psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other,
        connection.cursor() as cursor,
    ):
        other.execute(held, [message.contact.conversation.address_id])
        cursor.execute("SET lock_timeout = '300ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            courier()
        cursor.execute("RESET lock_timeout")
        assert (Delivery.objects.get().state, state_of(message)) == ("failed", PrivateState.OPEN)


def test_a_report_of_failure_brings_it_back_too(message, answer, courier, now):
    answer()
    courier()
    row = Delivery.objects.get()
    assert (row.state, state_of(message)) == (DeliveryState.HANDED_OVER, PrivateState.ANSWERED)

    report = {"provider_id": row.provider_id, "state": "failed", "reason": "no such subscriber"}
    apply_receipts([Contact(endpoint=row.endpoint, details={"receipts": [report]})], now=now + 2 * MINUTE)
    assert state_of(message) == PrivateState.OPEN


def test_one_in_doubt_is_sent_once_more_and_asks_a_person_only_after_that(
    town, message, answer, courier, provider, now
):
    answer()
    provider.misbehave("drop", times=2)
    courier()
    assert (Delivery.objects.get().state, state_of(message)) == ("uncertain", PrivateState.ANSWERED)
    assert sweeping.resend_doubtful(now=now + 12 * MINUTE) == 1
    courier(after=13 * MINUTE)

    assert (Delivery.objects.get().state, state_of(message)) == ("uncertain", PrivateState.OPEN)
    assert "Yanıtın ulaşıp ulaşmadığı bilinmiyor." in page_of(town, message)


def test_one_that_was_taken_and_never_reported_is_not_sent_again_and_asks_at_once(
    message, answer, courier, now
):
    answer()
    courier()
    outbox.tell_uncertain(list(Delivery.objects.all()), now=now + 4000 * MINUTE)
    assert state_of(message) == PrivateState.OPEN


@pytest.fixture
def doubted(message, answer, courier, now):
    """Her answer was taken by the provider, and nobody knows whether it arrived."""
    answer()
    courier()
    Delivery.objects.update(state=DeliveryState.UNCERTAIN)
    row = Delivery.objects.get()
    outbox.tell_uncertain([row], now=now + 4000 * MINUTE)
    assert state_of(message) == PrivateState.OPEN
    return row


def reported(row, now, **report) -> None:
    told = {"provider_id": row.provider_id, **report}
    contact = Contact(endpoint=row.endpoint, conversation=row.conversation, details={"receipts": [told]})
    apply_receipts([contact], now=now + 4001 * MINUTE)


def test_an_answer_that_arrived_after_all_asks_nobody_any_more(town, doubted, message, now):
    reported(doubted, now, state="delivered")
    assert state_of(message) == PrivateState.ANSWERED
    assert (message.settled_by, message.settled_at) == (town.leyla, now + 4001 * MINUTE)


def test_one_that_was_read_up_to_a_moment_asks_nobody_any_more_either(doubted, message, now):
    until = (now + 60 * MINUTE).isoformat()
    reported(doubted, now, state="read", until=until, provider_id="")
    assert (Delivery.objects.get().state, state_of(message)) == ("read", PrivateState.ANSWERED)


def test_what_somebody_decided_while_it_was_in_doubt_stays(town, doubted, message, now):
    private.keep(seen_by(town.leyla, message, now=now), by=town.leyla, now=now)
    reported(doubted, now, state="delivered")
    assert (Delivery.objects.get().state, state_of(message)) == ("delivered", PrivateState.KEPT)


def test_a_later_answer_that_failed_still_waits_though_the_earlier_arrived_after_all(
    doubted, message, answer, courier, provider, now
):
    answer("Bir daha: yarın arayın.")
    provider.blocked.add(ALI)
    courier()
    reported(doubted, now, state="delivered")
    assert state_of(message) == PrivateState.OPEN


def test_a_doubt_about_an_earlier_answer_asks_nobody_once_there_is_a_later_one(message, answer, courier, now):
    answer()
    courier()
    answer("Bugün de olur.")
    outbox.tell_uncertain(list(Delivery.objects.order_by("id")[:1]), now=now + 4000 * MINUTE)
    assert state_of(message) == PrivateState.ANSWERED


def test_a_doubt_that_was_answered_once_more_is_not_told_again_as_a_failure(doubted, message, answer, now):
    answer("Bir daha: yarın arayın.")
    reported(doubted, now, state="failed", reason="no such subscriber")
    assert (Delivery.objects.order_by("id")[0].state, state_of(message)) == ("failed", PrivateState.ANSWERED)


def test_a_failure_of_an_earlier_answer_that_nobody_knew_of_is_told(message, answer, courier, now):
    answer()
    courier()
    first = Delivery.objects.get()
    answer("Kimliğinizi de getirin.")
    reported(first, now, state="failed", reason="no such subscriber")
    assert state_of(message) == PrivateState.OPEN


def test_a_stop_before_it_left_brings_it_back_and_says_that_nothing_reaches_them(town, message, answer, now):
    answer()
    talk = message.contact.conversation
    Endpoint.objects.filter(pk=talk.endpoint_id).update(settings={"stop_for_people": "yes"})
    Address.objects.filter(pk=talk.address_id).update(stopped_at=now)
    keywords.hush([Conversation.objects.select_related("address", "endpoint").get(pk=talk.pk)], now=now)

    assert (Delivery.objects.get().state, state_of(message)) == (DeliveryState.SHOWN, PrivateState.OPEN)
    assert "Mesaj ulaşmıyor: siz söyleyin." in page_of(town, message)


def test_what_somebody_made_a_case_of_meanwhile_stays_one(town, message, answer, courier, provider, now):
    answer()
    private.file(seen_by(town.leyla, message, now=now), by=town.leyla, now=now)
    provider.blocked.add(ALI)
    courier()
    assert (Delivery.objects.get().state, state_of(message)) == (DeliveryState.FAILED, PrivateState.FILED)
    assert not Event.objects.filter(kind="private.unanswered").exists()


def test_it_comes_back_in_the_same_morning(town, hers, message, answer, courier, provider, now):
    write(hers, "Bir şey daha", now=now, number=2)
    found = morning.round_of(town.leyla, now=now)
    reply = answer()
    morning.step(town.leyla, found.morning, place=1, did="answered", now=now, reply_id=reply.pk)
    provider.blocked.add(ALI)
    courier()
    morning.step(town.leyla, found.morning, place=2, did="left", now=now)

    waiting = morning.round_of(town.leyla, now=now).waiting
    assert [(one.place, one.message and one.message.message.pk) for one in waiting] == [(3, message.pk)]
