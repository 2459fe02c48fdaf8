"""What changes while a case or a list is open on a screen is heard: after a gap, and after looking away."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.desk.test_browser import beside_a_loop, chromium, place, seat
from tools import screenshots
from vefa.cases import lifecycle
from vefa.cases.models import Case
from vefa.dialogue import writing
from vefa.dialogue.writing import Words

__all__ = ["beside_a_loop", "chromium"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]
HELLO = "retry: 100\n\nid: a-1\nevent: hello\ndata: {}\n\n"
WORDS = "Ben baktım, ekip yolda."


@pytest.fixture
def open_case(
    chromium: Browser, live_server: Any, town, pothole_case: Case
) -> Callable[[Callable[[Route], None]], Page]:
    """The page of the case, whose stream is answered by the story."""

    def begin(answer: Callable[[Route], None]) -> Page:
        page = seat(chromium, live_server, town.derya, locale="en")
        page.route("**/live/desk", answer)
        page.goto(place(pothole_case))
        expect(page.locator("#around h2").first).to_be_visible()
        return page

    return begin


def said(case: Case, staff: Any) -> None:
    writing.write(case=case, words=Words(text=WORDS, language="tr"), by=staff, now=timezone.now())


def test_what_was_told_while_the_server_began_anew_is_not_missed(open_case, town, pothole_case):
    asked: list[Route] = []

    def answer(route: Route) -> None:
        asked.append(route)
        if len(asked) == 2:  # between two lives of the server
            route.fulfill(status=502)
        elif len(asked) in {1, 3}:
            route.fulfill(body=HELLO, content_type="text/event-stream")

    page = open_case(answer)
    while len(asked) < 2:
        page.wait_for_timeout(100)
    said(pothole_case, town.reza)
    expect(page.get_by_text(WORDS)).to_be_visible(timeout=15_000)
    expect(page.locator("[data-live-lost]")).to_be_hidden()
    page.context.close()


def test_a_page_that_comes_back_from_the_browsers_memory_listens_again(open_case, town, pothole_case):
    asked: list[Route] = []

    def answer(route: Route) -> None:
        asked.append(route)
        if len(asked) != 2:
            route.fulfill(body=HELLO, content_type="text/event-stream")

    page = open_case(answer)
    while len(asked) < 2:  # the stream ended, and stands open again
        page.wait_for_timeout(100)
    event = "new PageTransitionEvent('{}', {{persisted: true}})"
    page.evaluate(f"dispatchEvent({event.format('pagehide')})")
    said(pothole_case, town.reza)
    page.evaluate(f"dispatchEvent({event.format('pageshow')})")
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.context.close()


def test_what_came_while_somebody_was_in_the_conversation_comes_when_they_leave_it(
    open_case, town, pothole_case
):
    page = open_case(lambda route: route.fulfill(status=204))
    page.locator("#talk a").first.focus()
    said(pothole_case, town.reza)
    told = f"{{name: 'cases', data: {{cases: [{pothole_case.pk}]}}}}"
    page.evaluate(f"document.dispatchEvent(new CustomEvent('vefa:live', {{detail: {told}}}))")
    page.wait_for_timeout(400)
    assert page.get_by_text(WORDS).count() == 0
    page.locator("#answer").focus()
    expect(page.get_by_text(WORDS)).to_be_visible()
    expect(page.locator("#said")).to_have_text("Something new was said.")
    expect(page.locator("#answer")).to_be_focused()
    page.context.close()


def test_who_listens_at_the_door_is_told_that_the_sign_in_has_ended(open_case):
    page = open_case(lambda route: route.fulfill(status=401))
    page.route(
        f"**{reverse('desk:counts')}", lambda route: route.fulfill(status=302, headers={"Location": "/"})
    )
    expect(page.locator("[data-signed-out]")).to_be_visible(timeout=15_000)
    page.context.close()


def hears(page: Page, name: str, case: Case) -> None:
    told = f"{{name: '{name}', data: {{cases: [{case.pk}]}}}}"
    page.evaluate(f"document.dispatchEvent(new CustomEvent('vefa:live', {{detail: {told}}}))")


def test_who_has_the_case_open_hears_that_a_colleague_took_it_and_keeps_what_is_typed(
    open_case, town, pothole_case
):
    page = open_case(lambda route: route.fulfill(status=204))
    page.locator("#act-end > summary").click()
    page.locator("#end_reason").fill("Çukur bugün")
    page.locator("#answer").focus()
    said(pothole_case, town.reza)
    hears(page, "cases", pothole_case)
    expect(page.get_by_text(WORDS)).to_be_visible()
    expect(page.locator("#moved")).to_be_empty()

    lifecycle.take(case_id=pothole_case.pk, by=town.reza, now=timezone.now())
    hears(page, "cases", pothole_case)

    moved = page.locator("#moved[role=status]")
    expect(moved).to_contain_text(
        f"This case has changed meanwhile: being worked on, Roads, {town.reza.name}."
    )
    expect(moved).to_be_in_viewport()
    expect(page.locator("#answer")).to_be_focused()
    expect(page.locator("#end_reason")).to_have_value("Çukur bugün")
    moved.get_by_role("link").click()
    expect(page.locator(".case-what")).to_contain_text(town.reza.name)
    expect(page.locator("#end_reason")).to_have_value("Çukur bugün")
    page.context.close()


def test_a_list_that_missed_something_says_that_it_may_be_old(chromium, live_server, town, pothole_case):
    page = seat(chromium, live_server, town.derya, locale="en")
    page.route("**/live/desk", lambda route: route.fulfill(status=204))
    page.goto(reverse("desk:queue"))
    notice = page.locator("[data-live-notice]")
    expect(notice).to_be_hidden()

    hears(page, "resync", pothole_case)

    expect(notice).to_have_text("This list may be out of date. Show it anew")
    notice.get_by_role("link").click()
    expect(notice).to_be_hidden()
    page.context.close()
