"""The page of what triage has learned, for every eye and hand, with and without scripts."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.web.barriers import grave
from tests.web.desk.seat import seated
from tests.web.desk.test_model import judged
from tools import screenshots
from vefa.triage.models import Learning

__all__ = ["judged"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]
PAGE = reverse("desk:model")


@pytest.fixture(scope="module", autouse=True)
def beside_a_loop() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, which Django would take for a mistake of ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        yield


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with screenshots.browser() as opened:
        yield opened


def seat(chromium: Browser, live_server: Any, staff: Any, language: str, **options: Any) -> Page:
    room = chromium.new_context(base_url=live_server.url, **options)
    key = seated(staff).cookies["vefa"].value
    for name, value in ((settings.SESSION_COOKIE_NAME, key), (settings.LANGUAGE_COOKIE_NAME, language)):
        room.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    return room.new_page()


@pytest.fixture
def history(judged: Any) -> int:
    """Twelve confirmed cases; triage was wrong about three, and is less sure of these. One of them."""
    cases = [
        judged(number * 3, "street_light" if number < 4 else "pothole", "pothole", 0.5 + number / 30)
        for number in range(1, 13)
    ]
    return int(cases[0].pk)


def test_a_threshold_is_tried_by_keyboard_and_then_set(chromium, live_server, town, history):
    page = seat(chromium, live_server, town.ayse, "en")
    page.goto(PAGE)
    page.locator("#at").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("70")
    page.keyboard.press("Tab")
    expect(page.locator("#threshold-means")).to_contain_text("At 70 %, triage would have handed on 7 of")

    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert Learning.objects.get().threshold == 0.7
    page.context.close()


def test_without_scripts_a_threshold_is_tried_too(chromium, live_server, town, history):
    page = seat(chromium, live_server, town.ayse, "en", java_script_enabled=False)
    page.goto(PAGE)
    page.fill("#at", "70")
    with page.expect_navigation():
        page.get_by_role("button", name="See what it would mean").click()

    expect(page.locator("#threshold-means")).to_contain_text("At 70 %")
    page.context.close()


@pytest.mark.parametrize(("language", "theme"), [("fa", "dark"), ("kk", "light")])
def test_nothing_stands_in_anybodys_way(chromium, live_server, town, history, language, theme):
    options = {"viewport": {"width": 360, "height": 740}, "color_scheme": theme}
    page = seat(chromium, live_server, town.ayse, language, **options)
    for address in (f"{PAGE}?at=70", reverse("desk:why", args=[history])):
        page.goto(address)
        assert grave(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.context.close()
