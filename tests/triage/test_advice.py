"""Residents write as they speak; triage says what it thinks, and why."""

import pytest

from vefa.directory import queries
from vefa.directory.models import Area, Service
from vefa.directory.version import mark_changed
from vefa.kit.saying import Sentence
from vefa.triage.advice import Asked, advise
from vefa.triage.guess import Guess
from vefa.triage.language import language_of
from vefa.triage.lexicon import LANGUAGES, Phrases, lexicon, scenes
from vefa.triage.tone import EMERGENCY, URGENT


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Okulun önünde çukur var", "tr"),
        ("okulun onunde cukur var lutfen bakin", "tr"),
        ("На улице яма уже неделю", "ru"),
        ("Көшеде шұңқыр бар", "kk"),
        ("кошеде жарык жок", "kk"),
        ("در خیابان چاله است", "fa"),
        ("there is a pothole on our street", "en"),
        ("Missing signs. Dirty sink in this public toilet", "en"),
        ("Illegal parking, unregistered vehicle", "en"),
        ("5", "ru"),
        ("😡😡", "ru"),
    ],
)
def test_the_language_is_heard(text, language):
    assert language_of(text, hint="ru").value == language


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Okulun önündeki çukurlar büyüyor", "pothole"),
        ("SOKAK LAMBALARI yanmiyor", "street_light"),
        ("у нас прорвало трубу", "water_leak"),
        ("Көшеде су ағып жатыр", "water_leak"),
        ("چراغ‌های خیابان خاموش است", "street_light"),
        ("A street light is out", "street_light"),
    ],
)
def test_the_service_is_found_by_the_words_of_residents(town, text, code):
    advice = advise(Asked(text=text, hint="tr"))

    assert advice.service is not None
    assert advice.service.code == code
    assert advice.services[0].because.startswith("says ")


@pytest.mark.django_db
def test_words_that_fit_nothing_leave_the_choice_to_a_person(town):
    advice = advise(Asked(text="Merhaba, bir şey soracaktım", hint="tr"))

    assert advice.services == []
    assert not advice.sure


@pytest.mark.django_db
def test_words_that_fit_two_services_leave_the_choice_to_a_person(town):
    advice = advise(Asked(text="Çukur var, lamba da yanmıyor", hint="tr"))

    assert {guess.value for guess in advice.services} == {"pothole", "street_light"}
    assert not advice.sure


@pytest.mark.django_db
def test_what_a_person_chose_stands(town):
    advice = advise(Asked(text="çukur", hint="tr", service="tree"))

    assert (advice.service, advice.confidence, advice.sure) == (town.tree, 1.0, True)


def named(text: str) -> int | None:
    area = advise(Asked(text=text, hint="tr")).area
    return area.value if area else None


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["Çarşı'daki çukur", "carsida cukur var", "چارشی چاله دارد"])
def test_a_place_is_found_by_its_name_in_any_script(town, text):
    assert named(text) == town.carsi.id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Çukur Sokağı 12 numarada oturuyorum", "cukur sokagi"),
        ("Ağaç Mahallesinde komşular gürültü yapıyor", "agac mahallesinde"),
        ("Шам көшесінде тұрамын", "шам кошесинде"),
        ("I live at 12 Lamp Avenue", "lamp avenue"),
    ],
)
def test_a_street_speaks_for_no_service_by_its_name_alone(town, text, name):
    advice = advise(Asked(text=text, hint="tr"))

    assert advice.services == []
    assert Guess(name, 1.0, Sentence("names %(words)s", words=name)).as_evidence("place") in advice.evidence()


@pytest.mark.django_db
def test_a_known_place_speaks_for_no_service_by_its_name_alone(town):
    Area.objects.filter(key="carsi").update(aliases={"ru": ["старый рынок"]})
    mark_changed()
    queries.forget()

    advice = advise(Asked(text="Старый рынок, упало дерево", hint="ru"))

    assert [guess.value for guess in advice.services] == ["tree"]
    assert advice.area
    assert advice.area.value == town.carsi.id


@pytest.mark.django_db
def test_what_is_said_beside_the_name_of_a_street_still_counts(town):
    advice = advise(Asked(text="Çukur Sokağında kocaman bir çukur var", hint="tr"))

    assert advice.sure
    assert advice.service == town.pothole


@pytest.mark.django_db
def test_a_word_that_is_the_whole_name_of_a_place_speaks_for_itself(town):
    Area.objects.filter(key="carsi").update(aliases={"ru": ["рынок"]})
    mark_changed()
    queries.forget()

    advice = advise(Asked(text="Рынок очень грязный", hint="ru"))

    assert advice.service == town.local_matter
    assert advice.area
    assert advice.area.value == town.carsi.id


@pytest.mark.django_db
def test_a_point_is_surer_than_a_name(town):
    advice = advise(Asked(text="Çarşı tarafı", hint="tr", lat=38.01, lon=27.05))

    assert advice.area
    assert advice.area.value == town.iskele.id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Sokakta gaz kokusu var", EMERGENCY),
        ("пахнет газом во дворе", EMERGENCY),
        ("بوی گاز می‌آید", EMERGENCY),
        ("Газ иісі шығып тұр", EMERGENCY),
        ("live wire on the pavement", EMERGENCY),
        ("Bize uygun bir gün verin", 0),
        ("множество ям", 0),
        ("Ağaç devrildi", URGENT),
    ],
)
def test_danger_is_heard_and_harmless_words_are_not(town, text, urgency):
    assert advise(Asked(text=text, hint="tr")).urgency.value == urgency


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Teşekkür ederim, elinize sağlık", "thanks"),
        ("Предлагаю поставить скамейки", "suggestion"),
        ("Defalarca yazdım, ilgilenen yok", "complaint"),
        ("Pazar ne zaman kuruluyor?", "question"),
        ("Çukur var", "request"),
        ("Çukur var, teşekkürler", "request"),
    ],
)
def test_the_kind_is_heard(town, text, kind):
    assert advise(Asked(text=text, hint="tr")).kind.value == kind


def test_an_expression_is_met_whole_or_not_at_all():
    phrases = Phrases.of({"danger": ["gaz kokusu"], "complaint": ["şikayet*"]})

    assert phrases.found(["gaz", "kokusu", "var"]) == {"danger": ["gaz kokusu"]}
    assert phrases.found(["gaz", "faturasi"]) == {}
    assert phrases.found(["sikayetim", "var"]) == {"complaint": ["sikayetim"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_words(language):
    known = lexicon(language)

    assert known.common.whole
    assert all(known.street)
    assert names(known.tone) == {
        *("thanks", "suggestion", "question", "request", "complaint", "danger", "abuse", "spam"),
        *("emergency", "alarm", "wounded", "bites", "urgent"),
        *("words", "about", "nearly"),
        *(name for scene in scenes() for name in (*scene.of, scene.unless) if name),
    } | {"animal"}
    assert names(known.verdict) == {"not_solved", "solved", "doubt"}


def names(phrases: Phrases) -> set[str]:
    return {row.value for rows in phrases.table.by_head.values() for row in rows}


@pytest.mark.django_db
def test_evidence_names_each_word_once(town):
    Service.objects.filter(code="pothole").update(words={"tr": ["çukur", "çukurlar"]})
    mark_changed()
    queries.forget()

    advice = advise(Asked(text="Çukurlar var", hint="tr"))

    assert advice.services[0].because == "says cukurlar"


@pytest.mark.django_db
def test_new_words_of_the_directory_are_heard_as_soon_as_it_changes(town):
    assert advise(Asked(text="Obruk oluştu", hint="tr")).services == []

    Service.objects.filter(code="pothole").update(words={"tr": ["obruk"]})
    mark_changed()
    queries.forget()

    assert advise(Asked(text="Obruk oluştu", hint="tr")).services[0].value == "pothole"
