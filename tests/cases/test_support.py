"""Who stands behind a case is counted once, whichever way they came to it, and is taken out again."""

from datetime import datetime

import pytest

from tests.cases.stories import heard, opened
from tests.town import Town
from vefa.cases.lifecycle import double, undouble
from vefa.cases.models import Case
from vefa.cases.support import Behind, leave, support, support_all
from vefa.citizens.merging import merge
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db


def voices(case: Case) -> int:
    """Those besides who opened it."""
    case.refresh_from_db()
    return case.supporters


def joined(town: Town, case: Case, who: str, now: datetime) -> Contact:
    said = heard(town, "bende de", at=now, who=who)
    assert said.citizen
    support(case_id=case.pk, citizen_id=said.citizen.pk, contact=said, now=now)
    return said


def follows(town: Town, twin: Case, master: Case, now: datetime) -> None:
    double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)


def test_ones_own_second_report_makes_no_second_voice(town, now):
    master, again, hers = (opened(town, now=now, who=who) for who in ("Ali Veli", "Ali Veli", "Ayşe"))
    joined(town, master, "Ayşe", now)

    for twin in (again, hers):
        follows(town, twin, master, now)

    assert voices(master) == 1
    undouble(case_id=hers.pk, by=town.derya, now=now)
    assert voices(master) == 1  # she joined it besides


def test_who_reported_it_elsewhere_or_joined_a_duplicate_joins_once(town, now):
    master, hers = opened(town, now=now), opened(town, now=now, who="Ayşe")
    joined(town, hers, "Naz", now)
    follows(town, hers, master, now)
    assert voices(master) == 2

    for who in ("Naz", "Ayşe", "Ali Veli"):
        joined(town, master, who, now)
        joined(town, hers, who, now)

    assert voices(master) == 2


def test_nobody_is_known_behind_two_reports_they_are_two_voices(town, now):
    master = opened(town, now=now)
    for _ in range(2):
        unknown = opened(town, now=now)
        Case.objects.filter(pk=unknown.pk).update(citizen=None)
        follows(town, unknown, master, now)
    assert voices(master) == 2


@pytest.mark.parametrize("together", [False, True])
def test_two_rows_of_one_person_are_one_voice(town, now, together):
    mine, others = opened(town, now=now), opened(town, now=now, who="Ayşe")
    second = heard(town, "bende de", at=now, who="Ali V.")
    assert mine.citizen
    assert second.citizen
    merge(kept_id=mine.citizen.pk, absorbed_id=second.citizen.pk, reason="", by="staff:1", now=now)
    people = (mine.citizen, second.citizen)
    wanted = [Behind(case.pk, who.pk) for case in (mine, others) for who in people]

    if together:
        support_all(wanted, now=now)
    else:
        for one in wanted:
            support(case_id=one.case_id, citizen_id=one.citizen_id, contact=None, now=now)

    assert (voices(mine), voices(others)) == (0, 1)


def test_who_leaves_a_duplicate_leaves_its_master_too(town, now):
    master, twin = opened(town, now=now), opened(town, now=now, who="Ayşe")
    before = joined(town, twin, "Naz", now)
    follows(town, twin, master, now)
    after = joined(town, twin, "Can", now)
    assert voices(master) == 3

    for said in (before, after):
        leave(case_id=twin.pk, citizen_id=said.citizen_id or 0, contact=said, by=town.derya, now=now)

    assert (voices(master), voices(twin)) == (1, 0)
    assert not master.links.filter(contact=after).exists()
    undouble(case_id=twin.pk, by=town.derya, now=now)
    assert (voices(master), voices(twin)) == (0, 0)
