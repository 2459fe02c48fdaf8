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


def test_without_an_account_nothing_can_be_copied_and_the_page_says_so(at_desk, town):
    answer = at_desk(town.derya).post(reverse("desk:copied"), POST)

    assert answer.status_code == 422
    assert not Contact.objects.exists()
