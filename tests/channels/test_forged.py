"""The table of forgeries, tried on a bot: it refuses what it must, and would notice a careless door."""

import httpx
import pytest
from msgspec import structs

from tests.channels.forged import NO_TIME, Proof, forgeries, refused_at_the_door, refused_by, taken_by
from vefa.channels.port import Account, Call, ForgedError
from vefa.channels.telegram.adapter import PROOF_HEADER, build

PROOF = Proof(
    body=b'{"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}}',
    sign=lambda body, secret: Call(headers={PROOF_HEADER: secret}, body=body),
    stale=NO_TIME,
    header=PROOF_HEADER,
    signs_body=False,
)
BOT = build(Account(settings={}, secrets={}, http=httpx.Client()))


@pytest.mark.parametrize("forgery", forgeries(PROOF), ids=str)
def test_a_forged_call_is_refused(forgery):
    refused_by(BOT, forgery)


def test_the_provider_itself_is_let_in():
    taken_by(BOT, PROOF)


@pytest.mark.django_db(transaction=True)
def test_the_door_refuses_every_forgery_and_keeps_nothing(town):
    refused_at_the_door(town.bot, PROOF)


def test_the_table_notices_a_door_that_does_not_look_closely():
    def careless(call: Call, secrets: tuple[str, ...]) -> None:
        if call.headers.get(PROOF_HEADER, "").lower() not in {one.lower() for one in secrets}:
            raise ForgedError("wrong")

    passed = []
    for forgery in forgeries(PROOF):
        try:
            careless(structs.replace(forgery.call), forgery.secrets)
        except ForgedError:
            continue
        passed.append(forgery.name)
    assert passed == [
        "the secret in another case",
        "the proof in another case",
        "the secret that is set is empty",
        "an empty proof for an empty secret",
    ]
