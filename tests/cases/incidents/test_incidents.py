"""A storm over Çınaraltı: proposed, declared, joined, left, answered, ended, and undone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cases.stories import opened
from vefa.cases.incidents import fitting, gathering, orders
from vefa.cases.incidents.detecting import detect
from vefa.cases.incidents.gathering import IncidentMoveError, Plan
from vefa.cases.incidents.orders import MissingTextError, Order
from vefa.cases.models import Case, Incident, IncidentCase, IncidentOrder, IncidentState, State
from vefa.cases.moves import StaleError
from vefa.directory.models import Municipality
from vefa.directory.queries import forget
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    fitting.forget()


def storm(town, now, count=9, **facts):
    """So many people report fallen trees, in two neighbourhoods of one district."""
    given = {"service": town.tree} | facts
    return [
        opened(
            town, f"Ağaç devrildi {number}", now=now - timedelta(minutes=5), who=f"Kişi {number}",
            **{"area_id": (town.carsi if number % 2 else town.kalealti).id} | given,
        )
        for number in range(count)
    ]  # fmt: skip


def plan(incident, **changes):
    facts = {
        "name": "Fırtına", "service_ids": tuple(incident.service_ids), "area_id": incident.area_id,
        "since": incident.since, "banner": {"tr": "Fırtına var, çalışıyoruz.", "fa": " "}, "shown": True,
    }  # fmt: skip
    return Plan(**(facts | changes))


@pytest.fixture
def proposed(town, now):
    storm(town, now)
    detect(now=now)
    return Incident.objects.get()


@pytest.fixture
def running(proposed, town, now):
    return gathering.start(incident_id=proposed.pk, plan=plan(proposed), by=town.derya, now=now)


def kinds(subject):
    return list(Event.objects.filter(subject=subject).order_by("id").values_list("kind", flat=True))


def test_many_fallen_trees_in_an_hour_are_proposed_as_one_incident(proposed, town):
    assert proposed.state == IncidentState.PROPOSED
    assert proposed.area_id == town.cinaralti.id
    assert proposed.service_ids == [town.tree.id]
    assert proposed.evidence["count"] == 9
    assert len(gathering.member_ids(proposed)) == 9
    assert kinds(f"incident:{proposed.pk}") == ["incident.proposed"]
    assert not Event.objects.filter(kind="case.gathered").exists()  # nobody has said that it is one


def test_one_person_who_writes_nine_times_is_no_storm(town, now):
    for number in range(9):
        opened(town, f"Ağaç {number}", now=now, who="Ali Veli", service=town.tree)
    detect(now=now)
    assert not Incident.objects.exists()


def test_what_every_day_brings_at_this_hour_is_no_storm(town, now):
    for day in range(1, 4):
        storm(town, now - timedelta(days=day), count=4)
    storm(town, now)
    detect(now=now)
    assert not Incident.objects.exists()


def test_a_city_may_set_the_bar_or_switch_it_off(town, now):
    storm(town, now)
    for settings in ({"at_least": 30}, {"on": False}):
        Municipality.objects.update(settings={"incidents": settings})
        forget()
        detect(now=now)
        assert not Incident.objects.exists()


def test_the_same_storm_is_proposed_once_and_grows(proposed, town, now):
    storm(town, now, count=14)
    detect(now=now)
    again = Incident.objects.get()
    assert again.evidence["count"] == 14
    assert len(gathering.member_ids(again)) == 23


def test_a_refused_proposal_lets_its_cases_go_and_does_not_come_back_at_once(proposed, town, now):
    gathering.refuse(incident_id=proposed.pk, by=town.derya, now=now)
    assert gathering.member_ids(proposed) == []
    detect(now=now)
    assert Incident.objects.count() == 1
    gathering.take_up(incident_id=proposed.pk, by=town.derya, now=now + timedelta(minutes=1))
    assert len(gathering.member_ids(proposed)) == 9


def test_a_proposal_that_nobody_looks_at_is_dropped_after_a_day(proposed, now):
    detect(now=now + timedelta(hours=25))
    proposed.refresh_from_db()
    assert proposed.state == IncidentState.REFUSED


def test_a_person_declares_it_and_every_case_is_told_so_in_the_journal(running, town):
    assert running.state == IncidentState.RUNNING
    assert running.banner == {"tr": "Fırtına var, çalışıyoruz."}
    assert kinds(f"incident:{running.pk}") == ["incident.proposed", "incident.started"]
    assert Event.objects.filter(kind="case.gathered").count() == 9
    (live,) = fitting.running()
    assert live.text("fa", "tr") == "Fırtına var, çalışıyoruz."


def test_a_stale_page_or_a_second_start_changes_nothing(running, town, now):
    with pytest.raises(IncidentMoveError):
        gathering.start(incident_id=running.pk, plan=plan(running), by=town.derya, now=now)
    with pytest.raises(StaleError):
        gathering.alter(incident_id=running.pk, plan=plan(running), by=town.derya, now=now, version=1)
    changed = gathering.alter(incident_id=running.pk, plan=plan(running, name="Sel"), by=town.derya, now=now)
    assert changed.name == "Sel"
    assert Event.objects.get(kind="incident.changed").data["changes"] == {"name": ["Fırtına", "Sel"]}


def test_what_fits_is_offered_and_joins_by_itself_only_where_that_is_wanted(running, town, now):
    later = opened(town, "Dal kırıldı", now=now, who="Nur", service=town.tree)
    elsewhere = opened(town, "Dal", now=now, who="Su", service=town.tree, area_id=town.iskele.id)
    assert [case.pk for case in fitting.fitting(running)] == [later.pk]
    detect(now=now)
    assert later.pk not in gathering.member_ids(running)

    gathering.alter(incident_id=running.pk, plan=plan(running, joins=True), by=town.derya, now=now)
    detect(now=now)
    assert later.pk in gathering.member_ids(running)
    assert elsewhere.pk not in gathering.member_ids(running)
    assert kinds(f"case:{later.pk}")[-1] == "case.gathered"


def test_a_case_leaves_and_does_not_come_back_by_itself_but_by_a_person(running, town, now):
    gathering.alter(incident_id=running.pk, plan=plan(running, joins=True), by=town.derya, now=now)
    case_id = gathering.member_ids(running)[0]
    assert gathering.leave(incident_id=running.pk, case_ids=[case_id], by=town.derya, now=now) == [case_id]
    detect(now=now)
    assert case_id not in gathering.member_ids(running)
    assert gathering.join(incident_id=running.pk, case_ids=[case_id], by=town.derya, now=now) == [case_id]
    assert kinds(f"case:{case_id}")[-2:] == ["case.released", "case.gathered"]


def test_a_case_stands_in_one_incident_at_a_time(running, town, now):
    other = gathering.declare(plan=plan(running, name="Başka"), by=town.derya, now=now)
    case_id = gathering.member_ids(running)[0]
    assert gathering.join(incident_id=other.pk, case_ids=[case_id], by=town.derya, now=now) == []
    assert IncidentCase.objects.get(case_id=case_id, left_at=None).incident_id == running.pk


def test_an_end_is_undone(running, town, now):
    gathering.finish(incident_id=running.pk, by=town.derya, now=now)
    fitting.forget()
    assert fitting.running() == ()
    again = gathering.take_up(incident_id=running.pk, by=town.derya, now=now)
    assert again.state == IncidentState.RUNNING
    assert len(gathering.member_ids(again)) == 9


def order(sort=IncidentOrder.Sort.END, once="sheet-1", **facts):
    given = {"texts": {"tr": "Hepsi kaldırıldı."}, "outcome": "done" if sort == "end" else ""}
    return Order(sort=sort, once=once, **(given | facts))


def nothing(_order, _case_id):
    raise AssertionError("an end says nothing by itself")


def test_ending_all_ends_each_case_with_its_own_event_and_tells_what_was_not_possible(running, town, now):
    ended = gathering.member_ids(running)[0]
    laid = orders.lay_down(incident_id=running.pk, order=order(), by=town.derya, now=now)
    assert orders.lay_down(incident_id=running.pk, order=order(), by=town.derya, now=now).pk == laid.pk
    assert not orders.carry_out(answer=nothing, now=now)  # it waits
    Case.objects.filter(pk=ended).update(state=State.ENDED)

    assert not orders.carry_out(answer=nothing, now=now + timedelta(minutes=1))

    laid.refresh_from_db()
    assert (laid.done, laid.failed) == (9, [[ended, "moved"]])
    assert laid.finished_at is not None
    told = Event.objects.filter(kind="case.ended")
    assert told.count() == 8
    assert {event.data["reason"] for event in told} == {"Hepsi kaldırıldı."}
    assert kinds(f"incident:{running.pk}")[-2:] == ["incident.ordered", "incident.order_carried_out"]


def test_an_order_is_taken_back_before_or_in_the_middle(running, town, now):
    later = now + timedelta(minutes=1)
    first = orders.lay_down(incident_id=running.pk, order=order(), by=town.derya, now=now)
    orders.take_back(order_id=first.pk, incident_id=running.pk, by=town.derya, now=now)
    assert not orders.carry_out(answer=nothing, now=later)
    assert not Case.objects.filter(state=State.ENDED).exists()

    second = orders.lay_down(incident_id=running.pk, order=order(once="2"), by=town.derya, now=now)
    assert orders.carry_out(answer=nothing, now=later, limit=3)
    orders.take_back(order_id=second.pk, incident_id=running.pk, by=town.derya, now=later)
    orders.carry_out(answer=nothing, now=later)
    assert Case.objects.filter(state=State.ENDED).count() == 3
    with pytest.raises(IncidentMoveError):
        orders.take_back(order_id=second.pk, incident_id=running.pk, by=town.derya, now=later)


def test_what_is_let_go_before_its_turn_is_left_alone(running, town, now):
    later = now + timedelta(minutes=1)
    wrong, late, *_others = gathering.member_ids(running)
    orders.lay_down(incident_id=running.pk, order=order(), by=town.derya, now=now)
    gathering.leave(incident_id=running.pk, case_ids=[wrong], by=town.derya, now=now)
    assert orders.carry_out(answer=nothing, now=later, limit=1)
    gathering.leave(incident_id=running.pk, case_ids=[late], by=town.derya, now=later)

    orders.carry_out(answer=nothing, now=later)

    laid = IncidentOrder.objects.get()
    assert (laid.done, laid.failed) == (9, [[wrong, "left"], [late, "left"]])
    assert not Case.objects.filter(pk__in=[wrong, late], state=State.ENDED).exists()
    assert Event.objects.filter(kind="case.ended").count() == 7
    assert laid.finished_at is not None

    gathering.join(incident_id=running.pk, case_ids=[wrong, late], by=town.derya, now=later)
    said = order(sort=IncidentOrder.Sort.ANSWER, once="2", outcome="")
    orders.lay_down(incident_id=running.pk, order=said, by=town.derya, now=later)
    gathering.leave(incident_id=running.pk, case_ids=[wrong], by=town.derya, now=later)
    heard = []
    orders.carry_out(answer=lambda _order, case_id: heard.append(case_id), now=later + timedelta(minutes=1))
    assert heard == [late]


def test_one_odd_case_holds_up_neither_the_others_nor_the_next_order(running, town, now):
    later, heard = now + timedelta(minutes=1), []
    first, *others = gathering.member_ids(running)
    for once in ("sheet-1", "sheet-2"):
        said = order(sort=IncidentOrder.Sort.ANSWER, once=once)
        orders.lay_down(incident_id=running.pk, order=said, by=town.derya, now=now)

    def answer(laid, case_id):
        if case_id == first:
            raise LookupError("what nobody foresaw")
        heard.append((laid.once, case_id))

    assert not orders.carry_out(answer=answer, now=later)
    assert heard == [(once, case_id) for once in ("sheet-1", "sheet-2") for case_id in others]
    for laid in IncidentOrder.objects.all():
        assert (laid.failed, laid.finished_at) == ([[first, "stumbled"]], later)


def test_nobody_is_answered_in_a_language_without_a_text(running, town, now):
    Case.objects.filter(pk=gathering.member_ids(running)[0]).update(language="kk")
    with pytest.raises(MissingTextError) as caught:
        orders.lay_down(incident_id=running.pk, order=order(), by=town.derya, now=now)
    assert caught.value.languages == ["kk"]
    with pytest.raises(MissingTextError):
        orders.lay_down(incident_id=running.pk, order=order(texts={}), by=town.derya, now=now)
    withdrawn = order(texts={"tr": "a", "kk": "b"}, outcome="withdrawn")
    with pytest.raises(IncidentMoveError):
        orders.lay_down(incident_id=running.pk, order=withdrawn, by=town.derya, now=now)


def test_an_order_reaches_only_what_its_giver_sees(running, town, now):
    laid = orders.lay_down(incident_id=running.pk, order=order(), by=town.murat, now=now)
    assert laid.case_ids == []  # trees are not for roads


def test_the_quiet_job_costs_three_statements_when_nothing_happens(town, now):
    opened(town, now=now)
    with CaptureQueriesContext(connection) as caught:
        detect(now=now)
    asked = [query["sql"] for query in caught if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 5
