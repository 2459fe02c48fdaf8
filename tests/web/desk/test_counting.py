"""The numbers beside the lists: a few seconds old at most, and never without one's own act."""

import pytest
from django.urls import reverse

from tests.web.desk.seat import seated
from vefa.web.desk import counting

pytestmark = pytest.mark.django_db


def number(page: str, key: str) -> str:
    return page.split(f'data-count="{key}"')[1].split(">", 1)[1].split("<", maxsplit=1)[0]


def test_what_one_did_oneself_is_counted_at_once(town, pothole_case):
    browser = seated(town.derya)
    before = browser.get(reverse("desk:list", args=["mine"])).content.decode()
    browser.post(reverse("desk:act", args=[pothole_case.pk, "take"]), {"version": pothole_case.version})
    after = browser.get(reverse("desk:list", args=["mine"])).content.decode()
    assert (number(before, "m"), number(after, "m")) == ("0", "1")


def test_a_second_page_counts_nothing_anew_until_somebody_asks_for_the_numbers(
    town, pothole_case, django_assert_max_num_queries
):
    browser = seated(town.derya)
    address = reverse("desk:list", args=["open"])
    browser.get(address)
    with django_assert_max_num_queries(5):
        browser.get(address)
    pothole_case.staff = town.derya
    pothole_case.save(update_fields=["staff"])
    assert counting.counted(town.derya, now=pothole_case.opened_at)  # still the old ones
    assert browser.get(reverse("desk:counts")).json()["m"] == "1"
