"""Derya opens a case in a real browser: the model's suggestions come by themselves, and go nowhere."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.providers.chat_model import ChatModel
from tests.web.desk.seat import seated
from tools import screenshots
from vefa.dialogue.models import Delivery
from vefa.triage.suggesting import asking

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]


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


@pytest.fixture
def model(settings) -> Iterator[ChatModel]:
    with ChatModel.running() as running:
        settings.SUGGEST_URL, settings.SUGGEST_MODEL = running.base, "small"
        yield running


def seat(chromium: Browser, live_server: Any, staff: Any, **options: Any) -> Page:
    room = chromium.new_context(base_url=live_server.url, **options)
    key = seated(staff).cookies["vefa"].value
    for name, value in ((settings.SESSION_COOKIE_NAME, key), (settings.LANGUAGE_COOKIE_NAME, "en")):
        room.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    return room.new_page()


def works() -> bool:
    with httpx.Client(trust_env=False) as http:
        return asking.suggest_due(http=http, clock=timezone.now)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_panel_comes_by_itself_and_its_draft_goes_into_the_answer(
    chromium, live_server, town, wrote, model, width
):
    case = wrote("Ali Demir", "7009", "Çarşı'da yolda çukur var", now=timezone.now())
    page = seat(chromium, live_server, town.derya, viewport={"width": width, "height": 800})
    page.goto(reverse("desk:case", args=[case.pk]))
    asks = page.get_by_role("button", name="Draft an answer")
    page.evaluate("document.getElementById('suggested').scrollIntoView()")
    expect(asks).to_be_visible()
    asks.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("the language model is writing…")).to_be_focused()
    assert works()
    expect(page.locator(".suggested-words")).to_have_text("A resident reports a hole.")
    expect(page.get_by_role("heading", name="Draft of an answer")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page, "#suggested").response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
    with page.expect_navigation():
        page.get_by_role("button", name="Put it into my answer").press("Enter")
    expect(page.locator("textarea#answer")).to_have_value("A resident reports a hole.")
    assert not Delivery.objects.exists()
    page.context.close()
