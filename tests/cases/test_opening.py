"""A message becomes a case with a number, a unit and promises; a second one joins it."""

from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cases.stories import heard, opened, opening
from vefa.cases import lifecycle, promises
from vefa.cases import opening as doors
from vefa.cases.models import Case, CaseContact, Outcome, Promise
from vefa.cases.opening import follow, open_cases
from vefa.inbox.models import Contact
from vefa.journal.models import Event
from vefa.kit.ids import read_reference


def test_a_pothole_in_the_carsi_goes_to_the_roads_unit_with_three_promises(town, now):
    case = opened(town, now=now)

    assert (case.unit, case.state, case.channel) == (town.roads, "new", "telegram")
    assert read_reference(case.reference) == case.reference
    assert {promise.kind for promise in case.promises.all()} == {"first_answer", "resolution", "legal"}
    assert case.due_at == case.answer_due_at == case.promises.get(kind="first_answer").due_at
    assert str(case.citizen) == "Ali Veli"
    assert (case.public, case.unread, case.version) == (True, True, 1)


def test_the_journal_says_where_the_case_came_from_and_whose_it_is(town, now):
    case = opened(town, now=now)

    event = Event.objects.get(kind="case.opened")
    assert (event.subject, event.actor) == (f"case:{case.pk}", "triage")
    assert event.data["unit_id"] == town.roads.id
    assert event.data["service"] == "pothole"
    assert event.data["contact_id"] == case.links.get().contact_id


def test_clocks_run_from_the_moment_at_which_the_message_was_received(town, now):
    contact = heard(town, "çukur", at=now - timedelta(days=3))
    (case_id,) = open_cases([opening(contact, service=town.pothole)], now=now)
    case = Case.objects.get(id=case_id)
    assert case.opened_at == now - timedelta(days=3)
    assert case.promises.get(kind="resolution").started_at == now - timedelta(days=3)


def test_each_place_has_its_unit(town, now):
    cases = [
        opened(town, now=now, service=service, area_id=area)
        for service, area in (
            (town.tree, town.carsi.id), (town.tree, town.sazlik.id), (town.local_matter, town.carsi.id),
            (town.local_matter, None), (None, town.carsi.id),
        )
    ]  # fmt: skip
    units = [case.unit for case in cases]
    assert units == [town.parks, town.golkiyi_office, town.cinaralti_office, town.contact, town.contact]


def test_what_triage_is_not_sure_of_goes_to_people_who_decide_and_is_not_shown(town, now):
    case = opened(town, now=now, unsure=True)
    assert (case.unit, case.unsure, case.public) == (town.contact, True, False)


def test_a_case_without_a_service_is_answered_within_a_day_of_work(town, now):
    case = opened(town, now=now, service=None)
    assert [promise.minutes for promise in case.promises.order_by("id")] == [480, 7200]


def test_personal_matters_are_never_shown(town, now):
    assert not opened(town, now=now, service=town.social_aid).public
    assert not opened(town, now=now, private=True).public
    assert not opened(town, now=now, kind="complaint").public


def test_a_number_that_the_resident_was_given_at_the_door_is_kept(town, now):
    contact = heard(town, "çukur ve lamba", at=now, on=town.web, reference="26-00007-0", secret="s" * 24)
    ids = open_cases(
        [opening(contact, service=town.pothole), opening(contact, service=town.street_light)], now=now
    )
    first, second = (Case.objects.get(id=case_id) for case_id in ids)
    assert (first.reference, first.secret) == ("26-00007-0", "s" * 24)
    assert second.reference != first.reference
    assert len(second.secret) == 24


def test_a_batch_costs_the_same_statements_as_one(town, now):
    opened(town, now=now)  # the directory is known by then
    said = [heard(town, f"çukur {number}", at=now, who=f"Kişi {number}").pk for number in range(30)]
    fresh = list(Contact.objects.filter(id__in=said).order_by("id"))
    openings = [opening(contact, service=town.pothole) for contact in fresh]

    with CaptureQueriesContext(connection) as statements:
        cases = open_cases(openings, now=now)

    assert len(cases) == 30
    aside = ("SAVEPOINT", "directory_municipality")  # whose stamp is looked at every two seconds
    made = [each["sql"] for each in statements if not any(word in each["sql"] for word in aside)]
    assert len(made) == 7  # endpoints, people, numbers, and four inserts
    assert Promise.objects.count() == 93


def test_a_further_message_makes_the_case_unread_again(town, now):
    case = opened(town, now=now)
    lifecycle.see(case=case, staff=town.derya, now=now)
    later = now + timedelta(hours=2)
    more = heard(town, "hâlâ yapılmadı", at=later)

    follow([(case.pk, more)], now=later)

    case.refresh_from_db()
    assert (case.unread, case.said_at, case.version, case.state) == (True, later, 2, "new")
    assert [link.contact_id for link in case.links.order_by("id")][-1] == more.pk
    event = Event.objects.get(kind="case.followed")
    assert event.data == {"contact_id": more.pk, "reopened": False, "resumed": False}


def test_an_answer_ends_the_waiting_and_the_clocks_run_again(town, now):
    case = opened(town, now=now)
    lifecycle.ask(case_id=case.pk, question="Hangi sokakta?", by=town.derya, now=now)
    later = now + timedelta(days=2)

    follow([(case.pk, heard(town, "Fatih sokak", at=later))], now=later)

    case.refresh_from_db()
    assert case.state == "working"
    assert case.pauses.get().ended_at == later
    assert case.promises.get(kind="resolution").running_since == later
    told = Event.objects.filter(subject=f"case:{case.pk}", at=later).order_by("id")
    assert [(one.kind, one.actor) for one in told] == [
        ("clock.resumed", "resident"), ("case.followed", "resident"),
    ]  # fmt: skip


def waits_for_material_and_an_answer(town, now: datetime) -> Case:
    """Murat stopped the clock since material is missing; a day later Derya asks the resident something."""
    case = opened(town, now=now)
    promises.pause(case_id=case.pk, reason="Malzeme yok", by=town.murat, now=now)
    asked_at = now + timedelta(days=1)
    return lifecycle.ask(case_id=case.pk, question="Hangi sokakta?", by=town.derya, now=asked_at)


def test_an_answer_does_not_end_a_pause_that_has_another_reason(town, now):
    case = waits_for_material_and_an_answer(town, now)
    later = now + timedelta(days=2)

    follow([(case.pk, heard(town, "Fatih sokak", at=later))], now=later)

    case.refresh_from_db()
    assert case.state == "working"
    assert case.pauses.get().ended_at is None
    assert case.promises.get(kind="resolution").due_at is None
    assert not Event.objects.filter(kind="clock.resumed").exists()

    there = now + timedelta(days=3)
    promises.resume(case_id=case.pk, by=town.murat, now=there)
    assert case.pauses.get().ended_at == case.promises.get(kind="resolution").running_since == there


def test_nor_does_handing_it_to_an_agency_while_an_answer_is_awaited(town, now):
    case = waits_for_material_and_an_answer(town, now)
    later = now + timedelta(days=2)

    lifecycle.refer(case_id=case.pk, agency_id=town.power.pk, by=town.derya, now=later)

    assert case.pauses.get().ended_at is None
    assert not Event.objects.filter(kind="clock.resumed").exists()


def test_a_message_to_an_ended_case_reopens_it(town, now):
    case = opened(town, now=now, service=town.question)
    ending = lifecycle.Ending(outcome=Outcome.ANSWERED, reason="Salı günleri.")
    lifecycle.end(case_id=case.pk, ending=ending, by=town.derya, now=now)

    follow([(case.pk, heard(town, "olmadı", at=now))], now=now)

    case.refresh_from_db()
    assert (case.state, case.outcome, case.ended_at, case.reopened) == ("new", "", None, 1)
    assert Event.objects.get(kind="case.followed").data["reopened"]


def test_a_message_to_a_duplicate_reaches_the_people_who_work_on_its_master(town, now):
    master, twin = opened(town, now=now), opened(town, now=now, who="Ayşe")
    lifecycle.double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)
    Case.objects.update(unread=False)
    more = heard(town, "hâlâ orada", at=now, who="Ayşe")

    follow([(twin.pk, more)], now=now)

    master.refresh_from_db()
    twin.refresh_from_db()
    assert (master.unread, twin.unread, twin.outcome) == (True, False, "duplicate")
    assert set(CaseContact.objects.filter(contact=more).values_list("case_id", flat=True)) == {
        master.pk,
        twin.pk,
    }


def test_nothing_to_open_opens_nothing(town, now):
    assert doors.open_cases([], now=now) == []
