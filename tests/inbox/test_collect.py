"""Bots and mailboxes that are asked: kept first, forgotten at the provider only then, by one worker."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from django.db import connection

from tests.providers.asterisk_manager import AsteriskManager
from tests.providers.telegram_bot_api import TelegramBotApi, message
from tests.wiring.machine import eventually
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.inbox import collect
from vefa.inbox.models import Contact
from vefa.wiring.work import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider():
    with TelegramBotApi.running() as running:
        yield running


@pytest.fixture
def bot(town, provider, monkeypatch):
    monkeypatch.setattr(collect, "WAIT_S", 1.0)
    facts = {"api_base": provider.base, "polling": "yes"}
    Endpoint.objects.filter(id=town.bot.id).update(settings=facts, sealed=seal({"token": provider.token}))
    return town.bot


@pytest.fixture
def collecting(bot):
    """Two workers' threads that collect the bot while the test runs."""
    with collected(bot.id, threads=2) as threads:
        yield threads


@contextmanager
def collected(endpoint_id: int, *, threads: int = 1) -> Iterator[list[threading.Thread]]:
    stop, http = threading.Event(), httpx.Client(timeout=5)
    facts = {"http": http, "clock": clock, "stop": stop}
    running = [
        threading.Thread(target=collect.keep_collecting, args=[endpoint_id], kwargs=facts)
        for _ in range(threads)
    ]
    for thread in running:
        thread.start()
    try:
        yield running
    finally:
        stop.set()
        for thread in running:
            thread.join(20)
        http.close()
    assert not any(thread.is_alive() for thread in running)


def cut_every_connection() -> None:
    """What the others feel when the database is killed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_what_waits_at_the_provider_is_kept_once_and_then_forgotten_there(bot, provider, collecting):
    provider.updates.extend(message(number, "Çukur var") for number in range(7, 10))

    eventually(lambda: Contact.objects.count() == 3)
    eventually(lambda: not provider.updates)
    provider.updates.append(message(7, "Hâlâ var"))
    eventually(lambda: Contact.objects.count() == 4)
    assert Endpoint.objects.get(id=bot.id).cursor["at"].isdecimal()


def test_a_provider_in_trouble_is_shown_and_asked_again(bot, provider, collecting):
    provider.misbehave("500", times=2, method="getUpdates")
    eventually(lambda: Endpoint.objects.get(id=bot.id).trouble)

    provider.updates.append(message(7, "Çukur var"))
    eventually(Contact.objects.exists)
    eventually(lambda: not Endpoint.objects.get(id=bot.id).trouble)


def test_an_endpoint_that_is_switched_off_is_left_alone(bot, provider, collecting):
    assert collect.endpoints_to_collect() == [bot.id, Endpoint.objects.get(key="letters").id]
    Endpoint.objects.filter(id=bot.id).update(active=False)

    eventually(lambda: not any(thread.is_alive() for thread in collecting))
    assert bot.id not in collect.endpoints_to_collect()


def test_a_cut_connection_does_not_end_the_collecting(bot, provider, collecting):
    provider.updates.append(message(7, "Çukur var"))
    eventually(Contact.objects.exists)
    cut_every_connection()

    provider.updates.append(message(7, "Hâlâ var"))
    eventually(lambda: Contact.objects.count() == 2)


def test_a_port_that_is_none_is_told_on_the_account_and_ends_no_collecting(town):
    settings = {"address": "city@p.example", "imap_host": "127.0.0.1", "imap_port": "abc"}
    mailbox = Endpoint.objects.filter(key="letters")
    mailbox.update(settings=settings)
    with collected(mailbox.get().pk) as (thread,):
        eventually(lambda: "the port is no number from 1 to 65535" in mailbox.get().trouble)
        assert thread.is_alive()


def test_what_an_exchange_said_while_the_database_was_away_is_kept(town, monkeypatch):
    monkeypatch.setattr(collect, "HOLD_S", 0.05)
    with AsteriskManager.running() as manager:
        settings = {"hosts": manager.place, "username": manager.username}
        exchange = Endpoint.objects.create(
            key="pbx", channel="asterisk", language="tr", settings=settings,
            sealed=seal({"password": manager.password}),
        )  # fmt: skip

        def says(event: str, **facts: str) -> list[float]:
            own = {"Uniqueid": "1.1", "Linkedid": "1.1", "CallerIDNum": "05321112233"}
            return manager.tell(event, **own, **facts)

        with collected(exchange.pk):
            eventually(lambda: says("Newchannel", Exten="02325550137"))
            eventually(Contact.objects.exists)
            cut_every_connection()
            assert len(says("QueueCallerJoin", Queue="hotline")) == 1
            assert len(says("Hangup", Cause="16")) == 1

            names = Contact.objects.order_by("id").values_list("external_id", flat=True)
            eventually(lambda: [*names.all()] == ["1.1:began", "1.1:queued:hotline", "1.1:ended"])
        assert manager.connections == 1
