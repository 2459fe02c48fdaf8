"""Derya and Reza decide what triage is unsure of, each their own; and take it back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from tests.web.desk.conftest import pothole_case, wrote
from vefa.cases import lifecycle
from vefa.cases.lifecycle import Assignment, Description, MoveNotAllowedError, Piece, StaleError
from vefa.cases.models import Case, Outcome, State
from vefa.journal.replay import react
from vefa.triage.deciding import acting, holding, undoing
from vefa.triage.deciding.acting import Look
from vefa.triage.deciding.holding import HOLDS, HeldError
from vefa.triage.models import DeskDecision, ServiceLabel
from vefa.wiring.flow import REACTIONS

__all__ = ["pothole_case", "wrote"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def line(wrote, now) -> list[Case]:
    """Three unsure cases, the last of them urgent."""
    facts = {"service": None, "unsure": True, "area_id": None}
    return [
        wrote(f"Ali {n}", f"710{n}", text, now=now + timedelta(minutes=n), urgency=urgency, **facts)
        for n, (text, urgency) in enumerate((("Orası yine aynı", 0), ("Üç gündür böyle", 0), ("Yetişin", 1)))
    ]


def look(case: Case, by, now) -> Look:
    return Look(case_id=case.pk, by=by, now=now, version=Case.objects.get(pk=case.pk).version)


def test_the_most_urgent_comes_first_then_what_waits_longest(town, line, now):
    first, second, urgent = line
    seen = []
    for _ in line:
        case = holding.next_case(town.derya, now=now)
        assert case is not None
        seen.append(case.pk)
        acting.settle(look(case, town.derya, now), Description(service_id=town.tree.pk))
    assert seen == [urgent.pk, first.pk, second.pk]
    assert holding.next_case(town.derya, now=now) is None
    assert holding.standing(town.derya, now=now) == holding.Standing(done=3, left=0, held=0, skipped=0)


def test_two_people_are_never_given_the_same(town, line, now):
    hers, his = holding.next_case(town.derya, now=now), holding.next_case(town.reza, now=now)
    assert hers is not None
    assert his is not None
    assert hers.pk != his.pk
    assert holding.next_case(town.derya, now=now) == hers  # her page loaded again shows the same
    assert holding.standing(town.derya, now=now).held == 1
    with pytest.raises(HeldError):
        acting.settle(look(his, town.derya, now), Description(service_id=town.tree.pk))


def test_who_went_away_loses_the_case_after_some_minutes(town, line, now):
    left = holding.next_case(town.derya, now=now)
    later = now + HOLDS
    assert left is not None
    assert holding.next_case(town.reza, now=later) == left
    with pytest.raises(HeldError):
        acting.skip(look(left, town.derya, later))


def test_nobody_is_given_what_they_may_not_see(town, line, wrote, now):
    far = wrote("Naz", "7009", "Orada", now=now, service=None, unsure=True, area_id=town.iskele.pk)
    assert holding.next_case(town.selin, now=now) is None
    given = [holding.next_case(who, now=now) for who in (town.derya, town.reza, town.ayse, town.leyla)]
    assert far in given


def test_a_decision_routes_the_case_and_is_taken_back(town, line, now):
    case = holding.next_case(town.derya, now=now)
    assert case is not None
    was = lifecycle.facts_of(case)
    told = acting.settle(look(case, town.derya, now), Description(service_id=town.street_light.pk, urgency=0))
    assert (told.unsure, told.unit_id, told.urgency) == (False, town.lighting.pk, 0)

    undone = undoing.undo(staff=town.derya, now=now + timedelta(seconds=5))

    assert undone.case_id == case.pk
    assert lifecycle.facts_of(Case.objects.get(pk=case.pk)) == was
    assert holding.next_case(town.derya, now=now + timedelta(seconds=6)) == case
    with pytest.raises(undoing.NothingToUndoError):
        undoing.undo(staff=town.derya, now=now)


def test_the_last_two_decisions_are_taken_back_one_after_the_other(town, line, now):
    decided = []
    for seconds in range(2):
        case = holding.next_case(town.derya, now=now)
        assert case is not None
        acting.settle(
            look(case, town.derya, now + timedelta(seconds=seconds)), Description(service_id=town.tree.pk)
        )
        decided.append(case.pk)
    back = [undoing.undo(staff=town.derya, now=now + timedelta(minutes=1)).case_id for _ in decided]
    assert back == decided[::-1]
    assert Case.objects.filter(unsure=True).count() == 3


def test_what_somebody_works_on_is_not_taken_back(town, line, now):
    case = holding.next_case(town.derya, now=now)
    assert case is not None
    acting.settle(look(case, town.derya, now), Description(service_id=town.tree.pk))
    lifecycle.take(case_id=case.pk, by=town.pelin, now=now)
    with pytest.raises(MoveNotAllowedError):
        undoing.undo(staff=town.derya, now=now)
    assert DeskDecision.objects.get().undone_at is None


def test_a_known_matter_follows_its_case_and_stands_for_itself_again(town, line, pothole_case, now):
    case = holding.next_case(town.derya, now=now)
    assert case is not None
    acting.merge(look(case, town.derya, now), pothole_case.pk)
    joined = Case.objects.get(pk=case.pk)
    assert (joined.outcome, joined.master_id) == (Outcome.DUPLICATE, pothole_case.pk)
    undoing.undo(staff=town.derya, now=now)
    back = Case.objects.get(pk=case.pk)
    assert (back.state, back.master_id, back.unsure) == (State.NEW, None, True)


def corrected(case, town, now):
    words = Description(service_id=town.pothole.pk)
    lifecycle.describe(case_id=case.pk, words=words, by=town.murat, now=now)


def handed_on(case, town, now):
    to = Assignment(unit_id=town.golkiyi_office.pk, reason="Bizim değil")
    lifecycle.transfer(case_id=case.pk, to=to, by=town.murat, now=now)


@pytest.mark.parametrize("meanwhile", [corrected, handed_on])
def test_what_a_colleague_corrected_or_handed_on_is_not_taken_back(town, line, meanwhile, now):
    case = holding.next_case(town.derya, now=now)
    assert case is not None
    acting.settle(look(case, town.derya, now), Description(service_id=town.tree.pk))
    meanwhile(case, town, now + timedelta(minutes=5))
    after = lifecycle.facts_of(Case.objects.get(pk=case.pk))

    with pytest.raises(MoveNotAllowedError):
        undoing.undo(staff=town.derya, now=now + timedelta(hours=1))

    assert lifecycle.facts_of(Case.objects.get(pk=case.pk)) == after


def test_a_part_that_a_colleague_corrected_is_not_put_back(town, line, now):
    case = holding.next_case(town.derya, now=now)
    assert case is not None
    pieces = [
        Piece(title=title, text=title, service_id=service.pk)
        for title, service in (("Çukur", town.pothole), ("Lamba", town.street_light))
    ]
    (cut,) = acting.split(look(case, town.derya, now), pieces, Description(service_id=town.pothole.pk))
    words = Description(service_id=town.tree.pk)
    lifecycle.describe(case_id=cut.pk, words=words, by=town.murat, now=now)
    with pytest.raises(MoveNotAllowedError):
        undoing.undo(staff=town.derya, now=now)
    assert Case.objects.get(pk=cut.pk).state == State.NEW


def test_what_follows_another_case_by_now_goes_on_following_it(town, line, pothole_case, now):
    case = holding.next_case(town.derya, now=now)
    assert case is not None
    acting.merge(look(case, town.derya, now), pothole_case.pk)
    lifecycle.undouble(case_id=case.pk, by=town.murat, now=now)
    other = next(one for one in line if one.pk != case.pk)
    lifecycle.double(case_id=case.pk, master_id=other.pk, by=town.murat, now=now)

    with pytest.raises(MoveNotAllowedError):
        undoing.undo(staff=town.derya, now=now)

    assert Case.objects.get(pk=case.pk).master_id == other.pk


def test_undoing_takes_back_ones_own_word_and_no_colleagues(town, line, now):
    """The head says the same of it as Derya, later; she takes hers back."""
    case = holding.next_case(town.derya, now=now)
    assert case is not None
    acting.settle(look(case, town.derya, now), Description(service_id=town.tree.pk))
    for minutes, service in enumerate((town.pothole, town.tree), start=1):
        words, later = Description(service_id=service.pk), now + timedelta(minutes=minutes)
        lifecycle.describe(case_id=case.pk, words=words, by=town.murat, now=later)
    react_all(now + timedelta(hours=1))

    undoing.undo(staff=town.derya, now=now + timedelta(hours=1))
    react_all(now + timedelta(hours=2))

    struck = ServiceLabel.objects.filter(undone_at__isnull=False)
    assert [(one.staff, one.at) for one in struck] == [(town.derya, now)]


def react_all(now):
    while react(REACTIONS, now=now):
        pass


def test_several_matters_become_parts_and_one_again(town, line, now):
    case = holding.next_case(town.derya, now=now)
    assert case is not None
    pieces = [
        Piece(title="Çukur", text="Çukur var", service_id=town.pothole.pk),
        Piece(title="Lamba", text="Lamba yanmıyor", service_id=town.street_light.pk),
    ]
    words = Description(service_id=town.pothole.pk)
    with pytest.raises(acting.FewPiecesError):
        acting.split(look(case, town.derya, now), pieces[:1], words)
    (cut,) = acting.split(look(case, town.derya, now), pieces, words)
    assert (cut.parent_id, cut.unit_id) == (case.pk, town.lighting.pk)
    assert Case.objects.get(pk=case.pk).unit_id == town.roads.pk

    undoing.undo(staff=town.derya, now=now)

    assert Case.objects.get(pk=cut.pk).state == State.ENDED
    assert Case.objects.get(pk=case.pk).unsure is True


def test_what_was_skipped_comes_again_when_asked_for(town, line, now):
    for _ in line:
        case = holding.next_case(town.derya, now=now)
        assert case is not None
        acting.skip(look(case, town.derya, now))
    assert holding.next_case(town.derya, now=now) is None
    assert holding.standing(town.derya, now=now).skipped == 3
    assert holding.next_case(town.reza, now=now) is not None  # others are given it
    holding.again(town.derya, now=now)
    assert holding.next_case(town.derya, now=now) is not None


def test_an_old_page_and_a_decided_case_are_refused(town, line, now):
    case = holding.next_case(town.derya, now=now)
    assert case is not None
    before = look(case, town.derya, now)
    acting.settle(before, Description(service_id=town.tree.pk))
    with pytest.raises(StaleError):
        acting.settle(before, Description(service_id=town.pothole.pk))
    assert DeskDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_four_people_who_ask_at_the_same_moment_get_four_cases(town, wrote, now):
    for n in range(4):
        wrote(f"Ali {n}", f"710{n}", "Orası yine", now=now, service=None, unsure=True, area_id=None)
    people, together = (town.derya, town.reza, town.ayse, town.leyla), Barrier(4)

    def ask(staff):
        try:
            together.wait(timeout=30)
            return holding.next_case(staff, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(ask, people))

    assert None not in given
    assert len({case.pk for case in given if case}) == 4
