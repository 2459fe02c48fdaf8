"""Two entries, one person: joined, parted, told apart by mistake, and found where nothing suggested them."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.inbox.leyla import line, write
from vefa.cases.models import Case
from vefa.citizens.models import Citizen, Likeness, Merge

pytestmark = pytest.mark.django_db


def address(name: str, *words: object) -> str:
    return reverse(f"desk:{name}", args=words)


@pytest.fixture
def again(pothole_case, wrote, now) -> Case:
    """Ali wrote from another account too."""
    second: Case = wrote("Ali Demir", "7009", "Çukur hâlâ duruyor", now=now)
    return second


@pytest.fixture
def alike(pothole_case, again, now) -> Likeness:
    """The two accounts name one number."""
    return Likeness.objects.create(
        older=pothole_case.citizen, newer=again.citizen, reasons=["address:+905325550137"], found_at=now
    )


def page(client: Client, case: Case, **asked: str) -> str:
    return client.get(address("citizen", case.citizen_id), asked).content.decode()


def is_one(one: Case, other: Case) -> bool:
    roots = {row.root_id for row in Citizen.objects.filter(pk__in=[one.citizen_id, other.citizen_id])}
    return len(roots) == 1


def test_who_was_parted_by_mistake_is_joined_again(derya, pothole_case, again, alike):
    derya.post(address("merge", alike.pk), {"do": "same"})
    assert "Perhaps the same person" not in page(derya, pothole_case)

    derya.post(address("unmerge", Merge.objects.get().pk))
    assert not is_one(pothole_case, again)
    assert "Perhaps the same person" in page(derya, again)

    derya.post(address("merge", alike.pk), {"do": "same"})
    assert is_one(pothole_case, again)


def test_two_people_by_a_wrong_click_are_one_after_all(derya, pothole_case, again, alike):
    derya.post(address("merge", alike.pk), {"do": "different"})
    derya.post(address("merge", alike.pk), {"do": "same"})  # pressed by somebody who came later
    assert not is_one(pothole_case, again)
    shown = page(derya, again)
    assert "Told apart" in shown
    assert 'value="after-all"' in shown

    derya.post(address("merge", alike.pk), {"do": "after-all"})
    assert is_one(pothole_case, again)
    assert "Told apart" not in page(derya, again)


def test_of_a_person_without_a_case_a_wrong_click_is_mended_too(derya, pothole_case, now):
    claimed = Citizen.objects.create(name="", created_at=now)
    alike = Likeness.objects.create(
        older=claimed, newer=pothole_case.citizen, reasons=["claimed:+905325550137"], found_at=now
    )

    answer = derya.post(address("merge", alike.pk), {"do": "different"}, follow=True)

    assert answer.status_code == 200
    assert 'value="after-all"' in answer.content.decode()


@pytest.mark.parametrize("sought", ["7009", "ALI DEM", "reference", "0532 555 01 37"])
def test_two_whom_nothing_suggests_are_found_and_joined(derya, pothole_case, again, sought):
    again.citizen.addresses.create(
        space="phone", value="+905325550137", last_digits="0137", created_at=again.opened_at
    )
    if sought == "7009":
        again.citizen.addresses.update(last_digits="7009")
    shown = page(derya, pothole_case, **{"with": again.reference if sought == "reference" else sought})
    assert f'name="other" value="{again.citizen_id}"' in shown
    assert f'name="other" value="{pothole_case.citizen_id}"' not in shown

    derya.post(address("citizen-join", pothole_case.citizen_id), {"other": again.citizen_id})
    assert is_one(pothole_case, again)
    joined = Merge.objects.get()
    assert (joined.kept_id, joined.reason) == (pothole_case.citizen_id, "named")
    derya.post(address("citizen-join", pothole_case.citizen_id), {"other": again.citizen_id})
    assert Merge.objects.count() == 1  # they are one already

    derya.post(address("unmerge", joined.pk))
    assert not is_one(pothole_case, again)
    assert "somebody at the desk took them for one" in page(derya, again)


def test_nobody_is_joined_whom_one_may_not_find(derya, town, pothole_case, now, at_desk):
    write(line(), "Bir ricam var", now=now, account=8123)
    private = Citizen.objects.get(addresses__value="8123")
    shown = page(derya, pothole_case, **{"with": private.name})
    assert 'name="other"' not in shown
    assert "Nobody else with a case is found" in shown

    join = address("citizen-join", pothole_case.citizen_id)
    for other, status in ((private.pk, 404), (987_654_321, 404), ("x", 302), ("", 302)):
        assert derya.post(join, {"other": other}).status_code == status, other
    assert at_desk(town.murat).post(join, {"other": private.pk}).status_code == 403
    assert 'name="with"' not in page(at_desk(town.murat), pothole_case)
    assert not Merge.objects.exists()
