"""Open cases that may be the same: found by place, weighed, offered; and nothing where there is no place."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cases.stories import opened
from vefa.cases.models import Case, State
from vefa.triage.models import CaseVector
from vefa.triage.sameness.candidates import Asked, candidates
from vefa.triage.sameness.offering import offers
from vefa.triage.sameness.reading import read_case

pytestmark = pytest.mark.django_db
HOLE = "Lale Sokak 14 önünde büyük bir çukur var"


@pytest.fixture
def known(town, now):
    return opened(town, HOLE, now=now, who="Ali")


def told(case, staff):
    return [offer.case.pk for offer in offers(case, staff)]


def read_for(case, staff):
    return candidates(Asked(case, read_case(case), staff))


def test_the_same_hole_is_offered_and_the_hole_next_door_is_not(town, known, now):
    opened(town, "Lale Sokak 47 önünde çukur var", now=now, who="Bora")
    opened(town, "Lale Sokak 14 önünde lamba yanmıyor", now=now, who="Can", service=town.street_light)
    again = opened(town, "lale sokakta 14 numaranın önündeki çukura düştüm", now=now, who="Derya")
    (offer,) = offers(again, town.derya)
    assert offer.case.pk == known.pk
    assert offer.probability > 0.8
    assert {"street", "house"} <= {sign.name for sign in offer.likeness.signs}


def test_points_near_each_other_are_one_place_although_nobody_names_it(town, now):
    first = opened(town, "Burada çukur var", now=now, who="Ali", lat=38.0201, lon=27.0101)
    far = opened(town, "Burada çukur var", now=now, who="Bora", lat=38.0301, lon=27.0101)
    again = opened(town, "Yolda koca çukur", now=now, who="Can", lat=38.0203, lon=27.0101)
    assert told(again, town.derya) == [first.pk]
    assert far.pk not in told(again, town.derya)


def test_where_nothing_says_where_nothing_is_compared(town, now):
    opened(town, "Çukur var", now=now, who="Ali", area_id=None)
    bare = opened(town, "Çukur var", now=now, who="Bora", area_id=None)
    with CaptureQueriesContext(connection) as caught:
        assert offers(bare, town.derya) == []
    assert len(caught) <= 3


def test_what_has_an_outcome_or_is_a_month_old_is_not_offered(town, known, now):
    old = opened(town, HOLE, now=now - timedelta(days=40), who="Bora")
    again = opened(town, HOLE, now=now, who="Can")
    assert told(again, town.derya) == [known.pk]
    Case.objects.filter(pk=known.pk).update(state=State.ENDED)
    assert told(again, town.derya) == []
    assert old.pk not in told(again, town.derya)


def test_nobody_is_offered_what_they_may_not_see(town, now):
    opened(town, "Lale Sokak 14 ağaç devrildi", now=now, who="Ali", service=town.tree)
    again = opened(town, "Lale Sokak 14 ağaç devrildi", now=now, who="Bora", service=town.tree)
    assert told(again, town.derya)
    assert told(again, town.murat) == []


def test_the_nearest_in_meaning_are_looked_at_too(town, known, now):
    """In another area by mistake, but at the same house: only the vectors lead there."""
    again = opened(town, HOLE, now=now, who="Bora", area_id=town.cinaralti.id)
    signs = "01" * 192
    for case in (known, again):
        CaseVector.objects.create(case=case, model="m", signs=signs, vector=b"\0<" * 384, words="")
    assert told(again, town.derya) == [known.pk]


def test_a_question_costs_a_handful_of_statements(town, known, now):
    for number in range(20):
        opened(town, HOLE, now=now, who=f"Kişi {number}")
    again = opened(town, HOLE, now=now, who="Bora")
    offers(again, town.derya)
    with CaptureQueriesContext(connection) as caught:
        assert len(offers(again, town.derya)) == 3
    assert len(caught) <= 9


def test_a_double_that_was_given_another_service_is_read_all_the_same(town, known, now):
    again = opened(town, HOLE, now=now, who="Bora", service=town.street_light)
    assert known.pk in {case.pk for case in read_for(again, town.derya)}


def test_a_street_that_both_name_leads_to_a_case_without_an_area(town, now):
    first = opened(town, HOLE, now=now, who="Ali", area_id=None)
    again = opened(town, "Lale Sokak 14 çukur hâlâ duruyor", now=now, who="Bora")
    other = opened(town, "Papatya Sokak 14 çukur", now=now, who="Can", area_id=None)
    found = {case.pk for case in read_for(again, town.derya)}
    assert first.pk in found
    assert other.pk not in found
    assert told(again, town.derya) == [first.pk]


def test_what_the_same_person_said_elsewhere_is_read_too(town, now):
    first = opened(town, "Burada çukur var", now=now, who="Ali", area_id=town.cinaralti.id)
    again = opened(town, "Yine o çukur, hiç ilgilenen yok", now=now, who="Ali")
    Case.objects.filter(pk=again.pk).update(citizen_id=first.citizen_id)
    again.refresh_from_db()
    assert first.pk in {case.pk for case in read_for(again, town.derya)}
