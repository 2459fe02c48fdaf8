"""Place, number, service and time decide; words alone never do."""

import pytest

from vefa.kit.geo import Point
from vefa.triage.sameness.rules import Report, apart, likeness
from vefa.triage.sameness.whereabouts import Whereabouts

HERE, BESIDE, FAR = Point(38.0, 27.0), Point(38.0003, 27.0), Point(38.02, 27.0)
POTHOLE = {"road.pothole": 1.0}


def report(**facts) -> Report:
    return Report(**({"services": POTHOLE, "area": "city/north"} | facts))


def at(*names: str, houses: str = "", lines: str = "") -> Whereabouts:
    return Whereabouts(frozenset(names), frozenset(houses.split()), frozenset(lines.split()))


def test_the_same_thing_at_the_same_house_is_offered_with_its_reasons():
    one = report(whereabouts=at("lale", houses="14"))
    found = likeness(one, one, 0.4)
    assert found.offered
    assert found.probability > 0.9
    assert {sign.name for sign in found.signs} == {"same_place", "street", "house", "service", "words"}


@pytest.mark.parametrize(
    "other",
    [
        report(whereabouts=at("lale", houses="47")),
        report(whereabouts=at("papatya", houses="14")),
        report(whereabouts=at("lale", houses="14"), area="city/south"),
        report(whereabouts=at("lale", houses="14"), day=40.0),
        report(whereabouts=at("lale", houses="14"), services={"light.streetlamp": 1.0}),
    ],
    ids=["another house", "another street", "another area", "weeks later", "another service"],
)
def test_one_contradiction_outweighs_a_heap_of_likenesses(other):
    one = report(whereabouts=at("lale", houses="14"))
    assert not likeness(one, other, 1.0).offered


def test_two_points_decide_over_names():
    assert likeness(report(point=HERE), report(point=BESIDE)).offered
    assert not likeness(report(point=HERE), report(point=FAR), 1.0).offered


def test_a_border_of_areas_between_two_near_points_does_not_part_them():
    assert likeness(report(point=HERE), report(point=BESIDE, area="city/south")).offered


def test_words_alone_prove_nothing():
    bare = Report()
    assert not likeness(bare, bare, 1.0).offered
    assert not likeness(report(area=""), report(area=""), 1.0).offered


def test_another_line_at_the_same_stop_is_another_matter():
    one, other = (
        report(exact=True, whereabouts=at(lines="878")),
        report(exact=True, whereabouts=at(lines="12")),
    )
    assert likeness(one, one).offered
    assert not likeness(one, other).offered


def test_a_related_service_speaks_less_against_it_than_a_strange_one():
    groups = {"bus.late": "bus", "bus.stop": "bus", "clean.garbage": "clean"}
    late = report(services={"bus.late": 0.8}, group_of=groups)
    stop = report(services={"bus.stop": 0.8}, group_of=groups)
    rubbish = report(services={"clean.garbage": 0.8}, group_of=groups)
    assert likeness(late, stop).probability > likeness(late, rubbish).probability


def test_it_does_not_matter_which_report_comes_first():
    one = report(whereabouts=at("lale", houses="14"), point=HERE, day=1.0)
    other = report(whereabouts=at("lale"), point=BESIDE, services={"road.pothole": 0.4}, day=3.0)
    assert likeness(one, other).probability == pytest.approx(likeness(other, one).probability)


def test_words_that_speak_of_the_same_matter_count_in_two_languages_and_with_two_services():
    one, other = report(services={"road.pothole": 0.6}), report(services={"road.works": 0.6})
    alike, strange = likeness(one, other, None, 0.9), likeness(one, other, None, 0.0)
    assert alike.odds > strange.odds
    assert alike.offered
    assert not strange.offered


def test_a_number_that_only_one_names_speaks_a_little_against_it():
    street = report(whereabouts=at("lale"))
    assert likeness(street, street).odds > likeness(street, report(whereabouts=at("lale", houses="14"))).odds


@pytest.mark.parametrize(
    "other",
    [at("lale", houses="47"), at("papatya", houses="14")],
    ids=["another house", "another street"],
)
def test_places_that_contradict_each_other_are_not_read_further_and_never_offered(other):
    one = report(whereabouts=at("lale", houses="14"), point=HERE)
    there = report(whereabouts=other, point=HERE)
    assert apart(one, there)
    assert not likeness(one, there, 1.0, 1.0).offered
    assert not apart(one, one)
