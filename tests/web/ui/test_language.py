"""Every page speaks the reader's language, and changing it loses nothing."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.translation import get_language

from vefa.web.ui import city, language

pytestmark = pytest.mark.django_db
PINAROVA = city.City(languages=("tr", "ru", "kk", "fa", "en"), default_language="tr")


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_language())


def answer(request: HttpRequest) -> HttpResponse:
    return language.LanguageMiddleware(page)(request)


def test_a_link_of_the_switch_changes_the_language_and_is_remembered() -> None:
    response = answer(RequestFactory().get("/report/2", {"speak": "kk"}))
    assert response.content == b"kk"
    assert response.cookies["vefa_language"].value == "kk"
    assert response["Content-Language"] == "kk"


def test_a_choice_made_before_beats_the_browser() -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "ru"})
    request.COOKIES["vefa_language"] = "fa"
    assert answer(request).content == b"fa"


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,fr;q=0.9", "tr"),
        ("en;q=0.3, kk;q=0.9", "kk"),
        ("fa;q=nonsense, ru", "ru"),
        ("", "tr"),
    ],
)
def test_a_newcomer_is_met_in_the_browsers_language_or_the_citys(header: str, spoken: str) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": header})
    assert language.spoken(request, PINAROVA) == spoken


def test_a_language_that_the_city_does_not_speak_is_not_taken() -> None:
    only_two = city.City(languages=("kk", "ru"), default_language="kk")
    assert language.spoken(RequestFactory().get("/", {"speak": "tr"}), only_two) == "kk"


def test_a_button_of_the_switch_sends_what_is_typed_along() -> None:
    request = RequestFactory().post("/report/2", {"speak": "ru", "text": "Çukur var"})
    assert language.switching(request)
    assert answer(request).content == b"ru"
    assert request.POST["text"] == "Çukur var"


def test_an_ordinary_form_does_not_switch() -> None:
    assert not language.switching(RequestFactory().post("/report/2", {"text": "Çukur var"}))
