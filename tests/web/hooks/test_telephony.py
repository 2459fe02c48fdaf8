"""An exchange at the door: Zammad's address and ours, each step once, whatever is forged refused."""

import asyncio
import json

import pytest
from django.db import connection

from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.inbox.models import Contact
from vefa.web.hooks import receive as hooks
from vefa.web.hooks import zammad

pytestmark = pytest.mark.django_db(transaction=True)
RING = b"event=newCall&from=905321112233&to=902325550137&direction=in&callId=307fa962&user[]=Derya"
OURS, THEIRS = "/hooks/telephony/exchange", "/api/v1/cti/exchange"


@pytest.fixture(autouse=True)
def exchange(town):
    return Endpoint.objects.create(
        id=1100,
        key="exchange",
        channel="telephony",
        names={},
        sealed=seal({"secret": "word", "old_secret": "old"}),
    )


class Knock:
    """One request as a server hands it over."""

    def __init__(self, body=RING, *, path=OURS, query="token=word", method="POST", headers=()):
        scope = {
            "type": "http", "method": method, "path": path, "headers": list(headers),
            "query_string": query.encode(),
        }  # fmt: skip
        self.scope = zammad.as_hook(scope) if path.startswith(zammad.PATH) else scope
        self.body, self.status, self.answer, self.kind = body, 0, b"", ""

    async def receive(self):
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.kind = dict(message["headers"])[b"content-type"].decode()
        else:
            self.answer += message["body"]


def knock(*knocks):
    async def story():
        await hooks.open()
        try:
            for one in knocks:
                await hooks.receive(one.scope, one.receive, one.send)
        finally:
            await hooks.close()

    asyncio.run(story())
    connection.close()
    return [one.status for one in knocks]


def kept():
    return sorted(Contact.objects.values_list("external_id", flat=True))


def test_a_ring_is_kept_and_answered_as_zammads_clients_expect():
    one = Knock()
    assert knock(one) == [200]
    assert (one.answer, one.kind) == (b"{}", "application/json")
    assert kept() == ["307fa962:began"]


def test_zammads_own_address_leads_to_the_same_door():
    assert knock(Knock(path=f"{THEIRS}.word", query=""), Knock(path=f"{THEIRS}.old", query="")) == [200, 200]
    assert kept() == ["307fa962:began"]


def test_each_step_is_kept_once_in_any_order_and_form():
    steps = {"hangup": {"cause": "normalClearing"}, "answer": {"answeringNumber": "201"}, "newCall": {}}
    bodies = [
        json.dumps({"event": event, "callId": "x", "from": "1", "to": "2", **more}).encode()
        for event, more in steps.items()
    ]
    assert knock(*[Knock(body) for body in (*bodies, *bodies, *reversed(bodies))]) == [200] * 9
    assert kept() == ["x:answered:201", "x:began", "x:ended"]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        (OURS, "", 401), (OURS, "token=", 401), (OURS, "token=wrong", 401), (OURS, "token=Word", 401),
        (OURS, "token=wor", 401), (OURS, "token=word%00", 401), (OURS, "token=xord", 401),
        (f"{THEIRS}.wrong", "", 401), (THEIRS, "token=word", 401), (f"{THEIRS}.", "token=word", 401),
        ("/api/v1/cti/nobody.word", "", 404), ("/api/v1/cti/", "", 404),
        ("/api/v1/cti/city-bot.word", "", 404),
        ("/hooks/telephony/city-bot", "token=word", 404),
    ],
)  # fmt: skip
def test_who_does_not_prove_to_be_the_exchange_leaves_nothing(path, query, status):
    assert knock(Knock(path=path, query=query)) == [status]
    assert kept() == []


def test_without_a_secret_nothing_is_taken(exchange):
    Endpoint.objects.filter(pk=exchange.pk).update(sealed=seal({"secret": ""}))
    assert knock(Knock(query="token=")) == [503]
    assert kept() == []


@pytest.mark.parametrize("body", [b"", b"{", b"event=newCall", b"event=sung&callId=1", b"\xff"])
def test_what_cannot_be_read_is_told_at_once(body):
    assert knock(Knock(body)) == [400]
    assert kept() == []


def test_only_posts_are_taken():
    assert knock(Knock(method="GET"), Knock(method="PUT")) == [405, 405]
