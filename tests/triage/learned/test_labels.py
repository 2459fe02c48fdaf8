"""What people do with a case tells the model what is right."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.desk.conftest import wrote
from vefa.cases import lifecycle
from vefa.cases.describing import unsettle
from vefa.cases.ending import Ending
from vefa.cases.incidents.gathering import Plan, declare
from vefa.cases.incidents.orders import Order, carry_out, lay_down
from vefa.cases.lifecycle import Description
from vefa.cases.models import Case, IncidentOrder, Outcome
from vefa.journal.models import Event
from vefa.journal.replay import react
from vefa.triage.learned import labels
from vefa.triage.models import ServiceLabel, Told
from vefa.wiring.flow import REACTIONS

__all__ = ["wrote"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def unsure(wrote: Callable[..., Case], now: datetime) -> Case:
    return wrote("Ali Demir", "7001", "Orası yine aynı", now=now, service=None, unsure=True)


@pytest.fixture
def sure(wrote: Callable[..., Case], now: datetime) -> Case:
    return wrote("Veli Demir", "7002", "Yolda çukur var", now=now)


def told() -> list[tuple[int, int, str]]:
    while react(REACTIONS, now=NOW[0]):
        pass
    rows = ServiceLabel.objects.filter(undone_at=None).order_by("id")
    return list(rows.values_list("case_id", "service_id", "told"))


NOW: list[datetime] = []


@pytest.fixture(autouse=True)
def _moment(now):
    NOW[:] = [now + timedelta(days=1)]


def test_another_service_is_a_correction(town, sure, now):
    lifecycle.describe(case_id=sure.pk, words=Description(service_id=town.tree.pk), by=town.derya, now=now)

    assert told() == [(sure.pk, town.tree.pk, Told.CORRECTED)]
    assert told() == [(sure.pk, town.tree.pk, Told.CORRECTED)]  # heard once
    assert labels.standing_of(sure.pk)


def test_a_better_title_says_nothing_of_the_service(town, sure, now):
    lifecycle.describe(case_id=sure.pk, words=Description(title="Çukur"), by=town.derya, now=now)

    assert told() == []
    assert not labels.standing_of(sure.pk)


def test_what_settled_a_case_can_be_taken_back(town, unsure, now):
    was = lifecycle.facts_of(unsure)
    lifecycle.describe(case_id=unsure.pk, words=Description(service_id=town.tree.pk), by=town.derya, now=now)
    assert told() == [(unsure.pk, town.tree.pk, Told.CORRECTED)]

    unsettle(case_id=unsure.pk, was=was, by=town.derya, now=now + timedelta(seconds=5))

    assert told() == []


def test_a_matter_that_was_done_was_what_it_was_called(town, sure, now):
    ending = Ending(outcome=Outcome.DONE, reason="Dolduruldu", waiver="Karanlıktı")
    lifecycle.end(case_id=sure.pk, ending=ending, by=town.murat, now=now)

    assert told() == [(sure.pk, town.pothole.pk, Told.DONE)]


def test_what_was_ended_with_many_others_says_nothing_of_its_own_service(town, sure, wrote, now):
    behind = wrote("Can Demir", "7003", "Yol bozuk", now=now)
    lifecycle.double(case_id=behind.pk, master_id=sure.pk, by=town.derya, now=now)
    one, other = (wrote(f"Kişi {n}", f"71{n}", "Su yok", now=now) for n in range(2))
    plan = Plan(
        name="Kesinti", service_ids=(town.pothole.pk,), area_id=None, since=now, banner={"tr": "Biliyoruz."}
    )
    incident = declare(plan=plan, case_ids=[one.pk, other.pk], by=town.derya, now=now)
    words = Order(sort=IncidentOrder.Sort.END, once="1", texts={"tr": "Su geldi."}, outcome="done")
    lay_down(incident_id=incident.pk, order=words, by=town.derya, now=now)
    carry_out(answer=lambda *_: None, now=now + timedelta(minutes=1))
    ending = Ending(outcome=Outcome.DONE, reason="Dolduruldu", waiver="Karanlıktı")
    lifecycle.end(case_id=sure.pk, ending=ending, by=town.murat, now=now)

    ended = Event.objects.filter(kind="case.ended", actor__startswith="staff:")
    assert {event.subject for event in ended} == {f"case:{c.pk}" for c in (one, other, sure, behind)}
    assert told() == [(sure.pk, town.pothole.pk, Told.DONE)]
    labels.gather(since=now - timedelta(days=1))
    assert len(told()) == 1


def test_a_person_may_say_that_it_is_right(town, sure, now):
    labels.confirm(case_id=sure.pk, service_id=town.pothole.pk, by=town.derya, now=now)

    assert told() == [(sure.pk, town.pothole.pk, Told.CONFIRMED)]


def test_years_of_the_journal_are_gathered_a_few_events_at_a_time(town, wrote, now, monkeypatch):
    for number in range(5):
        case = wrote(f"Ali {number}", str(7100 + number), "Yolda çukur var", now=now)
        lifecycle.describe(
            case_id=case.pk, words=Description(service_id=town.tree.pk), by=town.derya, now=now
        )
    labels.gather(since=now - timedelta(days=1))
    kept = ServiceLabel.objects.order_by("id")
    facts = ("case_id", "service_id", "before_id", "told", "staff_id", "at", "event_id")
    whole = list(kept.values_list(*facts))
    kept.delete()
    monkeypatch.setattr(labels, "CHUNK", 2)

    with CaptureQueriesContext(connection) as asked:
        labels.gather(since=now - timedelta(days=1))

    assert list(kept.all().values_list(*facts)) == whole
    assert len(whole) == 5
    assert sum(one["sql"].startswith("INSERT") for one in asked.captured_queries) == 3


def test_what_no_reaction_heard_is_gathered_from_the_journal_once(town, sure, now):
    lifecycle.describe(case_id=sure.pk, words=Description(service_id=town.tree.pk), by=town.derya, now=now)

    labels.gather(since=now - timedelta(days=1))
    labels.gather(since=now - timedelta(days=1))

    assert told() == [(sure.pk, town.tree.pk, Told.CORRECTED)]
