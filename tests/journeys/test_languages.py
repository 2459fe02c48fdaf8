"""In a Turkish city people are answered in the language that they speak, after a word that tells none too."""

import json
from datetime import timedelta

import pytest

from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.citizens.merging import merge
from vefa.citizens.models import Address, Citizen
from vefa.dialogue.models import Reply
from vefa.directory import queries as directory
from vefa.directory.models import Municipality
from vefa.directory.version import mark_changed
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Contact, Conversation
from vefa.journal import replay
from vefa.triage.models import Finding, Keyword
from vefa.wiring.flow import REACTIONS
from vefa.wiring.handling import Hands

pytestmark = pytest.mark.django_db
REZA = 70
APART = timedelta(hours=1)  # nothing is said right after something else
PERSIAN = (
    "چراغ کوچه ما خاموش است", "در خیابان ما چاله هست", "زباله ها را جمع نکرده اند",
    "درخت روی پیاده رو افتاده",
    "آب از لوله نشت می کند", "پیاده رو خراب شده است", "سگ های ولگرد در پارک هستند", "بازارچه خیلی کثیف است",
    "کمک لازم داریم", "برق خانه ما رفته است",
)  # fmt: skip
RUSSIAN = "Во дворе не горит фонарь, сделайте пожалуйста"


@pytest.fixture
def bot(town):
    Endpoint.objects.filter(id=town.bot.id).update(sealed=seal({"token": "1:a", "secret": "s"}))
    return town.bot


@pytest.fixture
def says(bot, now):
    """Somebody writes to a bot of the city and is answered; the case that came of it, and the answer."""
    count = 0

    def say(text, *, who=REZA, photo=False, claim="", to=bot):
        nonlocal count
        count += 1
        at = now + count * APART
        sender = {"id": who, "first_name": "Reza"} | ({"language_code": claim} if claim else {})
        said = {"photo": [{"file_id": f"f{count}", "file_unique_id": f"u{count}", "width": 9, "height": 9}]}
        message = {"message_id": count, "date": int(at.timestamp()), "from": sender,
                   "chat": {"id": who, "type": "private"}} | (said if photo else {"text": text})  # fmt: skip
        raw = json.dumps({"update_id": count, "message": message}).encode()
        accept([Incoming(endpoint_id=to.pk, raw=raw, external_id=str(count), lane=str(who), received_at=at)])
        while Hands(lambda: at, limit=100).handle_some():
            pass
        replay.react(REACTIONS, now=at)
        contact = Contact.objects.get(endpoint=to, external_id=str(count))
        found = Finding.objects.filter(contact=contact).first()
        return found.case if found else None, Reply.objects.latest("id")

    return say


def test_after_ten_persian_messages_what_tells_no_language_is_persian(says):
    for words in PERSIAN:
        case, _ = says(words)
        assert case.language == "fa"

    for text in ("salam", "ok", "42", "👍", ""):
        case, answer = says(text, photo=not text)
        assert (case.language, answer.language) == ("fa", "fa"), text
    assert Case.objects.count() == 15


def test_who_never_wrote_is_answered_in_the_language_of_the_city(says):
    case, answer = says("ok")

    assert (case.language, answer.language) == ("tr", "tr")
    assert Citizen.objects.get().language == ""


def test_one_russian_sentence_changes_it_and_one_russian_word_does_not(says):
    says(PERSIAN[0])
    says("спасибо")
    assert says("ok")[0].language == "fa"

    says(RUSSIAN)

    case, answer = says("ok")
    assert (case.language, answer.language) == ("ru", "ru")


def test_what_was_chosen_by_keyword_stays_whatever_is_heard(says):
    Keyword.objects.create(key="ru", does="language", language="ru", codes=["РУССКИЙ"], channels=["telegram"])
    Municipality.objects.update(version=10_000_001)  # at which nothing remembers keywords
    directory.forget()
    says("РУССКИЙ")
    chosen = Conversation.objects.get()
    assert chosen.language == "ru"

    for words in PERSIAN[:3]:
        says(words)

    case, answer = says("ok")
    chosen.refresh_from_db()
    assert (chosen.language, chosen.address.citizen.language) == ("ru", "fa")
    assert (case.language, answer.language) == ("ru", "ru")


def test_it_counts_on_the_other_channels_of_the_same_person(says, town, bot, now):
    says(PERSIAN[0])
    known = Address.objects.get().citizen
    other = Endpoint.objects.create(
        key="second-bot", channel="telegram", names={"tr": "İkinci"}, language="tr",
        settings={"api_base": "https://bale.example"}, sealed=seal({"token": "1:a", "secret": "s"}),
    )  # fmt: skip
    mark_changed()
    says("ok", who=71, to=other)
    assert Case.objects.latest("id").language == "tr"
    new = Address.objects.exclude(citizen=known).get().citizen

    merge(kept_id=known.pk, absorbed_id=new.pk, reason="", by=f"staff:{town.derya.pk}", now=now)

    assert says("ok", who=71, to=other)[0].language == "fa"


def test_what_is_usual_on_an_account_for_few_is_remembered_for_the_others(says, bot):
    Endpoint.objects.filter(pk=bot.pk).update(language="fa")
    says(PERSIAN[0])
    Endpoint.objects.filter(pk=bot.pk).update(language="tr")

    assert says("ok")[0].language == "fa"


def test_who_writes_the_language_of_the_city_costs_no_row(says):
    says("Sokakta büyük bir çukur var, düşen oldu")

    assert Citizen.objects.get().language == ""


def test_what_a_provider_claims_counts_until_something_is_heard(says):
    case, answer = says("ok", claim="kk")
    assert (case.language, answer.language) == ("kk", "kk")

    says("Sokakta büyük bir çukur var, düşen oldu", claim="kk")

    assert says("ok", claim="kk")[0].language == "tr"


def test_a_language_that_we_do_not_speak_is_no_claim(says):
    assert says("ok", claim="pt-br")[0].language == "tr"


def test_several_messages_that_wait_together_are_heard_in_their_order(bot, now):
    said = [PERSIAN[0], "ok", RUSSIAN, "ok"]
    for number, text in enumerate(said):
        message = {"message_id": number, "date": int(now.timestamp()) + 3600 * number, "text": text,
                   "from": {"id": REZA, "first_name": "Reza"},
                   "chat": {"id": REZA, "type": "private"}}  # fmt: skip
        raw = json.dumps({"update_id": number, "message": message}).encode()
        facts = {"external_id": str(number), "lane": str(REZA), "received_at": now}
        accept([Incoming(endpoint_id=bot.pk, raw=raw, **facts)])

    while Hands(lambda: now, limit=100).handle_some():
        pass

    heard = Contact.objects.order_by("id").values_list("language", flat=True)
    assert list(heard) == ["fa", "fa", "ru", "ru"]
    assert Citizen.objects.get().language == "ru"
