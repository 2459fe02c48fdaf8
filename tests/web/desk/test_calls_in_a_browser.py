"""A call from its first ring to the kept case, by keyboard alone in a real browser; and how long it takes."""

import sys
import time
from collections.abc import Iterator
from os import environ
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.calls.exchange import exchange
from tests.web.desk.seat import seated
from tools import screenshots
from vefa.calls.models import Call
from vefa.cases.models import Case
from vefa.inbox.models import Contact

__all__ = ["exchange"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]
# Milliseconds between two keys: 200 is an operator's sixty words a minute; the suite does not wait.
PACE_MS = int(environ.get("VEFA_KEY_MS", "0"))
WITHIN_S = 45
SAID = "Kalealtı'nda çukur var, dün bir motosiklet düştü."


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


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
def desk(chromium: Browser, live_server: Any, town: Any, exchange: Any) -> Page:
    """Derya's desk, with somebody on the line."""
    exchange.by_the_clock = True
    room = chromium.new_context(base_url=live_server.url)
    key = seated(town.derya).cookies["vefa"].value
    for name, value in ((settings.SESSION_COOKIE_NAME, key), (settings.LANGUAGE_COOKIE_NAME, "en")):
        room.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    return room.new_page()


def pressed(page: Page, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)
        page.wait_for_timeout(PACE_MS)


def test_a_call_is_logged_from_ring_to_done_by_keyboard(desk, exchange, town):
    began = time.monotonic()
    exchange.push("c1", "newCall", **{"user[]": "derya"})
    desk.goto(reverse("desk:calls"))
    expect(desk.locator("[data-keys='p t']").first).to_be_visible()
    with desk.context.expect_page() as opening:
        pressed(desk, "p", "t")
    form = opening.value
    form.wait_for_load_state()
    for _ in range(20):
        if form.evaluate("document.activeElement.name") == "text":
            break
        pressed(form, "Tab")
    form.keyboard.type(SAID, delay=PACE_MS)
    with form.expect_navigation():
        pressed(form, "Control+Enter")
    expect(form.locator("main")).to_contain_text("26-")
    took = time.monotonic() - began
    sys.stdout.write(f"\ncall to case by keyboard, {PACE_MS} ms a key: {took:.1f} s\n")

    assert took <= WITHIN_S
    exchange.work()
    kept = Contact.objects.get(text=SAID)
    assert kept.details["telephone"] == {"call": Call.objects.get().pk}


def test_a_question_is_answered_on_the_spot_by_two_keys(desk, exchange, town):
    exchange.push("c1", "newCall", **{"user[]": "derya"})
    desk.goto(reverse("desk:calls"))
    first = desk.locator("[data-keys='p 1']").first
    expect(first).to_be_attached()
    with desk.expect_response(lambda answer: answer.url.endswith("/spot")):
        pressed(desk, "p", "1")
    exchange.work()

    assert Call.objects.get().on_the_spot
    assert not Case.objects.exists()
