"""The city's WhatsApp number, and what is pushed to it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from tests.channels.forged import answers
from tests.journeys.conftest import clock
from tests.providers.whatsapp_cloud import (
    ACCOUNT,
    NUMBER,
    SECRET,
    TOKEN,
    VERIFY,
    WhatsAppCloud,
    said,
    signed,
)
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.channels.sealing import seal
from vefa.dialogue.models import DeliveryState, Reply
from vefa.dialogue.writing import Words, write
from vefa.web.desk import framing

HEADER = "x-hub-signature-256"
HOLE = "Çarşı'da yolda büyük bir çukur var"
S = DeliveryState


@pytest.fixture
def cloud() -> Iterator[WhatsAppCloud]:
    with WhatsAppCloud.running() as running:
        yield running
        assert running.faults == []


@pytest.fixture
def line(town, cloud, settings) -> Endpoint:
    """The city's number."""
    settings.UNDO_S = 0
    settings.SECOND_FACTOR = False
    framing.forget()
    return number_of(cloud, "line", NUMBER)


def number_of(cloud: WhatsAppCloud, key: str, number: str, **settings: str) -> Endpoint:
    secrets = {"token": TOKEN, "secret": SECRET, "verify_token": VERIFY}
    return Endpoint.objects.create(
        key=key,
        channel="whatsapp",
        language="tr",
        names={"tr": key},
        settings={"api_base": cloud.base, "phone_number_id": number, "waba_id": ACCOUNT, **settings},
        sealed=b"" if "door" in settings else seal(secrets),
    )


def call(body: Any, secret: str = SECRET) -> Call:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Call(headers={HEADER: signed(raw, secret)}, body=raw)


def push(endpoint: Endpoint, *bodies: Any) -> list[int]:
    return [status for status, _ in answers(endpoint, [call(body) for body in bodies])]


def fresh(text: str = "", **more: Any) -> dict[str, Any]:
    """A message of this very moment."""
    return said(text, **{"timestamp": str(int(clock().timestamp()))} | more)


def wamid(body: dict[str, Any]) -> str:
    return str(body["entry"][0]["changes"][0]["value"]["messages"][0]["id"])


def answer(case: Case, text: str, town: Any, **more: Any) -> Reply:
    return write(case=case, words=Words(text=text, language="tr", **more), by=town.derya, now=timezone.now())
