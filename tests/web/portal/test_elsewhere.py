"""The lights are out, the electricity company's duty: Ayşe hears so before she sends, and may send."""

import pytest

from tests.web.portal.resident import page_of
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db
DARK = "Elektrik kesik, evde elektrik yok"
HERE = {"place": "Çarşı", "lat": "38.0201", "lon": "27.0101"}


def asked(ayse):
    """Up to the question what it is about."""
    ayse.client.post("/report/what", {"text": DARK})
    at = ayse.client.post("/report/where", HERE)
    assert page_of(at) in {"/report/about", "/report/same"}
    ayse.client.post("/report/same", {"case": "-"})
    return ayse.sees("/report/about")


def test_the_suggestion_says_whose_duty_it_would_be(ayse, town):
    page = asked(ayse)
    assert "<bdi>Ova Electricity</bdi> looks after this" in page
    assert page.count("looks after this") == 1


def test_who_chooses_it_reads_whose_duty_it_is_and_sends_it_all_the_same(ayse, town):
    asked(ayse)
    answer = ayse.client.post("/report/about", {"service": "power_cut"})
    assert page_of(answer) == "/report/elsewhere"
    page = ayse.sees("/report/elsewhere")
    assert "<bdi>Ova Electricity</bdi> looks after this" in page
    assert "not the municipality&#x27;s duty" in page
    assert "Go on with the report" in page
    on = ayse.client.post("/report/elsewhere", {})
    assert page_of(on) == "/report/reach"
    ayse.client.post("/report/reach", {"phone": "", "email": "", "name": ""})
    last = ayse.client.get("/report/check")
    assert "not the municipality&#x27;s duty" in last.content.decode()
    ayse.client.post("/report/check", {"token": last.context["form"]["token"].value()})
    assert Contact.objects.get().details["service"] == "power_cut"


def test_it_is_said_once_and_not_of_what_is_ours(ayse, town):
    asked(ayse)
    ayse.client.post("/report/about", {"service": "power_cut"})
    ayse.client.post("/report/elsewhere", {})
    assert page_of(ayse.client.post("/report/about", {"service": "power_cut"})) == "/report/reach"
    assert page_of(ayse.client.post("/report/about", {"service": "pothole"})) == "/report/reach"
    assert page_of(ayse.client.get("/report/elsewhere")) == "/report/reach"
    ayse.client.post("/report/reach", {"phone": "", "email": "", "name": ""})
    assert "municipality&#x27;s duty" not in ayse.sees("/report/check")


def test_nobody_comes_there_before_saying_what_it_is_about(ayse, town):
    assert page_of(ayse.client.get("/report/elsewhere")) == "/report/what"


def test_the_language_can_be_changed_there_without_going_on(ayse, town):
    asked(ayse)
    ayse.client.post("/report/about", {"service": "power_cut"})
    persian = ayse.client.get("/report/elsewhere?speak=fa").content.decode()
    assert 'dir="rtl"' in persian
    assert "Ova" in persian
