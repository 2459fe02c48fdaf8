"""The coarse look: what is likeliest by place, time, service and rare words is read first."""

from typing import Any

from vefa.triage.sameness.sifting import Brief, Wanted, sifted

HOLE, LAMP = 1, 2
HERE, ELSEWHERE = 10, 11
ASKED = Wanted(
    services={HOLE: 0.9}, areas={HERE}, day=100.0, said=["lale", "sokakta", "14", "onunde", "derin", "cukur"]
)


def brief(key: int, **facts: Any) -> Brief:
    usual: dict[str, Any] = {"id": key, "service": HOLE, "area": HERE, "day": 100.0, "said": ["yol"]}
    return Brief(**(usual | facts))


def best(*found: Brief) -> int:
    return sifted(ASKED, found, most=1)[0]


def test_the_same_service_place_and_day_come_first():
    assert best(brief(1, service=LAMP), brief(2)) == 2
    assert best(brief(1, area=ELSEWHERE), brief(2)) == 2
    assert best(brief(1, day=80.0), brief(2)) == 2


def test_a_number_and_a_rare_word_in_common_outweigh_a_service_that_differs():
    others = [brief(key, said=["sokakta", "bir", "sorun"]) for key in range(3, 40)]
    told = brief(1, service=LAMP, said=["cukurdan", "14'un", "lale"])
    assert best(told, *others) == 1


def test_a_word_that_all_have_says_nothing():
    others = [brief(key, said=["sokakta"]) for key in range(3, 40)]
    assert best(*others, brief(1, said=["sokakta"]), brief(2, said=["cukur", "sokakta"])) == 2


def test_no_service_yet_is_likelier_than_another_one():
    assert best(brief(1, service=LAMP), brief(2, service=None)) == 2


def test_no_more_are_read_than_asked_for_and_nothing_makes_nothing():
    assert len(sifted(ASKED, [brief(key) for key in range(9)], most=4)) == 4
    assert sifted(ASKED, [], most=4) == []
