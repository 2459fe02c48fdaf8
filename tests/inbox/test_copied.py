"""A post that a person copied is the same thing as the post that is pushed, before or after."""

import json
from datetime import UTC, datetime

import pytest

from tests.channels.forged import knock
from tests.providers.x_api import DERYA, OWN, XApiServer, mention
from vefa.channels.manners import Copied
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.channels.sealing import seal
from vefa.inbox import copied
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
NUMBER = "2080765813578191303"
POST = Copied(link=f"https://x.com/derya/status/{NUMBER}", text="Çarşı'da çukur var")


@pytest.fixture
def account(town) -> Endpoint:
    return Endpoint.objects.create(
        key="x-city",
        channel="x",
        language="tr",
        sealed=seal({"api_secret": XApiServer().secrets["api_secret"]}),
    )


def pushed(account: Endpoint) -> list[int]:
    body = json.dumps(mention(NUMBER, "Çarşı'da çukur var")).encode()
    call = Call(headers={"x-twitter-webhooks-signature": XApiServer().sign(body)}, body=body)
    return knock(account, [call])


def test_copied_first_and_pushed_later_is_one_contact(account, town):
    taken = copied.take(POST, taken_by=town.derya.pk, now=NOW)
    assert taken.fresh
    assert pushed(account) == [200]

    contact = Contact.objects.get()
    assert (contact.pk, contact.external_id, contact.details["taken_by"]) == (
        taken.contact_id, NUMBER, town.derya.pk,
    )  # fmt: skip


def test_pushed_first_and_copied_later_is_one_contact(account, town):
    pushed(account)
    taken = copied.take(POST, taken_by=town.derya.pk, now=NOW)

    assert not taken.fresh
    assert Contact.objects.get().pk == taken.contact_id
    assert DERYA in Contact.objects.get().lane
    assert OWN not in Contact.objects.get().lane


def test_an_address_that_no_account_of_ours_knows_is_refused(account, town):
    for link in ("https://example.org/derya/status/1", "https://x.com/derya", ""):
        with pytest.raises(copied.StrangeLinkError):
            copied.take(Copied(link=link, text="x"), taken_by=town.derya.pk, now=NOW)
    assert copied.networks() == ["x"]
    Endpoint.objects.filter(pk=account.pk).update(active=False)
    with pytest.raises(copied.StrangeLinkError):
        copied.take(POST, taken_by=town.derya.pk, now=NOW)
    assert copied.networks() == []
    assert not Contact.objects.exists()
