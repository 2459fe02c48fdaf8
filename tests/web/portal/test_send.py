"""The whole report in one POST."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client

from tests.web.portal.resident import POTHOLE, picture
from vefa.inbox.models import Contact
from vefa.web.portal import limits
from vefa.web.portal.send import QUESTION_LIMIT, Whole, read

pytestmark = pytest.mark.django_db
TOKEN = "kiosk-7-000000000001"


@pytest.fixture
def kiosk(town) -> Client:
    """A machine without cookies that checks nothing itself."""
    return Client(enforce_csrf_checks=True, headers={"accept-language": "tr"})


def test_one_post_is_one_report_with_a_receipt(kiosk, town):
    sent = kiosk.post(
        "/report/send", {"text": POTHOLE, "place": "Çarşı", "service": "pothole", "token": TOKEN}
    )

    contact = Contact.objects.get()
    assert (sent.status_code, sent.headers["Location"]) == (
        303,
        f"/r/{contact.reference}/{contact.secret}/received",
    )
    assert json.loads(bytes(contact.raw))["place_text"] == "Çarşı"


def test_a_machine_may_ask_for_json(kiosk):
    sent = kiosk.post("/report/send", {"text": POTHOLE}, headers={"accept": "application/json"})

    assert sent.status_code == 201
    assert sent.json()["reference"] == Contact.objects.get().reference
    wrong = kiosk.post("/report/send", {"text": ""}, headers={"accept": "application/json"})
    assert wrong.status_code == 422
    assert "text" in wrong.json()["problems"]


def test_the_same_token_is_the_same_report(kiosk):
    first = kiosk.post("/report/send", {"text": POTHOLE, "token": TOKEN})
    second = kiosk.post("/report/send", {"text": POTHOLE, "token": TOKEN})

    assert first.headers["Location"] == second.headers["Location"]
    assert Contact.objects.count() == 1


def test_a_token_that_others_could_guess_counts_for_nothing(kiosk):
    first = kiosk.post("/report/send", {"text": POTHOLE, "token": "1"})
    second = kiosk.post("/report/send", {"text": "Another matter", "token": "1"})

    assert first.headers["Location"] != second.headers["Location"]


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}]
)
def test_a_form_on_another_site_is_refused(kiosk, headers):
    assert kiosk.post("/report/send", {"text": POTHOLE}, headers=headers).status_code == 403
    assert Contact.objects.count() == 0


def test_a_field_may_have_any_name_and_is_kept_under_a_sound_one(kiosk):
    said = {"answer_dep\x00th": "wheel", "answer_" + "k" * 5000: "7", "answer_pole": "7b"}
    form = urlencode({"text": POTHOLE, **said})
    sent = kiosk.post("/report/send", form, content_type="application/x-www-form-urlencoded")

    assert sent.status_code == 303
    kept = {"depth": "wheel", "k" * QUESTION_LIMIT: "7", "pole": "7b"}
    assert Contact.objects.get().details["answers"] == kept


def test_photos_and_answers_go_along(kiosk):
    kiosk.post("/report/send", {"text": POTHOLE, "answer_depth": "wheel", "photos": [picture()]})

    contact = Contact.objects.get()
    assert contact.details["answers"] == {"depth": "wheel"}
    assert contact.attachments.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_report_costs_a_number_a_row_and_a_hint(kiosk, django_assert_max_num_queries):
    kiosk.post("/report/send", {"text": POTHOLE})
    with django_assert_max_num_queries(2):  # the row goes past Django's own counter
        kiosk.post("/report/send", {"text": POTHOLE})


def test_a_flood_from_one_address_is_stopped_and_told_so(kiosk, monkeypatch):
    monkeypatch.setattr(limits, "reports", limits.Limit(times=2, window_s=600))

    answers = [kiosk.post("/report/send", {"text": POTHOLE}, REMOTE_ADDR="203.0.113.7") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    elsewhere = {"REMOTE_ADDR": "127.0.0.1", "headers": {"x-forwarded-for": "203.0.113.9"}}
    assert kiosk.post("/report/send", {"text": POTHOLE}, **elsewhere).status_code == 303


def test_photos_are_limited_too_whether_their_report_is_sent_or_not(town, monkeypatch, settings):
    browser = Client(headers={"accept-language": "tr"})
    monkeypatch.setattr(limits, "photographs", limits.Limit(times=3, window_s=600))

    def sends(page: str) -> int:
        form = {"text": POTHOLE, "photos": [picture("a.jpg"), picture("b.jpg")]}
        return int(browser.post(page, form, REMOTE_ADDR="2001:db8::7").status_code)

    assert [sends("/report/what"), sends("/report/what"), sends("/report/send")] == [302, 429, 429]
    assert len([file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]) == 2
    assert browser.post("/report/what", {"text": POTHOLE}, REMOTE_ADDR="2001:db8::8").status_code == 302


def test_the_form_stands_on_one_page(kiosk):
    page = kiosk.get("/report/send").content.decode()

    assert 'name="text"' in page
    assert 'name="place"' in page


@pytest.mark.parametrize(
    "typed",
    [
        {"text": POTHOLE},
        {"text": "  "},
        {"text": "x" * 5001},
        {"text": POTHOLE, "phone": "۰۵۳۲ ۱۲۳ ۴۵ ۶۷", "email": " Ayse@Example.COM ", "name": "Ayşe\x00"},
        {"text": POTHOLE, "phone": "call me"},
        {"text": POTHOLE, "email": "ayse"},
        {"text": POTHOLE, "lat": "38.02", "lon": "27.01", "area": "nowhere", "service": "pothole"},
        {"text": POTHOLE, "lat": "98.02", "lon": "nan"},
        {"text": POTHOLE, "token": "t" * 65},
        {"text": POTHOLE, "token": TOKEN, "website": "https://spam.example"},
        {"text": POTHOLE, "service": "no\x00thing"},
    ],
)
def test_the_fields_alone_say_what_the_whole_form_says(town, typed):
    said = QueryDict(mutable=True)
    said.update({"token": TOKEN, **typed})
    form = Whole(said)

    assert read(said, photographed=False) == (form.cleaned_data if form.is_valid() else None)


def test_photos_of_a_form_that_comes_back_in_another_language_are_asked_for_again(kiosk, settings):
    answer = kiosk.post("/report/send", {"text": POTHOLE, "photos": [picture()], "speak": "en"})
    assert answer.status_code == 200
    assert POTHOLE in answer.content.decode()
    assert "Choose the photos again." in answer.content.decode()
    plain = kiosk.post("/report/send", {"text": POTHOLE, "speak": "en"}).content.decode()
    assert "Choose the photos again." not in plain


def test_photos_of_a_form_that_comes_back_are_asked_for_again(kiosk, settings):
    said = {"text": POTHOLE, "photos": [picture("a.jpg"), SimpleUploadedFile("b.pdf", b"%PDF-1.4 none")]}
    answer = kiosk.post("/report/send", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "b.pdf" in page
    assert page.count('id="id_photos_error"') == 1
    assert "Fotoğrafları yeniden seçin." in page
    assert not [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]
