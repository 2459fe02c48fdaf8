"""The doors that a process knows: looked up in one go, each of them true within seconds."""

import asyncio

import pytest
from django.db import connection

from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.web.hooks.lookup import FRESH_S, STALE_S, Doors

pytestmark = pytest.mark.django_db(transaction=True)
WHATSAPP, BOT = "water-works", "city-bot"


@pytest.fixture
def two(town):
    Endpoint.objects.filter(id=town.bot.id).update(sealed=seal({"token": "1:a", "secret": "right"}))
    settings = {"phone_number_id": "555", "waba_id": "9"}
    Endpoint.objects.create(
        key=WHATSAPP, channel="whatsapp", settings=settings, sealed=seal({"secret": "app"})
    )


def aside(act, **facts):
    """In a thread of its own, which keeps no connection."""

    def run():
        try:
            return act(**facts)
        finally:
            connection.close()

    return asyncio.to_thread(run)


def change(**facts):
    return aside(Endpoint.objects.filter(key=WHATSAPP).update, **facts)


async def known():
    """Both doors, knocked at a while ago."""
    doors = Doors()
    for key in (BOT, WHATSAPP):
        await doors.find(key)
        assert doors.fresh(key) is not None
    age(doors)
    return doors


def age(doors, *, seconds=FRESH_S + 0.1):
    for seen in doors._seen.values():
        seen.at -= seconds


async def renew(doors, key):
    """Ask for a door and wait until nothing is looked up any more; the door as it was served meanwhile."""
    served = await doors.find(key)
    await asyncio.gather(*doors._asking.values(), return_exceptions=True)
    return served


def test_doors_in_use_are_looked_up_together(two):
    async def run():
        doors = await known()
        before = doors._seen[WHATSAPP].door
        served = await renew(doors, BOT)
        return served, before, doors.fresh(WHATSAPP), doors.fresh(BOT)

    served, before, beside, own = asyncio.run(run())
    assert served is not None
    assert beside is before
    assert own is not None


def test_a_door_at_which_nobody_knocks_is_left_alone(two):
    async def run():
        doors = await known()
        await renew(doors, BOT)
        age(doors)
        assert doors.fresh(BOT) is None
        await renew(doors, BOT)
        return doors.fresh(WHATSAPP), doors.fresh(BOT)

    idle, own = asyncio.run(run())
    assert idle is None
    assert own is not None


def test_a_changed_door_is_not_taken_for_fresh(two):
    async def run():
        doors = await known()
        await change(sealed=seal({"secret": "new"}))
        await renew(doors, BOT)
        unproven = doors.fresh(WHATSAPP)
        await renew(doors, WHATSAPP)
        return unproven, doors.fresh(WHATSAPP)

    unproven, renewed = asyncio.run(run())
    assert unproven is None
    assert renewed.secrets == ("new",)


def test_an_account_that_comes_behind_a_door_changes_it(two):
    async def run():
        doors = await known()
        second = {"door": WHATSAPP, "phone_number_id": "556"}
        row = await aside(Endpoint.objects.create, key="parks", channel="whatsapp", settings=second)
        await renew(doors, BOT)
        await renew(doors, WHATSAPP)
        return row.pk, doors.fresh(WHATSAPP).shared.accounts

    pk, accounts = asyncio.run(run())
    assert accounts["556"] == pk
    assert set(accounts) == {"555", "556"}


def test_one_that_cannot_be_opened_troubles_no_other(two):
    async def run():
        doors = await known()
        await change(sealed=b"from another house")
        await renew(doors, BOT)
        return doors.fresh(BOT), doors.fresh(WHATSAPP)

    own, locked = asyncio.run(run())
    assert own is not None
    assert locked is None


def test_a_retired_door_is_gone_although_others_are_looked_up(two):
    async def run():
        doors = await known()
        await change(active=False)
        await renew(doors, BOT)
        await renew(doors, WHATSAPP)
        return doors.fresh(WHATSAPP), await doors.find(WHATSAPP), doors.fresh(BOT)

    assert asyncio.run(run())[:2] == (None, None)


def test_a_very_old_door_waits_for_the_truth(two):
    async def run():
        doors = await known()
        age(doors, seconds=STALE_S)
        await change(sealed=seal({"secret": "new"}))
        return await doors.find(WHATSAPP)

    assert asyncio.run(run()).secrets == ("new",)
