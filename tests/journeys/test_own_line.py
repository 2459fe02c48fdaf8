"""Ali writes to the mayor's own line; she answers, hands his next words on, forwards what she got alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.journeys.conftest import clock, fetch
from tests.providers.telegram_bot_api import TelegramBotApi, message
from tests.web.desk.seat import seated
from vefa.cases.models import Case
from vefa.channels.models import Endpoint, Owner
from vefa.channels.sealing import seal
from vefa.inbox import linking
from vefa.inbox.models import Contact, PrivateMessage
from vefa.web.desk import framing
from vefa.wiring.cli import export

pytestmark = pytest.mark.django_db
ALI, LEYLA = 7, 9
TOKEN = "123456:a-token-for-tests"


@pytest.fixture(autouse=True)
def _at_once(settings) -> None:
    settings.UNDO_S = 0
    settings.SECOND_FACTOR = False
    framing.forget()


@pytest.fixture
def api() -> Iterator[TelegramBotApi]:
    with TelegramBotApi.running(token=TOKEN) as running:
        yield running
        assert running.faults == []


def connect(endpoint: Endpoint, api: TelegramBotApi) -> Endpoint:
    endpoint.settings = {"api_base": api.base, "polling": "yes"}
    endpoint.sealed = seal({"token": TOKEN})
    endpoint.save()
    return endpoint


@pytest.fixture
def line(town, api) -> Endpoint:
    """The mayor's own account."""
    return connect(
        Endpoint(key="leylas-line", channel="telegram", names={"en": "Leyla"}, owner=Owner.MAYOR,
                 personal=True, default_unit_key="contact", language="tr"),
        api,
    )  # fmt: skip


@pytest.fixture
def leyla(town) -> Client:
    return seated(town.leyla)


def act(client: Client, **posted: Any) -> int:
    """What she presses on the latest private message."""
    latest = PrivateMessage.objects.latest("pk")
    return client.post(reverse("desk:private-act", args=[latest.pk]), posted).status_code


def test_from_a_private_word_to_an_answer_in_her_name_to_a_case(town, api, line, leyla, worker):
    api.updates.append(message(ALI, "Başkanım, sizi televizyonda gördük, teşekkürler"))
    fetch(line)
    worker.work()
    Contact.objects.update(lat=41.01, lon=29.0, place_text="Evi, Lale sokak 5")
    assert api.texts_to(ALI) == []  # nobody but her has heard him
    assert not Case.objects.exists()

    assert act(leyla, do="answer", text="Sağ olun Ali Bey.", voice="mayor") == 302
    worker.work()
    assert api.texts_to(ALI) == ["Sağ olun Ali Bey.\n\nLeyla Güneş\nBelediye Başkanı, Pınarova Belediyesi"]
    (heard,), (said,) = _exported("contacts"), _exported("deliveries")
    assert (heard["text"], heard["place_text"], heard["lat"], heard["lon"]) == ("", "", None, None)
    assert (said["text"], said["address"], said["state"]) == ("", "", "handed_over")

    api.updates.append(message(ALI, "Bir de Çarşı'da yolda büyük bir çukur var"))
    fetch(line)
    worker.work()
    assert act(leyla, do="hand", to=f"staff:{town.murat.pk}") == 302
    worker.work()
    case = Case.objects.get()
    assert (case.service, case.staff, case.unit) == (town.pothole, town.murat, town.roads)
    assert case.reference in api.texts_to(ALI)[-1]


def _exported(what: str) -> list[dict[str, Any]]:
    with export.rows_of(what) as (names, rows):
        return [dict(zip(names, row, strict=True)) for row in rows]


def test_what_she_forwards_to_the_citys_bot_is_answered_to_its_author(town, api, leyla, worker):
    connect(town.bot, api)
    api.updates.append(message(ALI, "Merhaba, çöp ne zaman alınıyor?"))
    code = linking.new_code(town.leyla, now=clock())
    api.updates.append(message(LEYLA, f"/link {code}"))
    fetch(town.bot)
    worker.work()
    assert "Leyla" in api.texts_to(LEYLA)[-1]

    passed = message(LEYLA, "Okulun önünde yolda büyük bir çukur var, çocuklar düşüyor")
    passed["message"]["forward_origin"] = {
        "type": "user", "date": 1774749000, "sender_user": {"id": ALI, "is_bot": False, "first_name": "Ali"},
    }  # fmt: skip
    api.updates.append(passed)
    fetch(town.bot)
    worker.work()

    case = Case.objects.get(service=town.pothole)
    assert case.conversation is not None
    assert case.conversation.address.value == str(ALI)
    assert any(case.reference in text for text in api.texts_to(ALI))
    assert case.reference in api.texts_to(LEYLA)[-1]
