"""Several groups of one bot behind its one door: each gets its own, and strangers' talk is not kept."""

import asyncio
import json

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from tests.web.hooks.test_receive import Request, knock
from vefa.channels.models import Endpoint
from vefa.channels.port import Arrival
from vefa.channels.sealing import seal
from vefa.channels.sharing import Shared
from vefa.channels.telegram.adapter import _catch
from vefa.inbox import collect
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)
STREET, SQUARE, STRANGE = -100_500, -100_600, -100_700


@pytest.fixture
def groups(town):
    Endpoint.objects.filter(id=town.bot.id).update(sealed=seal({"token": "1:a", "secret": "right"}))
    for key, chat in (("street", STREET), ("square", SQUARE)):
        Endpoint.objects.create(
            key=key, channel="telegram_group", settings={"door": "city-bot", "chat_id": str(chat)}
        )
    return town


def said(number, chat, **more):
    kind = "private" if chat > 0 else "supergroup"
    author = {"id": 77, "is_bot": False, "first_name": "Aylin"}
    body = {"message_id": number, "date": 1_770_000_000, "chat": {"id": chat, "type": kind}, "from": author}
    return json.dumps({"update_id": number, "message": {**body, "text": "Çukur var", **more}}).encode()


def joined(number, chat):
    change = {
        "chat": {"id": chat, "type": "supergroup", "title": "Kuğulu Apartmanı"},
        "from": {"id": 77, "is_bot": False, "first_name": "Aylin"},
        "date": 1_770_000_000,
        "new_chat_member": {"status": "member"},
    }
    return json.dumps({"update_id": number, "my_chat_member": change}).encode()


def kept():
    rows = Contact.objects.order_by("endpoint__key", "external_id")
    return [(row.endpoint.key, row.external_id) for row in rows.select_related("endpoint")]


def test_each_message_goes_to_the_endpoint_of_its_chat(groups):
    bodies = said(1, 77), said(2, STREET), said(3, SQUARE), said(4, STREET)
    knocked = knock(*(Request(body) for body in bodies))

    assert {request.status for request in knocked} == {200}
    assert kept() == [("city-bot", "1"), ("square", "3"), ("street", "2"), ("street", "4")]


def test_a_strange_group_is_told_of_and_its_talk_is_not_kept(groups):
    knocked = knock(Request(said(1, STRANGE)), Request(joined(2, STRANGE)), Request(said(3, STRANGE)))

    assert {request.status for request in knocked} == {200}
    assert kept() == [("city-bot", "2")]


def test_a_strange_group_that_talks_much_is_asked_for_once(groups):
    made = []

    def count(**_):
        made.append(1)

    class Many(Request):
        async def knock(self):
            await Request(said(1, STREET)).knock()
            made.clear()
            await asyncio.gather(*(Request(said(number, STRANGE)).knock() for number in range(2, 42)))
            return await super().knock()

    connection_created.connect(count)
    try:
        knock(Many(said(42, STREET)))
    finally:
        connection_created.disconnect(count)

    assert len(made) < 4  # of forty that knock at once; one may be that of the bell, or of a door grown old
    assert kept() == [("street", "1"), ("street", "42")]


@pytest.mark.parametrize("end", [{"active": False}, {"retired_at": "2026-03-29T02:00Z"}])
def test_a_group_that_was_switched_off_is_a_strange_one(groups, end):
    Endpoint.objects.filter(key="street").update(**end)
    knock(Request(said(1, STREET)), Request(said(2, SQUARE)))

    assert kept() == [("square", "2")]


def switch_on() -> None:
    """In a thread of its own, which keeps no connection."""
    try:
        Endpoint.objects.filter(key="street").update(active=True)
    finally:
        connection.close()


def test_a_group_that_is_added_while_the_door_is_open_is_met_at_once(groups):
    Endpoint.objects.filter(key="street").update(active=False)

    class Later(Request):
        async def knock(self):
            await Request(said(1, SQUARE)).knock()
            await asyncio.to_thread(switch_on)
            return await super().knock()

    knock(Later(said(2, STREET)))
    assert kept() == [("square", "1"), ("street", "2")]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_group_that_moves_keeps_its_endpoint_and_loses_no_word(groups, order):
    new = -1_009_999
    tellings = {
        1: said(1, STREET, text="", migrate_to_chat_id=new),
        2: said(2, new, text="", migrate_from_chat_id=STREET),
    }

    class InTurn(Request):
        async def knock(self):
            for number in order:
                await Request(tellings[number]).knock()
            return await super().knock()

    knock(InTurn(said(3, new)))

    assert Endpoint.objects.get(key="street").settings["chat_id"] == str(new)
    assert kept() == [("street", "1"), ("street", "2"), ("street", "3")]


def test_nobody_moves_an_account_that_is_not_behind_the_door(groups):
    Endpoint.objects.filter(key="street").update(settings={"door": "another", "chat_id": str(STREET)})
    knock(Request(said(1, STREET, migrate_to_chat_id=-5)), Request(said(2, STREET)))

    assert Endpoint.objects.get(key="street").settings["chat_id"] == str(STREET)
    assert not Contact.objects.exists()


def test_an_endpoint_behind_a_door_has_none_of_its_own(groups):
    Endpoint.objects.filter(key="street").update(sealed=seal({"secret": "right"}))

    assert knock(Request(said(1, STREET), path="/hooks/telegram_group/street"))[0].status == 404


def test_what_a_bot_fetches_itself_is_shared_out_too(groups, now):
    bot = Endpoint.objects.get(id=groups.bot.id)
    raws = [said(1, STREET), said(2, STRANGE), joined(3, STRANGE), said(4, 77)]
    catch, _taken = _catch(raws, "")

    collect.keep(bot, catch, now=now)

    assert kept() == [("city-bot", "3"), ("city-bot", "4"), ("street", "1")]
    assert catch.cursor == "5"


def test_an_account_that_must_not_be_lost_comes_to_the_door_s_own_endpoint():
    known = Shared(1, {"+1": 2})

    assert known.meant(Arrival("a", "", b"", account="+1")) == 2
    assert known.meant(Arrival("a", "", b"", account="+9")) == 1
    assert known.meant(Arrival("a", "", b"", account="+9", strict=True)) is None
    assert known.meant(Arrival("a", "", b"")) == 1
