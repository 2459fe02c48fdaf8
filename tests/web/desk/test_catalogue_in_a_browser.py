"""The catalogue in a real browser: without scripts, by keyboard, on a telephone, and readable for all."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from tests.web.barriers import grave
from tests.web.desk.test_browser import seat
from tools import screenshots
from vefa.directory import editing

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


def test_a_word_is_added_tried_and_taken_back_without_scripts(chromium, live_server, town):
    page = seat(chromium, live_server, town.ayse, java_script_enabled=False)
    page.goto(reverse("desk:catalogue-service", args=["pothole"]))
    page.fill("#id_words_tr", "çukur\nobruk")
    page.fill("#try-message", "Sokakta obruk açıldı")
    page.click("button[value=try]")
    expect(page.locator("[aria-labelledby=tried-words] .tried-services")).to_contain_text("obruk")
    expect(page.locator("#id_words_tr")).to_have_value("çukur\nobruk")
    page.click("button[value=keep]")
    assert editing.state_of("pothole")["words"]["tr"] == ["çukur", "obruk"]

    page.click(".catalogue-last button")
    assert editing.state_of("pothole")["words"]["tr"] == ["çukur", "yol bozuk"]
    page.context.close()


def test_a_message_is_tried_by_keyboard_beside_the_open_form(chromium, live_server, town):
    page = seat(chromium, live_server, town.ayse)
    page.goto(reverse("desk:catalogue-service", args=["pothole"]))
    page.locator("#try-message").focus()
    page.keyboard.type("Sokakta kocaman çukur var")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#tried .tried-services").first).to_contain_text("pothole")
    expect(page.locator("#try-message")).to_have_value("Sokakta kocaman çukur var")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_grave_stands_in_the_way_of_anybody(chromium, live_server, town, scheme: str):
    page = seat(chromium, live_server, town.ayse, color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    addresses = [
        reverse("desk:catalogue"),
        reverse("desk:catalogue-try"),
        reverse("desk:catalogue-service", args=["pothole"]),
        reverse("desk:catalogue-versions", args=["pothole"]),
    ]
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        assert grave(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
    page.context.close()
