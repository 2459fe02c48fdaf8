"""What the desk refuses it refuses truly: beside the field, with what to do, before anything changes."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from vefa.cases import lifecycle
from vefa.cases.models import Case, Outcome

pytestmark = pytest.mark.django_db
ELSEWHERE = "stands elsewhere now"


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
