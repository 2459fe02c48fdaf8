"""What shows the work, on the page of whoever waited for it: the photos of the whole and of its parts."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone

from tests.journeys.conftest import Worker
from tests.web.portal.resident import Resident, picture
from vefa.cases import lifecycle, proofs
from vefa.cases.models import Case, Proof
from vefa.inbox import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(ayse: Resident) -> str:
    """Ayşe's report, which has become a case."""
    address = ayse.sends()
    Worker().work()
    return address


@pytest.fixture
def part(mine: str, town) -> Case:
    """A part that was cut off it."""
    piece = lifecycle.Piece(title="Lamba", text="", service_id=town.street_light.pk)
    whole = Case.objects.get()
    return lifecycle.part(case_id=whole.pk, piece=piece, by=town.derya, now=timezone.now())


@pytest.fixture
def shows(town) -> Callable[..., Proof]:
    """Somebody adds a photo of the work to a case."""

    def show(case: Case, **facts: bool) -> Proof:
        content = picture().read()
        kept = files.store([content], name="after.jpg", limit_bytes=len(content))
        proof = proofs.add(case=case, file=kept, by=town.derya, now=timezone.now())
        Proof.objects.filter(pk=proof.pk).update(**facts)
        return proof

    return show


def photos(page: str) -> list[str]:
    return re.findall(r'<img src="([^"]+)" alt="Photo of the work"', page)


def test_the_photo_of_a_part_is_shown_on_the_page_of_the_whole(ayse, mine, part, shows):
    shows(Case.objects.get(parent=None))
    shows(part)
    hidden = shows(part, public=False)

    found = photos(ayse.sees(mine))

    assert len(found) == 2
    for href in found:
        assert ayse.client.get(href).headers["Content-Type"] == "image/jpeg"
    ayse.sees(f"{mine}/file/{hidden.key}", status=404)


def test_who_reported_the_same_sees_the_photo_of_the_matter_but_none_of_another_part(
    ayse, mine, part, shows, town
):
    whole = Case.objects.get(parent=None)
    other = Resident()
    theirs = other.sends()
    Worker().work()
    twin = Case.objects.exclude(pk__in=[whole.pk, part.pk]).get()
    lifecycle.double(case_id=twin.pk, master_id=whole.pk, by=town.derya, now=timezone.now())
    own, of_part = shows(whole), shows(part)

    assert photos(other.sees(theirs)) == [f"{theirs}/file/{own.key}"]
    other.sees(f"{theirs}/file/{of_part.key}", status=404)
