"""Derya copies a post from X into the house in three fields."""

import pytest
from django.urls import reverse
from django.utils import timezone

from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.inbox.models import Contact
from vefa.wiring.handling import Hands

pytestmark = pytest.mark.django_db(transaction=True)
LINK = "https://x.com/ali/status/2080765813578191303?s=20"
POST = {"link": LINK, "text": "@PinarovaBld Çarşı'da yolda çukur var"}


@pytest.fixture
def derya(at_desk, town):
    Endpoint.objects.create(key="x-city", channel="x", language="tr", default_unit_key="contact")
    return at_desk(town.derya)


def test_a_post_is_kept_with_three_fields_and_becomes_a_case(derya, town):
    page = derya.get(reverse("desk:copied")).content.decode()
    assert page.count("<textarea") == 1
    kept = derya.post(reverse("desk:copied"), POST, follow=True)
    assert kept.status_code == 200
    Hands(timezone.now, 50).handle_some()

    contact, case = Contact.objects.get(), Case.objects.get()
    assert (contact.external_id, contact.message_id) == ("2080765813578191303", "2080765813578191303")
    assert contact.details["public"]
    assert contact.conversation is not None
    assert contact.conversation.address.value == "@ali"
    assert (case.channel, case.service, case.area) == ("x", town.pothole, town.carsi)

    again = derya.post(reverse("desk:copied"), POST).content.decode()
    assert case.reference in again
    assert Contact.objects.count() == 1


def test_where_there_are_several_accounts_one_is_chosen_and_the_mayors_own_is_not_among_them(derya):
    assert 'name="account"' not in derya.get(reverse("desk:copied")).content.decode()
    Endpoint.objects.create(key="mayor-x", channel="x", owner="mayor", personal=True, names={"tr": "Leyla"})
    park = Endpoint.objects.create(key="x-park", channel="x", language="tr", names={"tr": "Parklar"})
    page = derya.get(reverse("desk:copied")).content.decode()
    assert 'name="account"' in page
    assert "Parklar" in page
    assert "Leyla" not in page

    assert derya.post(reverse("desk:copied"), POST).status_code == 422
    assert derya.post(reverse("desk:copied"), {**POST, "account": park.pk}).status_code == 302
    assert Contact.objects.get().endpoint == park


@pytest.mark.parametrize(
    "wrong",
    [
        {"link": "", "text": "x"},
        {"link": LINK, "text": " "},
        {"link": "https://example.org/1", "text": "x"},
        {"link": "x" * 401, "text": "x"},
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field_and_stands_there(derya, wrong):
    answer = derya.post(reverse("desk:copied"), wrong)

    assert answer.status_code == 422
    assert wrong["link"] in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_line_break_is_one_letter_of_what_may_be_copied(derya):
    words = "\r\n".join(["a" * 49] * 200)
    assert len(words.replace("\r\n", "\n")) < 10_000 < len(words)

    assert derya.post(reverse("desk:copied"), POST | {"text": words}).status_code == 302


def test_without_an_account_nothing_can_be_copied_and_the_page_says_so(at_desk, town):
    answer = at_desk(town.derya).post(reverse("desk:copied"), POST)

    assert answer.status_code == 422
    assert not Contact.objects.exists()
