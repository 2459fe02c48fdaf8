"""`/healthz` to a machine: 503 where nobody is answered, whatever else is well."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from vefa.journal.models import Heartbeat
from vefa.wiring.asgi import Message
from vefa.wiring.health import SILENCE_S, Physician

pytestmark = pytest.mark.django_db(transaction=True)


def asked() -> tuple[int, dict[str, Any]]:
    """The status and what was said, over a connection as a web process has it."""
    sent: list[Message] = []

    async def ask() -> None:
        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            raise AssertionError("health reads no body")

        physician = Physician()
        await physician({}, receive, send)
        await physician.close()

    asyncio.run(ask())
    told: dict[str, Any] = msgspec.json.decode(sent[1]["body"])
    return sent[0]["status"], told


def test_where_no_worker_was_ever_heard_nobody_is_answered(town):
    status, told = asked()
    assert (status, told["status"], told["database"]) == (503, "ailing", "ok")
    assert told["worker_heartbeat_s"] is None


@pytest.mark.parametrize(("silent_s", "status"), [(0, 200), (SILENCE_S + 1, 503)])
def test_a_worker_that_is_silent_for_a_minute_is_as_good_as_none(town, silent_s, status):
    Heartbeat.objects.create(name="gone", at=timezone.now() - timedelta(hours=1))
    Heartbeat.objects.create(name="last", at=timezone.now() - timedelta(seconds=silent_s))

    found, told = asked()

    assert found == status
    assert told["database"] == "ok"
    assert told["worker_heartbeat_s"] >= silent_s
