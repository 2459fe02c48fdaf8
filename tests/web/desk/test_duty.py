"""A lamp on the ring road is the highways directorate's: the desk sees why, and the resident is told."""

from typing import Any

import pytest
from django.urls import reverse

from tests.web.desk.seat import seated
from vefa.cases import lifecycle
from vefa.cases.lifecycle import Description, Ending
from vefa.cases.models import Case, Outcome
from vefa.dialogue.models import Reply
from vefa.directory import queries
from vefa.directory.models import Agency, Line, Service
from vefa.directory.version import mark_changed
from vefa.inbox.models import Contact
from vefa.journal.replay import react
from vefa.kit.text import words
from vefa.triage.advice import Asked, advise
from vefa.triage.drawing import facts_kept
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db


def rule(**facts: Any) -> dict[str, Any]:
    return {"area": "", "owner": "", "words": {}, "remit": "agency", "agency": "", "unit": ""} | facts


@pytest.fixture
def highways(town):
    """The directorate, with a rule that potholes of the ring road are its own, and one for İskele."""
    made = Agency.objects.create(
        key="highways",
        names={"tr": "Karayolları", "fa": "راهداری", "en": "Highways"},
        phone="0232 555 01 89",
        note={"tr": "Çevre yolu bu kurumundur.", "en": "The ring road is theirs."},
    )
    rules = [
        rule(owner="highways", words={"tr": ["çevre yolu", "otoyol"]}, agency="highways"),
        rule(area="iskele", agency="highways"),
    ]
    Service.objects.filter(pk=town.pothole.pk).update(remit_by=rules)
    mark_changed()
    queries.forget()
    yield made
    queries.forget()


def facts(text: str, **known: Any) -> dict[str, Any]:
    advice = advise(Asked(text=text, hint="tr", service="pothole", **known))
    return facts_kept(Contact(text=text, details={}), advice) or {}


def decided(case: Case) -> tuple[str, str | None, str]:
    """Owner, agency and unit as they stand now."""
    now = Case.objects.get(pk=case.pk)
    kept = now.facts or {}
    return kept["owner"], kept.get("agency"), now.unit.key if now.unit else ""


def test_words_of_the_owner_and_the_place_decide_with_their_reason(town, highways):
    by_words = facts("Çevre yolunda kocaman çukur var")
    by_place = facts("Çukur var", area_id=town.iskele.pk)

    assert (by_words["remit"], by_words["agency"], by_words["owner"]) == ("agency", "highways", "highways")
    assert by_words["because"] == ["says %(words)s", {"words": "cevre yolunda"}]
    assert by_place["agency"] == "highways"
    assert by_place["because"][0] == "the place lies in %(area)s"
    assert facts("Çukur var", area_id=town.carsi.pk) == {}
    assert words("çevre")  # folded as the reason shows it


def test_a_matter_of_somebody_else_goes_to_those_who_pass_it_on(town, highways, wrote, now):
    theirs = wrote("Ali Demir", "7001", "Çevre yolunda çukur", now=now, facts=facts("Çevre yolunda çukur"))
    ours = wrote("Naz Ak", "7002", "Çukur", now=now, facts=None)

    assert theirs.unit.key == "contact"
    assert ours.unit == town.roads


def test_the_page_says_whose_it_is_and_what_the_resident_is_told(town, highways, wrote, now):
    case = wrote("Ali Demir", "7001", "Çevre yolunda çukur", now=now, facts=facts("Çevre yolunda çukur"))
    client = seated(town.derya)
    client.cookies["vefa_language"] = "en"

    page = client.get(reverse("desk:case", args=[case.pk])).content.decode()
    form = client.get(reverse("desk:case", args=[case.pk]), {"act": "refer"}).content.decode()

    assert "Another body&#x27;s duty: Highways" in page
    assert "the words “cevre yolunda”" in page
    assert "Karayolları" in page  # as the resident reads it, in Turkish
    assert f'<option value="{highways.pk}" selected' in form


def test_a_person_who_knows_the_owner_has_the_last_word(town, highways, wrote, now):
    case = wrote("Ali Demir", "7001", "Çevre yolunda çukur", now=now, facts=facts("Çevre yolunda çukur"))

    lifecycle.describe(case_id=case.pk, words=Description(owner="ours"), by=town.derya, now=now)
    assert decided(case) == ("ours", None, "roads")

    lifecycle.describe(case_id=case.pk, words=Description(owner="highways"), by=town.derya, now=now)
    assert decided(case) == ("highways", "highways", "contact")


def test_another_area_decides_anew_and_what_is_known_of_the_bus_stays(town, highways, wrote, now):
    case = wrote("Ali Demir", "7001", "Çukur", now=now, facts={"line": "14"})

    moved = Description(area_id=town.iskele.pk)
    lifecycle.describe(case_id=case.pk, words=moved, by=town.derya, now=now)

    kept = Case.objects.get(pk=case.pk).facts or {}
    assert (kept["line"], kept["agency"]) == ("14", "highways")


def test_cases_of_a_line_are_found_by_its_number(town, wrote, now):
    Line.objects.create(key="14", names={"tr": "Gar – Bağbaşı"}, stops=[])
    mark_changed()
    queries.forget()
    late = wrote("Ali Demir", "7001", "14 gelmedi", now=now, facts={"line": "14", "waited": 40})
    wrote("Naz Ak", "7002", "Çukur", now=now)
    client = seated(town.derya)
    client.cookies["vefa_language"] = "en"

    listed = client.get(reverse("desk:list", args=["open"]), {"line": "14"}).content.decode()
    page = client.get(reverse("desk:case", args=[late.pk])).content.decode()

    assert late.reference in listed
    assert "7002" not in listed
    assert "Çukur" not in listed
    assert "14 · Gar – Bağbaşı" in page
    assert "40 minutes" in page
    queries.forget()


@pytest.mark.parametrize("language", ["tr", "ru", "kk", "fa", "en"])
def test_whoever_is_passed_on_hears_why_and_to_whom(town, highways, wrote, now, language: str):
    case = wrote("Ali Demir", "7001", "Çukur", now=now, language=language)
    case.conversation.language = language
    case.conversation.save()
    ending = Ending(outcome=Outcome.PASSED_ON, reason="", agency_id=highways.pk)
    lifecycle.end(case_id=case.pk, ending=ending, by=town.derya, now=now)
    while react(REACTIONS, now=now):
        pass

    told = Reply.objects.filter(case=case).order_by("id").last()

    assert told is not None
    assert "{" not in told.text
    assert "0232 555 01 89" in told.text
    assert highways.name(language) in told.text


def test_the_services_own_explanation_is_told_where_it_has_one(town, highways, wrote, now):
    text = {"tr": "Çevre yolunda çalışamayız; {agency} çalışır: {agency_phone}, acil: {emergency}."}
    Service.objects.filter(pk=town.pothole.pk).update(agency=highways, remit="agency", explanation=text)
    mark_changed()
    queries.forget()
    case = wrote("Ali Demir", "7001", "Çukur", now=now)
    lifecycle.end(
        case_id=case.pk,
        ending=Ending(outcome=Outcome.PASSED_ON, reason="", agency_id=highways.pk),
        by=town.derya,
        now=now,
    )
    while react(REACTIONS, now=now):
        pass

    told = Reply.objects.filter(case=case).order_by("id").last()

    assert told is not None
    assert "Çevre yolunda çalışamayız; Karayolları çalışır: 0232 555 01 89, acil: 112." in told.text
