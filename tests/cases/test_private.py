"""What is private is so with all that came of the same message: the whole and its parts."""

import pytest

from tests.cases.stories import opened
from vefa.cases import lifecycle, public, queries
from vefa.cases.models import Case
from vefa.cases.moves import StaleError
from vefa.journal.models import Event


def shown_to(staff, *cases: Case) -> list[bool]:
    seen = set(queries.visible_to(staff).values_list("pk", flat=True))
    return [case.pk in seen for case in cases]


@pytest.mark.parametrize("by_its_part", [False, True])
def test_what_is_private_is_private_with_all_that_came_of_the_message(town, whole, cut, now, by_its_part):
    part, other = cut(), cut(town.street_light)
    everything = (whole, part, other)
    assert shown_to(town.hasan, *everything) == [True] * 3

    marked = lifecycle.mark_private(case_id=(part if by_its_part else whole).pk, by=town.derya, now=now)

    assert marked.pk == (part if by_its_part else whole).pk
    for staff in (town.hasan, town.orhan):
        assert shown_to(staff, *everything) == [False] * 3
    assert shown_to(town.derya, *everything) == [True] * 3
    assert [public.one(one.pk) for one in everything] == [None] * 3
    assert Event.objects.filter(kind="case.marked", data__private=True).count() == 3


def test_a_part_that_is_cut_later_is_private_too(town, whole, cut, now):
    lifecycle.mark_private(case_id=whole.pk, by=town.derya, now=now)
    part = cut()
    assert shown_to(town.hasan, part) == [False]
    assert public.one(part.pk) is None


def test_what_is_shown_again_is_seen_again_with_its_parts_but_only_itself_by_everybody(town, whole, cut, now):
    part = cut()
    lifecycle.mark_private(case_id=whole.pk, by=town.derya, now=now)

    lifecycle.mark_public(case_id=whole.pk, text="Yolda çukur", by=town.derya, now=now)

    assert shown_to(town.hasan, whole, part) == [True, True]
    assert [public.one(one.pk) is not None for one in (whole, part)] == [True, False]


def test_the_version_that_is_asked_for_is_that_of_the_case_itself(town, whole, cut, now):
    part = cut()
    with pytest.raises(StaleError):
        lifecycle.mark_private(case_id=part.pk, by=town.derya, now=now, version=part.version + 1)
    lifecycle.mark_private(case_id=part.pk, by=town.derya, now=now, version=part.version)


def test_another_matter_of_the_same_person_stays_as_it_is(town, whole, now):
    other = opened(town, now=now)
    lifecycle.mark_private(case_id=whole.pk, by=town.derya, now=now)
    assert shown_to(town.hasan, other) == [True]
