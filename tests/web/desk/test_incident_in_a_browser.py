"""A storm in a real browser: its map, the list beside it, for every eye, without scripts too."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.web.barriers import grave
from tests.web.desk.seat import seated
from tools import screenshots
from vefa.cases.incidents import fitting, gathering
from vefa.cases.incidents.gathering import Plan
from vefa.cases.models import Case

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
def storm(town, wrote):
    fitting.forget()
    at = timezone.now() - timedelta(minutes=5)
    plan = Plan(
        name="Fırtına", service_ids=(town.tree.pk,), area_id=town.cinaralti.pk, since=at - timedelta(hours=1),
        banner={"tr": "Ekipler yolda.", "fa": "گروه‌ها در راه‌اند."}, shown=True, joins=True,
    )  # fmt: skip
    cases = [
        wrote(f"Kişi {number}", f"80{number}", f"Ağaç {number}", now=at, service=town.tree)
        for number in range(3)
    ]
    Case.objects.filter(pk=cases[0].pk).update(lat=38.0301, lon=27.0101, place_text="Gül Sokak 4")
    found = gathering.declare(plan=plan, by=town.derya, now=timezone.now())
    gathering.join(
        incident_id=found.pk, case_ids=[one.pk for one in cases], by=town.derya, now=timezone.now()
    )
    fitting.forget()
    yield found
    fitting.forget()


def seat(chromium: Browser, live_server: Any, staff: Any, language: str = "en", **options: Any) -> Page:
    room = chromium.new_context(base_url=live_server.url, **options)
    key = seated(staff).cookies["vefa"].value
    for name, value in ((settings.SESSION_COOKIE_NAME, key), (settings.LANGUAGE_COOKIE_NAME, language)):
        room.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    return room.new_page()


@pytest.mark.parametrize(("language", "width", "theme"), [("fa", 360, "dark"), ("tr", 1280, "light")])
def test_the_map_shows_its_cases_and_leads_to_the_list(
    chromium, live_server, town, storm, language, width, theme
):
    sized: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    page = seat(chromium, live_server, town.derya, language, **sized)
    page.goto(reverse("desk:incident", args=[storm.pk]))
    spots = page.locator("#incident-map .spot")
    expect(spots).to_have_count(2)
    box, frame = (
        page.locator("#incident-map .spot-about").bounding_box(),
        page.locator("#incident-map").bounding_box(),
    )
    assert box
    assert frame
    assert frame["x"] < box["x"] < frame["x"] + frame["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert grave(page) == []
    page.locator("#incident-map .spot-exact").click()
    expect(page.locator("#incident-places a").filter(visible=True).first).to_be_visible()
    assert page.evaluate("document.activeElement.closest('li[data-sort]').dataset.sort") == "exact"
    page.context.close()


def test_a_call_is_kept_and_joins_by_keys_alone_and_the_list_of_places_needs_no_script(
    chromium, live_server, town, storm
):
    page = seat(chromium, live_server, town.derya)
    page.goto(reverse("desk:enter"))
    page.locator("#id_scan").set_input_files({"name": "1.txt", "mimeType": "text/plain", "buffer": b"a page"})
    with page.expect_request("**/new/hints**") as asked:
        page.locator("#id_text").fill("Ağaç devrildi")
    assert (asked.value.method, urlsplit(asked.value.url).query) == ("POST", "")
    sent = asked.value.post_data_buffer
    assert sent is not None
    assert ("Ağaç devrildi".encode() in sent, b"a page" in sent) == (True, False)
    page.locator("#id_scan").set_input_files([])
    expect(page.locator(".storm .tag")).to_be_visible()
    assert grave(page) == []
    page.locator("#hints button").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Ekipler yolda.")
    page.context.close()
    plain = seat(chromium, live_server, town.derya, java_script_enabled=False)
    plain.goto(reverse("desk:incident", args=[storm.pk]))
    plain.get_by_text("The map as a list").click()
    expect(plain.locator("#incident-places a")).to_have_count(3)
    expect(plain.locator("#incident-map")).not_to_be_visible()
    plain.context.close()
