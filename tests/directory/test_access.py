"""Rights: what the people of Pınarova see, and what they may do."""

import re

import pytest

from vefa.directory import access
from vefa.directory.access import MAY, Action, Scope, can, scope_of
from vefa.directory.models import Area, Role, Staff, Unit
from vefa.directory.queries import directory, forget


@pytest.fixture
def people(folder):
    folder.load()

    def hire(role: Role, *, unit: str = "", areas: tuple[str, ...] = ()) -> Staff:
        found = Unit.objects.get(key=unit) if unit else None
        staff = Staff.objects.create(
            username=f"{role}-{unit}", name=role, role=role, language="tr", unit=found
        )
        staff.areas.set(Area.objects.filter(key__in=areas))
        forget()  # a load does so by the directory's stamp
        directory()
        return staff

    return hire


def ids(model, *keys: str) -> frozenset[int]:
    return frozenset(model.objects.filter(key__in=keys).values_list("id", flat=True))


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MAYOR, Role.ADMINISTRATOR, Role.AUDITOR, Role.EXPERT])
def test_some_see_everybody_without_a_query(people, role, django_assert_num_queries):
    staff = people(role)
    with django_assert_num_queries(0):
        assert scope_of(staff).everything


def test_a_head_sees_the_own_unit_and_all_below_it(people):
    boss, second = people(Role.HEAD, unit="works"), people(Role.HEAD, unit="roads")

    assert scope_of(boss) == Scope(unit_ids=ids(Unit, "works", "roads"), staff_id=boss.pk)
    assert scope_of(second).unit_ids == ids(Unit, "roads")


def test_a_unit_whose_key_begins_alike_is_not_below(people):
    Unit.objects.create(key="works2", kind="department", path="works2", names={"tr": "Başka"})

    assert scope_of(people(Role.HEAD, unit="works")).unit_ids == ids(Unit, "works", "roads")


def test_the_head_of_a_district_sees_its_office_and_its_neighbourhoods(people):
    selin = people(Role.DISTRICT_HEAD, unit="office", areas=("cinaralti",))

    assert scope_of(selin).unit_ids == ids(Unit, "office")
    assert scope_of(selin).area_ids == ids(Area, "cinaralti", "carsi")


def test_a_neighbourhood_head_sees_one_neighbourhood(people):
    assert scope_of(people(Role.HEADMAN, areas=("carsi",))).area_ids == ids(Area, "carsi")


def test_a_crew_sees_only_what_it_is_given(people):
    kemal = people(Role.CREW, unit="roads", areas=("carsi",))

    assert scope_of(kemal) == Scope(staff_id=kemal.pk)


def test_an_expert_of_a_unit_stays_in_it(people):
    assert scope_of(people(Role.EXPERT, unit="roads")).unit_ids == ids(Unit, "roads")


def test_who_has_neither_unit_nor_area_sees_only_what_is_given_by_name(people):
    head = people(Role.HEAD)

    assert scope_of(head) == Scope(staff_id=head.pk)


def test_who_has_left_sees_nothing_and_may_do_nothing(people, now):
    gone, locked = people(Role.ADMINISTRATOR), people(Role.MAYOR)
    gone.retired_at, locked.is_active = now, False

    assert scope_of(gone).nothing
    assert scope_of(locked).nothing
    assert not can(gone, Action.READ)
    assert not can(locked, Action.READ)


def test_the_scope_is_found_without_a_query(people, django_assert_num_queries):
    selin = Staff.objects.get(pk=people(Role.DISTRICT_HEAD, unit="office", areas=("cinaralti",)).pk)
    with django_assert_num_queries(0):
        assert scope_of(selin).area_ids


def test_only_the_administrator_administers_and_only_some_see_private_data():
    assert {role for role in Role if Action.ADMINISTER in MAY[role]} == {Role.ADMINISTRATOR}
    assert {role for role in Role if Action.PRIVATE not in MAY[role]} == {
        Role.HEADMAN,
        Role.EXPERT,
        Role.AUDITOR,
    }
    assert {role for role in Role if Action.AUDIT in MAY[role]} == {Role.ADMINISTRATOR, Role.AUDITOR}


def test_an_auditor_changes_nothing():
    assert MAY[Role.AUDITOR] == {Action.READ, Action.EXPORT, Action.AUDIT}


def test_an_action_that_does_not_exist_is_a_mistake_of_the_caller(people):
    with pytest.raises(ValueError, match="dance"):
        can(people(Role.MAYOR), "dance")


def test_the_table_in_the_docstring_is_what_the_code_does():
    written: dict[tuple[str, str], bool] = {}
    columns: list[str] = []
    for line in (access.__doc__ or "").splitlines():
        cells = re.split(r"\s{2,}|(?<=\w) (?=\w+ )", line.strip())
        if line.strip().startswith("role"):
            columns = [name for name in re.findall(r"\w+", line) if name in set(Action)]
        elif cells[0] in set(Role):
            marks = re.findall(r"(?<= )[x-](?= |$)", line)
            written |= {(cells[0], name): mark == "x" for name, mark in zip(columns, marks, strict=True)}

    assert written == {(role.value, action.value): action in MAY[role] for role in Role for action in Action}
