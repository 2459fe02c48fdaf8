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
    taken = copied.take(POST, by=town.derya, now=NOW)
    assert taken.fresh
    assert pushed(account) == [200]

    contact = Contact.objects.get()
    assert (contact.pk, contact.external_id, contact.details["taken_by"]) == (
        taken.contact_id, NUMBER, town.derya.pk,
    )  # fmt: skip


def test_pushed_first_and_copied_later_is_one_contact(account, town):
    pushed(account)
    taken = copied.take(POST, by=town.derya, now=NOW)

    assert not taken.fresh
    assert Contact.objects.get().pk == taken.contact_id
    assert DERYA in Contact.objects.get().lane
    assert OWN not in Contact.objects.get().lane


def test_an_address_that_no_account_of_ours_knows_is_refused(account, town):
    for link in ("https://example.org/derya/status/1", "https://x.com/derya", ""):
        with pytest.raises(copied.StrangeLinkError):
            copied.take(Copied(link=link, text="x"), by=town.derya, now=NOW)
    assert copied.accounts(town.derya, now=NOW) == [account]
    Endpoint.objects.filter(pk=account.pk).update(active=False)
    with pytest.raises(copied.StrangeLinkError):
        copied.take(POST, by=town.derya, now=NOW)
    assert copied.accounts(town.derya, now=NOW) == []
    assert not Contact.objects.exists()


@pytest.fixture
def of_the_mayor(account) -> Endpoint:
    """Her own account, whose key comes first by the alphabet."""
    return Endpoint.objects.create(
        key="mayor-x", channel="x", language="tr", owner="mayor", personal=True, sealed=bytes(account.sealed)
    )


def test_a_post_is_kept_at_nobodys_own_account_but_by_who_has_a_part_in_it(account, of_the_mayor, town):
    assert copied.accounts(town.derya, now=NOW) == [account]
    taken = copied.take(POST, by=town.derya, now=NOW, account=of_the_mayor.pk)
    assert Contact.objects.get(pk=taken.contact_id).endpoint == account

    assert copied.accounts(town.leyla, now=NOW) == [account, of_the_mayor]
    another = Copied(link="https://x.com/derya/status/77", text="Sayın başkan")
    taken = copied.take(another, by=town.leyla, now=NOW, account=of_the_mayor.pk)
    assert Contact.objects.get(pk=taken.contact_id).endpoint == of_the_mayor

    Endpoint.objects.filter(pk=account.pk).update(active=False)
    with pytest.raises(copied.StrangeLinkError):
        copied.take(another, by=town.derya, now=NOW)


def test_what_another_account_has_is_not_kept_again_but_what_is_private_is_not_told(
    account, of_the_mayor, town
):
    first = Endpoint.objects.create(key="a-park", channel="x", language="tr")
    pushed(account)
    known = Contact.objects.get()
    taken = copied.take(POST, by=town.derya, now=NOW, account=first.pk)
    assert (taken.contact_id, taken.fresh, Contact.objects.count()) == (known.pk, False, 1)

    Contact.objects.update(endpoint=of_the_mayor)
    assert copied.take(POST, by=town.leyla, now=NOW).contact_id == known.pk
    Contact.objects.update(details={"filed": {"by": town.leyla.pk}})  # hers no longer alone
    assert copied.take(POST, by=town.derya, now=NOW).contact_id == known.pk
    Contact.objects.update(details={})
    taken = copied.take(POST, by=town.derya, now=NOW, account=first.pk)
    assert (taken.fresh, Contact.objects.get(pk=taken.contact_id).endpoint) == (True, first)
