"""Answers where a whole group listens: in the thread, once, short; in private where the group wants that."""

from datetime import timedelta

import httpx
import pytest

from tests.providers.telegram_bot_api import TelegramBotApi, message
from tests.triage.groups.street import CHAT, Street, group, handle, keep, number_of
from vefa.cases.doubling import double
from vefa.cases.ending import Ending, end
from vefa.cases.models import Case, Outcome
from vefa.cases.promises import sweep_broken
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.citizens.models import Address
from vefa.dialogue import outbox
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.pace import Pace
from vefa.dialogue.queries import channel_truth
from vefa.dialogue.terms import NotNowError
from vefa.dialogue.writing import Words, write
from vefa.inbox.doors import adapter_of
from vefa.inbox.models import Conversation
from vefa.journal import replay
from vefa.kit.ids import token
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    with TelegramBotApi.running() as running:
        yield running


@pytest.fixture
def street(town, now, provider):
    endpoint = group(language="tr")
    bot = Endpoint.objects.get(key="city-bot")
    bot.settings = {"api_base": provider.base, "dialect": "telegram"}
    bot.sealed = seal({"token": provider.token, "secret": "right"})
    bot.save()
    return Street(endpoint, now=now)


def answer(street, *, after=timedelta()):
    """React to what happened, then send what is due, as a worker does."""
    now = street.now + after
    while replay.react(REACTIONS, now=now, limit=500):
        pass
    with httpx.Client(timeout=5) as http:
        for endpoint in outbox.endpoints_with_work(now=now):
            outbox.deliver_due(endpoint=endpoint, adapter=adapter_of(endpoint, http), clock=lambda: now)


def pothole(street, **parts):
    return street.say("Aylin", "Çarşı'da yolda çukur var, çok tehlikeli, ne zaman yapılacak?", **parts)


def test_the_reference_comes_under_the_words_and_no_secret_with_it(street, provider):
    first = pothole(street)
    street.listen()
    answer(street)

    (sent,) = provider.sent
    case = Case.objects.get()
    assert (sent.chat_id, sent.params["reply_parameters"]["message_id"]) == (CHAT, first)
    assert case.reference in sent.text
    assert case.secret not in sent.text
    assert "http" not in sent.text


def test_twelve_who_stand_behind_it_are_told_the_outcome_once(street, town, provider):
    first = pothole(street)
    for number in range(11):
        street.say(f"Komşu {number}", "bizde de var", after=1)
    street.listen()
    case = Case.objects.get()
    ending = Ending(outcome=Outcome.DONE, reason="Yol onarıldı", waiver="gece oldu")
    end(case_id=case.pk, ending=ending, by=town.derya, now=street.now)
    answer(street)

    assert case.supporters == 11
    received, done = provider.sent
    assert {received.chat_id, done.chat_id} == {CHAT}
    assert case.reference in done.text
    assert "Yol onarıldı" in done.text
    assert done.params["reply_parameters"]["message_id"] == first


def test_a_group_that_was_promised_a_moment_hears_once_that_it_passed(street, provider):
    pothole(street)
    for number in range(3):
        street.say(f"Komşu {number}", "bizde de var", after=1)
    street.listen()
    answer(street)
    passed = timedelta(days=2, hours=6)  # Tuesday morning; a first answer was due on Monday
    sweep_broken(now=street.now + passed)
    answer(street, after=passed)

    received, late = provider.sent
    assert {received.chat_id, late.chat_id} == {CHAT}
    assert late.text.startswith(Case.objects.get().reference)
    assert late.text.endswith("yetiştiremedik, özür dileriz. Unutulmadı.")


@pytest.mark.parametrize(
    "reason",
    [
        "Aylin hanım 0532 111 22 33 ile konuştuk",
        "Sayın Ayşe Yılmaz, sizinle konuştuk",
        "aylin (at) posta (dot) example ile konuştuk",
    ],
)
def test_a_reason_that_shows_a_person_is_not_told_to_all(street, town, provider, reason):
    pothole(street)
    street.listen()
    case = Case.objects.get()
    Address.objects.create(
        space="email", value="aylin@posta.example", citizen_id=case.citizen_id or 0, created_at=street.now
    )
    ending = Ending(outcome=Outcome.DONE, reason=reason, waiver="gece")
    end(case_id=case.pk, ending=ending, by=town.derya, now=street.now)
    answer(street)

    assert "konuştuk" not in provider.sent[-1].text
    assert len(provider.sent) == 2


def test_a_group_reads_nothing_of_what_was_written_to_who_reported_another_case(
    street, town, provider, talks, opens
):
    pothole(street)
    street.listen()
    ayse = talks("7009")
    ayse.address.shown_name = "Ayşe Yılmaz"
    ayse.address.save()
    master, follower = opens(ayse), Case.objects.get(conversation__endpoint=street.endpoint)
    double(case_id=follower.pk, master_id=master.pk, by=town.derya, now=street.now)
    ending = Ending(outcome=Outcome.DONE, reason="Ayşe Yılmaz ile görüştük", waiver="gece oldu")
    end(case_id=master.pk, ending=ending, by=town.derya, now=street.now)
    answer(street)

    assert ending.reason in Reply.objects.filter(case=master).order_by("id")[1].text
    read = provider.texts_to(CHAT)
    assert follower.reference in read[-1]
    assert ": yapıldı." in read[-1]
    assert not [text for text in read if "Yılmaz" in text or "görüştük" in text]


def test_in_a_topic_the_answer_stays_in_it(street, provider):
    pothole(street, message_thread_id=7, is_topic_message=True)
    street.listen()
    answer(street)

    assert provider.sent[0].params["message_thread_id"] == 7


def test_where_the_group_wishes_who_knows_the_bot_hears_it_in_private(street, town, provider):
    Endpoint.objects.filter(key="street").update(settings={**street.endpoint.settings, "answers": "private"})
    street.endpoint.refresh_from_db()
    aylin = number_of("Aylin")
    keep(town.bot, [message(aylin, "/start")], now=street.now)
    handle(now=street.now)
    pothole(street)
    street.say("Bora", "Kalealtı'nda lamba yanmıyor, karanlık, ne zaman yapılacak?", after=1)
    street.listen()
    answer(street)

    hole, lamp_out = Case.objects.order_by("id")
    private = [text for text in provider.texts_to(aylin) if hole.reference in text]
    assert len(private) == 1
    assert hole.secret in private[0]
    assert [text for text in provider.texts_to(CHAT) if lamp_out.reference in text]
    assert not [text for text in provider.texts_to(CHAT) if hole.reference in text]


def alone(street, town, *updates):
    """What one says to the bot itself."""
    keep(town.bot, list(updates), now=street.now)
    handle(now=street.now)


def by_hand(street, town, case, text="Size özel"):
    words = Words(text=text, language="tr", way="private")
    write(case=case, words=words, by=town.derya, now=street.now)


def test_who_started_the_bot_may_be_answered_in_private_by_hand(street, town, provider):
    alone(street, town, message(number_of("Aylin"), "/start"))
    pothole(street)
    street.listen()
    answer(street)
    by_hand(street, town, Case.objects.get())
    answer(street, after=timedelta(minutes=5))

    assert provider.texts_to(number_of("Aylin"))[-1] == "Size özel"
    assert "Size özel" not in provider.texts_to(CHAT)


def test_who_never_wrote_to_the_bot_or_blocked_it_is_not_offered_a_private_answer(street, town, provider):
    pothole(street)
    street.listen()
    case = Case.objects.get()
    assert ways_of(case, street) == (("thread",), ("public", "private_unstarted"))
    with pytest.raises(NotNowError, match="no_such_way"):
        by_hand(street, town, case)

    aylin = number_of("Aylin")
    assert case.conversation is not None
    forwarded = Conversation.objects.create(
        endpoint=town.bot, address=case.conversation.address, thread=str(aylin), created_at=street.now
    )  # a colleague passed her words on to the bot: she has not written there
    assert ways_of(case, street)[0] == ("thread",)
    forwarded.delete()
    alone(street, town, message(aylin, "/start"))
    assert ways_of(case, street) == (("thread", "private"), ("public",))
    Address.objects.filter(value=str(aylin)).update(unreachable_at=street.now)
    assert ways_of(case, street)[0] == ("thread",)


def test_a_private_answer_to_a_hidden_administrator_is_not_read_by_the_street(street, town, provider):
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    here = {"id": CHAT, "type": "supergroup", "title": "Çarşı komşular"}
    pothole(street, sender_chat=here, **{"from": anonymous})
    street.listen()
    case = Case.objects.get()
    assert ways_of(case, street) == (("thread",), ("public", "private_hidden"))
    with pytest.raises(NotNowError, match="no_such_way"):
        by_hand(street, town, case, f"/r/{case.reference}/{case.secret}")

    # One that was written before this was known.
    reply = Reply.objects.create(
        case=case, staff=town.derya, text=f"/r/{case.reference}/{case.secret}", language="tr", way="private",
        written_at=street.now,
    )  # fmt: skip
    Delivery.objects.create(
        reply=reply, conversation=case.conversation, endpoint=street.endpoint, key=token(),
        due_at=street.now, queued_at=street.now,
    )  # fmt: skip
    answer(street)
    assert not [text for text in provider.texts_to(CHAT) if case.secret in text]
    assert Delivery.objects.get(reply=reply).state == DeliveryState.FAILED


def ways_of(case, street):
    """How the composer may answer a case now, and what it says beside."""
    found = Case.objects.select_related("conversation__address", "conversation__endpoint").get(pk=case.pk)
    rules = channel_truth(found, now=street.now).terms
    assert rules is not None
    return rules.ways, rules.notices


def test_who_cannot_be_reached_in_private_is_answered_in_the_group(street, town, provider):
    pothole(street)
    street.listen()
    Address.objects.update(unreachable_at=street.now)
    answer(street)

    assert len(provider.texts_to(CHAT)) == 1
    assert Address.objects.filter(unreachable_at=street.now).exists()


def test_a_refusal_in_the_group_makes_nobody_unreachable(street, provider):
    provider.blocked.add(CHAT)
    pothole(street)
    street.listen()
    answer(street)

    assert Delivery.objects.get().state == DeliveryState.FAILED
    assert not Address.objects.exclude(unreachable_at=None).exists()


def test_a_group_that_moved_is_answered_where_it_is_now(street, provider):
    pothole(street)
    street.listen()
    provider.moved[CHAT] = -100_777
    answer(street)
    assert Delivery.objects.get().state == DeliveryState.QUEUED

    Endpoint.objects.filter(key="street").update(settings={**street.endpoint.settings, "chat_id": "-100777"})
    answer(street, after=timedelta(minutes=2))
    assert len(provider.texts_to(-100_777)) == 1


def hurried(limits):
    """The real pace, on a clock that only its own waiting moves: a second between two takes no time here."""
    moment = [0.0]

    def sleep(seconds):
        moment[0] += seconds

    return Pace(limits, clock=lambda: moment[0], sleep=sleep)


def test_twenty_a_minute_and_the_rest_later(street, town, provider, monkeypatch):
    monkeypatch.setattr(outbox, "Pace", hurried)
    pothole(street)
    street.listen()
    case = Case.objects.get()
    for number in range(24):
        write(case=case, words=Words(text=f"{number}. haber", language="tr"), by=town.derya, now=street.now)
    later = timedelta(minutes=1)
    with httpx.Client(timeout=5) as http:
        street.endpoint.refresh_from_db()
        adapter = adapter_of(street.endpoint, http)
        now = street.now + later
        outbox.deliver_due(endpoint=street.endpoint, adapter=adapter, clock=lambda: now)
    assert len(provider.sent) == 20
    street.endpoint.refresh_from_db()
    assert street.endpoint.paused_until == now + timedelta(minutes=1)

    answer(street, after=2 * later + timedelta(seconds=1))
    assert len(provider.texts_to(CHAT)) == 25


def test_leaving_is_confirmed_in_a_line(street, provider):
    street.say("Aylin", "/stop")
    street.listen()
    answer(street)

    assert len(provider.texts_to(CHAT)) == 1
    assert "/start" in provider.texts_to(CHAT)[0]
    assert Reply.objects.get().case is None
