"""The portal where no account takes what residents send: nobody fills in five pages for nothing."""

from pathlib import Path

import pytest
from django.db.models import F
from django.utils import timezone

from tests.web.portal.resident import POTHOLE, Resident, picture
from vefa.channels import queries
from vefa.channels.models import Endpoint
from vefa.directory import queries as directory
from vefa.directory.models import Municipality
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db
NUMBER = "tel:+902325550137"


def retire() -> None:
    """The only account of the web form is retired at the desk."""
    Endpoint.objects.filter(channel="portal").update(active=False, retired_at=timezone.now())
    queries.forget()


def take_back() -> None:
    """It is taken back into use."""
    Endpoint.objects.filter(channel="portal").update(active=True, retired_at=None)
    queries.forget()


@pytest.mark.parametrize("language", ["tr", "ru", "kk", "fa", "en"])
def test_who_comes_is_told_to_call_before_anything_is_typed(town, language):
    reader = Resident(speak=language)
    assert 'href="/report/what"' in reader.sees("/")
    retire()

    home = reader.sees("/")
    assert 'href="/report/what' not in home
    assert NUMBER in home
    for address in ("/report/what", "/report/send"):
        page = reader.sees(address, status=503)
        assert NUMBER in page
        assert f'lang="{language}"' in page
        assert "<textarea" not in page


def test_nothing_that_was_typed_is_lost_when_the_account_goes_meanwhile(ayse, town):
    token = ayse.writes()
    retire()

    refused = ayse.client.post("/report/check", {"token": token})
    assert refused.status_code == 503
    assert "What you typed is still there" in refused.content.decode()
    assert NUMBER in refused.content.decode()
    assert "Delete what was typed here" in ayse.sees("/")

    take_back()
    assert ayse.client.post("/report/check", {"token": token}).status_code == 302
    assert POTHOLE.encode() in bytes(Contact.objects.get().raw)


def test_a_report_is_followed_all_the_same(ayse, town):
    mine = ayse.sends()
    retire()

    assert POTHOLE in ayse.sees(mine)
    assert ayse.says(mine, "It got deeper").status_code == 503
    assert Resident().client.post("/report/send", {"text": "A lamp"}).status_code == 503
    assert Contact.objects.count() == 1


def test_what_is_added_to_a_report_stands_in_its_form_again(ayse, town, settings):
    mine = ayse.sends()
    retire()

    answer = ayse.says(mine, "It got deeper", photos=picture())
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "It got deeper</textarea>" in page
    assert "We cannot take reports here just now" in page
    assert "Choose the photos again." in page
    assert files_in(settings.MEDIA_ROOT) == []


def test_what_was_sent_on_one_page_is_shown_to_be_sent_later(town, settings):
    retire()
    told = {"text": "A lamp\r\nis dark", "place": "Çarşı", "phone": "+905325550142", "answer_pole": "7b"}
    answer = Resident().client.post("/report/send", told | {"photos": picture()})

    assert answer.status_code == 503
    page = answer.content.decode()
    for words in ("A lamp<br>is dark", "Çarşı", "+905325550142", "7b"):
        assert f'<p dir="auto">{words}</p>' in page
    assert "What you typed stands here" in page
    assert "go back" not in page
    assert "Choose the photos again." in page
    assert files_in(settings.MEDIA_ROOT) == []


def files_in(folder: Path) -> list[Path]:
    """What lies on the disk."""
    return [one for one in folder.rglob("*") if one.is_file()]


def test_where_no_number_is_known_none_is_named(ayse, town):
    Municipality.objects.update(phone="", version=F("version") + 1)
    directory.forget()
    retire()

    page = ayse.sees("/report/what", status=503)
    assert "Please come to us" in page
    assert "tel:" not in page


def test_before_a_municipality_is_described_every_page_says_that_nothing_is_taken_yet():
    directory.forget()
    client = Resident().client

    assert client.get("/").status_code == 200
    for address in ("/cases/", "/cases/map", "/cases/1", "/cases/1/follow", "/areas.geojson", "/report/send"):
        page = client.get(address)
        assert page.status_code == 503, address
        assert "We cannot take reports here just now" in page.content.decode()
    for address in ("/help", "/accessibility", "/privacy", "/r", "/r/26-00042-8/x", "/chat", "/report/where"):
        assert client.get(address).status_code in {200, 302, 404, 503}, address
