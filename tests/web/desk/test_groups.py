"""The talk of a group at the desk, and announcements in the city's channel."""

from html import unescape

import httpx
import pytest
from django.utils.translation import gettext, override

from tests.providers.telegram_bot_api import TelegramBotApi
from tests.triage.groups.street import Street, group
from tests.web.desk.seat import seated
from vefa.cases.lifecycle import Piece, part
from vefa.cases.models import Case, Outcome
from vefa.channels.looking import Look, keep
from vefa.channels.models import Endpoint
from vefa.channels.port import Finding
from vefa.channels.sealing import seal
from vefa.channels.telegram.checkup import DEAF
from vefa.dialogue import outbox, watching
from vefa.dialogue.models import Delivery, Reply
from vefa.inbox.doors import adapter_of
from vefa.inbox.models import Attachment
from vefa.kit.speaking import spoken
from vefa.triage.groups.membership import REMOVED
from vefa.triage.models import GroupMessage, Made

pytestmark = pytest.mark.django_db
PAGE = "/desk/groups/street"


@pytest.fixture
def street(town, now):
    street = Street(group(), now=now)
    street.say("Aylin", "Çarşı'da yolda çukur var, çok tehlikeli, ne zaman yapılacak?")
    street.say("Bora", "akşam maç var mı", after=1)
    street.say("Cem", "bizde de", after=1)
    street.listen()
    return street


def test_the_stream_shows_what_was_recognised_and_why(street, town):
    client = seated(town.derya)
    page = client.get(PAGE).content.decode()

    case = Case.objects.get()
    assert page.index("bizde de") < page.index("akşam maç") < page.index("çok tehlikeli")
    assert case.reference in page
    assert page.count('value="case"') == 1
    assert page.count('value="talk"') == 2
    only = client.get(PAGE, {"show": "matters"}).content.decode()
    assert "akşam maç" not in only
    assert "bizde de" in only
    assert "çok tehlikeli" not in client.get(PAGE, {"show": "talk"}).content.decode()


def test_talk_becomes_a_case_at_the_press_of_a_button_and_talk_again(street, town):
    client = seated(town.derya)
    talk = GroupMessage.objects.get(made=Made.CHATTER)
    address = f"{PAGE}/messages/{talk.pk}"

    answer = client.post(address, {"do": "case"})
    assert answer.headers["Location"] == f"{PAGE}#m{talk.pk}"
    assert Case.objects.count() == 2
    client.post(address, {"do": "case"})
    assert Case.objects.count() == 2
    client.post(address, {"do": "talk"})
    assert Case.objects.get(text="akşam maç var mı").outcome == Outcome.WITHDRAWN


def test_a_case_with_open_parts_is_not_made_talk(street, town, now):
    client, case = seated(town.derya), Case.objects.get()
    piece = Piece(title="Lamba", text="Lamba da yanmıyor", service_id=town.pothole.pk)
    cut = part(case_id=case.pk, piece=piece, by=town.derya, now=now)
    said = GroupMessage.objects.get(made=Made.MATTER)
    client.cookies["vefa_language"] = "en"

    page = client.post(f"{PAGE}/messages/{said.pk}", {"do": "talk"}, follow=True).content.decode()

    assert "Parts of its case have no outcome yet" in page
    assert not Case.objects.filter(pk__in=[case.pk, cut.pk], outcome=Outcome.WITHDRAWN).exists()
    said.refresh_from_db()
    assert said.made == Made.MATTER


def test_what_is_said_meanwhile_comes_by_itself(street, town):
    client = seated(town.derya)
    newest = GroupMessage.objects.order_by("-id").first()
    assert newest is not None
    street.say("Ece", "yeni bir söz", after=1)
    street.listen()

    part = client.get(f"{PAGE}/newer", {"after": newest.pk}).content.decode()
    assert "yeni bir söz" in part
    assert "bizde de" not in part
    assert f"after={newest.pk + 1}" in part


def test_older_messages_are_a_page_away(street, town):
    oldest = GroupMessage.objects.order_by("id").first()
    assert oldest is not None
    page = seated(town.derya).get(PAGE, {"before": oldest.pk + 1}).content.decode()

    assert "çok tehlikeli" in page
    assert "bizde de" not in page


def test_a_group_without_a_word_and_a_desk_without_groups_say_so(town):
    client = seated(town.derya)
    assert client.get("/desk/groups").status_code == 200
    assert client.get(PAGE).status_code == 404
    group()
    assert client.get(PAGE).status_code == 200
    assert 'href="/desk/groups/street"' in client.get("/desk/groups").content.decode()


def test_a_deaf_bot_is_seen_where_its_group_is_read_and_in_the_readers_language(street, town, now):
    for _ in range(2):
        keep(street.endpoint.pk, Look(findings=(Finding(ok=False, text=DEAF),)), now=now)
    watching.watch(now=now)
    Endpoint.objects.filter(pk=street.endpoint.pk).update(trouble=REMOVED)
    client = seated(town.derya)

    for language in ("tr", "ru", "kk", "en"):
        with override(language):
            wrong = [spoken(DEAF), gettext(REMOVED)]
        assert len({*wrong, DEAF, REMOVED}) == (2 if language == "en" else 4)
        for page in (PAGE, "/desk/groups"):
            shown = unescape(client.get(page, {"speak": language}).content.decode())
            assert [words for words in wrong if words not in shown] == []


def test_a_strange_group_is_made_an_account_or_forgotten(town):
    found = {"-100999": "Kuğulu Apartmanı", "-100998": "Lale Sitesi"}
    Endpoint.objects.filter(pk=town.bot.pk).update(settings={"strange_groups": found})
    client = seated(town.ayse)
    assert "Kuğulu Apartmanı" in client.get("/desk/groups").content.decode()
    assert "Kuğulu Apartmanı" not in seated(town.derya).get("/desk/groups").content.decode()

    client.post("/desk/adopt-group", {"bot": "city-bot", "chat": "-100999", "do": "adopt"})
    client.post("/desk/adopt-group", {"bot": "city-bot", "chat": "-100998", "do": "forget"})

    made = Endpoint.objects.get(channel="telegram_group")
    assert made.settings == {"door": "city-bot", "chat_id": "-100999"}
    assert made.name("tr") == "Kuğulu Apartmanı"
    assert Endpoint.objects.get(pk=town.bot.pk).settings["strange_groups"] == {}


@pytest.fixture
def channel(town):
    with TelegramBotApi.running() as provider:
        Endpoint.objects.filter(pk=town.bot.pk).update(
            settings={"api_base": provider.base}, sealed=seal({"token": provider.token})
        )
        Endpoint.objects.create(
            key="news", channel="telegram_channel", language="tr", names={"tr": "Pınarova haber"},
            settings={"door": "city-bot", "chat_id": "-100900"},
        )  # fmt: skip
        yield provider


def test_an_announcement_is_looked_at_first_and_sent_once(channel, town, now):
    client = seated(town.derya)
    words = {"text": "Yarın 09.00-12.00 arası su kesilecek.", "place": "news", "once": "abc"}
    looked = client.post("/desk/announcements", words | {"do": "look"}).content.decode()
    assert "su kesilecek" in looked
    assert not Reply.objects.exists()

    client.post("/desk/announcements", words | {"do": "send"})
    client.post("/desk/announcements", words | {"do": "send"})
    endpoint = Endpoint.objects.get(key="news")
    due = Delivery.objects.get().due_at
    with httpx.Client(timeout=5) as http:
        adapter = adapter_of(endpoint, http)
        outbox.deliver_due(endpoint=endpoint, adapter=adapter, clock=lambda: due)
        outbox.deliver_due(endpoint=endpoint, adapter=adapter, clock=lambda: due)

    assert channel.texts_to(-100_900) == ["Yarın 09.00-12.00 arası su kesilecek."]
    assert "su kesilecek" in client.get("/desk/announcements").content.decode()


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000, "Yarın {due} su yok"])
def test_a_post_that_cannot_go_is_said_why(channel, town, text):
    answer = seated(town.derya).post("/desk/announcements", {"text": text, "place": "news", "do": "send"})

    assert 'role="alert"' in answer.content.decode()
    assert not Reply.objects.exists()


def test_without_a_channel_the_page_says_what_to_do(town):
    assert "textarea" not in seated(town.derya).get("/desk/announcements").content.decode()


def test_files_of_the_talk_are_counted_in_the_readers_digits(street, town, now):
    said = GroupMessage.objects.get(made=Made.CHATTER).contact
    for _photo in range(2):
        Attachment.objects.create(contact=said, kind="photo", due_at=now)
    page = seated(town.derya).get(PAGE, {"speak": "fa"}).content.decode()
    assert "۲ فایل" in page
