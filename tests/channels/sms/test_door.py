"""The city's real door for SMS: forgeries are refused and leave nothing, honest calls are kept."""

from urllib.parse import urlencode

import pytest

from tests.channels.forged import NO_TIME, SECRET, Proof, knock, refused_at_the_door
from tests.channels.sms.lines import DERYA, get
from tests.channels.sms.test_taking import MESSAGE, SAID, TIMED, old_call, query_call, timed_call, twilio_call
from vefa.channels import queries as doors
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
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
