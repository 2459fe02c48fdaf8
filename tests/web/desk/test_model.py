"""Ayşe looks at what triage has learned, moves its threshold, and goes back to an earlier version."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.web.desk.seat import seated
from vefa.cases.models import Case
from vefa.inbox.models import Contact
from vefa.kit.saying import Sentence
from vefa.triage.models import Finding, Learning, ModelVersion, ServiceLabel, Standing, Told

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ayse(town):
    """Ayşe, who reads English today."""
    client = seated(town.ayse)
    client.cookies["vefa_language"] = "en"
    return client


@pytest.fixture
def judged(town, wrote, now) -> Callable[..., Case]:
    """Somebody wrote, triage thought of a service, and Derya chose one: judged(3, "pothole", "tree", 0.8)."""

    def judge(number: int, said: str, right: str, confidence: float, **more: Any) -> Case:
        service = getattr(town, right)
        facts = {"service": service, "unsure": False} | more
        case: Case = wrote(f"Ali {number}", f"70{number:03}", f"Okulun önünde {number}", now=now, **facts)
        at = now - timedelta(days=number)
        _finding(case, said, confidence, at)
        ServiceLabel.objects.create(
            case=case, service=service, before=service, told=Told.CONFIRMED, staff=town.derya, at=at
        )
        return case

    return judge


def _finding(case: Case, said: str, confidence: float, at: datetime) -> Finding:
    thought = {
        "code": said, "confidence": confidence, "because": "says okul",
        "reason": Sentence("says %(words)s", words="okul").parts(),
    }  # fmt: skip
    return Finding.objects.create(
        contact=Contact.objects.get(links__case=case), case=case, version="words-2",
        language="tr", kind="request", confidence=confidence, sure=confidence >= 0.6,
        matter="new_case", found_at=at, suggestions=[thought],
        evidence=[thought | {"step": "service", "says": said}],
    )  # fmt: skip


def page(client: Any, query: str = "", **headers: str) -> str:
    answer = client.get(reverse("desk:model") + query, headers=headers)
    assert answer.status_code == 200
    return str(answer.content.decode())


def version(number: int, standing: Standing, at: datetime, **more: Any) -> ModelVersion:
    return ModelVersion.objects.create(
        number=number, weights=b"weights", made_at=at, catalogue="c", standing=standing,
        adopted_at=None if standing == Standing.REFUSED else at, **more,
    )  # fmt: skip


def test_before_anything_was_confirmed_the_page_says_what_will_appear(ayse):
    shown = page(ayse)

    assert "Nobody has confirmed a case yet" in shown
    assert "No version yet" in shown
    assert '<svg viewBox="0 0 640' not in shown
    assert "What a threshold would mean can be said as soon as" in shown


def test_the_numbers_come_with_how_many_cases_they_are_counted_on(ayse, judged):
    for number in range(1, 7):
        judged(number, "pothole", "pothole", 0.9)
    judged(7, "street_light", "power_cut", 0.7)

    shown = page(ayse)

    assert "Only 7 cases have been confirmed so far" in shown
    assert "86 %" in shown  # six of seven
    assert "of 7 confirmed cases" in shown
    assert "1 service with too few cases to say" in shown  # of power cuts


def test_a_threshold_is_tried_before_it_is_set(ayse, judged):
    judged(1, "pothole", "pothole", 0.9)
    judged(2, "street_light", "power_cut", 0.7)

    shown = page(ayse, "?at=80")

    assert (
        "At 80 %, triage would have handed on 1 of the last 2 confirmed cases by itself, 0 of them" in shown
    )
    assert "Hand on from 80 % on" in shown
    assert Learning.objects.filter(threshold=0.8).count() == 0


def test_a_threshold_that_nothing_passes_says_so_without_counting_mistakes_of_none(ayse, judged):
    judged(1, "pothole", "pothole", 0.4)
    assert "At 90 %, each of the last 1 confirmed cases would have waited." in page(ayse, "?at=90")


def test_only_what_the_threshold_means_is_sent_to_a_page_that_is_open(ayse, judged):
    judged(1, "pothole", "pothole", 0.9)

    part = page(ayse, "?at=70", **{"HX-Request": "true"})

    assert part.strip().startswith('<div id="threshold-means"')
    assert "<h1" not in part


@pytest.mark.parametrize("typed", ["7", "100", "seventy", ""])
def test_a_threshold_that_cannot_be_changes_nothing(ayse, typed):
    ayse.post(reverse("desk:model-threshold"), {"at": typed})

    assert not Learning.objects.exclude(threshold=0.6).exists()
    assert "Give a number between 30 and 99" in page(ayse)


def test_a_threshold_is_set_and_its_history_lets_it_be_taken_back(ayse, town):
    ayse.post(reverse("desk:model-threshold"), {"at": "72"})

    shown = page(ayse)
    assert Learning.objects.get().threshold == 0.72
    assert "Threshold set to 72 %; it was 60 %" in shown
    assert town.ayse.name in shown

    assert "Set it back to 60 %" in shown
    ayse.post(reverse("desk:model-threshold"), {"at": "60"})
    assert Learning.objects.get().threshold == 0.6
    assert "Threshold set to 60 %; it was 72 %" in page(ayse)


def test_persian_digits_are_digits(ayse):
    ayse.post(reverse("desk:model-threshold"), {"at": "۷۵"})

    assert Learning.objects.get().threshold == 0.75


def test_what_is_confused_is_linked_only_for_those_who_may_see_it(ayse, town, judged):
    seen = judged(1, "street_light", "pothole", 0.8)
    hidden = judged(2, "street_light", "tree", 0.8, area_id=town.iskele.id)
    murat = seated(town.murat)
    murat.cookies["vefa_language"] = "en"

    everything, own = page(ayse), page(murat)

    assert {seen.reference in everything, hidden.reference in everything} == {True}
    assert seen.reference in own
    assert hidden.reference not in own
    assert "Tree care" in own  # that it is confused is no secret
    assert "Learn now" not in own


def test_an_earlier_version_is_taken_back_into_service_and_again(ayse, now):
    first = version(1, Standing.RETIRED, now - timedelta(days=2), examples=6000)
    second = version(
        2, Standing.IN_SERVICE, now - timedelta(days=1), examples=6000, labels=120,
        metrics={"measured": 60, "first": 48, "third": 57, "before": 42},
    )  # fmt: skip
    shown = page(ayse)
    assert "right in 80 % of 60 confirmed cases; among the three in 95 %" in shown
    assert "the version before was right in 70 % of the same cases" in shown

    ayse.post(reverse("desk:model-back"))
    first.refresh_from_db()
    assert first.standing == Standing.IN_SERVICE

    ayse.post(reverse("desk:model-adopt", args=[second.pk]))
    second.refresh_from_db()
    assert second.standing == Standing.IN_SERVICE
    assert "Version 2 taken into service" in page(ayse)


def test_a_version_without_weights_cannot_be_taken(ayse, now):
    gone = version(1, Standing.REFUSED, now)
    ModelVersion.objects.filter(pk=gone.pk).update(weights=b"")

    assert f"model/versions/{gone.pk}" not in page(ayse)
    assert ayse.post(reverse("desk:model-adopt", args=[gone.pk])).status_code == 404


def test_going_back_where_nothing_is_in_service_says_so(ayse):
    answer = ayse.post(reverse("desk:model-back"), follow=True)

    assert "There is no earlier version to go back to." in answer.content.decode()


def test_learning_is_asked_for_once(ayse, settings):
    settings.LEARNING = True
    ayse.post(reverse("desk:model-learn"))
    asked = Learning.objects.get().asked_at

    assert asked is not None
    assert "It is learning already." in ayse.post(reverse("desk:model-learn"), follow=True).content.decode()


@pytest.mark.parametrize("language", ["tr", "ru", "kk", "fa"])
def test_the_page_reads_in_every_language(ayse, judged, now, language):
    version(1, Standing.IN_SERVICE, now)
    for number in range(1, 8):
        judged(number, "pothole", "tree" if number > 5 else "pothole", 0.5 + number / 20)
    ayse.cookies["vefa_language"] = language

    shown = page(ayse, "?at=70")

    assert f'lang="{language}"' in shown
    assert "What triage has learned" not in shown
    assert ("۷۰" in shown) == (language == "fa")


def test_why_a_case_was_read_so_is_told_in_words(ayse, judged):
    case = judged(1, "street_light", "pothole", 0.8)

    shown = ayse.get(reverse("desk:why", args=[case.pk])).content.decode()

    assert "80 % sure" in shown
    assert "Street light" in shown
    assert "the words “okul”" in shown
    assert "A person has confirmed it" in shown


def test_a_person_confirms_what_triage_thought(ayse, wrote, now):
    case = wrote("Ali Demir", "7001", "Çukur var", now=now)
    _finding(case, "pothole", 0.7, now)

    ayse.post(reverse("desk:why-confirm", args=[case.pk]))

    label = ServiceLabel.objects.get(case=case)
    assert (label.service_id, label.told) == (case.service_id, Told.CONFIRMED)
    assert "Yes, this service is right" not in ayse.get(reverse("desk:why", args=[case.pk])).content.decode()


def test_a_case_that_nobody_read_has_nothing_to_explain(ayse, pothole_case):
    shown = ayse.get(reverse("desk:why", args=[pothole_case.pk])).content.decode()

    assert "Triage did not read this case" in shown


def test_a_case_is_not_said_to_resemble_itself(ayse, judged):
    own, other = judged(1, "pothole", "pothole", 0.8), judged(2, "pothole", "pothole", 0.8)

    shown = ayse.get(reverse("desk:why", args=[own.pk])).content.decode()

    assert f">{other.reference}<" in shown
    assert shown.count(f">{own.reference}<") == 1  # the way back to it
