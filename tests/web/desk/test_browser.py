"""The desk in a real browser: by keyboard, without scripts, on a telephone, and nothing typed is lost."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.web.barriers import grave
from tests.web.desk.seat import seated
from tests.wiring.machine import eventually
from tools import screenshots
from vefa.cases.models import Case, State
from vefa.dialogue import writing
from vefa.dialogue.models import Draft, Reply
from vefa.dialogue.writing import Words

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


def seat(chromium: Browser, live_server: Any, staff: Any, **options: Any) -> Page:
    """A page in which this person has signed in."""
    room = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url, **options)
    key = seated(staff).cookies["vefa"].value
    room.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
    return room.new_page()


def place(case: Case) -> str:
    return reverse("desk:case", args=[case.pk])


def test_a_case_is_found_taken_and_answered_by_keyboard_alone(chromium, live_server, town, pothole_case):
    page = seat(chromium, live_server, town.derya)
    page.goto(reverse("desk:list", args=["new"]))
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**{place(pothole_case)}")

    with page.expect_navigation():
        page.keyboard.press("m")
    page.keyboard.press("r")
    page.keyboard.type("Ekip yarın geliyor.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    assert Reply.objects.get().text == "Ekip yarın geliyor."
    assert Case.objects.get().staff == town.derya
    page.context.close()


def test_a_key_opens_an_act_that_is_folded_away(chromium, live_server, town, pothole_case):
    page = seat(chromium, live_server, town.derya)
    page.goto(place(pothole_case))
    page.keyboard.press("s")
    expect(page.locator("#plan_day")).to_be_focused()
    page.keyboard.type("12.04.2027")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert Case.objects.get().state == State.PLANNED
    page.context.close()


def test_everything_works_without_scripts(chromium, live_server, town, pothole_case):
    page = seat(chromium, live_server, town.derya, java_script_enabled=False)
    page.goto(reverse("desk:list", args=["new"]))
    page.locator(".row-link").first.click()
    page.locator("#answer").fill("Ekip yarın geliyor.")
    page.locator("button[name=do][value=send]").click()

    assert Reply.objects.get().text == "Ekip yarın geliyor."
    assert page.locator("form.sent button").is_visible()
    page.context.close()


def test_an_act_is_done_without_scripts(chromium, live_server, town, pothole_case):
    page = seat(chromium, live_server, town.derya, java_script_enabled=False)
    page.goto(place(pothole_case))
    page.locator("#act-transfer > summary").click()
    page.locator("#act-transfer a").click()
    page.locator("#transfer_unit").select_option(str(town.parks.pk))
    page.locator("#transfer_reason").fill("Ağaç kökü")
    page.locator("#act-transfer button").click()

    assert Case.objects.get().unit == town.parks
    page.context.close()


def test_a_form_keeps_its_words_while_another_is_looked_at(chromium, live_server, town, pothole_case):
    page = seat(chromium, live_server, town.derya)
    page.goto(place(pothole_case))
    page.keyboard.press("t")
    page.locator("#transfer_reason").fill("Ağaç kökü")
    page.locator("#act-ask > summary").click()
    expect(page.locator("#ask_question")).to_be_focused()
    page.locator("#act-transfer > summary").click()

    assert page.locator("#transfer_reason").input_value() == "Ağaç kökü"
    page.context.close()


@pytest.mark.parametrize("language", ["tr", "fa"])
def test_no_grave_barrier_stands_on_the_screens_of_the_day(
    chromium, live_server, town, pothole_case, language
):
    page = seat(chromium, live_server, town.derya)
    found = []
    for address in (
        reverse("desk:list", args=["open"]),
        place(pothole_case),
        f"{place(pothole_case)}?act=end",
        reverse("desk:enter"),
        reverse("desk:sign-in"),
    ):
        page.goto(f"{address}{'&' if '?' in address else '?'}speak={language}")
        page.wait_for_load_state("networkidle") if "sign-in" in address else page.wait_for_timeout(300)
        found += [(address, *one) for one in grave(page)]
    assert found == []
    page.context.close()


def test_what_was_typed_survives_a_page_that_dies(chromium, live_server, town, pothole_case):
    page = seat(chromium, live_server, town.derya)
    page.goto(place(pothole_case))
    page.locator("#answer").press_sequentially("Sayın Ali Demir")
    eventually(Draft.objects.filter(text="Sayın Ali Demir").exists)
    page.close(run_before_unload=False)

    assert Draft.objects.get().text == "Sayın Ali Demir"
    again = seat(chromium, live_server, town.derya)
    again.goto(place(pothole_case))
    assert again.locator("#answer").input_value() == "Sayın Ali Demir"
    again.context.close()


def test_news_arrive_without_touching_what_is_typed(chromium, live_server, town, pothole_case):
    page = seat(chromium, live_server, town.derya)
    page.goto(place(pothole_case))
    page.locator("#answer").press_sequentially("Sayın A")
    words = Words(text="Ben baktım, ekip yolda.", language="tr")
    writing.write(case=pothole_case, words=words, by=town.reza, now=timezone.now())

    page.locator("#talk").dispatch_event("vefa:refresh")
    page.get_by_text("Ben baktım, ekip yolda.").wait_for()
    page.keyboard.type("li")

    assert page.locator("#answer").input_value() == "Sayın Ali"
    page.context.close()


def test_no_screen_is_wider_than_a_small_telephone(chromium, live_server, town, wrote, now):
    address = "http://pinarova.example/r/26-00099-4/dSkfeQeD1G-rypKwbqO8Ayoq"
    pothole_case = wrote("رضا", "7001", f"جلوی مدرسه چاله است، این را ببینید: {address}", now=now)
    page = seat(chromium, live_server, town.derya)
    page.set_viewport_size({"width": 320, "height": 700})
    for address in (
        reverse("desk:list", args=["open"]),
        place(pothole_case),
        reverse("desk:around", args=[pothole_case.pk]),
        reverse("desk:enter"),
        reverse("desk:profile"),
    ):
        for language in ("kk", "fa"):
            page.goto(f"{address}?speak={language}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (address, language)
    page.context.close()


@pytest.mark.parametrize("name", ["meetings", "batch", "paper"])
def test_the_fields_of_a_form_stand_apart_on_a_telephone(chromium, live_server, town, name):
    page = seat(chromium, live_server, town.leyla)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(reverse(f"desk:{name}"))
    edges = page.evaluate(
        "[...document.querySelectorAll('.enter-form > .field')].map(one => one.getBoundingClientRect())"
        ".map(box => [box.top, box.bottom])"
    )
    assert len(edges) > 1
    assert all(after[0] - before[1] >= 12 for before, after in pairwise(edges))
    page.context.close()
