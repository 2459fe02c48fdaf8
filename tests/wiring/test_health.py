"""`/healthz` names the accounts in trouble, and stays well while they are: people are still answered."""

from datetime import timedelta
from typing import cast
from uuid import uuid4

import msgspec
import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from psycopg.sql import SQL

from vefa.channels.models import Endpoint
from vefa.dialogue.models import Delivery, Reply
from vefa.inbox.models import Attachment, Contact
from vefa.journal.models import Event, Heartbeat
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
    Learning.objects.update(trouble="ValueError: too few examples")

    assert (health().model, health().learning) == (7, "ValueError: too few examples")


def waits(town, **facts) -> Contact:
    """A contact that came ten minutes ago and is to be read."""
    came = timezone.now() - timedelta(minutes=10)
    given = {
        "external_id": uuid4().hex,
        "lane": "1",
        "received_at": came,
        "due_at": came,
        "raw": b"{}",
    } | facts
    return Contact.objects.create(endpoint=town.bot, **given)


def test_the_age_of_the_oldest_is_counted_from_its_arrival_however_often_it_failed(town):
    assert health().oldest_unhandled_s is None
    later = timezone.now() + timedelta(minutes=30)
    waits(town, due_at=later, tries=4, trouble="ValueError: no sense in it")
    waits(town, received_at=timezone.now(), due_at=timezone.now())

    assert 540 <= (health().oldest_unhandled_s or 0) < 900


def test_imported_history_counts_from_the_day_on_which_it_was_imported(town):
    came = timezone.now() - timedelta(minutes=1)
    years_ago = came - timedelta(days=2000)
    waits(town, received_at=years_ago, due_at=came, details={"imported": True})
    assert 30 <= (health().oldest_unhandled_s or 0) < 360


def test_what_was_given_up_is_counted_beside_what_is_stuck(town):
    one = waits(town)
    facts = {"contact": one, "kind": "photo", "due_at": timezone.now()}
    for state in ("failed", "failed", "refused", "waiting", "stored"):
        Attachment.objects.create(state=state, **facts)
    now = timezone.now()
    reply = Reply.objects.create(text="Yapıldı", language="tr", written_at=now)
    for state in ("failed", "uncertain", "failed", "delivered", "failed"):
        Delivery.objects.create(reply=reply, key=uuid4(), state=state, due_at=now, queued_at=now)

    found = health()

    assert (found.failed_files, found.failed_deliveries, found.uncertain_deliveries) == (2, 3, 1)
    assert found.parked_contacts == found.parked_events == 0


def test_what_is_not_due_yet_has_not_waited(town):
    waits(town, due_at=timezone.now() + timedelta(minutes=5))
    assert health().oldest_unhandled_s == 0


def test_what_should_follow_a_step_and_does_not_is_seen_though_the_worker_beats(town):
    now = timezone.now()
    Heartbeat.objects.create(name="worker:1", at=now)
    assert health().oldest_event_s is None
    came, later = now - timedelta(minutes=10), now + timedelta(minutes=30)
    facts = {"kind": "case.opened", "actor": "triage", "at": came}
    Event.objects.create(subject="case:1", due_at=later, **facts)  # it failed, and is tried again
    assert health().oldest_event_s is None
    Event.objects.create(subject="case:2", due_at=came, **facts)

    assert health().status == "ok"
    assert 540 <= (health().oldest_event_s or 0) < 900


def test_the_oldest_is_read_from_the_index_of_what_waits_and_not_from_all_that_ever_came(town):
    statement, values = question()
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        for easy in ("seqscan", "bitmapscan", "sort"):  # which a table of three rows would rather have
            cursor.execute(f"SET LOCAL enable_{easy} = off")
        cursor.execute(SQL("EXPLAIN ") + statement, values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("using contact_waiting on inbox_contact") == 2, plan
    assert "inbox_contact_pkey" not in plan, plan
    assert plan.count("using event_unhandled on journal_event") == 1, plan
    assert plan.count("using delivery_trouble on dialogue_delivery") == 2, plan
    assert plan.count("using attachment_failed on inbox_attachment") == 1, plan
