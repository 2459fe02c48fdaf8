"""Whose duty a thing is follows from the place and from whom it belongs to, not from the service alone."""

from typing import Any

from vefa.directory.models import Agency, Remit, Service
from vefa.directory.remit import OWN, Duty, Known, duty_of

RING_ROAD = {"area": "ring_road", "owner": "", "agency": "highways"}
TELECOM = {"area": "", "owner": "telecom", "agency": "telecom"}


def rule(**facts: Any) -> dict[str, Any]:
    empty = {"area": "", "owner": "", "words": {}, "remit": Remit.AGENCY, "agency": "", "unit": ""}
    return {**empty, **facts}


def lamp(*rules: dict[str, Any]) -> Service:
    return Service(code="lamp", remit=Remit.OURS, remit_by=list(rules))


def whose(duty: Duty) -> tuple[str, str, str]:
    return duty.remit, duty.agency, str(duty.because)


def test_without_a_rule_the_usual_remit_holds():
    ours = duty_of(lamp(), Known(areas=["ring_road", "city"]))
    theirs = duty_of(Service(remit=Remit.AGENCY, remit_by=[], agency=Agency(key="power")), Known())

    assert whose(ours) == ("ours", "", "usual for this service")
    assert whose(theirs) == ("agency", "power", "usual for this service")
    assert not ours.by_rule


def test_a_lamp_on_the_ring_road_belongs_to_the_highways():
    on_it = duty_of(lamp(rule(**RING_ROAD)), Known(areas=["ring_road", "sanayi"], place="Çevre Yolu"))
    beside = duty_of(lamp(rule(**RING_ROAD)), Known(areas=["sanayi"], place="Sanayi"))

    assert whose(on_it) == ("agency", "highways", "the place lies in Çevre Yolu")
    assert whose(beside) == ("ours", "", "usual for this service")


def test_words_name_the_owner_of_a_manhole():
    manhole = lamp(rule(**TELECOM))

    assert whose(duty_of(manhole, Known(told={0: "telekom kapağı"}))) == (
        "agency", "telecom", "says telekom kapağı",
    )  # fmt: skip
    assert duty_of(manhole, Known(told={})).remit == "ours"


def test_the_owner_weighs_more_than_the_area_and_both_together_most():
    both = rule(area="ring_road", owner="telecom", agency="power")
    known = Known(areas=["ring_road"], place="Çevre Yolu", told={1: "telekom", 2: "telekom"})

    assert duty_of(lamp(rule(**RING_ROAD), rule(**TELECOM)), known).agency == "telecom"
    assert duty_of(lamp(rule(**RING_ROAD), rule(**TELECOM), both), known).agency == "power"


def test_a_person_who_names_the_owner_has_the_last_word():
    service = lamp(rule(**RING_ROAD), rule(**TELECOM))
    known = Known(owner=OWN, areas=["ring_road"], place="Çevre Yolu", told={1: "telekom"})

    assert whose(duty_of(service, Known(owner="telecom", areas=[]))) == (
        "agency", "telecom", "chosen by a person",
    )  # fmt: skip
    assert whose(duty_of(service, known)) == ("ours", "", "chosen by a person")


def test_an_owner_of_whom_no_rule_speaks_leaves_the_usual_remit():
    found = duty_of(lamp(rule(**RING_ROAD), rule(**TELECOM)), Known(owner="housing", areas=["ring_road"]))

    assert whose(found)[:2] == ("ours", "")
