"""The composer in a real browser: it counts as the channel does and is fit for everybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from tests.web.barriers import grave
from tests.web.desk.test_answering import approve, line, wrote_by
from tests.web.desk.test_browser import beside_a_loop, chromium, seat
from tools import screenshots
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.dialogue.models import Enclosure, Reply
from vefa.inbox.models import Conversation

__all__ = ["beside_a_loop", "chromium", "line", "wrote_by"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"),
]


@pytest.fixture
def insta(town) -> Endpoint:
    """An Instagram account, which counts bytes."""
    return Endpoint.objects.create(
        key="insta", channel="instagram", language="tr", names={"tr": "Instagram"},
        settings={"instagram_id": "1"}, sealed=seal({"token": "t", "secret": "s"}),
    )  # fmt: skip


def test_the_length_is_counted_as_the_channel_does_while_one_types(
    chromium: Browser, live_server: Any, town, insta, wrote_by
):
    page = seat(chromium, live_server, town.derya, locale="tr")
    case = wrote_by(insta, 2, space="instagram")
    page.goto(reverse("desk:case", args=[case.pk]))
    field = page.locator("#answer")
    field.press_sequentially("ağ")
    expect(page.locator("#answer-length")).to_have_text("1.000 baytın 3 kadarı")
    field.fill("ğ" * 501)
    expect(page.locator("#answer-length")).to_have_class("length over")


def test_an_approved_text_is_chosen_and_sent_by_keyboard(
    chromium: Browser, live_server: Any, town, line, wrote_by
):
    case = wrote_by(line, 30)
    text = approve(line)
    page = seat(chromium, live_server, town.derya, java_script_enabled=False)
    page.goto(reverse("desk:case", args=[case.pk]))
    page.locator(f'input[name="template"][value="{text.pk}"]').check()
    page.locator(f'input[name="gap-{text.pk}-1"]').fill(case.reference)
    page.locator(f'input[name="gap-{text.pk}-2"]').fill("hangi kapı?")
    page.locator(f'input[name="gap-{text.pk}-2"]').press("Enter")
    page.wait_for_load_state()
    assert Reply.objects.get(staff=town.derya).text == f"{case.reference} için: hangi kapı?"


def test_the_time_left_runs_on_while_the_page_stands_open(
    chromium: Browser, live_server: Any, town, line, wrote_by
):
    case = wrote_by(line, 2)
    page = seat(chromium, live_server, town.derya, locale="tr")
    page.clock.install(time=timezone.now())
    page.goto(reverse("desk:case", args=[case.pk]))
    shown = page.locator("[data-until]")
    expect(shown).to_contain_text("kaldı")
    page.clock.fast_forward(timedelta(hours=21).seconds * 1000)
    expect(shown).to_contain_text("dakika kaldı")
    page.clock.fast_forward(timedelta(hours=2).seconds * 1000)
    expect(shown).to_have_text("serbest yanıt süresi doldu")


def test_files_are_listed_with_their_size_and_one_can_be_taken_out_again(
    chromium: Browser, live_server: Any, town, wrote_by, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    case = wrote_by(town.bot, 2, space="telegram")
    page = seat(chromium, live_server, town.derya, locale="tr")
    page.goto(reverse("desk:case", args=[case.pk]))
    field, listed = page.locator("#answer-files"), page.locator(".enclosed li")
    expect(listed).to_have_count(0)
    for name in ("plan.pdf", "karar.pdf"):
        field.set_input_files({"name": name, "mimeType": "application/pdf", "buffer": b"%PDF" + b" " * 2996})
    expect(listed).to_have_count(2)
    expect(listed.first).to_contain_text("plan.pdf")
    expect(listed.first).to_contain_text("3 kB")
    page.get_by_role("button", name="plan.pdf dosyasını çıkar").press("Enter")
    expect(page.get_by_role("button", name="karar.pdf dosyasını çıkar")).to_be_focused()
    page.locator("#answer").fill("Karar ektedir.")
    page.locator('.composer [value="send"]').click()
    expect(page.locator(".message-files").last).to_contain_text("karar.pdf")
    assert [one.name for one in Enclosure.objects.all()] == ["karar.pdf"]


@pytest.mark.parametrize(("language", "width"), [("tr", 1280), ("fa", 360), ("ru", 360)])
def test_nobody_is_left_out_and_nothing_runs_over_the_edge(
    chromium: Browser, live_server: Any, town, line, wrote_by, language, width
):
    case = wrote_by(line, 30)
    approve(line)
    approve(line, name="done", text="{{reference}} готово: {{outcome}}", gaps=2, language="ru")
    page = seat(chromium, live_server, town.derya, locale=language)
    page.set_viewport_size({"width": width, "height": 900})
    for hours in (30, 2):
        Conversation.objects.update(last_contact_at=timezone.now() - timedelta(hours=hours))
        page.goto(reverse("desk:case", args=[case.pk]) + "?approved=1")
        for closed in page.locator("details.beside").all():
            closed.locator("summary").first.click()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        assert grave(page) == []


def test_who_does_not_see_the_page_hears_what_became_of_the_answer(
    chromium: Browser, live_server: Any, town, wrote_by
):
    case = wrote_by(town.bot, 2, space="telegram")
    page = seat(chromium, live_server, town.derya, locale="en")
    page.goto(reverse("desk:case", args=[case.pk]))
    page.locator('.composer [value="send"]').click()  # nothing was written
    expect(page.locator("[data-focus]")).to_be_focused()
    expect(page).to_have_title(f"Error: {case.reference} · {case.title}")
    page.locator("#answer").fill("Ekip yarın geliyor.")
    page.locator('.composer [value="send"]').click()
    expect(page.locator("#said")).to_contain_text("The answer leaves in")
    expect(page).to_have_title(f"{case.reference} · {case.title}")
    page.context.close()
