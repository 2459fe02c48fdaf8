"""The portal in a real browser: without JavaScript, without a mouse, on a narrow screen, with a map."""

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.web.barriers import grave
from tools import screenshots
from vefa.cases.models import Case
from vefa.directory.models import Area
from vefa.directory.queries import forget
from vefa.inbox.models import Attachment, Contact
from vefa.web.portal import outlines

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]
NARROW = {"width": 320, "height": 640}
POTHOLE = "Okulun önünde yolda büyük bir çukur var, mahalleli yetişemiyor: " + "x" * 60
Look = Callable[[Page], None]


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


@pytest.fixture(autouse=True)
def _files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def opened(chromium: Browser, **facts: object) -> Page:
    """A page in a room of its own."""
    return chromium.new_context(**facts).new_page()  # type: ignore[arg-type]  # playwright's own options


def walk(page: Page, url: str, look: Look) -> str:
    """From the first page to the tracking page, looking at each; returns the last address."""
    page.goto(url)
    look(page)
    page.locator(".door-first a").click()
    look(page)
    page.locator("#id_text").fill(POTHOLE)
    page.locator(".actions .primary").click()
    look(page)
    page.locator(".actions .primary").click()  # nothing said about the place
    assert page.title().startswith("Error:") or page.locator(".errors").count() == 1
    look(page)
    page.locator("#id_place").fill("Çarşı")
    page.locator(".actions .primary").click()
    look(page)
    page.locator("input[name=service]").first.check()
    page.locator(".actions .primary").click()
    look(page)
    page.locator("#id_phone").fill("0532 123 45 67")
    page.locator(".actions .primary").click()
    look(page)
    page.locator(".actions .primary").click()
    look(page)
    page.locator("a.button.primary").click()
    look(page)
    return page.url


def no_barrier(page: Page) -> None:
    """Nothing that shuts somebody out."""
    page.wait_for_load_state()
    found = grave(page)
    assert not found, (page.url, found)


def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url


@pytest.mark.parametrize(("language", "colours"), [("tr", "light"), ("fa", "dark")])
def test_no_grave_barrier_on_the_way_to_a_report(chromium, live_server, town, language, colours):
    page = opened(chromium, color_scheme=colours, locale=language)
    walk(page, f"{live_server.url}/?speak={language}", no_barrier)
    for address in ("/cases/", "/cases/map", "/r", "/help", "/accessibility", "/privacy", "/report/send"):
        page.goto(live_server.url + address)
        no_barrier(page)


def test_without_javascript_a_report_arrives(chromium, live_server, town, worker):
    page = opened(chromium, viewport=NARROW, java_script_enabled=False, locale="fa")
    mine = walk(page, f"{live_server.url}/?speak=fa", lambda _: None)

    worker.work()
    assert Case.objects.count() == 1
    page.goto(mine)
    assert POTHOLE in page.content()


@pytest.mark.parametrize("language", ["tr", "ru", "kk", "fa", "en"])
def test_nothing_is_wider_than_a_small_telephone(chromium, live_server, town, language):
    page = opened(chromium, viewport=NARROW, locale=language)
    walk(page, f"{live_server.url}/?speak={language}", fits)
    for address in ("/cases/", "/cases/map", "/r", "/help", "/privacy", "/report/send"):
        page.goto(live_server.url + address)
        fits(page)


def test_the_keyboard_alone_is_enough(chromium, live_server, town):
    page = opened(chromium, locale="en")
    page.goto(f"{live_server.url}/report/what")
    page.locator("#id_text").focus()
    page.keyboard.type("Pothole at the school")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/where?*")
    page.locator("#id_place").focus()
    page.keyboard.type("Çarşı")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/about?*")
    page.locator("input[name=service]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/reach?*")
    page.locator("#id_phone").focus()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.locator(".errors:focus").wait_for()
    page.locator("#id_phone").fill("")
    page.locator("#id_phone").press("Enter")
    page.wait_for_url("**/report/check?*")
    page.locator(".actions .primary").press("Enter")
    page.wait_for_url("**/received")
    assert Contact.objects.count() == 1


def test_changing_the_language_in_the_middle_keeps_the_words(chromium, live_server, town):
    page = opened(chromium, locale="en")
    page.goto(f"{live_server.url}/report/what")
    page.locator("#id_text").fill("half a sentence")
    page.locator(".languages [lang=fa]").click()
    page.locator("html[dir=rtl]").wait_for()
    assert page.locator("#id_text").input_value() == "half a sentence"


def test_a_pin_is_put_on_the_map_without_a_mouse(chromium, live_server, town):
    page = opened(chromium, locale="en")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/report/what")
    page.locator("#id_text").fill("A pothole")
    page.locator(".actions .primary").click()
    page.wait_for_url("**/report/where?*")  # whole, with its scripts: a press does not wait for these
    page.locator("[data-show-map]").press("Enter")
    page.wait_for_selector("#pick-map path")
    page.locator("#pick-map").press("ArrowLeft")
    page.locator("[data-pin]").press("Enter")
    assert "Taken:" in page.locator("[data-said]").inner_text()
    page.locator(".actions .primary").click()
    page.wait_for_url("**/report/about?*")
    assert complaints == []


def test_a_pin_that_is_taken_away_is_gone_from_the_map_and_a_position_moves_it(chromium, live_server, town):
    here = {"latitude": 38.02, "longitude": 27.01}
    page = opened(chromium, locale="en", geolocation=here, permissions=["geolocation"])
    page.goto(f"{live_server.url}/report/what")
    page.locator("#id_text").fill("A pothole")
    page.locator(".actions .primary").click()
    page.wait_for_url("**/report/where?*")  # whole, with its scripts: a press does not wait for these
    page.locator("[data-show-map]").press("Enter")
    page.wait_for_selector("#pick-map path")
    pin = page.locator("#pick-map path[stroke-width='3']")
    page.locator("[data-pin]").press("Enter")
    pin.wait_for()
    page.locator("[data-unpin]").press("Enter")
    pin.wait_for(state="detached")
    assert page.locator("[data-locate-me]").evaluate("one => one === document.activeElement")
    assert page.locator("#id_lat").input_value() == ""

    page.locator("[data-locate-me]").press("Enter")
    pin.wait_for()
    assert page.locator("#id_lat").input_value() == "38.020000"


def test_the_name_of_an_area_is_words_on_the_map_whatever_stands_in_it(chromium, live_server, town):
    name = "<b>Çarşı</b> <img src=x>"
    Area.objects.update(names={"tr": name, "en": name})
    forget()
    outlines._collection.cache_clear()
    page = opened(chromium, locale="en")
    page.goto(f"{live_server.url}/report/what")
    page.locator("#id_text").fill("A pothole")
    page.locator(".actions .primary").click()
    page.wait_for_url("**/report/where?*")  # whole, with its scripts: a press does not wait for these
    page.locator("[data-show-map]").press("Enter")
    page.locator("#pick-map path").first.hover(force=True)

    shown = page.locator(".leaflet-tooltip")
    assert shown.inner_text() == name
    assert shown.locator("b, img").count() == 0
    outlines._collection.cache_clear()


def test_a_large_photo_is_made_small_before_it_is_sent(chromium, live_server, town):
    content = BytesIO()
    Image.new("RGB", (3200, 1600), "gray").save(content, "JPEG")
    page = opened(chromium, locale="en")
    page.goto(f"{live_server.url}/report/what")
    page.locator("#id_photos").set_input_files(
        {"name": "pit.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}
    )
    page.locator("[name=add]").click()  # it waits until the photo is small
    shown = page.locator(".photos img")
    shown.wait_for()
    shown.evaluate("img => img.decode()")
    assert shown.evaluate("img => img.naturalWidth") == 1600
    assert Attachment.objects.count() == 0
