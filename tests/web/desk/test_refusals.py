"""What the desk refuses it refuses truly: beside the field, with what to do, before anything changes."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from vefa.cases import lifecycle
from vefa.cases.models import Case, Outcome

pytestmark = pytest.mark.django_db
ELSEWHERE = "stands elsewhere now"
WHY = "It goes from one unit to another: say why."


def do(client: Client, case: Case, name: str, **sent: Any) -> tuple[int, str]:
    answer = client.post(reverse("desk:act", args=[case.pk, name]), sent, follow=True)
    return answer.status_code, answer.content.decode()


def anew(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def tree(town, wrote, now) -> Case:
    """Naz wrote about a tree: the parks have it."""
    case: Case = wrote("Naz Ak", "7002", "Ağaç devrildi", now=now, service=town.tree, area_id=town.carsi.id)
    return case


# From one unit to another


def test_a_case_goes_to_another_unit_with_a_reason(derya, town, pothole_case):
    form = derya.get(reverse("desk:case", args=[pothole_case.pk]), {"act": "assign"}).content.decode()
    assert "Needed where one unit loses the case to another" in form

    status, page = do(derya, pothole_case, "assign", unit=town.parks.pk, reason=" ")
    assert (status, anew(pothole_case).unit) == (422, town.roads)
    assert WHY in page.partition('id="assign_reason_error"')[2].partition("</p>")[0]

    assert do(derya, pothole_case, "assign", unit=town.parks.pk, reason="Ağaç kökü")[0] == 200
    assert anew(pothole_case).unit == town.parks
    around = derya.get(reverse("desk:around", args=[pothole_case.pk])).content.decode()
    assert "Ağaç kökü" in around


def test_to_a_person_of_its_unit_a_case_goes_without_words(derya, town, pothole_case):
    assert do(derya, pothole_case, "assign", unit=town.roads.pk, person="kemal")[0] == 200
    assert anew(pothole_case).staff == town.kemal


def test_of_many_none_goes_to_another_unit_before_somebody_says_why(derya, town, pothole_case, tree):
    together = reverse("desk:bulk-act", args=["assign"])
    sent = {"case": [tree.pk, pothole_case.pk], "unit": town.parks.pk, "person": "pelin"}
    refused = derya.post(together, sent)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert WHY in page.partition('id="assign_reason_error"')[2].partition("</p>")[0]
    assert f'name="case" value="{tree.pk}"' in page
    assert not Case.objects.filter(staff=town.pelin).exists()

    assert derya.post(together, sent | {"reason": "Ağaç kökü"}).status_code == 302
    assert Case.objects.filter(staff=town.pelin, unit=town.parks).count() == 2


def test_of_many_none_is_given_to_a_name_that_there_is_not(derya, pothole_case, tree):
    sent = {"case": [tree.pk, pothole_case.pk], "person": "pelim"}
    refused = derya.post(reverse("desk:bulk-act", args=["assign"]), sent)
    assert refused.status_code == 422
    assert "Nobody signs in under this name." in refused.content.decode()


def test_what_has_ended_asks_for_no_reason_among_many(derya, town, pothole_case, tree):
    ending = lifecycle.Ending(outcome=Outcome.ANSWERED, reason="Bilgi verildi")
    lifecycle.end(case_id=pothole_case.pk, ending=ending, by=town.derya, now=timezone.now())
    sent = {"case": [tree.pk, pothole_case.pk], "unit": town.parks.pk, "person": "pelin"}
    assert derya.post(reverse("desk:bulk-act", args=["assign"]), sent).status_code == 302
    assert anew(tree).staff == town.pelin


# To everybody


def test_only_what_a_public_service_covers_is_offered_to_everybody(derya, town, pothole_case, wrote, now):
    aid = wrote("Naz Ak", "7002", "Yardım istiyorum", now=now, service=town.social_aid)
    unknown = wrote("Can Er", "7003", "Selam", now=now, service=None)
    pages = [
        derya.get(reverse("desk:case", args=[case.pk])).content.decode()
        for case in (pothole_case, aid, unknown)
    ]
    offered = [
        reverse("desk:act-form", args=[case.pk, "public"]) in page
        for case, page in zip((pothole_case, aid, unknown), pages, strict=True)
    ]
    assert offered == [True, False, False]

    for case in (aid, unknown):  # from a page that was open while the service changed
        status, page = do(derya, case, "public", text="Birisi yardım istiyor")
        assert status == 409
        assert "Cases of this service are shown to nobody." in page
        assert ELSEWHERE not in page
        assert "Birisi yardım istiyor" in page
        assert not anew(case).public


# Following


@pytest.fixture
def pairs(town, pothole_case, tree, wrote, now) -> dict[str, tuple[Case, Case, str]]:
    """Cases that cannot follow one another, each with what is said of it."""
    twin, other, gone = (
        wrote(f"Ali {number}", f"80{number}", f"Çukur {number}", now=now) for number in range(3)
    )
    lifecycle.double(case_id=twin.pk, master_id=other.pk, by=town.derya, now=now)
    ending = lifecycle.Ending(outcome=Outcome.ANSWERED, reason="Bilgi verildi")
    lifecycle.end(case_id=gone.pk, ending=ending, by=town.derya, now=now)
    return {
        "itself": (tree, tree, "A case cannot follow itself"),
        "followed": (other, tree, "Other cases follow this one."),
        "follows": (tree, twin, f"That case follows {other.reference} itself: write that reference."),
        "ended": (tree, gone, "That case has ended. Open it again first"),
    }


WAYS = ["itself", "followed", "follows", "ended"]


@pytest.mark.parametrize("way", WAYS)
def test_a_case_that_cannot_follow_says_why_and_what_to_do(derya, pairs, way):
    case, master, said = pairs[way]
    status, page = do(derya, case, "double", master=master.reference)
    assert status == 422
    assert said in page.partition('id="double_master_error"')[2].partition("</p>")[0]
    assert ELSEWHERE not in page
    assert anew(case).master is None


@pytest.mark.parametrize("way", WAYS)
def test_among_many_and_beside_what_is_alike_it_says_so_too(derya, pairs, way):
    case, master, said = pairs[way]
    together = {"case": [case.pk], "master": master.reference}
    assert (
        said in derya.post(reverse("desk:bulk-act", args=["double"]), together, follow=True).content.decode()
    )
    alike = {"do": "double", "case": master.pk}
    page = derya.post(reverse("desk:alike", args=[case.pk]), alike, follow=True).content.decode()
    assert said in page
    assert "Somebody was faster" not in page


def test_the_triage_desk_says_so_too(derya, tree):
    Case.objects.filter(pk=tree.pk).update(unsure=True)
    answer = derya.post(reverse("desk:triage-act", args=[tree.pk, "merge"]), {"reference": tree.reference})
    assert answer.status_code == 422
    assert "A case cannot follow itself" in answer.content.decode()
