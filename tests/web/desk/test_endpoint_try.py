"""Ayşe tries an account: she writes to it and sees it arrive, and has it write to somebody."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.desk.seat import seated
from vefa.channels.models import Endpoint
from vefa.citizens.models import Address, Citizen
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.inbox.models import Contact, Conversation
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def ayse(town):
    """Ayşe, who reads English today."""
    client = seated(town.ayse)
    client.cookies["vefa_language"] = "en"
    return client


@pytest.fixture
def talks(town):
    """A conversation with somebody who wrote to the bot."""

    def talk(value: str) -> Conversation:
        now = timezone.now()
        person = Citizen.objects.create(created_at=now)
        address = Address.objects.create(space="telegram", value=value, citizen=person, created_at=now)
        return Conversation.objects.create(endpoint=town.bot, address=address, created_at=now)

    return talk


def page_of(client, endpoint: Endpoint) -> str:
    return str(client.get(reverse("desk:endpoint-try", args=[endpoint.pk])).content.decode())


def test_a_message_is_waited_for_and_arrives(ayse, town, talks):
    page = page_of(ayse, town.bot)
    begin = re.search(r'href="([^"]+after=[^"]+)"', page)
    assert begin is not None
    address = begin[1].replace("&amp;", "&")
    waiting = ayse.get(address).content.decode()
    assert 'hx-trigger="every 2s"' in waiting

    heard(talks("7001"), "Deneme bir iki")

    arrived = ayse.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Deneme bir iki" in arrived
    assert "hx-trigger" not in arrived
    assert "<h1" not in arrived  # only the part


def test_of_a_personal_account_nobody_reads_what_arrived(ayse, town, talks):
    Endpoint.objects.filter(pk=town.bot.pk).update(personal=True)
    heard(talks("7001"), "Sayın Başkan, gizli")

    page = ayse.get(reverse("desk:endpoint-try", args=[town.bot.pk]), {"after": 0}).content.decode()

    assert "gizli" not in page
    assert "notice-kept" in page


def heard(talk: Conversation, text: str) -> Contact:
    now = timezone.now()
    return Contact.objects.create(
        endpoint=talk.endpoint, conversation=talk, external_id=text, lane="a", raw=b"{}", text=text,
        received_at=now, due_at=now, form="message",
    )  # fmt: skip


def test_nothing_for_a_minute_says_where_to_look(ayse, town):
    long_ago = int((timezone.now() - timedelta(minutes=2)).timestamp())
    page = ayse.get(reverse("desk:endpoint-try", args=[town.bot.pk]), {"after": 0, "since": long_ago})
    assert "notice-soon" in page.content.decode()


def test_a_trial_message_goes_through_the_outbox(ayse, town):
    address = reverse("desk:endpoint-try", args=[town.bot.pk])
    assert ayse.post(address, {"to": " "}).status_code == 422

    page = ayse.post(address, {"to": "7001"}, follow=True).content.decode()

    row = Delivery.objects.get()
    assert (row.state, row.endpoint, row.reply.staff) == (DeliveryState.QUEUED, town.bot, town.ayse)
    assert row.conversation is not None
    assert (row.conversation.address.space, row.conversation.address.value) == ("telegram", "7001")
    assert "hx-trigger" in page
    assert Event.objects.get(kind="endpoint.tried").data == {"delivery_id": row.pk}
    other = ayse.get(reverse("desk:endpoint-try", args=[town.mailbox.pk]), {"sent": row.pk})
    assert "7001" not in other.content.decode()


@pytest.mark.parametrize("to", ["ayse", "ayse@", "@example.com", "a b@example.com"])
def test_an_address_that_a_mailbox_cannot_write_to_is_explained(ayse, town, to):
    answer = ayse.post(reverse("desk:endpoint-try", args=[town.mailbox.pk]), {"to": to})
    assert answer.status_code == 422
    assert 'id="to-error"' in answer.content.decode()


def test_what_people_write_down_has_no_provider_to_try(ayse, town):
    assert ayse.get(reverse("desk:endpoint-try", args=[town.counter.pk])).status_code == 404
