"""Ayşe, the administrator, edits the catalogue: nothing is lost, everything can be taken back."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cases.stories import opened
from tests.web.desk.seat import seated
from vefa.cases.ending import needs_proof
from vefa.cases.models import Case
from vefa.directory import editing, queries
from vefa.directory.editing import Act
from vefa.directory.models import Service, ServiceVersion
from vefa.directory.queries import examples, service_by_code
from vefa.directory.version import mark_changed
from vefa.journal.models import Event
from vefa.triage.learned.fitting import fit
from vefa.triage.learned.samples import Sample
from vefa.triage.learned.weights import to_bytes
from vefa.triage.models import ModelVersion, Standing
from vefa.web.desk.catalogue_forms import initial_facts, initial_texts
from vefa.web.desk.catalogue_rows import initial_rows

pytestmark = pytest.mark.django_db
URL = "desk:catalogue-service"


@pytest.fixture
def ayse(town) -> Iterator[Client]:
    """Ayşe, who reads English today."""
    client = seated(town.ayse)
    client.cookies["vefa_language"] = "en"
    yield client
    queries.forget()


def form_of(code: str, **changed: Any) -> dict[str, Any]:
    """What a browser would send from the page of a service, with some fields changed."""
    state = editing.state_of(code)
    data: dict[str, Any] = {"seen": editing.number_of(code), "do": "keep"}
    data |= {name: value for name, value in initial_facts(state).items() if value not in (None, False)}
    data |= initial_texts(state)
    for prefix, rows in initial_rows(state).items():
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
        for place, row in enumerate(rows):
            data |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return data | changed


def keep(client: Client, code: str, **changed: Any) -> Any:
    answer = client.post(reverse(URL, args=[code]), form_of(code, **changed), follow=True)
    queries.forget()
    return answer


def test_the_list_finds_a_service_by_a_word_of_any_language(ayse):
    every = ayse.get(reverse("desk:catalogue")).content.decode()
    found = ayse.get(reverse("desk:catalogue"), {"q": "چاله"}).content.decode()
    none = ayse.get(reverse("desk:catalogue"), {"q": "zürafa"}).content.decode()

    assert "pothole" in every
    assert "tree" in every
    assert "pothole" in found
    assert ">tree<" not in found
    assert "No service has these words" in none


def test_words_and_examples_are_changed_and_every_state_is_kept(ayse, town):
    answer = keep(ayse, "pothole", words_tr="çukur\nkrater", examples_tr="Lastiğim patladı\nYol delik deşik")

    assert "Kept." in answer.content.decode()
    pothole = service_by_code("pothole")
    assert pothole is not None
    assert pothole.words["tr"] == ["çukur", "krater"]
    assert [one.text for one in examples() if one.code == "pothole"] == [
        "Lastiğim patladı",
        "Yol delik deşik",
    ]
    first, second = ServiceVersion.objects.filter(service=pothole).order_by("number")
    assert (first.by, second.by) == (None, town.ayse)
    assert second.state["words"]["tr"] == ["çukur", "krater"]
    assert first.state["words"]["tr"] != ["çukur", "krater"]
    told = Event.objects.get(kind="service.edited")
    assert told.data == {"code": "pothole", "fields": ["examples.tr", "words.tr"]}
    assert told.actor == f"staff:{town.ayse.pk}"


def test_a_form_that_changes_nothing_makes_no_version(ayse):
    answer = keep(ayse, "pothole")

    assert "Nothing was different" in answer.content.decode()
    assert not ServiceVersion.objects.exists()


def test_the_last_change_is_taken_back_and_an_old_version_restored(ayse):
    keep(ayse, "pothole", words_tr="krater")
    keep(ayse, "pothole", words_tr="krater\nçöküntü")
    before = editing.history("pothole")[-1].state["words"]["tr"]

    ayse.post(reverse("desk:catalogue-act", args=["pothole", "restore"]), {"number": "2", "seen": "3"})
    assert editing.state_of("pothole")["words"]["tr"] == ["krater"]

    ayse.post(reverse("desk:catalogue-act", args=["pothole", "restore"]), {"number": "1", "seen": "4"})
    assert editing.state_of("pothole")["words"]["tr"] == before
    assert [one.restored for one in editing.history("pothole")] == [1, 2, None, None, None]

    page = ayse.get(reverse("desk:catalogue-versions", args=["pothole"]), {"from": "1", "to": "3"})
    said = page.content.decode()
    assert '<ins dir="auto">çöküntü</ins>' in said
    assert "restored version 2" in said


def test_the_photo_that_a_service_asks_for_is_one_of_the_work(ayse, town, now):
    words = "Done takes a photo of the work, or words why there is none"
    case = opened(town, "Çarşıda yolda çukur var", now=now)
    assert words in ayse.get(reverse(URL, args=["pothole"])).content.decode()
    assert needs_proof(case)

    keep(ayse, "pothole", photo_required="")

    assert not needs_proof(Case.objects.get(pk=case.pk))
    kept = ayse.get(reverse("desk:catalogue-versions", args=["pothole"]), {"from": "1", "to": "2"})
    assert words in kept.content.decode()


def test_who_was_slower_keeps_what_they_typed(ayse, town, now):
    data = form_of("pothole", words_tr="krater")
    state = editing.state_of("pothole")
    wanted = {**state, "names": {**state["names"], "tr": "Çukur"}}
    editing.change("pothole", wanted, Act(by=town.ayse, now=now))

    answer = ayse.post(reverse(URL, args=["pothole"]), data)

    assert answer.status_code == 409
    assert "krater" in answer.content.decode()
    assert "Somebody changed this service meanwhile" in answer.content.decode()
    assert editing.state_of("pothole")["names"]["tr"] == "Çukur"


WRONG = {
    "names_tr": ("", "Give it a name in this language at least."),
    "words_tr": ("çukur\nÇUKUR", "This line stands twice: çukur"),
    "examples_en": ("x" * 601, "A line is longer than 600 characters"),
    "explanation_en": ("Call {number}", "Only these may stand in braces"),
    "remit": ("agency", "Say which body it is."),
    "first_answer": ("soon", "Enter a number."),
    "legal_days": ("30", "Days and law belong together"),
    "calendar": ("night", "There is no such calendar."),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(ayse, name: str):
    value, said = WRONG[name]
    data = form_of("pothole", description_en="Words that must not be lost") | {name: value}
    data.pop("legal_basis", None)

    answer = ayse.post(reverse(URL, args=["pothole"]), data)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Words that must not be lost" in answer.content.decode()
    assert not ServiceVersion.objects.exists()


def test_a_service_is_added_retired_and_brought_back(ayse, town):
    data = form_of("pothole", names_tr="Kuş yuvası", words_tr="yuva", examples_tr="Leylek yuvası düşecek")
    answer = ayse.post(reverse("desk:catalogue-add"), {**data, "code": "bird.nest"}, follow=True)
    queries.forget()

    assert "Added." in answer.content.decode()
    assert service_by_code("bird.nest") is not None
    taken = ayse.post(reverse("desk:catalogue-add"), {**data, "code": "bird.nest"})
    assert taken.status_code == 422

    ayse.post(reverse("desk:catalogue-act", args=["bird.nest", "retire"]), {"seen": "1"})
    queries.forget()
    assert service_by_code("bird.nest") is None
    assert "Out of use" in ayse.get(reverse(URL, args=["bird.nest"])).content.decode()

    ayse.post(reverse("desk:catalogue-act", args=["bird.nest", "back"]), {"seen": "2"})
    queries.forget()
    assert service_by_code("bird.nest") is not None
    assert Service.objects.get(code="bird.nest").source == "desk"


def test_remits_places_and_questions_are_rows(ayse, town):
    rows = {
        "places-TOTAL_FORMS": "1", "places-INITIAL_FORMS": "0",
        "places-0-area": "carsi", "places-0-unit": "roads",
        "remits-TOTAL_FORMS": "1", "remits-INITIAL_FORMS": "0",
        "remits-0-area": "iskele", "remits-0-remit": "ours", "remits-0-words": "tr: telekom, ttnet",
        "questions-TOTAL_FORMS": "1", "questions-INITIAL_FORMS": "0", "questions-0-key": "depth",
        "questions-0-kind": "choice", "questions-0-text_tr": "Ne kadar derin?",
        "questions-0-choices": "small | Küçük\nhole! | Yol çöktü | Провал",
    }  # fmt: skip
    keep(ayse, "pothole", **rows)

    state = editing.state_of("pothole")
    assert state["unit_by_area"] == {"carsi": "roads"}
    assert state["remit_by"] == [
        {"area": "iskele", "owner": "", "words": {"tr": ["telekom", "ttnet"]}, "remit": "ours",
         "agency": "", "unit": ""}
    ]  # fmt: skip
    (question,) = state["questions"]
    assert question["choices"] == [
        {"key": "small", "texts": {"tr": "Küçük"}, "danger": False},
        {"key": "hole", "texts": {"tr": "Yol çöktü", "ru": "Провал"}, "danger": True},
    ]


def test_a_message_is_tried_on_words_that_are_not_kept_yet(ayse):
    data = form_of("pothole", words_tr="çukur\nobruk", message="Sokakta obruk açıldı 0532 111 22 33")

    kept = ayse.post(reverse("desk:catalogue-try"), {"message": data["message"]}).content.decode()
    tried = ayse.post(reverse(URL, args=["pothole"]), {**data, "do": "try"}).content.decode()
    part = ayse.post(
        reverse(URL, args=["pothole"]), {**data, "do": "try"}, headers={"HX-Request": "true"}
    ).content.decode()

    assert "this one" not in kept
    assert "this one" in tried
    assert re.search(r'tried-share">\d+ %<', tried)
    assert not re.search(r'tried-share">0 %<', kept)
    assert "obruk" in tried
    assert part.lstrip().startswith('<div id="tried"')
    assert "0532 111 22 33" not in part
    assert not ServiceVersion.objects.exists()


def test_the_words_of_the_form_and_the_model_are_told_apart(ayse, town, now):
    model = fit(
        [Sample(f"{word} var", "tr", code) for code, word in (("pothole", "çukur"), ("tree", "dal"))] * 2
    )
    version = ModelVersion.objects.create(
        number=3, weights=to_bytes(model), made_at=now, catalogue="-", standing=Standing.IN_SERVICE
    )
    mark_changed()
    queries.forget()
    data = form_of("street_light", words_tr="obruk", message="Sokakta obruk açıldı, çukur")

    tried = ayse.post(reverse(URL, args=["street_light"]), {**data, "do": "try"}).content.decode()
    words, learned = tried.split('id="tried-words"')[1].split('id="tried-model"')
    assert "The words in this form alone" in words
    assert "Street light" in words
    assert f"The model alone (version {version.number})" in learned
    assert "It does not know this service yet" in learned
    assert "Pothole" in learned.split("tried-steps")[0]
    assert "Street light" not in learned.split("tried-steps")[0]
    kept = ayse.post(reverse("desk:catalogue-try"), {"message": data["message"]}).content.decode()
    assert "The words of the catalogue alone" in kept
    assert "does not know this service" not in kept

    version.delete()
    mark_changed()
    queries.forget()
    alone = ayse.post(reverse("desk:catalogue-try"), {"message": data["message"]}).content.decode()
    assert "No model has been learned yet" in alone


def test_an_unknown_service_and_a_strange_act_are_not_found(ayse):
    assert ayse.get(reverse(URL, args=["no.such"])).status_code == 404
    assert ayse.get(reverse("desk:catalogue-versions", args=["no.such"])).status_code == 404
    assert ayse.post(reverse("desk:catalogue-act", args=["pothole", "burn"])).status_code == 404
    strange = {"number": "99"}
    assert ayse.post(reverse("desk:catalogue-act", args=["pothole", "restore"]), strange).status_code == 404
