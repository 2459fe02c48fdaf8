"""The gallery in a real browser: accessible, never wider than the screen, alive by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.barriers import grave
from tools import screenshots

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.web.ui.addresses"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]
LANGUAGES = ("tr", "ru", "kk", "fa", "en")


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
def page(chromium: Browser) -> Iterator[Page]:
    room = chromium.new_context(viewport={"width": 1280, "height": 900})
    opened = room.new_page()
    yield opened
    room.close()


@pytest.mark.parametrize(("language", "theme"), [("tr", "light"), ("fa", "dark")])
def test_no_grave_barrier_stands_in_any_part(page: Page, live_server, language: str, theme: str) -> None:
    page.goto(f"{live_server.url}/desk/gallery?speak={language}&theme={theme}")
    assert grave(page) == []


def test_a_barrier_is_found(page: Page) -> None:
    page.set_content('<html lang="en"><title>x</title><main><h1>x</h1><p><img src="x.png"></p></main></html>')
    assert grave(page) == [["image-alt", '<img src="x.png">']]
    assert grave(page, "h1") == []


def test_no_part_is_wider_than_a_small_telephone(page: Page, live_server) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    for language in LANGUAGES:
        page.goto(f"{live_server.url}/desk/gallery?speak={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, language


def test_the_strict_policy_is_broken_by_nothing(page: Page, live_server) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/desk/gallery?speak=tr")
    page.wait_for_timeout(300)
    assert complaints == []


def test_keys_work_by_place_and_rest_in_fields(page: Page, live_server) -> None:
    page.goto(f"{live_server.url}/desk/gallery?speak=fa")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("?")
    assert not page.locator("#keys").evaluate("dialog => dialog.open")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("KeyJ")
    assert page.evaluate("document.activeElement.className") == "row-link"
    page.keyboard.press("Shift+Slash")
    assert page.locator("#keys").evaluate("dialog => dialog.open")


def test_keys_can_be_switched_off(page: Page, live_server) -> None:
    page.goto(f"{live_server.url}/desk/gallery?speak=en")
    page.keyboard.press("Shift+Slash")
    page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "search"


def test_a_draft_is_saved_soon_and_survives_a_failing_network(page: Page, live_server) -> None:
    saved: list[str] = []

    def save(route: Route) -> None:
        saved.append(route.request.post_data or "")
        route.fulfill(status=204)

    page.route("**/draft/1", save)
    page.goto(f"{live_server.url}/desk/gallery?speak=en")
    page.locator("#answer").press_sequentially("We fill the hole", delay=10)
    expect(page.locator("#answer-state")).to_have_text("Draft saved", timeout=20_000)
    assert saved == ["text=We+fill+the+hole"]
    page.route("**/draft/1", lambda route: route.abort())
    page.locator("#answer").press_sequentially(" on Monday", delay=10)
    expect(page.locator("#answer-state")).to_contain_text("go on trying", timeout=20_000)
    assert page.locator("#answer").input_value() == "We fill the hole on Monday"


def test_a_pin_is_put_at_the_centre_without_a_mouse_and_without_tiles(page: Page, live_server) -> None:
    page.goto(f"{live_server.url}/desk/gallery?speak=en")
    page.wait_for_selector("#sample-map path")
    page.locator("[data-pin=sample-map]").press("Enter")
    assert abs(float(page.locator("#sample-lat").input_value()) - 38.4) < 0.1


def test_the_page_works_without_javascript(chromium: Browser, live_server) -> None:
    room = chromium.new_context(java_script_enabled=False)
    page = room.new_page()
    page.goto(f"{live_server.url}/desk/gallery?speak=tr")
    assert page.locator("[data-send]").first.is_visible()
    assert not page.locator("[data-opens=sample-dialog]").is_visible()
    assert not page.locator("#sample-map").is_visible()
    room.close()


STREAM = 'event: counts\ndata: {"n": 32}\n\nevent: cases\ndata: {"cases": [2, 99]}\n\n'
LISTEN = """() => {
  const notice = document.createElement("div");
  notice.setAttribute("data-live-notice", "");
  notice.dataset.words = "{count} new";
  notice.hidden = true;
  notice.innerHTML = "<span data-live-words></span>";
  document.querySelector(".rows").before(notice);
  document.body.dataset.live = "/live/sample";
  return import("/static/ui/live.js?listening").then(() => import("/static/ui/stream.js?listening"));
}"""


def test_news_changes_numbers_and_marks_but_moves_nothing(page: Page, live_server) -> None:
    page.route("**/live/sample", lambda route: route.fulfill(body=STREAM, content_type="text/event-stream"))
    page.goto(f"{live_server.url}/desk/gallery?speak=en")
    before = page.locator(".row").evaluate_all("rows => rows.map(row => row.dataset.case)")
    page.locator("#answer").fill("half a sentence")
    page.evaluate(LISTEN)
    page.wait_for_selector("[data-live-notice]:not([hidden])")
    assert page.locator("[data-live-words]").inner_text() == "2 new"
    assert page.locator('[data-count="n"]').inner_text() == "32"
    assert page.locator('.row[data-case="2"]').evaluate("row => row.classList.contains('changed')")
    assert page.locator(".row").evaluate_all("rows => rows.map(row => row.dataset.case)") == before
    assert page.locator("#answer").input_value() == "half a sentence"
