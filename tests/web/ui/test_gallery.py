"""Every part is drawn in five languages; the frame and the failures too."""

import re
import time
from dataclasses import replace

import pytest
from django.db import InterfaceError, OperationalError
from django.template.loader import get_template
from django.test import Client
from django.utils import translation

from vefa.directory import queries
from vefa.directory.models import Municipality
from vefa.web.desk import samples
from vefa.web.ui import failures, styles

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.ui.addresses")]
LANGUAGES = ("tr", "ru", "kk", "fa", "en")
PARTS = sorted(path.stem for path in (styles.HERE / "parts").glob("*.html"))
NOT_SEEN = {"messages", "map_scripts", "map_styles"}  # nothing of their own to look at
SHOWN_AS = {
    "route": "route",
    "lines": "lines",
    "pages": "pages",
    "dialog": "dialog",
    "messages": 'id="main"',
    "besides": "message-fold",
}


@pytest.fixture(autouse=True)
def pinarova(db):
    """The municipality, and none of its units or services: the frame needs no more."""
    Municipality.objects.create(
        key="pinarova",
        names={"tr": "Pınarova Belediyesi", "fa": "شهرداری پیناروا"},
        languages=list(LANGUAGES),
        default_language="tr",
        timezone="Europe/Istanbul",
        country="TR",
        phone="+902325550153",
        emergency_number="112",
    )
    queries.forget()
    yield
    queries.forget()


@pytest.fixture
def gallery():
    def fetch(language: str) -> str:
        response = Client().get("/desk/gallery", {"speak": language})
        assert response.status_code == 200
        return response.content.decode()

    return fetch


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_speaks_and_runs_like_its_reader(gallery, language: str) -> None:
    direction = "rtl" if language == "fa" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in gallery(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_shows_its_content_in_the_readers_language(gallery, language: str) -> None:
    said = samples.spoken(language)
    assert said["title"] in gallery(language)
    assert said["service"] in gallery(language)


@pytest.mark.parametrize("part", [part for part in PARTS if part not in NOT_SEEN])
def test_no_part_is_missing_from_the_gallery(gallery, part: str) -> None:
    assert re.search(rf'class="(?:[a-z ]* )?{SHOWN_AS.get(part, part)}[ "]', gallery("en")), part


def test_a_message_says_its_language_and_runs_its_own_way(gallery) -> None:
    assert re.search(r'<div class="message-text" lang="fa" dir="auto">', gallery("tr"))


def test_persian_pages_show_persian_numbers(gallery) -> None:
    assert "۱ ۲۸۴" in gallery("fa")


def test_nothing_in_a_page_is_inline(gallery) -> None:
    page = gallery("fa")
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)


def test_a_theme_can_be_chosen_by_hand() -> None:
    page = Client().get("/desk/gallery", {"theme": "dark"}).content.decode()
    assert 'data-theme="dark"' in page
    assert "data-theme" not in Client().get("/desk/gallery", {"theme": "<x>"}).content.decode()


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/unclear", 400, "We could not read this request"),
        ("/missing", 404, "We cannot find this page"),
        ("/forbidden", 403, "This page is not open to you"),
        ("/forged", 403, "what you typed is still there"),
        ("/broken", 500, "Something broke on our side"),
    ],
)
def test_a_failure_says_what_to_do(address: str, status: int, words: str) -> None:
    response = Client(raise_request_exception=False).get(address, {"speak": "en"})
    assert response.status_code == status
    assert words in response.content.decode()


@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError])
def test_a_database_that_is_away_means_later_and_is_said_to_machines_too(trouble, rf) -> None:
    def ask() -> None:
        raise trouble("the connection is lost")

    try:
        ask()
    except trouble:
        response = failures.broken(rf.post("/"))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Something broke on our side" in response.content.decode()


def test_the_public_page_has_its_landmarks() -> None:
    page = Client().get("/public", {"speak": "tr"}).content.decode()
    for mark in ("<header", '<main id="main"', "<footer", 'class="skip"', 'aria-live="polite"'):
        assert mark in page


def test_the_telephone_stands_at_the_foot_of_every_public_page() -> None:
    for address in ("/public", "/missing", "/broken"):
        page = Client(raise_request_exception=False).get(address, {"speak": "fa"}).content.decode()
        assert '<a href="tel:+902325550153"><bdi dir="ltr" class="ltr">+90 232 555 01 53</bdi></a>' in page
        assert "شهرداری پیناروا" in page


def test_the_switch_keeps_the_page_and_its_filters() -> None:
    page = Client().get("/public", {"speak": "tr", "area": "adatepe"}).content.decode()
    assert 'href="/public?speak=kk&amp;area=adatepe"' in page


def test_fifty_rows_are_drawn_before_anybody_notices(now) -> None:
    with translation.override("tr"):
        rows = [
            replace(row, case_id=number)
            for number in range(13)
            for row in samples.rows(samples.spoken("tr"), now)
        ]
        listed = get_template("ui/parts/rows.html")
        listed.render({"rows": rows[:50]})
        begun = time.perf_counter()
        page = listed.render({"rows": rows[:50]})
        taken_s = time.perf_counter() - begun
    assert page.count("<li ") == 50
    assert taken_s < 0.1  # some ten milliseconds on an idle machine
