"""Accounts of X come to a door and leave it, each for itself."""

from contextlib import suppress

import pytest

from tests.channels.x.apps import URL, adapter, mayor, x
from tests.providers.x_api import MAYOR, OWN
from vefa.channels.port import RejectedError

__all__ = ["x"]


def test_the_door_is_registered_once_and_the_account_subscribed(x):
    account = adapter(x)
    assert not account.subscribed(URL)
    account.subscribe(URL, secret="")
    account.subscribe(URL, secret="")

    assert account.subscribed(URL)
    assert [hook["url"] for hook in x.hooks.values()] == [URL]
    account.unsubscribe()
    assert not account.subscribed(URL)


def test_an_account_that_leaves_takes_no_other_accounts_webhook_along(x):
    other = "https://pinarova.example.org/hooks/x/mayor"
    city, her = adapter(x), mayor(x, url=other, door="")
    for account, url in ((city, URL), (her, other)):
        account.subscribe(url, secret="")
    city.unsubscribe()

    assert [hook["url"] for hook in x.hooks.values()] == [other]
    assert her.subscribed(other)
    assert not city.subscribed(URL)
    city.unsubscribe()  # twice is once


def test_two_accounts_share_a_door_and_each_comes_and_goes_for_itself(x):
    city, her = adapter(x), mayor(x)
    city.subscribe(URL, secret="")
    assert not her.subscribed(URL)
    her.subscribe(URL, secret="")
    assert [hook["url"] for hook in x.hooks.values()] == [URL]
    assert city.subscribed(URL)
    assert her.subscribed(URL)
    her.unsubscribe()

    assert city.subscribed(URL)
    assert not her.subscribed(URL)
    assert her.whereto() == "@PinarovaBaskan"


def test_an_account_takes_only_its_own_events_away(x):
    x.may_subscribe = False
    with suppress(RejectedError):
        adapter(x).subscribe(URL, secret="")
    (number,) = x.hooks
    x.activity = [
        {
            "event_type": kind,
            "webhook_id": number,
            "filter": {"user_id": own},
            "subscription_id": f"{own}-{kind}",
        }
        for own in (OWN, MAYOR)
        for kind in ("post.mention.create", "dm.received")
    ]
    assert mayor(x).subscribed(URL)
    mayor(x).unsubscribe()
    assert not mayor(x).subscribed(URL)
    assert adapter(x).subscribed(URL)


def test_a_door_that_x_gave_up_on_is_woken(x):
    account = adapter(x)
    account.subscribe(URL, secret="")
    (hook,) = x.hooks.values()
    hook["valid"] = False
    assert not account.subscribed(URL)
    account.subscribe(URL, secret="")
    assert account.subscribed(URL)


def test_a_plan_without_subscriptions_says_what_a_person_must_do_and_knows_when_it_is_done(x):
    x.may_subscribe = False
    account = adapter(x)
    with pytest.raises(RejectedError) as caught:
        account.subscribe(URL, secret="")
    (number,) = x.hooks
    assert number in caught.value.reason
    assert "post.mention.create" in caught.value.reason

    x.activity = [
        {"event_type": kind, "webhook_id": number} for kind in ("post.mention.create", "dm.received")
    ]
    assert account.subscribed(URL)
    account.subscribe(URL, secret="")  # nothing more to do
