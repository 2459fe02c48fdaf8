"""Ali and Ayten, who write to the bot, and the case of Ali."""

import pytest

from vefa.cases.models import Case
from vefa.cases.opening import Opening, open_cases
from vefa.citizens.models import Address, Citizen
from vefa.inbox.models import Contact, Conversation


@pytest.fixture
def talks(town, now):
    """A conversation with somebody over an endpoint, made at the first word."""

    def talk(value="7001", *, endpoint=None, space="telegram", language="tr"):
        citizen = Citizen.objects.create(created_at=now)
        address = Address.objects.create(space=space, value=value, citizen=citizen, created_at=now)
        return Conversation.objects.create(
            endpoint=endpoint or town.bot, address=address, language=language, created_at=now
        )

    return talk


@pytest.fixture
def opens(town, now):
    """A case that a conversation opens."""

    def open_one(conversation, *, text="Okulun önünde çukur var", urgency=0, kind="request") -> Case:
        number = Contact.objects.count()
        contact = Contact.objects.create(
            endpoint=conversation.endpoint,
            external_id=str(number),
            lane=conversation.address.value,
            received_at=now,
            due_at=now,
            raw=b"{}",
            form="message",
            conversation=conversation,
            message_id=str(100 + number),
            said_at=now,
            text=text,
        )
        opening = Opening(
            contact=contact,
            title=text,
            text=text,
            language=conversation.language,
            kind=kind,
            urgency=urgency,
            service=town.pothole,
            area_id=town.carsi.id,
            unsure=False,
            actor="triage",
        )
        (case_id,) = open_cases([opening], now=now)
        return Case.objects.get(id=case_id)

    return open_one
