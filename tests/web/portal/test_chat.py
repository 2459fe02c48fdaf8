"""The chat without JavaScript: one page, no account, and nothing typed is lost."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.web.portal.resident import Resident, picture
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.inbox.models import Attachment, Contact
from vefa.web.portal import limits

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-this-page"
ALWAYS_SHUT = {"0": [["03:00", "03:01"]]}


@pytest.fixture
def chat(town) -> Endpoint:
    limits.lines.forget()
    return Endpoint.objects.create(key="chat", channel="chat", language="tr", default_unit_key="contact")


@pytest.fixture
def ayse(chat) -> Resident:
    return Resident(speak="tr")


def begun(resident: Resident, text: str = "Yolda çukur var", **more) -> str:
    """The address of a conversation that begins with these words."""
    answer = resident.client.post("/chat", {"text": text, "token": TOKEN, **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"].partition("#")[0])


def test_without_an_account_for_it_there_is_no_chat(town):
    nobody = Resident()
    nobody.sees("/chat", 404)
    assert "/chat" not in nobody.sees("/")


def test_the_first_page_of_the_portal_leads_to_it(ayse):
    assert 'href="/chat"' in ayse.sees("/")
    page = ayse.sees("/chat")
    assert 'name="text"' in page
    assert "csrfmiddlewaretoken" not in page


def test_a_line_is_kept_before_the_page_shows_it(ayse, chat):
    mine = begun(ayse)
    contact = Contact.objects.get()

    assert contact.endpoint == chat
    assert json.loads(bytes(contact.raw))["talk"] == contact.reference
    page = ayse.sees(mine)
    assert "Yolda çukur var" in page
    assert str(contact.reference) in page
    assert f"/r/{contact.reference}/{contact.secret}" in page


def test_a_second_click_says_nothing_twice(ayse):
    mine = begun(ayse)
    assert begun(ayse) == mine
    for _ in range(2):
        ayse.client.post(mine, {"text": "Okulun önünde", "token": "another-token-of-it"})

    assert Contact.objects.count() == 2
    assert ayse.sees(mine).count("Okulun önünde") == 1


def test_photos_alone_are_a_line(ayse):
    mine = begun(ayse, "", photos=[picture()])

    assert str(Attachment.objects.get().contact.reference) in mine
    assert "message-files" in ayse.sees(mine)


def test_what_cannot_be_taken_is_said_and_what_was_typed_stands_there(ayse):
    empty = ayse.client.post("/chat", {"text": " "})
    long = ayse.client.post("/chat", {"text": "x" * 5001})
    strange = ayse.client.post("/chat", {"text": "Çukur", "photos": [picture("a.pdf", form="PDF")]})

    assert [answer.status_code for answer in (empty, long, strange)] == [422, 422, 422]
    assert "x" * 5001 in long.content.decode()
    assert "Çukur" in strange.content.decode()
    assert "a.pdf" in strange.content.decode()
    assert not Contact.objects.exists()
    assert not Attachment.objects.exists()


def test_changing_the_language_keeps_the_words_and_sends_nothing(ayse):
    page = ayse.client.post("/chat", {"text": "yarım cümle", "speak": "fa"}).content.decode()
    photo = {"text": "half a sentence", "photos": [picture()], "speak": "en"}
    again = ayse.client.post("/chat", photo).content.decode()

    assert "yarım cümle" in page
    assert 'dir="rtl"' in page
    assert "half a sentence" in again
    assert "Choose the photos again." in again
    assert not Contact.objects.exists()


def test_the_device_finds_back_until_a_new_chat_is_wanted(ayse):
    mine = begun(ayse)

    assert ayse.client.get("/chat").headers["Location"] == mine
    assert "data-talk" not in ayse.sees("/chat?new")
    assert 'name="text"' in Resident().sees("/chat")  # another device


@pytest.mark.parametrize(
    "cookie", ["", "x/y", "26-00001-2/nonsense-nonsense", "../../desk", "\x00/\x00", "a" * 5000]
)
def test_a_strange_cookie_leads_nowhere(ayse, cookie):
    ayse.client.cookies["vefa_chat"] = cookie
    assert 'name="text"' in ayse.sees("/chat")


def test_without_the_secret_nobody_reads_or_writes(ayse):
    mine = begun(ayse)
    reference = mine.split("/")[2]

    for wrong in (f"/chat/{reference}/nonsense", mine[:-1], mine.swapcase()):
        Resident().sees(wrong, 404)
        assert Resident().client.post(wrong, {"text": "x"}).status_code == 404
    assert Contact.objects.count() == 1


def test_a_report_of_the_web_form_keeps_its_own_page(ayse):
    mine = ayse.sends()
    assert ayse.client.get(mine.replace("/r/", "/chat/")).headers["Location"] == mine


def test_a_form_on_another_site_is_refused(ayse):
    mine = begun(ayse)
    foreign = {"sec-fetch-site": "cross-site", "origin": "https://evil.example.org"}
    for address in ("/chat", mine):
        assert ayse.client.post(address, {"text": "x"}, headers=foreign).status_code == 403
    assert Contact.objects.count() == 1


def test_machines_that_fill_in_everything_are_not_heard(ayse):
    assert ayse.client.post("/chat", {"text": "x", "website": "https://x"}).status_code == 422


def test_a_flood_from_one_address_or_in_one_conversation_is_held_back(ayse, monkeypatch):
    mine = begun(ayse)
    monkeypatch.setattr(limits, "lines", limits.Limit(times=2, window_s=600))
    statuses = [ayse.client.post(mine, {"text": f"{number}"}).status_code for number in range(3)]
    assert statuses == [302, 302, 429]

    monkeypatch.setattr(limits, "reports", limits.Limit(times=1, window_s=600))
    afar = {"REMOTE_ADDR": "203.0.113.9"}
    assert [ayse.client.post("/chat", {"text": "x"}, **afar).status_code for _ in range(2)] == [302, 429]


def test_when_nobody_reads_the_page_says_when_somebody_will(ayse, chat):
    assert "notice" not in ayse.sees("/chat").partition("<form")[0].partition("<h1")[2]
    Endpoint.objects.filter(pk=chat.pk).update(opening_hours=ALWAYS_SHUT)

    assert "03:00" in ayse.sees("/chat")
    begun(ayse)
    assert Contact.objects.count() == 1


def test_the_part_for_scripts_holds_the_talk_and_the_next_token(ayse):
    mine = begun(ayse)
    part = ayse.sees(f"{mine}?part=talk")
    said = ayse.client.post(f"{mine}?part=talk", {"text": "Okulun önünde", "token": "another-token-of-it"})

    assert part.strip().startswith("<div")
    assert "data-token=" in part
    assert said.status_code == 200
    assert "Okulun önünde" in said.content.decode()


def test_everything_on_the_page_takes_few_statements(ayse, django_assert_max_num_queries):
    mine = begun(ayse)
    cache.clear()
    with django_assert_max_num_queries(10):
        ayse.sees(mine)


def test_the_page_is_never_kept_by_anybody(ayse):
    mine = begun(ayse)
    assert "no-store" in ayse.client.get(mine).headers["Cache-Control"]
    assert timezone.now() - Contact.objects.get().received_at < timedelta(minutes=5)
    assert not Case.objects.exists()
