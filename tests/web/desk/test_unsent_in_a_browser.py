"""A sign-in ends while somebody types: nothing is lost, and nothing is shown to anybody else."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.web.desk.seat import seated
from tests.web.desk.test_browser import beside_a_loop, chromium, place, seat
from tests.wiring.machine import eventually
from tools import screenshots
from vefa.dialogue.models import Draft

__all__ = ["beside_a_loop", "chromium"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]


def sit_down(page: Page, staff: Any) -> None:
    """Somebody signs in in this very window; forms of an earlier sign-in are good no more."""
    page.context.clear_cookies(name="csrftoken")
    origin = f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}"
    key = seated(staff).cookies["vefa"].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": origin}])


def wanted(page: Page) -> str:
    """Where the door leads to."""
    return parse_qs(urlsplit(page.url).query)["next"][0]


def test_an_answer_that_is_typed_after_the_sign_in_ended_is_not_called_saved(
    chromium: Browser, live_server: Any, town, pothole_case
):
    page = seat(chromium, live_server, town.derya)
    page.set_viewport_size({"width": 1280, "height": 480})
    page.goto(place(pothole_case))
    answer, again = page.locator("#answer"), page.locator("[data-signed-out] a")
    answer.press_sequentially("Sayın Ali Demir")
    eventually(Draft.objects.filter(text="Sayın Ali Demir").exists)
    Session.objects.all().delete()
    answer.press_sequentially(", ekip yarın geliyor.")
    expect(again).to_be_in_viewport()
    expect(answer).to_be_in_viewport()
    expect(page.locator("#answer-state")).not_to_have_text("Draft saved")

    sit_down(page, town.derya)
    again.click()
    expect(answer).to_have_value("Sayın Ali Demir, ekip yarın geliyor.")
    eventually(Draft.objects.filter(text="Sayın Ali Demir, ekip yarın geliyor.").exists)
    page.context.close()


def test_what_somebody_typed_is_never_shown_to_who_signs_in_after_them(
    chromium: Browser, live_server: Any, town, pothole_case
):
    page = seat(chromium, live_server, town.derya)
    page.goto(place(pothole_case))
    page.locator("#answer").press_sequentially("S")
    Session.objects.all().delete()
    page.locator("#answer").press_sequentially("ayın Ali")
    expect(page.locator("[data-signed-out]")).to_be_visible()
    sit_down(page, town.murat)
    page.goto(place(pothole_case))
    page.wait_for_load_state("networkidle")
    expect(page.locator("#answer")).to_have_value("")
    assert not Draft.objects.filter(staff=town.murat).exists()
    page.context.close()


def test_a_call_that_was_taken_down_stands_there_again_after_signing_in(
    chromium: Browser, live_server: Any, town
):
    page = seat(chromium, live_server, town.derya)
    page.goto(reverse("desk:enter"))
    page.locator("#id_text").press_sequentially("Okulun")
    Session.objects.all().delete()
    page.locator("#id_text").press_sequentially(" önünde çukur var")
    page.locator("#id_channel_1").check()
    expect(page.locator("[data-signed-out]")).to_be_visible()  # the hints met the door, and the page stayed
    page.locator("[data-send]").click()
    page.wait_for_url("**/desk/sign-in?**")
    assert wanted(page) == reverse("desk:enter")

    sit_down(page, town.derya)
    page.goto(wanted(page))
    expect(page.locator("#id_text")).to_have_value("Okulun önünde çukur var")
    expect(page.locator("#id_channel_1")).to_be_checked()
    expect(page.locator("[data-put-back]")).to_be_visible()
    page.locator("[data-send]").click()
    page.wait_for_url("**/desk/new/**")
    page.goto(reverse("desk:enter"))
    expect(page.locator("#id_text")).to_have_value("")
    page.context.close()


def test_the_form_of_an_act_opens_again_with_its_reason(
    chromium: Browser, live_server: Any, town, pothole_case
):
    page = seat(chromium, live_server, town.derya)
    page.goto(place(pothole_case))
    page.keyboard.press("t")
    page.locator("#transfer_reason").fill("Ağaç kökü")
    page.locator("#transfer_unit").select_option(str(town.parks.pk))
    Session.objects.all().delete()
    page.locator("#act-transfer button").click()
    page.wait_for_url("**/desk/sign-in?**")
    sit_down(page, town.derya)
    page.goto(wanted(page))
    expect(page.locator("#transfer_reason")).to_have_value("Ağaç kökü")
    expect(page.locator("#transfer_unit")).to_have_value(str(town.parks.pk))
    page.context.close()


def test_a_page_that_is_too_old_to_be_sent_gives_back_what_was_typed(
    chromium: Browser, live_server: Any, town
):
    page = seat(chromium, live_server, town.derya)
    page.goto(reverse("desk:enter"))
    page.locator("#id_text").press_sequentially("Okulun önünde çukur var")
    page.context.clear_cookies(name="csrftoken")
    page.locator("[data-send]").click()
    page.locator("body[data-unsent]").wait_for()
    page.go_back()
    expect(page.locator("#id_text")).to_have_value("Okulun önünde çukur var")
    page.context.close()


def test_a_ready_sentence_goes_behind_the_very_last_words(
    chromium: Browser, live_server: Any, town, pothole_case
):
    page = seat(chromium, live_server, town.derya)
    page.goto(place(pothole_case))
    page.locator("details.phrases > summary").click()
    sentence = page.locator(".phrase-list button").first
    expect(sentence).to_be_visible()
    page.locator("#answer").press_sequentially("Sayın Ali Demir,")
    with page.expect_navigation():
        sentence.press("Enter")
    expect(page.locator("#answer")).to_have_value(re.compile(r"^Sayın Ali Demir,\n\n\S"))
    page.wait_for_timeout(500)
    assert Draft.objects.get().text == page.locator("#answer").input_value()
    page.context.close()
