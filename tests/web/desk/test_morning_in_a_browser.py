"""Leyla's telephone, 360 points wide: her thumb, a keyboard, and no scripts at all."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.inbox.leyla import line, write
from tests.web.barriers import grave
from tests.web.desk.seat import seated
from tools import screenshots
from vefa.channels import queries as doors
from vefa.channels.models import Endpoint
from vefa.dialogue.models import Reply
from vefa.inbox.models import MeetingLine, PrivateMessage, PrivateState

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]
TELEPHONE: ViewportSize = {"width": 360, "height": 740}
THUMB = 44  # points


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
def letters(town) -> None:
    """Three people wrote to her own line."""
    at, mine = timezone.now() - timedelta(minutes=30), line()
    for number, text in enumerate(("Okulun önünde çukur var", "Teşekkür ederim", "Özel bir konu"), start=1):
        write(mine, text, now=at + timedelta(minutes=number), number=number)


def seat(chromium: Browser, live_server: Any, staff: Any, language: str = "en", **options: Any) -> Page:
    room = chromium.new_context(viewport=TELEPHONE, base_url=live_server.url, has_touch=True, **options)
    key = seated(staff).cookies["vefa"].value
    for name, value in ((settings.SESSION_COOKIE_NAME, key), (settings.LANGUAGE_COOKIE_NAME, language)):
        room.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    return room.new_page()


def states() -> list[str]:
    return list(PrivateMessage.objects.order_by("pk").values_list("state", flat=True))


def test_three_touches_and_the_morning_is_over(chromium, live_server, town, letters):
    page = seat(chromium, live_server, town.leyla)
    page.goto(reverse("desk:morning"))
    page.get_by_role("link", name="Begin").tap()
    page.get_by_role("button", name="Make it a case").tap()
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.locator("summary", has_text="Answer").tap()
    page.locator("button[value=quick_thanks]").tap()
    expect(page.get_by_text("2 of 3")).to_be_visible()
    page.get_by_role("button", name="Keep private").tap()

    expect(page.get_by_text("Nothing waits for you any more.")).to_be_visible()
    assert states() == [PrivateState.FILED, PrivateState.ANSWERED, PrivateState.KEPT]
    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_text("Özel bir konu").first).to_be_visible()
    page.context.close()


def test_every_target_is_large_and_at_the_lower_edge(chromium, live_server, town, letters):
    page = seat(chromium, live_server, town.leyla)
    page.goto(reverse("desk:morning-thing", args=[1]))
    boxes = [one.bounding_box() for one in page.locator(".acts-bar > form .button, .acts-bar summary").all()]
    assert len(boxes) == 4
    for box in boxes:
        assert box is not None
        assert box["height"] >= THUMB
        assert box["width"] >= THUMB
        assert box["y"] > TELEPHONE["height"] / 2
        assert box["y"] + box["height"] <= TELEPHONE["height"]
    page.context.close()


@pytest.mark.parametrize("language", ["tr", "fa", "ru", "kk"])
def test_nothing_is_wider_than_the_telephone_and_everybody_can_read_it(
    chromium, live_server, town, letters, language
):
    page = seat(chromium, live_server, town.leyla, language)
    for name, words in (("morning", []), ("morning-thing", [1]), ("private", []), ("delegations", [])):
        page.goto(reverse(f"desk:{name}", args=words))
        assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"], name
        assert grave(page) == [], name
    page.context.close()


def test_it_goes_without_scripts(chromium, live_server, town, letters):
    page = seat(chromium, live_server, town.leyla, java_script_enabled=False)
    page.goto(reverse("desk:morning-thing", args=[1]))
    page.locator("summary", has_text="Answer").click()
    page.locator("#words").fill("Ekip yolda.")
    page.get_by_role("button", name="Send").click()
    page.locator("summary", has_text="Hand on").click()
    page.locator("#to").select_option(f"unit:{town.parks.pk}")
    page.locator("form:has(#to) button").click()

    assert states() == [PrivateState.ANSWERED, PrivateState.FILED, PrivateState.OPEN]
    assert Reply.objects.get(staff=town.leyla).text == "Ekip yolda."
    page.context.close()


def test_it_goes_by_keyboard(chromium, live_server, town, letters):
    page = seat(chromium, live_server, town.leyla)
    page.goto(reverse("desk:morning"))
    with page.expect_navigation():
        page.keyboard.press("b")
    with page.expect_navigation():
        page.keyboard.press("s")
    with page.expect_navigation():
        page.keyboard.press("u")
    page.keyboard.press("a")
    expect(page.locator("#words, #voice").first).to_be_focused()
    page.locator("#words").fill("Yarın arayın.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert states()[0] == PrivateState.ANSWERED
    page.context.close()


def test_enter_keeps_a_speakers_line_and_begins_the_next(chromium, live_server, town):
    Endpoint.objects.create(key="meeting", channel="meeting", names={"en": "Meeting"}, language="tr")
    doors.forget()
    page = seat(chromium, live_server, town.derya)
    page.goto(reverse("desk:meetings"))
    page.locator("[name=name]").fill("Halk günü")
    page.keyboard.press("Enter")
    for number, text in enumerate(("Yolda çukur var", "Lamba yanmıyor"), start=1):
        expect(page.locator("[name=text]")).to_be_focused()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.locator(".said-lines > li")).to_have_count(number)
    assert list(MeetingLine.objects.order_by("pk").values_list("text", flat=True)) == [
        "Yolda çukur var", "Lamba yanmıyor",
    ]  # fmt: skip
    doors.forget()
    page.context.close()
