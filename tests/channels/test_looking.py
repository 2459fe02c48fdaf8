"""The worker looks at the bot: what it sees, what it repairs, and what it leaves alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest

from tests.providers.telegram_bot_api import TelegramBotApi
from vefa.channels import administering, looking
from vefa.channels.accounts import adapter_of
from vefa.channels.administering import Act
from vefa.channels.manners import Subscriber
from vefa.channels.models import Endpoint, Subscription
from vefa.channels.registry import network_client
from vefa.channels.sealing import seal
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db
TOKEN = "700100:test-token"
SECRET = "first-secret"
DOOR = "http://testserver/hooks/telegram/city-bot"


@pytest.fixture
def provider():
    with TelegramBotApi.running(token=TOKEN) as bot:
        yield bot
        assert bot.faults == []


@pytest.fixture
def bot(town, provider) -> Endpoint:
    """The city's bot, whose provider shall push to us."""
    town.bot.settings = {"api_base": provider.base}
    town.bot.sealed = seal({"token": TOKEN, "secret": SECRET})
    town.bot.subscription = Subscription.ANEW
    town.bot.save()
    found: Endpoint = town.bot
    return found


@pytest.fixture
def look(bot: Endpoint, now: datetime) -> Callable[..., Endpoint]:
    """One look at a moment, as the worker does it."""

    def run(*, after: timedelta = timedelta()) -> Endpoint:
        moment = now + after
        taken = looking.take(bot.pk, now=moment)
        assert taken is not None
        with httpx.Client(timeout=2) as http:
            found = looking.look(taken, http)
        looking.keep(bot.pk, found, now=moment)
        bot.refresh_from_db()
        return bot

    return run


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_the_first_look_tells_the_provider_where_to_push(look, provider):
    bot = look()

    assert provider.webhook["url"] == DOOR
    assert provider.webhook["secret_token"] == SECRET
    assert bot.subscription == Subscription.KEEP
    seen = bot.health["look"]
    assert (seen["subscribed"], seen["whereto"], seen["bad_looks"]) == (True, "@pinarova_bot", 0)
    assert all(finding["ok"] for finding in seen["findings"])
    assert kinds() == ["endpoint.subscribed"]
    assert TOKEN not in str(bot.health)


def test_a_webhook_that_is_gone_is_repaired_within_the_hour(look, provider, now):
    look()
    provider.webhook = {}  # somebody removed it, or another program took it

    bot = look(after=timedelta(hours=1, seconds=1))

    assert provider.webhook["url"] == DOOR
    assert bot.health["look"]["repaired_at"] == (now + timedelta(hours=1, seconds=1)).isoformat()
    assert bot.health["look"]["bad_looks"] == 0
    assert kinds() == ["endpoint.subscribed", "endpoint.repaired"]


def test_a_webhook_that_stands_is_left_alone(look, provider):
    look()
    provider.calls.clear()
    look(after=timedelta(hours=2))

    assert "setWebhook" not in provider.calls
    assert kinds() == ["endpoint.subscribed"]


def test_a_webhook_that_points_elsewhere_is_pointed_back(look, provider):
    look()
    provider.webhook = {**provider.webhook, "url": "https://elsewhere.example/hook"}
    look(after=timedelta(hours=2))
    assert provider.webhook["url"] == DOOR


def test_who_fetches_is_never_subscribed(look, provider, bot):
    Endpoint.objects.filter(pk=bot.pk).update(settings={**bot.settings, "polling": "yes"})
    bot = look()
    assert provider.webhook == {}
    assert bot.health["look"]["subscribed"] is None


def test_an_account_that_nobody_subscribed_is_not_subscribed_by_itself(look, provider, bot):
    Endpoint.objects.filter(pk=bot.pk).update(subscription="")
    bot = look()
    assert provider.webhook == {}
    assert (bot.subscription, bot.health["look"]["subscribed"]) == ("", False)


def test_one_that_was_subscribed_by_command_is_kept_from_now_on(look, provider, bot):
    Endpoint.objects.filter(pk=bot.pk).update(subscription="")
    adapter = adapter_of(bot, network_client(), country="TR")
    assert isinstance(adapter, Subscriber)
    adapter.subscribe(DOOR, secret=SECRET)
    assert look().subscription == Subscription.KEEP
    assert kinds() == []


def test_a_retired_account_is_unsubscribed(look, provider, bot, now):
    look()
    administering.retire(bot.pk, Act("staff:1", now))
    assert bot.pk in looking.due(now=now)

    look(after=timedelta(seconds=5))

    assert provider.webhook == {}
    assert bot.subscription == ""
    assert bot.pk not in looking.due(now=now + timedelta(days=1))


def test_a_dead_token_is_found_twice_before_it_counts(look, provider, bot, now):
    look()
    Endpoint.objects.filter(pk=bot.pk).update(sealed=seal({"token": "1:dead", "secret": SECRET}))
    first = look(after=timedelta(hours=2)).health["look"]
    assert first["bad_looks"] == 1

    soon = now + timedelta(hours=2, minutes=2, seconds=1)
    assert bot.pk in looking.due(now=soon)
    second = look(after=timedelta(hours=2, minutes=2, seconds=1)).health["look"]

    assert second["bad_looks"] == 2
    assert "1:dead" not in str(second)


def test_without_keys_nobody_is_asked(look, provider, bot):
    Endpoint.objects.filter(pk=bot.pk).update(sealed=b"")
    bot = look()
    assert provider.calls == []
    assert "token" in bot.health["look"]["findings"][0]["text"]


def test_secrets_that_cannot_be_opened_are_said_so(look, provider, bot):
    Endpoint.objects.filter(pk=bot.pk).update(sealed=b"sealed with another key")
    assert look().health["look"]["locked"] is True
    assert provider.calls == []


def test_a_silent_provider_costs_one_look_only_its_own_time(look, provider, bot):
    provider.misbehave("silence", method="getWebhookInfo")
    Endpoint.objects.filter(pk=bot.pk).update(subscription=Subscription.KEEP)
    seen = look().health["look"]
    assert seen["why_not"]
    assert seen["bad_looks"] == 1


def test_of_two_workers_one_looks(bot, now):
    assert looking.take(bot.pk, now=now) is not None
    assert looking.take(bot.pk, now=now) is None


def test_when_an_account_is_looked_at_again(bot, now):
    at = now + timedelta(minutes=30)
    Endpoint.objects.filter(pk=bot.pk).update(looked_at=now)
    Endpoint.objects.exclude(pk=bot.pk).update(looked_at=at)
    assert looking.due(now=at) == []
    assert looking.due(now=now + timedelta(hours=1, seconds=1)) == [bot.pk]

    Endpoint.objects.filter(pk=bot.pk).update(alarmed_at=now)
    assert looking.due(now=now + timedelta(minutes=9)) == []
    assert looking.due(now=now + timedelta(minutes=11)) == [bot.pk]

    looking.ask_for_look([bot.pk])
    assert looking.due(now=now) == [bot.pk]


def test_a_wish_that_came_during_the_look_is_not_lost(bot, now):
    taken = looking.take(bot.pk, now=now)
    assert taken is not None
    with httpx.Client(timeout=2) as http:
        found = looking.look(taken, http)
    administering.retire(bot.pk, Act("staff:1", now))

    looking.keep(bot.pk, found, now=now)

    bot.refresh_from_db()
    assert bot.subscription == Subscription.OFF


def test_a_new_secret_reaches_the_provider(look, provider, bot, now):
    look()
    bot.refresh_from_db()
    fresh = administering.rotate(bot.pk, seal_of=administering.fingerprint(bot), act=Act("staff:1", now))
    look(after=timedelta(seconds=5))
    assert provider.webhook["secret_token"] == fresh
