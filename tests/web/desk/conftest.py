"""Ali wrote to the bot about a pothole; Derya and her colleagues sit down at the desk."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.conf import settings as conf
from django.test import Client

from tests.web.desk.seat import seated
from vefa.cases.models import Case
from vefa.cases.opening import Opening, open_cases
from vefa.channels import queries as doors
from vefa.channels.models import Endpoint
from vefa.citizens.models import Address, Citizen
from vefa.directory.models import Staff
from vefa.inbox.models import Contact, Conversation
from vefa.web.desk import framing, guessing, second_step


@pytest.fixture(autouse=True)
def _fresh_desk(settings) -> None:
    """No second step unless a story asks for it; nothing is remembered of the story before."""
    settings.SECOND_FACTOR = False
    for limit in (
        *guessing.LIMITS,
        second_step.tries_of_code,
        second_step.tries_of_password,
        second_step.told,
    ):
        limit.forget()
    framing.forget()


@pytest.fixture
def at_desk() -> Callable[[Staff], Client]:
    """A browser in which somebody has signed in already."""
    return seated


@pytest.fixture
def wrote(town) -> Callable[..., Case]:
    """Somebody writes to the bot, and a case is opened: wrote("Ali Demir", "7001", "…")."""

    def write(name: str, account: str, text: str, *, now: datetime, **opening: object) -> Case:
        person = Citizen.objects.create(name=name, folded_name=name.casefold(), created_at=now)
        address = Address.objects.create(
            space="telegram", value=account, citizen=person, shown_name=name, created_at=now
        )
        conversation = Conversation.objects.create(
            endpoint=town.bot, address=address, language="tr", created_at=now
        )
        contact = Contact.objects.create(
            endpoint=town.bot, external_id=account, lane=account, received_at=now, due_at=now,
            raw=f'{{"text": "<b>{text}</b>"}}'.encode(), form="message", conversation=conversation,
            said_at=now, text=text, language="tr",
        )  # fmt: skip
        facts = {
            "contact": contact, "title": text, "text": text, "language": "tr", "kind": "request",
            "urgency": 0, "service": town.pothole, "area_id": town.carsi.id, "unsure": False,
            "actor": "triage",
        } | opening  # fmt: skip
        (case_id,) = open_cases([Opening(**facts)], now=now)
        return Case.objects.get(id=case_id)

    return write


@pytest.fixture
def pothole_case(wrote: Callable[..., Case], now: datetime) -> Case:
    """Ali wrote to the bot about a pothole."""
    return wrote("Ali Demir", "7001", "Okulun önünde çukur var", now=now)


@pytest.fixture
def doors_by_hand(town, settings, tmp_path) -> Iterator[None]:
    """A door for meetings, lists and letters; files lie in a folder of the story's own."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.UNDO_S = 10
    for channel in ("meeting", "headman", "letter"):
        Endpoint.objects.create(key=channel, channel=channel, names={"en": channel}, language="tr",
                                default_unit_key="contact")  # fmt: skip
    doors.forget()
    yield
    doors.forget()


@pytest.fixture
def derya(town, at_desk) -> Client:
    """The operator, reading English."""
    client: Client = at_desk(town.derya)
    client.cookies[conf.LANGUAGE_COOKIE_NAME] = "en"
    return client
