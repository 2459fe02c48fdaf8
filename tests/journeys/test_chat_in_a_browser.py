"""The chat in a real browser: no barrier, narrow, right to left, and words that survive a lost line."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from tests.journeys.test_portal_in_a_browser import NARROW, fits, no_barrier, opened
from tools import screenshots
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.dialogue.writing import Words, write
from vefa.inbox.models import Contact

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]
POTHOLE = "Çarşı'da okulun önünde yolda büyük bir çukur var: " + "x" * 60


@pytest.fixture(scope="module", autouse=True)
def beside_a_loop() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, which Django would take for a mistake of ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        yield


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with screenshots.browser() as opened_browser:
        yield opened_browser


@pytest.fixture(autouse=True)
def _files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def chat(town) -> Endpoint:
    return Endpoint.objects.create(key="chat", channel="chat", language="tr", default_unit_key="contact")


@pytest.mark.parametrize(("language", "colours"), [("tr", "light"), ("fa", "dark")])
def test_no_grave_barrier_and_nothing_too_wide(chromium, live_server, worker, language, colours, town):
    page = opened(chromium, viewport=NARROW, color_scheme=colours, locale=language)
    page.goto(f"{live_server.url}/chat?speak={language}")
    fits(page)
    no_barrier(page)
    page.locator(".actions .primary").click()  # nothing said
    page.locator(".errors:focus").wait_for()
    no_barrier(page)
    page.locator("#id_text").fill(POTHOLE)
    page.locator(".actions .primary").click()
    page.wait_for_url("**/chat/**")
    worker.work()
    earlier = timezone.now() - timedelta(minutes=1)
    words = Words(text="کارگران ما فردا می‌آیند.", language="fa")
    write(case=Case.objects.get(), words=words, by=town.derya, now=earlier)
    page.reload()
    fits(page)
    no_barrier(page)
    assert page.locator("#talk .out").count() >= 1


def test_without_javascript_the_talk_goes_on(chromium, live_server, worker, town):
    page = opened(chromium, viewport=NARROW, java_script_enabled=False, locale="kk")
    page.goto(f"{live_server.url}/chat?speak=kk")
    page.locator("#id_text").fill(POTHOLE)
    page.locator(".actions .primary").click()
    page.locator("#id_text").fill("Мектептің алдында")
    page.locator(".actions .primary").click()
    assert page.locator("#talk .message").count() == 2
    page.locator(".only-plain a").click()
    assert "Мектептің алдында" in page.content()
    assert Contact.objects.count() == 2


def test_a_line_goes_out_without_losing_the_page_and_comes_back_after_a_lost_connection(
    chromium, live_server, town
):
    page = opened(chromium, locale="en")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/chat")
    page.locator("#id_text").fill(POTHOLE)
    page.locator(".actions .primary").click()
    page.wait_for_url("**/chat/**")
    page.evaluate("window.stayed = true")

    page.context.set_offline(True)
    page.locator("#id_text").fill("In front of the school")
    page.locator(".actions .primary").click()
    page.locator("[data-not-sent]:not([hidden])").wait_for()
    assert page.locator("#id_text").input_value() == "In front of the school"

    page.context.set_offline(False)
    page.locator("#id_text").press("Control+Enter")
    page.locator("#talk .message").nth(1).wait_for()
    assert page.locator("#id_text").input_value() == ""
    assert page.evaluate("window.stayed")
    assert Contact.objects.count() == 2

    page.locator("#id_text").fill("half a sentence")
    page.reload()
    assert page.locator("#id_text").input_value() == "half a sentence"
    assert complaints == []


def test_the_device_is_led_back_and_a_new_chat_begins_where_it_is_wanted(chromium, live_server, town):
    page = opened(chromium, locale="en")
    page.goto(f"{live_server.url}/chat")
    page.locator("#id_text").fill(POTHOLE)
    page.locator(".actions .primary").click()
    page.wait_for_url("**/chat/**")
    mine = page.url.partition("#")[0]

    page.goto(f"{live_server.url}/")
    page.locator("a[href='/chat']").click()
    assert page.url.partition("#")[0] == mine
    page.goto(f"{live_server.url}/chat?new")
    assert page.locator("#talk").count() == 0
    assert page.locator("#id_text").input_value() == ""


def test_a_chat_that_is_come_back_to_shows_what_was_answered_meanwhile(chromium, live_server, worker, town):
    page = opened(chromium, locale="en")
    page.goto(f"{live_server.url}/chat")
    page.locator("#id_text").fill(POTHOLE)
    page.locator(".actions .primary").click()
    page.wait_for_url("**/chat/**")
    worker.work()
    event = "new PageTransitionEvent('{}', {{persisted: true}})"
    page.evaluate(f"dispatchEvent({event.format('pagehide')})")
    words = Words(text="Somebody comes tomorrow.", language="en")
    write(case=Case.objects.get(), words=words, by=town.derya, now=timezone.now() - timedelta(minutes=1))
    page.evaluate(f"dispatchEvent({event.format('pageshow')})")
    page.get_by_text("Somebody comes tomorrow.").wait_for()


def test_another_language_sends_no_half_sentence(chromium, live_server, town):
    page = opened(chromium, locale="en")
    page.goto(f"{live_server.url}/chat")
    page.locator("#id_text").fill(POTHOLE)
    page.locator(".actions .primary").click()
    page.wait_for_url("**/chat/**")
    page.locator("#id_text").fill("half a sentence")

    page.locator(".languages [lang=fa]").click()

    page.locator("html[dir=rtl]").wait_for()
    assert page.locator("#id_text").input_value() == "half a sentence"
    assert Contact.objects.count() == 1
