"""What counts as many at once, and what rises together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.cases.incidents.rules import Bar, Cell, Surge, bar_of, inside, surges, ways_up

TREE, CABLE, RUBBISH, WATER = 1, 2, 3, 4
BAR = Bar()


def storm(**more: int) -> dict[Cell, int]:
    return {
        Cell("city/north/hill", TREE): 5,
        Cell("city/north/lake", TREE): 4,
        Cell("city/north/hill", CABLE): 3,
        Cell("city/south/port", RUBBISH): 2,
    }


def test_a_storm_is_one_incident_of_what_rises_together():
    assert surges(storm(), {}, BAR) == [Surge("city/north", (TREE, CABLE), 12, 0.0)]


def test_what_is_usual_at_this_hour_is_no_incident():
    usual = {Cell("city/north/hill", TREE): 2.0, Cell("city/north/lake", TREE): 1.5}
    assert surges(storm(), usual, BAR) == []


def test_fewer_people_than_the_bar_are_no_incident():
    assert surges({Cell("city/north", TREE): 7}, {}, BAR) == []
    assert surges({Cell("city/north", TREE): 8}, {}, BAR)[0].count == 8


def test_a_burst_in_one_street_shows_although_the_city_is_busy_with_the_same():
    busy = {Cell(f"city/d{number}", RUBBISH): 3 for number in range(10)}
    usual = {Cell(f"city/d{number}", RUBBISH): 3.0 for number in range(10)}
    burst = {**busy, Cell("city/d4/lane", RUBBISH): 12}
    found = surges(burst, {**usual, Cell("city/d4/lane", RUBBISH): 0.5}, BAR)
    assert [(one.path, one.service_ids) for one in found] == [("city/d4/lane", (RUBBISH,))]


def test_two_troubles_far_apart_are_two_incidents():
    found = surges({Cell("city/north", TREE): 9, Cell("city/south", WATER): 12}, {}, BAR)
    assert [(one.path, one.service_ids) for one in found] == [
        ("city/south", (WATER,)), ("city/north", (TREE,)),
    ]  # fmt: skip


def test_a_trouble_in_every_district_is_one_of_the_whole_city():
    everywhere = {Cell(f"city/d{number}", WATER): 4 for number in range(5)}
    assert [one.path for one in surges(everywhere, {}, BAR)] == ["city"]


def test_what_has_no_place_counts_for_the_whole_city():
    assert surges({Cell("", WATER): 9}, {}, BAR)[0].path == ""


def test_a_city_sets_its_own_bar_and_odd_words_leave_the_usual_one():
    assert bar_of({"incidents": {"at_least": 20, "times": 3, "window_min": 30, "joins": True}}) == Bar(
        at_least=20, times=3.0, window_min=30, joins=True
    )
    assert bar_of({"incidents": {"at_least": "many", "times": -1, "joins": "yes"}}) == Bar()
    assert bar_of({"incidents": "none"}) == Bar()
    assert not bar_of({"incidents": {"on": False}}).on


@pytest.mark.parametrize(
    ("path", "other", "held"),
    [("a/b", "a", True), ("a", "a/b", False), ("ab", "a", False), ("a", "", True), ("a/b", "a/b", True)],
)
def test_an_area_lies_in_another(path, other, held):
    assert inside(path, other) is held


def test_the_way_up_ends_with_the_whole_city():
    assert list(ways_up("a/b")) == ["a/b", "a", ""]


PATHS = st.sampled_from(["", "a", "a/b", "a/c", "d", "d/e"])
COUNTS = st.dictionaries(st.builds(Cell, PATHS, st.integers(1, 4)), st.integers(0, 30), max_size=12)


@given(COUNTS)
def test_no_person_counts_for_two_incidents_of_one_service(counts):
    found = surges(counts, {}, BAR)
    for service in range(1, 5):
        told = sum(counts[cell] for cell in counts if cell.service_id == service)
        named = [one for one in found if service in one.service_ids]
        assert sum(_held(one, counts, service) for one in named) <= told


def _held(surge: Surge, counts: dict[Cell, int], service: int) -> int:
    return sum(
        count
        for cell, count in counts.items()
        if cell.service_id == service and inside(cell.path, surge.path)
    )
