"""What an operator settled is taken back: the case asks again, and a part goes back into its whole."""

import pytest

from tests.web.desk.conftest import wrote
from vefa.cases import lifecycle
from vefa.cases.lifecycle import Assignment, Description, MoveNotAllowedError, Piece
from vefa.cases.models import Case, Outcome, Promise, State
from vefa.journal.models import Event

__all__ = ["wrote"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def unsure(wrote, now) -> Case:
    case: Case = wrote(
        "Ali Demir", "7001", "Orası yine aynı", now=now, service=None, area_id=None, unsure=True
    )
    return case


def test_what_was_settled_asks_again_with_the_old_facts_and_unit(town, unsure, now):
    was = lifecycle.facts_of(unsure)
    words = Description(service_id=town.pothole.pk, area_id=town.carsi.pk, urgency=1)
    settled = lifecycle.describe(case_id=unsure.pk, words=words, by=town.derya, now=now)
    assert (settled.unsure, settled.unit_id, settled.public) == (False, town.roads.pk, True)

    again = lifecycle.unsettle(case_id=unsure.pk, was=was, by=town.derya, now=now)

    assert lifecycle.facts_of(again) == was
    assert (again.unsure, again.public, again.service_id) == (True, False, None)
    assert Event.objects.latest("id").data["undone"] is True
    assert Case.objects.get(pk=unsure.pk).due_at == unsure.due_at


def test_nothing_is_taken_back_once_somebody_works_on_it(town, unsure, now):
    was = lifecycle.facts_of(unsure)
    lifecycle.describe(case_id=unsure.pk, words=Description(service_id=town.tree.pk), by=town.derya, now=now)
    lifecycle.take(case_id=unsure.pk, by=town.pelin, now=now)
    with pytest.raises(MoveNotAllowedError):
        lifecycle.unsettle(case_id=unsure.pk, was=was, by=town.derya, now=now)


def test_a_part_goes_back_into_its_whole_and_nobody_is_told(town, unsure, now):
    piece = Piece(title="Lamba", text="Lamba da yanmıyor", service_id=town.street_light.pk)
    cut = lifecycle.part(case_id=unsure.pk, piece=piece, by=town.derya, now=now)

    back = lifecycle.unpart(case_id=cut.pk, by=town.derya, now=now)

    assert (back.state, back.outcome, back.due_at) == (State.ENDED, Outcome.WITHDRAWN, None)
    assert not Event.objects.filter(kind="case.ended").exists()
    assert Promise.objects.filter(case=cut, dropped_at=None).count() == 0


def test_a_part_that_was_begun_with_stays(town, unsure, now):
    piece = Piece(title="Lamba", text="Lamba da yanmıyor", service_id=town.street_light.pk)
    cut = lifecycle.part(case_id=unsure.pk, piece=piece, by=town.derya, now=now)
    lifecycle.assign(case_id=cut.pk, to=Assignment(staff_id=town.kemal.pk, reason=""), by=town.derya, now=now)
    for pk in (cut.pk, unsure.pk):
        with pytest.raises(MoveNotAllowedError):
            lifecycle.unpart(case_id=pk, by=town.derya, now=now)
