"""Three groups of a district and one bot: twelve neighbours, one case, answered and ended in the thread."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from tests.journeys.conftest import fetch
from tests.providers.telegram_bot_api import TelegramBotApi, message, said_in
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.inbox.models import Contact
from vefa.triage.models import GroupMessage, Made

pytestmark = pytest.mark.django_db
TOKEN = "123456:a-token-for-tests"
WATER, SAFETY, YARDS, STRANGE = -1001, -1002, -1003, -1009
LEAK = "Çarşı'da boru patladı, su patladı, yola akıyor, ne zaman gelirsiniz?"


@pytest.fixture
def bot(town, settings) -> Iterator[TelegramBotApi]:
    """A bot that asks for its messages, and its three groups."""
    settings.UNDO_S = 0
    with TelegramBotApi.running(token=TOKEN) as running:
        town.bot.settings = {"api_base": running.base, "polling": "yes", "dialect": "telegram"}
        town.bot.sealed = seal({"token": TOKEN})
        town.bot.save()
        for key, chat, unit in (
            ("water", WATER, "water"),
            ("safety", SAFETY, "works"),
            ("yards", YARDS, "parks"),
        ):
            Endpoint.objects.create(
                key=key, channel="telegram_group", language="tr", default_unit_key=unit,
                settings={"door": town.bot.key, "chat_id": str(chat)},
            )  # fmt: skip
        yield running
        assert running.faults == []


def test_twelve_neighbours_one_case_one_outcome(town, bot, worker):
    first = said_in(WATER, 1, LEAK)
    answered = {"reply_to_message": first["message"]}
    bot.updates.append(first)
    for number in range(2, 13):
        more = answered if number % 3 == 0 else {}
        bot.updates.append(said_in(WATER, number, "+1" if more else "bizde de akıyor", **more))
        bot.updates.append(said_in(YARDS, 100 + number, "günaydın komşular"))
    bot.updates.append(said_in(SAFETY, 50, "Akşam maç var mı"))
    bot.updates.append(said_in(STRANGE, 60, LEAK))
    bot.updates.append(message(7, "Kalealtı'nda lamba yanmıyor"))
    fetch(town.bot)
    worker.work()

    case = Case.objects.get(channel="telegram_group")
    assert case.supporters == 11
    assert case.unit == town.water
    assert Case.objects.count() == 2
    assert not Contact.objects.filter(lane=str(STRANGE)).exists()
    assert GroupMessage.objects.filter(made=Made.CHATTER).count() == 12

    (noted,) = bot.texts_to(WATER)
    assert case.reference in noted
    assert case.secret not in noted
    assert bot.sent[0].params["reply_parameters"]["message_id"] == first["message"]["message_id"]
    assert bot.texts_to(YARDS) == bot.texts_to(SAFETY) == []

    end(
        case_id=case.pk, ending=Ending(outcome=Outcome.DONE, reason="Boru onarıldı."), by=town.derya,
        now=timezone.now(),
    )  # fmt: skip
    worker.work()
    assert "Boru onarıldı." in bot.texts_to(WATER)[-1]
    assert len(bot.texts_to(WATER)) == 2

    told = next(one for one in bot.sent if "onarıldı" in one.text)
    ours = {"message_id": told.message_id, "chat": {"id": WATER, "type": "supergroup"}, "date": 1}
    bot.updates.append(said_in(WATER, 1, "çözülmedi, hala akıyor", reply_to_message=ours))
    fetch(town.bot)
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened) == (State.NEW, 1)


def test_bale_speaks_the_same(town, bot, worker):
    Endpoint.objects.filter(pk=town.bot.pk).update(
        settings={"api_base": bot.base, "polling": "yes", "dialect": "bale"}
    )
    first = said_in(WATER, 1, LEAK, bale=True)
    bot.updates += [first, said_in(WATER, 2, "bizde de", bale=True)]
    fetch(town.bot)
    worker.work()

    case = Case.objects.get()
    assert case.supporters == 1
    assert Case.objects.filter(conversation__address__space="bale").exists()
    (sent,) = bot.sent
    assert sent.params["reply_to_message_id"] == first["message"]["message_id"]
    assert "reply_parameters" not in sent.params
