"""Ayşe adds the city's bot in the browser, writes to it, rotates its secret, and nothing is lost."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import clock
from tests.providers.telegram_bot_api import TelegramBotApi, message
from tests.web.barriers import grave
from tests.web.desk.seat import seated
from tests.web.hooks.test_receive import Request, knock
from tools import screenshots
from vefa.cases.models import Case
from vefa.channels import looking
from vefa.channels.models import Endpoint
from vefa.channels.templates import APPROVED
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)
browser = pytest.mark.skipif(
    screenshots.chromium_path() is None, reason="no Chromium: apt-get install chromium"
)
TOKEN = "700100:a-token-for-tests"


@pytest.fixture
def provider(settings) -> Iterator[TelegramBotApi]:
    settings.UNDO_S = 0
    settings.SECOND_FACTOR = False
    with TelegramBotApi.running(token=TOKEN) as running:
        yield running
        assert running.faults == []


def look() -> None:
    """What the worker does every five seconds."""
    for endpoint_id in looking.due(now=clock()):
        taken = looking.take(endpoint_id, now=clock())
        if taken is not None and taken.channel == "telegram" and taken.sealed:
            with looking.client() as http:
                looking.keep(endpoint_id, looking.look(taken, http), now=clock())


def push(provider: TelegramBotApi, text: str, *, secret: str | None = None) -> int:
    """Telegram knocks at the door that it was told of; in a thread, as a browser holds this one."""
    body = json.dumps(message(7, text)).encode()
    path = "/" + provider.webhook["url"].split("/", 3)[3]
    proof = provider.webhook["secret_token"] if secret is None else secret

    def run() -> int:
        try:
            (done,) = knock(Request(body, path=path, secret=proof))
            return int(done.status)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as one:
        return one.submit(run).result()


def test_a_secret_is_rotated_without_losing_a_message(town, provider):
    ayse = seated(town.ayse)
    data = {
        "key": "sehir-bot", "field-token": TOKEN, "field-api_base": provider.base, "owner": "institution",
        "language": "tr",
    }  # fmt: skip
    ayse.post(reverse("desk:endpoint-add", args=["telegram"]), data)
    bot = Endpoint.objects.get(key="sehir-bot")
    look()
    old = provider.webhook["secret_token"]
    assert push(provider, "bir") == 200

    page = ayse.get(reverse("desk:endpoint", args=[bot.pk])).content.decode()
    found = re.search(r'name="seal" value="([^"]+)"', page)
    assert found is not None
    ayse.post(reverse("desk:endpoint-act", args=[bot.pk, "rotate"]), {"seal": found[1]})
    assert push(provider, "iki", secret=old) == 200  # Telegram does not know the new one yet
    look()
    new = provider.webhook["secret_token"]
    assert new != old
    assert push(provider, "üç") == 200
    assert push(provider, "dört", secret=old) == 200  # a late one, on its way with the old one

    ayse.post(reverse("desk:endpoint-act", args=[bot.pk, "end-old"]))
    assert push(provider, "beş", secret=old) == 401
    assert push(provider, "altı") == 200
    assert Contact.objects.filter(endpoint=bot).count() == 5


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Playwright keeps an event loop in this thread, which Django would take for a mistake of ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        with screenshots.browser() as opened:
            yield opened


def seat(chromium: Browser, live_server: Any, staff: Any, **options: Any) -> Page:
    """A page in which this person has signed in and reads English."""
    room = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url, **options)
    key = seated(staff).cookies["vefa"].value
    room.add_cookies(
        [
            {"name": configured.SESSION_COOKIE_NAME, "value": key, "url": live_server.url},
            {"name": configured.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url},
        ]
    )
    return room.new_page()


def add_bot(page: Page, provider: TelegramBotApi) -> None:
    """From the list of accounts to the page of a new one, by keyboard where there is something to type."""
    page.goto(reverse("desk:endpoints"))
    page.get_by_role("link", name="Add an account").click()
    page.get_by_role("link", name="Telegram", exact=True).click()
    page.get_by_label("Short name").fill("sehir-bot")
    page.get_by_label("Short name").press("Tab")
    page.keyboard.type(TOKEN)
    page.get_by_label("Another server").fill(provider.base)
    page.get_by_label("Name in Turkish").fill("Şehir botu")
    page.get_by_role("button", name="Add the account").press("Enter")
    page.wait_for_url("**/desk/endpoints/*")


@pytest.mark.browser
@browser
def test_a_bot_is_added_in_the_browser_and_its_first_message_arrives(
    chromium, live_server, town, provider, worker
):
    page = seat(chromium, live_server, town.ayse)
    add_bot(page, provider)
    expect(page.locator("#standing")).to_contain_text("being set up")
    look()
    expect(page.locator("#standing")).to_contain_text("works", timeout=15_000)

    page.get_by_role("link", name="Try it").click()
    expect(page.locator("main")).to_contain_text("@pinarova_bot")
    page.get_by_role("link", name="I am writing now").click()
    expect(page.locator("#news")).to_contain_text("We are waiting")
    assert push(provider, "Çarşı'da yolda büyük bir çukur var") == 200
    worker.work()
    expect(page.locator("#news")).to_contain_text("It arrived.", timeout=15_000)
    expect(page.locator("#news")).to_contain_text("büyük bir çukur")

    assert Case.objects.get().title
    page.reload()
    assert page.locator("#to").input_value() == "7"
    page.get_by_role("button", name="Send a trial message").click()
    worker.work()
    expect(page.locator("#news")).to_contain_text("sent", timeout=15_000)
    assert "deneme" in provider.texts_to(7)[-1]
    page.context.close()


@pytest.mark.browser
@browser
def test_a_bot_is_added_and_tried_without_scripts(chromium, live_server, town, provider, worker):
    page = seat(chromium, live_server, town.ayse, java_script_enabled=False)
    add_bot(page, provider)
    look()
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("#standing")).to_contain_text("works")
    page.get_by_role("link", name="Try it").click()
    page.get_by_role("link", name="I am writing now").click()
    push(provider, "Merhaba")
    worker.work()
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("#news")).to_contain_text("Merhaba")
    page.context.close()


@pytest.mark.browser
@browser
@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_pages_of_accounts_shut_nobody_out_and_fit_a_small_telephone(
    chromium, live_server, town, language
):
    now = clock()
    trouble = {"silent": {"since": now.isoformat(), "about": {"since": now.isoformat(), "usual": "12"}}}
    seen = {"findings": [{"ok": False, "text": "No webhook is set."}], "at": now.isoformat()}
    Endpoint.objects.filter(pk=town.bot.pk).update(
        alarmed_at=now, looked_at=now, opening_hours={"0": [["08:30", "17:30"]]},
        health={"troubles": trouble, "look": seen},
    )  # fmt: skip
    town.bot.templates.create(name="hazir", language="tr", status=APPROVED, text="Sayın {{1}}", seen_at=now)
    names = ["endpoint", "endpoint-particulars", "endpoint-settings", "endpoint-hours", "endpoint-try"]
    places = [reverse(f"desk:{name}", args=[town.bot.pk]) for name in names]
    places += [reverse("desk:endpoints"), reverse("desk:endpoint-new")]
    places += [reverse("desk:endpoint-add", args=[channel]) for channel in ("telegram", "email", "whatsapp")]
    page = seat(chromium, live_server, town.ayse)
    page.context.add_cookies(
        [{"name": configured.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
    )
    for place in places:
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(place)
            assert grave(page) == [], (place, width)
            too_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not too_wide, (place, width)
    page.context.close()
