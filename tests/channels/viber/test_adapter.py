"""Viber as seen from its simulated interface: who may knock, what residents read, what we make of trouble."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from tests.channels.forged import (
    NO_TIME,
    SECRET,
    Proof,
    forgeries,
    knock,
    refused_at_the_door,
    refused_by,
    taken_by,
)
from tests.channels.trouble import TROUBLES, becomes_the_right_error, says_how_long
from tests.providers.viber_api import DERYA, ViberServer, event, said
from vefa.channels.manners import Introduced, Ruled, Standing, Subscriber
from vefa.channels.models import Endpoint
from vefa.channels.port import (
    Account,
    BusyError,
    Call,
    Parcel,
    ParcelFile,
    Place,
    RejectedError,
    TooLargeError,
)
from vefa.channels.sealing import seal
from vefa.channels.viber.adapter import PROOF_HEADER, Viber, build
from vefa.inbox.models import Contact

URL = "https://pinarova.example.org/hooks/viber/city"


def signed(body: bytes, token: str) -> Call:
    return Call(headers={PROOF_HEADER: hmac.new(token.encode(), body, hashlib.sha256).hexdigest()}, body=body)


PROOF = Proof(
    body=json.dumps(said("Çukur")).encode(), sign=signed, stale=NO_TIME, header=PROOF_HEADER, name="token"
)
NOBODY = build(Account(settings={}, secrets={}, http=httpx.Client()))


@pytest.fixture
def viber() -> Iterator[ViberServer]:
    with ViberServer.running() as running:
        yield running
        assert running.faults == []


def adapter(viber: ViberServer, *, token: str = "") -> Viber:
    settings = {"api_base": viber.base, "sender": "Pınarova Belediyesi, Çözüm Merkezi"}
    secrets = {"token": token or viber.token}
    return build(Account(settings=settings, secrets=secrets, http=httpx.Client(timeout=0.4)))


def parcel(text: str = "Ekibimiz yolda.", **more) -> Parcel:
    return Parcel(to=DERYA, text=text, thread=DERYA, idempotency_key="k-1", **more)


@pytest.mark.parametrize("forgery", forgeries(PROOF), ids=str)
def test_a_forged_call_is_refused(forgery):
    refused_by(NOBODY, forgery)


def test_viber_itself_is_let_in():
    taken_by(NOBODY, PROOF)


@pytest.mark.django_db(transaction=True)
def test_the_door_refuses_every_forgery_and_keeps_nothing():
    refused_at_the_door(Endpoint.objects.create(key="city", channel="viber"), PROOF)


@pytest.mark.django_db(transaction=True)
def test_the_handshake_is_answered_and_what_is_pushed_twice_is_kept_once():
    endpoint = Endpoint.objects.create(key="city", channel="viber", sealed=seal({"token": SECRET}))
    hello = signed(json.dumps(event("webhook")).encode(), SECRET)

    assert knock(endpoint, [hello]) == [200]
    assert not Contact.objects.exists()
    assert knock(endpoint, [PROOF.honest(), PROOF.honest(), PROOF.honest()]) == [200, 200, 200]
    assert Contact.objects.count() == 1


def test_an_answer_reaches_the_resident_under_our_name(viber):
    sent = adapter(viber).send(parcel())

    (one,) = viber.sent
    assert (one["receiver"], one["text"], one["tracking_data"]) == (DERYA, "Ekibimiz yolda.", "k-1")
    assert one["sender"] == {"name": "Pınarova Belediyesi, Çözüm M"}
    assert sent.provider_id.isdecimal()


def test_a_long_text_goes_in_parts_and_after_trouble_only_the_rest(viber):
    text = "a" * 6999 + "bc" + "d" * 3000
    viber.planned = ["", "500"]
    with pytest.raises(BusyError) as trouble:
        adapter(viber).send(parcel(text))
    sent = adapter(viber).send(parcel(text, done=trouble.value.done))

    assert "".join(viber.heard()) == text
    assert len(sent.parts) == 2


def test_buttons_and_a_place_go_out_with_the_words(viber):
    adapter(viber).send(parcel(buttons=("Evet", "Hayır"), place=Place(latitude=38.02, longitude=27.01)))

    words, place = viber.sent
    assert [button["ActionBody"] for button in words["keyboard"]["Buttons"]] == ["Evet", "Hayır"]
    assert place["location"] == {"lat": 38.02, "lon": 27.01}


@pytest.mark.parametrize(
    "wrong",
    [parcel(" "), parcel(attachments=(ParcelFile(name="a", content_type="image/jpeg", content=b"x"),))],
)
def test_what_viber_cannot_take_is_refused_before_anything_goes_out(viber, wrong):
    with pytest.raises(RejectedError):
        adapter(viber).send(wrong)
    assert viber.sent == []


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_trouble_becomes_the_right_error(viber, trouble):
    becomes_the_right_error(trouble, peer=viber, send=lambda: adapter(viber).send(parcel()))


def test_a_pause_that_is_named_is_kept(viber):
    says_how_long(peer=viber, send=lambda: adapter(viber).send(parcel()))


@pytest.mark.parametrize("status", range(1, 30))
def test_vibers_own_refusals_hidden_behind_200_are_told_apart(viber, status):
    viber.status(status)
    with pytest.raises((BusyError, RejectedError)) as caught:
        adapter(viber).send(parcel())

    busy = isinstance(caught.value, BusyError)
    assert busy == (status in {2, 7, 8, 9, 10, 12, 15, 23, 24} or status >= 25)
    assert getattr(caught.value, "unreachable", False) == (status in {5, 6, 11})
    assert viber.sent == []


def test_a_wrong_token_waits_for_a_person_and_is_shown_nowhere(viber):
    with pytest.raises(BusyError) as caught:
        adapter(viber, token="a-wrong-token").send(parcel())
    assert caught.value.retry_after_s == 300
    assert "a-wrong-token" not in caught.value.reason


def test_where_nobody_listens_the_answer_waits():
    lost = build(Account(settings={"api_base": "http://127.0.0.1:1"}, secrets={}, http=httpx.Client()))
    with pytest.raises(BusyError):
        lost.send(parcel())


def test_a_file_is_fetched_only_from_viber(viber):
    viber.files["/dl/1.jpg"] = b"picture"
    with adapter(viber).fetch(f"{viber.base}/dl/1.jpg", max_bytes=99) as chunks:
        assert b"".join(chunks) == b"picture"
    with pytest.raises(TooLargeError), adapter(viber).fetch(f"{viber.base}/dl/1.jpg", max_bytes=3) as chunks:
        list(chunks)
    for ref in (
        f"{viber.base}/dl/2.jpg",
        "http://127.0.0.2/1",
        "https://viber.com.example.org/1",
        "https://[",
        "",
    ):
        with pytest.raises(RejectedError), adapter(viber).fetch(ref, max_bytes=99):
            pass


def test_viber_is_told_where_to_push_and_asked_whether_it_does(viber):
    bot = adapter(viber)
    for protocol in (Subscriber, Ruled, Introduced):
        assert isinstance(bot, protocol)
    assert [finding.ok for finding in bot.check()] == [True, False]
    bot.subscribe(URL, secret="")

    assert bot.subscribed(URL)
    assert not bot.subscribed(f"{URL}-other")
    assert [finding.ok for finding in bot.check()] == [True, True]
    viber.event_types = ["delivered"]
    assert not bot.subscribed(URL)
    bot.unsubscribe()
    assert viber.webhook == ""
    assert [finding.ok for finding in adapter(viber, token="wrong").check()] == [False]
    assert bot.whereto() == "viber://pa?chatURI=pinarova"


def test_the_composer_hears_the_rules(viber):
    terms = adapter(viber).terms(Standing(now=datetime(2026, 11, 22, tzinfo=UTC)))
    assert (terms.length, terms.buttons, terms.places, terms.files) == (7000, 6, True, False)
