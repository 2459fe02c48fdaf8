"""Calls in a real browser: from the first ring to the kept case by keyboard, and nothing moves away."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.calls.exchange import ALI, exchange
from tests.web.desk.seat import seated
from tools import screenshots
from vefa.calls.models import Call
from vefa.cases.models import Case
from vefa.citizens.models import Address, Citizen
from vefa.inbox.models import Contact

__all__ = ["exchange"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]
# An operator types sixty words a minute, five letters each with a blank: some five keys a second. At three a
# second, commands and looking included, what a call costs is what its keys cost on any machine.
KEYS_A_SECOND = 3
WITHIN_S = 45
SAID = "Çukur var, motosiklet düştü."


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


def known_as(citizen: Citizen, exchange: Any) -> None:
    """Whose number it is that rings."""
    Address.objects.create(
        space="phone", value=ALI, citizen=citizen, last_digits="2233", created_at=exchange.start
    )


@pytest.fixture
def desk(chromium: Browser, live_server: Any, town: Any, exchange: Any) -> Iterator[Page]:
    """Derya's desk, with somebody on the line."""
    exchange.by_the_clock = True
    room = chromium.new_context(base_url=live_server.url)
    key = seated(town.derya).cookies["vefa"].value
    for name, value in ((settings.SESSION_COOKIE_NAME, key), (settings.LANGUAGE_COOKIE_NAME, "en")):
        room.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    yield room.new_page()
    room.close()


class Hand:
    """Presses keys and counts them: every letter, every step from field to field."""

    def __init__(self) -> None:
        self.keys = 0

    def press(self, page: Page, *names: str) -> None:
        for name in names:
            page.keyboard.press(name)
        self.keys += len(names)

    def write(self, page: Page, text: str) -> None:
        page.keyboard.type(text)
        self.keys += len(text)

    def reach(self, page: Page, field: str) -> None:
        """Tab by Tab to a field, as nobody's hand leaves the keys."""
        for _ in range(20):
            if page.evaluate("document.activeElement.name") == field:
                return
            self.press(page, "Tab")
        raise AssertionError(f"no Tab leads to {field}")


def ring(exchange: Any, *calls: str) -> None:
    for place, name in enumerate(calls):
        number = f"0533999887{place}" if place else "05321112233"
        exchange.push(name, "newCall", at_s=place, **{"user[]": "derya", "from": number})


def looked(page: Page) -> None:
    """The region looks anew, as the stream tells it to when a telephone rings."""
    with page.expect_response(lambda answer: answer.url.endswith(reverse("desk:calls-bar"))):
        page.locator("#calls").dispatch_event("vefa:calls")


def test_a_call_is_logged_from_ring_to_done_by_keyboard_in_forty_five_seconds(
    desk, exchange, town, pothole_case
):
    known_as(pothole_case.citizen, exchange)
    hand = Hand()
    ring(exchange, "c1")
    desk.goto(reverse("desk:calls"))
    expect(desk.locator("[data-keys='p t']")).to_be_visible()
    with desk.context.expect_page() as opening:
        hand.press(desk, "p", "t")
    form = opening.value
    form.wait_for_load_state()
    expect(form.locator("#id_name")).to_have_value("Ali Demir")
    hand.press(form, "0", "t")
    hand.write(form, SAID)
    hand.reach(form, "place_text")
    hand.write(form, "Kalealtı, okul önü")
    hand.reach(form, "area")
    hand.write(form, town.kalealti.name("en")[:4])
    hand.reach(form, "service")
    hand.write(form, town.pothole.name("en")[:4])
    with form.expect_navigation():
        hand.press(form, "Control+Enter")
    expect(form.locator("main")).to_contain_text("26-")
    costs_s = hand.keys / KEYS_A_SECOND
    sys.stdout.write(
        f"\ncall to case by keyboard: {hand.keys} keys, {costs_s:.0f} s at {KEYS_A_SECOND} a second\n"
    )

    assert costs_s <= WITHIN_S
    exchange.work()
    kept = Contact.objects.get(text=SAID)
    assert kept.details["telephone"] == {"call": Call.objects.get().pk}
    case = Case.objects.exclude(pk=pothole_case.pk).get()
    assert (case.citizen, case.service, case.area) == (pothole_case.citizen, town.pothole, town.kalealti)
    assert case.place_text == "Kalealtı, okul önü"


def test_a_question_is_answered_on_the_spot_by_two_keys(desk, exchange, town):
    ring(exchange, "c1")
    desk.goto(reverse("desk:calls"))
    first = desk.locator("[data-keys='p 1']").first
    expect(first).to_be_attached()
    with desk.expect_response(lambda answer: answer.url.endswith("/spot")):
        Hand().press(desk, "p", "1")
    exchange.work()

    assert Call.objects.get().on_the_spot
    assert not Case.objects.exists()


def test_a_menu_of_calls_stays_open_and_keeps_the_focus_while_one_chooses(desk, exchange, town):
    ring(exchange, "c1")
    desk.goto(reverse("desk:calls"))
    menu = desk.locator("details.call-spot")
    menu.locator("summary").press("Enter")
    menu.locator("button").nth(2).focus()

    ring(exchange, "c2")
    looked(desk)
    expect(desk.locator(".call-ringing")).to_have_count(2)

    assert menu.first.get_attribute("open") is not None
    expect(menu.first.locator("button").nth(2)).to_be_focused()
    seat = desk.locator("#call-seat")
    seat.locator("summary").press("Enter")
    with desk.expect_response(lambda answer: answer.url.endswith(reverse("desk:seat"))):
        seat.get_by_role("button", name="a meal").press("Enter")
    expect(seat).not_to_have_attribute("open", "")
    expect(seat.locator("summary")).to_be_focused()
    expect(seat).to_contain_text("on a break")


def test_nothing_changes_under_a_finger_that_is_down(desk, exchange, town):
    ring(exchange, "c1")
    desk.goto(reverse("desk:calls"))
    desk.locator("details.call-spot summary").click()
    desk.locator("details.call-spot button").first.hover()
    desk.mouse.down()
    ring(exchange, "c2")
    looked(desk)
    with desk.expect_response(lambda answer: answer.url.endswith("/spot")):
        desk.mouse.up()
    expect(desk.locator(".call-ringing")).to_have_count(2)
    exchange.work()
    assert exchange.call("c1").on_the_spot


def test_a_ringing_call_never_takes_the_place_of_what_is_typed(desk, exchange, town, pothole_case):
    known_as(pothole_case.citizen, exchange)
    desk.goto(reverse("desk:enter"))
    words = desk.locator("#id_text")
    words.press_sequentially("Kaldırım çök")
    address = desk.url

    ring(exchange, "c1")
    looked(desk)
    bar = desk.locator("#calls .call-ringing")
    expect(bar).to_contain_text("Ali Demir")
    expect(words).to_be_focused()
    desk.keyboard.type("tü.")
    with desk.context.expect_page() as opening:
        bar.get_by_role("link", name="Take down the call").click()
    opening.value.wait_for_load_state()
    expect(opening.value.locator("#id_name")).to_have_value("Ali Demir")

    words.focus()
    ring(exchange, "c1", "c2")
    looked(desk)
    expect(bar).to_have_count(2)
    with desk.context.expect_page() as opening:
        desk.keyboard.press("Alt+2")
    opening.value.wait_for_load_state()
    expect(opening.value.locator("#id_phone")).to_have_value("0533 999 88 71")

    assert desk.url == address
    assert words.input_value() == "Kaldırım çöktü."
    assert len(desk.context.pages) == 3


def test_each_ringing_call_shows_keys_of_its_own(desk, exchange, town):
    ring(exchange, "c1", "c2", "c3")
    desk.goto(reverse("desk:calls"))
    expect(desk.locator(".call-ringing")).to_have_count(3)
    shown = [part.locator(".primary kbd").all_inner_texts() for part in desk.locator(".call-ringing").all()]
    assert shown == [["p t", "Alt 1"], ["q t", "Alt 2"], ["w t", "Alt 3"]]
    with desk.context.expect_page() as opening:
        desk.keyboard.press("w")
        desk.keyboard.press("t")
    opening.value.wait_for_load_state()
    expect(opening.value.locator("#id_phone")).to_have_value("0533 999 88 72")
    with desk.expect_response(lambda answer: answer.url.endswith("/spot")):
        desk.keyboard.press("q")
        desk.keyboard.press("1")
    exchange.work()
    assert [call.on_the_spot for call in Call.objects.order_by("call")] == [False, True, False]
