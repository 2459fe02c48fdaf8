"""A statement that is composed once answers each question anew."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from vefa.directory.models import Area, Unit
from vefa.kit.prepared import Act, NotComposedError, Prepared, among, blanks, stand_ins, together

pytestmark = pytest.mark.django_db


def test_each_question_gets_its_own_answer(town):
    named = Prepared(lambda key: Unit.objects.filter(key=key).select_related("parent"), str)

    assert [one.pk for one in named(town.roads.key)] == [town.roads.pk]
    assert [one.pk for one in named(town.parks.key)] == [town.parks.pk]
    assert named("nowhere") == []


def test_what_stands_beside_the_question_stays(town):
    listed = Prepared(lambda ids: Unit.objects.filter(among("id", ids), key=town.roads.key), list)

    assert listed([town.roads.pk, town.parks.pk]) == [town.roads]
    assert listed([town.parks.pk]) == []
    assert listed([]) == []


def test_related_rows_come_with_it_in_one_statement(town):
    lying = Prepared(lambda area_id: Area.objects.filter(pk=area_id).select_related("parent"), int)
    lying(town.carsi.pk)

    with CaptureQueriesContext(connection) as caught:
        parent = lying(town.carsi.pk)[0].parent

    assert parent == town.carsi.parent
    assert len(caught) == 1


def test_a_planned_statement_answers_alike_and_is_planned_once(town):
    listed = Prepared(
        lambda ids, key: Unit.objects.filter(among("id", ids), key=key, retired_at=None).exclude(key="100%"),
        list, str, planned=True,
    )  # fmt: skip
    both = [town.roads.pk, town.parks.pk]
    assert listed(both, town.roads.key) == [town.roads]

    with CaptureQueriesContext(connection) as caught:
        assert listed(both, town.parks.key) == [town.parks]
        assert listed([], town.parks.key) == []
    assert [one["sql"].split()[0] for one in caught.captured_queries] == ["EXECUTE", "EXECUTE"]


def test_a_driver_that_keeps_plans_itself_is_asked_with_everything_but_the_question_in_the_words(town):
    said = []

    def run(statement, values):
        said.append((statement, list(values)))
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    listed = Prepared(
        lambda key, pk: Unit.objects.filter(key=key, retired_at=None).exclude(key="100%").exclude(pk=pk),
        str, int, run=run,
    )  # fmt: skip

    assert listed(town.roads.key, 0) == [town.roads]
    assert listed(town.roads.key, town.roads.pk) == []
    assert [values for _, values in said] == [[town.roads.key, 0], [town.roads.key, town.roads.pk]]
    assert "'100%%'" in said[0][0]


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_plans_anew(town):
    named = Prepared(lambda key: Unit.objects.filter(key=key), str, planned=True)
    named(town.roads.key)
    connection.close()

    assert named(town.roads.key) == [town.roads]


@pytest.fixture
def by_id():
    return Prepared(lambda unit_id: Unit.objects.filter(pk=unit_id), int, planned=True)


@pytest.fixture
def keys():
    return Prepared(
        lambda unit_id: Unit.objects.filter(pk=unit_id).values_list("key", flat=True), int, planned=True
    )


def test_questions_that_are_asked_together_cost_one_round_trip(town, by_id, keys):
    with CaptureQueriesContext(connection) as first, together([(by_id, (town.roads.pk,))]):
        assert by_id(town.roads.pk) == [town.roads]
    assert [one["sql"].split()[0] for one in first.captured_queries] == ["PREPARE", "EXECUTE"]
    keys(town.roads.pk)

    asked = [(by_id, (town.roads.pk,)), (keys, (town.parks.pk,))]
    with CaptureQueriesContext(connection) as caught, together(asked):
        assert keys(town.parks.pk) == [town.parks.key]
        assert by_id(town.roads.pk) == [town.roads]
    assert len(caught) == 1


def test_a_question_that_was_not_asked_ahead_is_asked_then(town, by_id):
    with together([(by_id, (town.roads.pk,))]):
        assert by_id(town.parks.pk) == [town.parks]
        assert by_id(town.roads.pk) == [town.roads]


def test_an_answer_is_used_once_and_gone_afterwards(town, by_id):
    with together([(by_id, (town.roads.pk,))]):
        assert by_id(town.roads.pk)[0].key == town.roads.key
        Unit.objects.filter(pk=town.roads.pk).update(key="ways")
        assert by_id(town.roads.pk)[0].key == "ways"
    with together([(by_id, (town.roads.pk,))]):
        Unit.objects.filter(pk=town.roads.pk).update(key="lanes")
    assert by_id(town.roads.pk)[0].key == "lanes"


RENAMED = Act("UPDATE directory_unit SET key = %s WHERE id = %s")


def test_an_act_among_questions_is_done_before_what_follows_it(town, by_id):
    for name in ("ways", "lanes"):
        asked = [(RENAMED, (name, town.roads.pk)), (by_id, (town.roads.pk,))]
        with CaptureQueriesContext(connection) as caught, together(asked):
            assert by_id(town.roads.pk)[0].key == name
    assert len(caught) == 1


def test_an_act_is_done_once_where_reads_have_no_plans(town):
    plain = Prepared(lambda unit_id: Unit.objects.filter(pk=unit_id), int)
    longer = Act("UPDATE directory_unit SET key = key || %s WHERE id = %s")

    with together([(longer, ("x", town.roads.pk)), (plain, (town.roads.pk,))]):
        assert plain(town.roads.pk)[0].key == f"{town.roads.key}x"
    longer("y", town.roads.pk)
    assert plain(town.roads.pk)[0].key == f"{town.roads.key}xy"


def test_an_act_that_fails_takes_what_went_along_with_it(town, by_id):
    by_id(town.roads.pk)
    RENAMED("ways", town.roads.pk)
    asked = [(RENAMED, ("lanes", town.roads.pk)), (RENAMED, (None, town.roads.pk)), (by_id, (town.roads.pk,))]

    with pytest.raises(IntegrityError), transaction.atomic(), together(asked):
        pytest.fail("nothing was refused")
    assert by_id(town.roads.pk)[0].key == "ways"


def test_questions_without_plans_are_asked_one_by_one(town, by_id):
    plain = Prepared(lambda unit_id: Unit.objects.filter(pk=unit_id), int)
    with CaptureQueriesContext(connection) as caught, together([(plain, (town.roads.pk,)), (by_id, (1,))]):
        assert plain(town.roads.pk) == [town.roads]
    assert [one["sql"].split()[0] for one in caught.captured_queries if "PREPARE" not in one["sql"]] == [
        "SELECT"
    ]


def test_dictionaries_are_refused_rather_than_misread(town):
    rows = Prepared(lambda unit_id: Unit.objects.filter(pk=unit_id).values("key"), int)

    with pytest.raises(NotComposedError, match="lists of values"):
        rows(town.roads.pk)


def test_what_is_fetched_later_comes_along(town):
    areas = Prepared(lambda area_id: Area.objects.filter(pk=area_id).prefetch_related("children"), int)
    areas(town.carsi.parent_id)

    with CaptureQueriesContext(connection) as caught:
        assert town.carsi in areas(town.carsi.parent_id)[0].children.all()
    assert len(caught) == 2


def test_rows_of_values_are_prepared_too(town):
    keys = Prepared(lambda unit_id: Unit.objects.filter(pk=unit_id).values_list("key", flat=True), int)

    assert keys(town.roads.pk) == [town.roads.key]


def test_a_question_that_the_statement_ignores_is_refused(town):
    blind = Prepared(lambda _unit_id: Unit.objects.filter(key=town.roads.key), int)

    with pytest.raises(NotComposedError):
        blind(town.roads.pk)


def test_stand_ins_are_found_again_wherever_they_stand():
    number, moment = standing = stand_ins((int, datetime))
    empty = blanks((moment, "ended", number, moment), standing)

    now = datetime(2026, 3, 4, tzinfo=UTC)
    assert empty.filled((7, now)) == (now, "ended", 7, now)
