"""A worker looks at every account at once: one whose provider hangs holds up nobody else's look."""

import threading
import time
from collections.abc import Callable

import pytest

from tests.providers.telegram_bot_api import TelegramBotApi
from vefa.channels.models import Endpoint, Subscription
from vefa.channels.sealing import seal
from vefa.wiring.work import Worker

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "700100:test-token"


def bot(key: str, provider: TelegramBotApi) -> Endpoint:
    return Endpoint.objects.create(
        key=key,
        channel="telegram",
        language="tr",
        settings={"api_base": provider.base},
        sealed=seal({"token": TOKEN, "secret": "a-secret"}),
        subscription=Subscription.ANEW,
    )


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def seen(endpoint: Endpoint) -> bool:
    endpoint.refresh_from_db()
    return "measured" in endpoint.health


def test_a_provider_that_hangs_holds_up_nobody_else(town):
    Endpoint.objects.update(active=False)
    worker = Worker(threading.Event())
    with TelegramBotApi.running(token=TOKEN) as slow, TelegramBotApi.running(token=TOKEN) as quick:
        slow.misbehave("slow", method="setWebhook", delay_s=60)  # until it is let go below
        hanging, working = bot("slow", slow), bot("quick", quick)

        worker._look_crew()

        assert until(lambda: seen(working))
        assert not seen(hanging)
        assert quick.webhook["url"].endswith("/hooks/telegram/quick")
        worker._look_crew()  # it is being looked at: no second thread
        slow.stopping.set()
        worker.lookers.join(60)
        assert until(lambda: seen(hanging))
        assert slow.calls.count("setWebhook") == 1
    worker.http.close()
