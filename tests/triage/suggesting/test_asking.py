"""Derya asks the city's language model; it suggests words, and nothing else ever happens by itself."""

import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.providers.chat_model import ChatModel
from vefa.cases.models import Case
from vefa.cases.opening import Opening, open_cases
from vefa.citizens.models import Address, Citizen
from vefa.dialogue.models import Delivery, Draft, Reply
from vefa.inbox.models import Contact, Conversation
from vefa.journal import replay
from vefa.journal.models import Event
from vefa.triage.models import Suggested
from vefa.triage.suggesting import asking
from vefa.triage.suggesting.prompts import What
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db

# Each fifth goes the whole way; test_reading.py looks at all two hundred.
ATTACKS = (Path(__file__).parent / "injections.jsonl").read_text(encoding="utf-8").splitlines()[::5]


@pytest.fixture
def model(settings):
    with ChatModel.running() as model:
        settings.SUGGEST_URL, settings.SUGGEST_MODEL, settings.SUGGEST_TIMEOUT_S = model.base, "small", 5
        yield model
        assert model.faults == []


@pytest.fixture
def http():
    with httpx.Client(follow_redirects=False, trust_env=False) as client:
        yield client


@pytest.fixture
def case(town, now):
    """Ali wrote to the bot, and left his number."""
    text = "Çarşı'da çukur var, tel 0532 111 22 33"
    ali = Citizen.objects.create(name="Ali Demir", created_at=now)
    address = Address.objects.create(space="telegram", value="7001", citizen=ali, created_at=now)
    conversation = Conversation.objects.create(
        endpoint=town.bot, address=address, language="tr", created_at=now
    )
    contact = Contact.objects.create(
        endpoint=town.bot, external_id="1", lane="7001", received_at=now, due_at=now, raw=b"{}",
        form="message", conversation=conversation, said_at=now, text=text, language="tr",
    )  # fmt: skip
    opening = Opening(
        contact=contact, title=text, text=text, language="tr", kind="request", urgency=0,
        service=town.pothole, area_id=town.carsi.id, unsure=False, actor="triage",
    )  # fmt: skip
    (case_id,) = open_cases([opening], now=now)
    return Case.objects.get(id=case_id)


@pytest.fixture
def asks(case, town, now, http):
    def ask(what=What.SUMMARY, into="en"):
        row = asking.wish(case=case, what=what, into=into, by=town.derya, now=now)
        assert asking.suggest_due(http=http, clock=lambda: now)
        row.refresh_from_db()
        return row

    return ask


def test_a_summary_is_suggested_and_the_journal_says_who_wrote_it(model, asks, case, town):
    model.says("A hole in Çarşı.")

    row = asks()

    assert (row.state, row.text, row.model) == ("ready", "A hole in Çarşı.", "small")
    told = Event.objects.get(kind="case.suggested")
    assert (told.subject, told.actor, told.data["model"]) == (
        f"case:{case.pk}",
        f"staff:{town.derya.pk}",
        "small",
    )


def test_the_model_hears_no_personal_data_no_note_and_no_secret(model, asks, case, now, settings):
    settings.SUGGEST_KEY = model.key = "key-of-the-model"
    while replay.react(REACTIONS, now=now, limit=200):
        pass
    assert case.secret in Reply.objects.get(case=case, automatic=True).text
    Contact.objects.update(text=f"{case.text}, bakın: /r/{case.reference}/{case.secret}")

    asks()

    said = json.dumps(model.asked, ensure_ascii=False)
    assert "çukur" in said
    assert "/r/" in said
    assert case.secret not in said
    assert "0532" not in said
    assert "key-of-the-model" not in said
    assert settings.SECRET_KEY not in said


def test_a_draft_is_written_in_the_residents_language_and_sent_by_nobody(model, asks, case):
    model.says("Merhaba, çukurun yerini yazar mısınız?")

    asks(What.DRAFT, "tr")

    assert "Turkish" in model.asked[0]["messages"][0]["content"]
    assert not Reply.objects.filter(case=case).exists()
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ("429", "busy"), ("500", "broken"), ("503", "broken"), ("401", "key"), ("404", "absent"),
        ("418", "refused"), ("redirect", "refused"), ("garbage", "garbage"),
        ("no choices", "garbage"), ("list", "garbage"),
        ("huge", "huge"), ("half", "broken"), ("null", "empty"), ("tool", "empty"),
    ],
)  # fmt: skip
def test_a_model_that_misbehaves_gives_no_suggestion_and_no_harm(model, asks, case, trouble, why):
    model.misbehave(trouble)

    row = asks()

    assert (row.state, row.trouble, row.text) == ("failed", why, "")
    assert not Event.objects.filter(kind="case.suggested").exists()


@pytest.mark.parametrize("trouble", ["silence", "drip"])
def test_a_slow_model_is_given_up(model, asks, settings, trouble):
    settings.SUGGEST_TIMEOUT_S = 1
    model.misbehave(trouble)

    assert asks().trouble == "slow"


def test_an_address_where_nobody_answers_is_trouble(asks, settings):
    settings.SUGGEST_URL, settings.SUGGEST_MODEL, settings.SUGGEST_TIMEOUT_S = "http://127.0.0.1:9/v1", "m", 1

    assert asks().trouble == "broken"


def test_without_a_model_nothing_is_asked(case, town, now, http, settings):
    settings.SUGGEST_URL = ""
    asking.wish(case=case, what=What.SUMMARY, into="en", by=town.derya, now=now)

    assert not asking.available()
    assert not asking.suggest_due(http=http, clock=lambda: now)


def test_who_waits_for_three_waits(model, case, town, now):
    for _ in range(3):
        asking.wish(case=case, what=What.SUMMARY, into="en", by=town.derya, now=now)

    with pytest.raises(asking.TooManyError):
        asking.wish(case=case, what=What.SUMMARY, into="en", by=town.derya, now=now)


def test_what_nobody_took_is_erased_after_a_week(model, asks, now):
    row = asks()

    asking.forget(now=now + timedelta(days=8))

    row.refresh_from_db()
    assert row.text == ""


def test_what_a_worker_died_over_is_given_up(case, town, now):
    row = asking.wish(case=case, what=What.SUMMARY, into="en", by=town.derya, now=now)
    Suggested.objects.update(state="asking")

    asking.forget(now=now + timedelta(minutes=10))

    row.refresh_from_db()
    assert row.state == "failed"


def test_attacks_on_a_model_that_obeys_each_lead_to_text_alone(model, asks, case):
    """The stand-in repeats what it was told, as a model that falls for everything would."""
    model.obeys = True
    before = Case.objects.filter(pk=case.pk).values().get()
    happened = Event.objects.count()

    for line in ATTACKS:
        Contact.objects.update(text=json.loads(line)["text"])
        row = asks(What.DRAFT, "en")
        assert row.state == "ready"
        for trace in ("://", "<", "](", "evil.example", "javascript:", "\u202e"):
            assert trace not in row.text

    assert Case.objects.filter(pk=case.pk).values().get() == before
    assert not Delivery.objects.exists()
    assert not Reply.objects.exists()
    assert set(Event.objects.order_by("id")[happened:].values_list("kind", flat=True)) == {"case.suggested"}
    assert len(model.asked) == 40
