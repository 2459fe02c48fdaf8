"""Telling the city something, page by page."""

import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.heic import APPLE
from tests.web.portal.resident import IN_CARSI, POTHOLE, Resident, page_of, picture
from vefa.directory import queries
from vefa.directory.version import mark_changed
from vefa.inbox.models import Attachment, Contact

pytestmark = pytest.mark.django_db

DANGER = [
    {
        "key": "wires",
        "kind": "yesno",
        "texts": {"en": "Are wires hanging down?", "tr": "Teller sarkıyor mu?"},
        "required": True,
        "danger": True,
    }
]


@pytest.fixture
def dangerous_lamp(town):
    """Street lights ask about loose wires."""
    town.street_light.questions = DANGER
    town.street_light.save()
    queries.forget()
    return town.street_light


def test_a_report_is_kept_before_its_receipt_is_shown(ayse, town):
    mine = ayse.sends(phone="0532 123 45 67", name="Ayşe")

    contact = Contact.objects.get()
    assert mine == f"/r/{contact.reference}/{contact.secret}"
    assert contact.details["area_id"] == town.carsi.id
    assert contact.details["service"] == "pothole"
    assert b'"phone":"+905321234567"' in bytes(contact.raw)
    receipt = ayse.sees(f"{mine}/received")
    assert str(contact.reference) in receipt
    assert "Roads" in receipt
    assert "You hear from us by" in receipt


def test_pressing_send_twice_gives_one_report_and_the_same_receipt(ayse):
    token = ayse.writes(photos={"photos": [picture()]})

    first = ayse.client.post("/report/check", {"token": token})
    second = ayse.client.post("/report/check", {"token": token})

    assert first.headers["Location"] == second.headers["Location"]
    assert Contact.objects.count() == 1


def test_two_clicks_at_the_very_same_time_keep_the_photo(ayse, settings):
    token = ayse.writes(photos={"photos": [picture()]})
    cookie = ayse.client.cookies["vefa"].value
    as_it_was = dict(ayse.client.session.items())
    first = ayse.client.post("/report/check", {"token": token})
    session = ayse.client.session
    session.clear()
    session.update(as_it_was)  # the second click read the session before the first had written it
    session.save()

    second = ayse.client.post("/report/check", {"token": token})

    assert (first.headers["Location"], ayse.client.cookies["vefa"].value) == (
        second.headers["Location"],
        cookie,
    )
    stored = Attachment.objects.get()
    assert (settings.MEDIA_ROOT / stored.path).exists()


def test_nothing_typed_is_asked_for_again_in_plain_words(ayse):
    page = ayse.client.post("/report/what", {"text": "  "})

    words = page.content.decode()
    assert page.status_code == 422
    assert "<title>Error: " in words
    assert 'href="#id_text"' in words
    assert "Tell us in a few words" in words


def test_a_photo_alone_says_enough(ayse):
    ayse.sends(text="", photos={"photos": [picture()]})

    assert Contact.objects.get().attachments.get().content_type == "image/jpeg"


def test_up_to_five_photos_go_along(ayse):
    page = ayse.client.post(
        "/report/what", {"text": POTHOLE, "photos": [picture(f"{n}.jpg") for n in range(6)]}
    )

    assert page.status_code == 422
    assert "5.jpg: up to 5 photos" in page.content.decode()
    assert len(page.context["photos"]) == 5


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("pit.jpg", b"<svg onload=alert(1)>", "image/jpeg"), "pit.jpg is not a photo"),
        (SimpleUploadedFile("pit.jpg", b"", "image/jpeg"), "pit.jpg is empty"),
        (SimpleUploadedFile("pit.pdf", b"%PDF-1.4\n%", "application/pdf"), "pit.pdf is not a photo"),
        (SimpleUploadedFile("pit.jpg", b"\xff\xd8\xff" + b"0" * 1_100_000, "image/jpeg"), "larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_photo_is_refused_by_name_and_the_words_stay(ayse, settings, tmp_path, file, words):
    settings.UPLOAD_LIMIT_MB = 1

    page = ayse.client.post("/report/what", {"text": POTHOLE, "photos": file})

    shown = page.content.decode()
    assert page.status_code == 422
    assert words in shown
    assert POTHOLE in shown
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_photo_can_be_taken_back_and_is_nobody_elses(ayse, town):
    ayse.client.post("/report/what", {"text": POTHOLE, "photos": [picture()], "add": "1"})
    key = ayse.client.session["report"]["photos"][0]["key"]
    assert ayse.client.get(f"/report/photo/{key}").status_code == 200
    Resident().sees(f"/report/photo/{key}", status=404)

    ayse.client.post("/report/what", {"text": POTHOLE, "remove": key})

    assert ayse.client.session["report"]["photos"] == []


def test_changing_the_language_keeps_what_was_typed(ayse):
    page = ayse.client.post("/report/what", {"text": "half a sent", "speak": "fa"})

    words = page.content.decode()
    assert '<html lang="fa" dir="rtl"' in words
    assert "half a sent" in words
    assert page.headers["Content-Language"] == "fa"


def test_a_later_page_leads_back_to_the_first_unanswered_one(ayse):
    assert page_of(ayse.client.get("/report/check")) == "/report/what"
    ayse.client.post("/report/what", {"text": POTHOLE})
    assert page_of(ayse.client.get("/report/reach")) == "/report/where"


def test_a_place_needs_no_map(ayse, town):
    ayse.client.post("/report/what", {"text": POTHOLE})

    page = ayse.client.post("/report/where", {"place": "Carsi, okulun karşısı"})

    assert page.status_code == 302
    assert ayse.client.session["report"]["area"] == "carsi"


def test_a_name_that_several_places_bear_is_asked_about(ayse, town):
    ayse.client.post("/report/what", {"text": POTHOLE})
    town.kalealti.aliases = {"tr": ["Çarşı içi"]}
    town.kalealti.save()
    mark_changed()
    queries.forget()

    page = ayse.client.post("/report/where", {"place": "Çarşı"})

    assert "Which of these do you mean?" in page.content.decode()
    done = ayse.client.post("/report/where", {"place": "Çarşı", "area": "kalealti"})
    assert done.status_code == 302
    assert ayse.client.session["report"]["area"] == "kalealti"


def test_no_place_at_all_must_be_said(ayse):
    ayse.client.post("/report/what", {"text": "Otobüs saatleri"})

    assert ayse.client.post("/report/where", {}).status_code == 422
    assert ayse.client.post("/report/where", {"placeless": "on"}).status_code == 302


def test_danger_leads_to_the_emergency_number_instead_of_the_form(ayse, dangerous_lamp):
    ayse.client.post("/report/what", {"text": "Sokak lambası devrildi"})
    ayse.client.post("/report/where", {"place": "x", **IN_CARSI})
    ayse.client.get("/report/same")
    ayse.client.post("/report/about", {"service": "street_light"})

    page = ayse.client.post("/report/questions", {"wires": "yes"})

    assert page_of(page) == "/report/danger"
    assert "Call" in ayse.sees("/report/danger")
    assert 'href="tel:112"' in ayse.sees("/report/danger")
    assert page_of(ayse.client.post("/report/danger")) == "/report/reach"


def test_a_required_question_is_asked_until_it_is_answered(ayse, dangerous_lamp):
    ayse.client.post("/report/what", {"text": "Sokak lambası yanmıyor"})
    ayse.client.post("/report/where", {"place": "x", **IN_CARSI})
    ayse.client.get("/report/same")
    ayse.client.post("/report/about", {"service": "street_light"})

    assert ayse.client.post("/report/questions", {}).status_code == 422
    assert page_of(ayse.client.post("/report/questions", {"wires": "no"})) == "/report/reach"


@pytest.mark.parametrize("typed", ["0532 123 45 67", "۰۵۳۲ ۱۲۳ ۴۵ ۶۷", "+90 (532) 123-45-67", "٠٥٣٢١٢٣٤٥٦٧"])
def test_a_telephone_number_may_be_typed_in_any_form_and_digits(ayse, typed):
    ayse.sends(phone=typed)

    assert b"+905321234567" in bytes(Contact.objects.get().raw)


def test_half_a_telephone_number_is_noticed(ayse):
    ayse.writes()

    page = ayse.client.post("/report/reach", {"phone": "0532 123"})

    assert page.status_code == 422
    assert "0532 123" in page.content.decode()
    assert "\u20660532 123 45 67\u2069" in page.content.decode()


def test_hostile_words_stay_words(ayse):
    mine = ayse.sends(text="<script>alert(1)</script>\x00{{ 7*7 }} '; DROP TABLE", name="<b>x</b>")

    page = ayse.sees(mine)

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in page


def test_whoever_fills_the_hidden_field_is_told_so(ayse):
    token = ayse.writes()

    page = ayse.client.post("/report/check", {"token": token, "website": "http://buy.example"})

    assert page.status_code == 422
    assert Contact.objects.count() == 0


def test_no_page_needs_many_statements(ayse, django_assert_max_num_queries):
    ayse.writes()
    with django_assert_max_num_queries(6):
        ayse.client.get("/report/check")
    with django_assert_max_num_queries(2):
        ayse.client.get("/")


def test_the_first_page_of_every_report_is_small(ayse):
    for address in ("/", "/report/what", "/report/where", "/cases/", "/cases/map", "/help"):
        assert len(ayse.client.get(address, follow=True).content) < 40_000, address


def test_a_report_waits_for_its_worker_in_the_open(ayse):
    mine = ayse.sends()

    page = ayse.sees(mine)
    assert "Received" in page
    assert POTHOLE in page


def test_a_photo_of_an_iphone_is_seen_at_once_and_later_without_its_place(ayse):
    photo = SimpleUploadedFile("IMG_1.HEIC", APPLE, content_type="image/heic")
    page = ayse.client.post("/report/what", {"text": "", "photos": [photo], "add": ""})
    address = f"/report/photo/{page.context['photos'][0].key}"
    assert address in page.content.decode()

    shown = ayse.client.get(address)

    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert "IMG_1.jpg" in shown.headers["Content-Disposition"]
    assert b"Ali" not in b"".join(shown.streaming_content)


def test_the_photo_of_a_report_that_goes_on_counts_as_new(ayse, settings):
    ayse.client.post("/report/what", {"text": POTHOLE, "photos": [picture()]})
    (photo,) = (path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())
    os.utime(photo, (0, 0))

    ayse.client.post("/report/where", {"place": "Çarşı", **IN_CARSI})

    assert photo.stat().st_mtime > 0


def test_persian_is_told_with_its_own_comma_and_digits(town):
    reza = Resident(speak="fa")
    token = reza.writes(phone="۰۵۳۲ ۱۲۳ ۴۵ ۶۷", name="Reza", place="Gül Sk. 4")
    checked = reza.sees("/report/check")
    many = [picture(f"{number}.jpg") for number in range(6)]

    assert token
    assert "+90 532 123 45 67، Reza" in checked
    assert "Gül Sk. 4، " in checked
    assert "حداکثر ۵ عکس" in reza.client.post("/report/what", {"text": "", "photos": many}).content.decode()
    long = reza.client.post("/report/send", {"text": "x" * 5001}, headers={"accept": "application/json"})
    assert "۵۰۰۰" in long.json()["problems"]["text"][0]


def test_on_a_device_that_others_use_what_was_typed_is_deleted(ayse):
    assert "Delete what was typed here" not in ayse.sees("/")
    ayse.client.post("/report/what", {"text": "Komşum hastanede, kapısının önünde çukur var"})
    assert "Delete what was typed here" in ayse.sees("/")

    assert ayse.client.post("/report").headers["Location"] == "/"

    assert "Delete what was typed here" not in ayse.sees("/")
    assert "Komşum" not in ayse.client.get("/report/what", follow=True).content.decode()


def window(ayse: Resident) -> str:
    """Another window, in which a report is begun; its address."""
    return ayse.client.get("/report/what").headers["Location"]


def test_two_reports_in_two_windows_do_not_mix(ayse):
    one, other = window(ayse), window(ayse)
    here = ayse.client.post(one, {"text": POTHOLE, "photos": [picture()]}).headers["Location"]
    there = ayse.client.post(other, {"text": "Otobüs saatleri"}).headers["Location"]
    photo = ayse.client.session["reports_beside"][0]["photos"][0]["key"]

    ayse.client.post(here, {"place": "Gül Sokağı 4", **IN_CARSI})
    ayse.client.post(there, {"placeless": "on"})
    for step, answer in (("same", {"case": "-"}), ("about", {"service": "-"}), ("reach", {})):
        on = ayse.client.post(there.replace("where", step), answer)
    last = ayse.client.get(on.headers["Location"])
    assert "Gül Sokağı" not in last.content.decode()
    assert POTHOLE not in last.content.decode()
    assert f"{there.replace('where', 'what')}" in last.content.decode()
    ayse.client.post(on.headers["Location"], {"token": last.context["form"]["token"].value()})
    assert POTHOLE in ayse.sees(one)
    assert "Gül Sokağı" in ayse.sees(here)
    assert ayse.client.get(f"/report/photo/{photo}").status_code == 200
    assert "Otobüs saatleri" in bytes(Contact.objects.get().raw).decode()


def test_who_begins_another_report_can_go_on_with_the_first(ayse):
    first = ayse.client.post(window(ayse), {"text": POTHOLE}).headers["Location"]

    fresh = ayse.sees(window(ayse))

    assert f"<bdi>{POTHOLE}</bdi>" in fresh
    assert POTHOLE not in fresh.replace(f"<bdi>{POTHOLE}</bdi>", "")
    draft = first.partition("?")[2]
    assert ayse.client.get(f"/report?{draft}").headers["Location"] == first
    assert f'href="/report/what?{draft}"' in ayse.sees("/")
    assert 'href="/report/what"' in ayse.sees("/")


def test_a_page_that_was_open_before_reports_had_keys_goes_on(ayse):
    ayse.client.post("/report/what", {"text": POTHOLE})
    session = ayse.client.session
    del session["report"]["key"], session["reports_beside"]
    session.save()

    on = ayse.client.post("/report/where", {"placeless": "on"})

    assert on.headers["Location"].endswith("?draft=0")
    assert POTHOLE in ayse.sees("/report/what?draft=0")
