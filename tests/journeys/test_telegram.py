"""Ali writes to the city's bot, is answered there, disagrees there, and is heard."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from tests.journeys.conftest import fetch
from tests.providers.telegram_bot_api import TelegramBotApi, message
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels.sealing import seal
from vefa.dialogue.writing import Words, write

pytestmark = pytest.mark.django_db
ALI = 7
TOKEN = "123456:a-token-for-tests"


@pytest.fixture
def bot(town, settings) -> Iterator[TelegramBotApi]:
    """The Bot API, asked by the city because nobody can push to this machine."""
    settings.UNDO_S = 0
    with TelegramBotApi.running(token=TOKEN) as running:
        town.bot.settings = {"api_base": running.base, "polling": "yes"}
        town.bot.sealed = seal({"token": TOKEN})
        town.bot.save()
        yield running
        assert running.faults == []


def test_from_message_to_answer_to_reopening(town, bot, worker):
    bot.updates.append(message(ALI, "Çarşı'da yolda büyük bir çukur var"))
    fetch(town.bot)
    fetch(town.bot)  # asking again brings nothing twice
    worker.work()
    case = Case.objects.get()
    assert (case.service, case.area, case.unit) == (town.pothole, town.carsi, town.roads)
    acknowledged = bot.texts_to(ALI)
    assert len(acknowledged) == 1
    assert case.reference in acknowledged[0]
    assert f"/r/{case.reference}/{case.secret}" in acknowledged[0]

    words = Words(text="Ekibimiz yarın sabah geliyor.", language="tr")
    write(case=case, words=words, by=town.derya, now=timezone.now())
    worker.work()
    assert bot.texts_to(ALI)[-1] == words.text

    ending = Ending(outcome=Outcome.DONE, reason="Çukur dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    assert "Çukur dolduruldu." in bot.texts_to(ALI)[-1]

    bot.updates.append(message(ALI, "Hayır, çözülmedi, çukur hâlâ orada"))
    fetch(town.bot)
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)


def test_who_puts_a_command_before_the_words_is_heard_and_who_asks_for_help_is_greeted(town, bot, worker):
    bot.updates.append(message(ALI, "/sikayet Çarşı'da yolda büyük bir çukur var"))
    fetch(town.bot)
    worker.work()
    case = Case.objects.get()
    assert case.service == town.pothole
    assert case.reference in bot.texts_to(ALI)[0]

    bot.updates.append(message(ALI, "/help"))
    fetch(town.bot)
    worker.work()
    assert len(bot.texts_to(ALI)) == 2
    assert Case.objects.count() == 1


def test_what_only_telegram_can_show_is_seen_by_somebody_and_acknowledged(town, bot, worker):
    bot.updates += [message(ALI, dice={"emoji": "🎲", "value": 3}), message(8, pinned_message={"text": "a"})]
    fetch(town.bot)
    worker.work()

    case = Case.objects.get()
    assert (case.unsure, "dice" in case.title) == (True, True)
    assert case.reference in bot.texts_to(ALI)[0]
