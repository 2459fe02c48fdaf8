"""At the doors of a page and an Instagram account: forgeries, repeats, any order."""

import json

import pytest

from tests.channels.forged import (
    NO_TIME,
    Forgery,
    Proof,
    answers,
    forgeries,
    knock,
    refused_at_the_door,
    refused_by,
    taken_by,
)
from tests.channels.meta.conftest import instagram_at, messenger_at
from tests.channels.trouble import orders
from tests.providers.meta_graph import MetaGraph, comment, instagram_comment, message, talk
from vefa.channels.graph.door import PROOF_HEADER, signature
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.channels.sealing import seal
from vefa.inbox.models import Contact

NOBODY = MetaGraph(base="http://127.0.0.1:9/v24.0")
ADAPTERS = {"messenger": messenger_at(NOBODY), "instagram": instagram_at(NOBODY)}


def signed(body: bytes, secret: str) -> Call:
    """The call as the provider makes it."""
    return Call(headers={PROOF_HEADER: signature(body, secret).decode()}, body=body)


def raw(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


PROOF = Proof(body=raw(message("9001", "Çöp alınmadı")), sign=signed, stale=NO_TIME, header=PROOF_HEADER)


@pytest.fixture(params=["messenger", "instagram"])
def endpoint(request, town) -> Endpoint:
    """An account of the city."""
    own = {"messenger": {"page_id": "1001"}, "instagram": {"instagram_id": "1784"}}[request.param]
    return Endpoint.objects.create(
        key="social", channel=request.param, language="tr", settings=own, sealed=seal({"verify_token": "hub"})
    )


@pytest.mark.parametrize("channel", ADAPTERS)
@pytest.mark.parametrize("forgery", forgeries(PROOF), ids=str)
def test_a_forged_call_is_refused(channel: str, forgery: Forgery):
    refused_by(ADAPTERS[channel], forgery)


@pytest.mark.parametrize("channel", ADAPTERS)
def test_the_honest_call_passes_while_the_secret_is_replaced(channel: str):
    taken_by(ADAPTERS[channel], PROOF)


@pytest.mark.django_db(transaction=True)
def test_the_door_refuses_every_forgery_and_keeps_nothing(endpoint):
    refused_at_the_door(endpoint, PROOF)


@pytest.mark.django_db(transaction=True)
def test_without_an_app_secret_nobody_is_greeted_or_heard(endpoint):
    hello = Call(headers={}, query="hub.mode=subscribe&hub.challenge=1&hub.verify_token=hub", method="GET")
    assert [status for status, _ in answers(endpoint, [hello, signed(PROOF.body, "")])] == [503, 503]


@pytest.mark.django_db(transaction=True)
def test_any_order_and_any_repeat_keeps_each_thing_once(endpoint):
    endpoint.sealed = seal({"secret": "s", "verify_token": "hub"})
    endpoint.save()
    account = "1784" if endpoint.channel == "instagram" else "1001"
    instagram = endpoint.channel == "instagram"
    say = comment if not instagram else instagram_comment
    things = [
        message("9001", "bir", mid="m_1", account=account, instagram=instagram, timestamp=1),
        message("9001", mid="m_1", is_deleted=True, account=account, instagram=instagram, timestamp=2),
        talk("9001", read={"watermark": 5, "mid": "m_0"}, account=account, instagram=instagram, timestamp=3),
        say("9002", "iki", id="c_1", account=account),
    ]
    calls = {index: signed(raw(one), "s") for index, one in enumerate(things)}
    for order in orders(list(calls)):
        assert set(knock(endpoint, [calls[index] for index in order])) == {200}
        assert Contact.objects.count() == len(things)


@pytest.mark.django_db(transaction=True)
def test_a_body_that_is_none_is_refused_and_a_strange_object_too(endpoint):
    endpoint.sealed = seal({"secret": "s"})
    endpoint.save()
    for body in (b"{", b"{}", b'{"object":"whatsapp_business_account","entry":[]}'):
        assert knock(endpoint, [signed(body, "s")]) == [400]
    assert not Contact.objects.exists()
