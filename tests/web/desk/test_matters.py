"""Somebody writes about two things at once; Murat makes a part of the second, with one press."""

import pytest
from django.urls import reverse

from vefa.cases.models import Case

pytestmark = pytest.mark.django_db

TEXT = "Merhaba, Çarşı'da yolda çukur var. Bir de İskele'de sokak lambası yanmıyor."


@pytest.fixture
def both(wrote, now):
    return wrote("Ali Demir", "7009", TEXT, now=now)


def address(case):
    return reverse("desk:matters", args=[case.pk])


def sent(case, **more):
    return {
        "version": case.version,
        "cut": ["1"],
        "text-1": "Bir de İskele'de sokak lambası yanmıyor.",
        "service-1": "street_light",
    } | more


def test_the_page_shows_what_stays_and_what_could_be_cut_off(at_desk, both, town):
    page = at_desk(town.murat).get(address(both), HTTP_HX_REQUEST="true").content.decode()

    assert "çukur var." in page
    assert 'name="service-1"><option value="street_light">' in page
    assert f'name="area-1" value="{town.iskele.id}"' in page
    assert "<html" not in page


def test_without_javascript_it_is_a_page_that_the_case_links_to(at_desk, both, town):
    desk = at_desk(town.murat)

    assert address(both) in desk.get(reverse("desk:case", args=[both.pk])).content.decode()
    assert "<html" in desk.get(address(both)).content.decode()


def test_a_chosen_matter_becomes_a_part_with_a_unit_of_its_own(at_desk, both, town):
    answer = at_desk(town.murat).post(address(both), sent(both, **{"area-1": str(town.iskele.id)}))

    assert answer.status_code == 302
    part = Case.objects.get(parent=both)
    assert (part.service, part.area, part.unit) == (town.street_light, town.iskele, town.lighting)
    assert part.title == "Bir de İskele'de sokak lambası yanmıyor."


def test_nothing_chosen_leaves_the_case_whole(at_desk, both, town):
    at_desk(town.murat).post(address(both), {"version": both.version})

    assert not Case.objects.filter(parent=both).exists()


def test_a_colleague_who_was_faster_is_not_overrun(at_desk, both, town):
    Case.objects.filter(pk=both.pk).update(version=both.version + 1)

    at_desk(town.murat).post(address(both), sent(both))

    assert not Case.objects.filter(parent=both).exists()


@pytest.mark.parametrize("forged", [{"service-1": "no such"}, {"text-1": "  "}, {"cut": ["77"]}])
def test_what_was_not_offered_makes_no_part(at_desk, both, town, forged):
    at_desk(town.murat).post(address(both), sent(both, **forged))

    assert not Case.objects.filter(parent=both).exists()


def test_one_matter_is_no_offer(at_desk, wrote, now, town):
    whole = wrote("Ali Demir", "7010", "Çarşı'da yolda büyük bir çukur var, lütfen doldurun artık", now=now)

    page = at_desk(town.murat).get(address(whole), HTTP_HX_REQUEST="true").content.decode()

    assert "<form" not in page
