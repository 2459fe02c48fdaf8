"""`/healthz` names the accounts in trouble, and stays well while they are: people are still answered."""

from typing import cast

import msgspec
import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from vefa.channels.models import Endpoint
from vefa.journal.models import Heartbeat
from vefa.triage.models import Learning, ModelVersion, Standing
from vefa.wiring.health import Health, Row, appraise, question

pytestmark = pytest.mark.django_db


def health() -> Health:
    """What would be answered now."""
    statement, values = question()
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(statement, values)
        return appraise(cast("Row", cursor.fetchone()))


def test_accounts_in_trouble_are_named(town):
    now = timezone.now()
    Heartbeat.objects.create(name="worker:1", at=now)
    troubles = {"silent": {"since": now.isoformat(), "about": {}}}
    Endpoint.objects.filter(pk=town.bot.pk).update(alarmed_at=now, health={"troubles": troubles})
    Endpoint.objects.filter(pk=town.mailbox.pk).update(alarmed_at=now, retired_at=now)

    found = msgspec.to_builtins(health())

    assert found["status"] == "ok"
    assert found["endpoints"] == [{"key": "city-bot", "channel": "telegram", "troubles": ["silent"]}]


def test_it_says_whether_messages_are_compared_by_meaning(town):
    with override_settings(SEMANTIC=False):
        assert health().semantic in {"off", "missing"}


def test_without_trouble_none_is_named(town):
    assert health().endpoints == []


def test_it_says_which_model_suggests_services_and_whether_it_learns(town):
    now = timezone.now()
    assert (health().model, health().learning) == (0, "off")

    ModelVersion.objects.create(
        number=7, weights=b"w", made_at=now, catalogue="c", standing=Standing.IN_SERVICE, adopted_at=now
    )
    Learning.objects.create(id=1, trouble="ValueError: too few examples")

    assert (health().model, health().learning) == (7, "ValueError: too few examples")
