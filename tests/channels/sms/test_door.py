"""The city's real door for SMS: forgeries are refused and leave nothing, honest calls are kept."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from msgspec import structs

from tests.channels.forged import NO_TIME, SECRET, Proof, knock, refused_at_the_door
from tests.channels.sms.lines import DERYA, get, line
from tests.channels.sms.test_taking import MESSAGE, SAID, TIMED, old_call, query_call, timed_call, twilio_call
from vefa.channels import queries as doors
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.inbox import claiming, reading
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)
PROOFS = {
    "kannel": Proof(body=b"", sign=query_call, stale=NO_TIME, parameter="secret", signs_body=False),
    "http": Proof(body=SAID, sign=timed_call, stale=old_call, header="x-signature"),
    "twilio": Proof(
        body=urlencode(MESSAGE).encode(), sign=twilio_call, stale=NO_TIME, header="x-twilio-signature"
    ),
}


@pytest.fixture(params=PROOFS)
def endpoint(request) -> Endpoint:
    settings = {"gateway": request.param, "sender": "5454", "public_url": "https://sehir.example"}
    settings |= {"description": TIMED} if request.param == "http" else {}
    made = Endpoint.objects.create(
        key="line", channel="sms", language="tr", settings=settings, sealed=seal({"secret": SECRET})
    )
    doors.forget()
    return made


def test_the_door_refuses_every_forgery_and_keeps_nothing(endpoint):
    refused_at_the_door(endpoint, PROOFS[endpoint.settings["gateway"]])


@pytest.mark.parametrize("endpoint", ["kannel"], indirect=True)
def test_a_message_by_get_is_kept_once(endpoint):
    call = get(urlencode({"secret": SECRET, "id": "ab12", "from": DERYA, "text": "Çukur"}))
    assert knock(endpoint, [call, call]) == [200, 200]
    assert Contact.objects.get().external_id == "message:ab12"
    assert knock(endpoint, [get(f"secret={SECRET}")]) == [400]


def pushed(endpoint: Endpoint, items: object) -> list[int]:
    """A list, as a gateway pushes it that lets some gather."""
    return knock(endpoint, [timed_call(json.dumps(items).encode(), SECRET)])


def message(words: str) -> dict[str, str]:
    return {"from": DERYA, "text": words}


@pytest.mark.parametrize("endpoint", ["http"], indirect=True)
def test_all_of_a_long_list_is_kept(endpoint):
    assert pushed(endpoint, [message(f"Çukur {number}") for number in range(250)]) == [200]
    assert Contact.objects.count() == 250


@pytest.mark.parametrize("endpoint", ["http"], indirect=True)
@pytest.mark.parametrize(
    "foreign", [{"kind": "balance", "left": 7}, {"from": DERYA}, "balance", 7, None, [7]]
)
def test_what_nobody_knows_in_a_list_is_kept_beside_the_messages(endpoint, foreign):
    assert pushed(endpoint, [foreign, message("Çukur var"), foreign]) == [200]

    at = timezone.now() + timedelta(minutes=1)
    claim = claiming.claim_contacts(now=at, limit=100)
    assert claim
    reading.read(claim.contacts, now=at)
    claiming.finish(claim.lease, claim.contacts, now=at)
    kept = Contact.objects.values_list("form", "text")
    assert set(kept) == {("message", "Çukur var"), ("unreadable", "")}
    assert len(kept) == 2
    assert pushed(endpoint, [foreign]) == [400]  # nothing is known: the description or the address is wrong


def test_the_same_words_on_another_day_are_another_message_where_a_gateway_gives_neither_id_nor_moment():
    said = get(urlencode({"from": DERYA, "text": "Sular yine kesik"}))
    at = datetime(2026, 3, 29, 9, 0, tzinfo=UTC)
    for adapter in (line("kannel"), line("netgsm")):
        names = [
            adapter.arrivals(structs.replace(said, at=at + timedelta(hours=hours)))[0].external_id
            for hours in (0, 1, 24)
        ]
        assert names[0] == names[1] != names[2]
    told = get(urlencode({"from": DERYA, "text": "Sular yine kesik", "at": "1795341151"}))
    first, second = (
        line("kannel").arrivals(structs.replace(told, at=at + timedelta(days=days)))[0] for days in (0, 1)
    )
    assert first == second
