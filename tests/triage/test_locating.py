"""Where a message says that it is: chosen, pointed at, said, or the same as before."""

from datetime import timedelta

import pytest

from tests.triage.test_pipeline import says
from vefa.cases.models import Case
from vefa.directory import queries
from vefa.directory.models import Agency, Area, Service, Stop
from vefa.directory.version import mark_changed
from vefa.triage.advice import Asked, advise
from vefa.triage.models import Finding
from vefa.triage.pipeline import handle
from vefa.triage.place import Place

__all__ = ["says"]
pytestmark = pytest.mark.django_db


def placed(text, **known):
    guess = advise(Asked(text=text, hint="tr", **known)).place
    return (guess.value.area_id, guess.value.number) if guess else None


def test_a_choice_stands_before_a_point_and_a_point_before_words(town):
    here = {"lat": 38.01, "lon": 27.05}

    assert placed("Çarşı'da No 12 önü", area_id=town.kalealti.id, **here) == (town.kalealti.id, "12")
    assert placed("Çarşı'da No 12 önü", **here) == (town.iskele.id, "12")
    assert placed("Çarşı'da No 12 önü") == (town.carsi.id, "12")


def test_the_line_for_the_place_is_read_before_the_message(town):
    assert placed("Çukur var", place_text="Kalealtı Mahallesi no 5") == (town.kalealti.id, "5")
    assert placed("İskele'den geliyorum, çukur var", place_text="Kalealtı") == (town.kalealti.id, "")


def test_the_same_place_as_before_is_where_the_last_matter_was(town):
    before = Place(town.kalealti.id)

    assert placed("aynı yerde lamba da yanmıyor", before=before) == (town.kalealti.id, "")
    assert placed("лампа там же", before=before) == (town.kalealti.id, "")
    assert placed("aynı yerde lamba da yanmıyor") is None
    assert placed("Çarşı'da da lamba yanmıyor", before=before) == (town.carsi.id, "")


def test_the_next_message_finds_the_place_of_the_one_before(town, says, now):
    handle([says("Kalealtı'nda yolda büyük bir çukur var")], now=now)
    handle([says("Aynı yerde sokak lambası da hiç yanmıyor", after=timedelta(hours=2))], now=now)

    first, second = Case.objects.order_by("id")
    assert (first.area, second.area) == (town.kalealti, town.kalealti)
    (reason,) = [row["because"] for row in Finding.objects.get(case=second).evidence if row["step"] == "area"]
    assert reason == "“ayni yerde”: the place of the matter before"


def test_the_house_is_kept_with_the_case(town, says, now):
    handle([says("Çarşı'da No 12/A önünde yolda büyük bir çukur var")], now=now)

    case = Case.objects.get()
    assert (case.area, (case.facts or {})["house"]) == (town.carsi, "12/A")


def test_a_name_in_two_places_leaves_the_area_to_a_person_and_says_so(town, says, now):
    Area.objects.filter(key__in=["carsi", "iskele"]).update(aliases={"tr": ["Okul Sokağı"]})
    mark_changed()
    queries.forget()

    handle([says("Okul Sokağında yolda büyük bir çukur var")], now=now)

    case = Case.objects.get()
    assert case.area is None
    assert (case.facts or {})["unclear_place"] == [
        "names %(words)s, which is in several places",
        {"words": "okul sokaginda"},
    ]


def test_nobody_is_sent_away_because_of_one_of_two_places(town, says, now):
    Agency.objects.create(key="highways", names={"en": "Highways"})
    Area.objects.filter(key__in=["carsi", "iskele"]).update(aliases={"tr": ["Okul Sokağı"]})
    rule = {"owner": "", "words": {}, "agency": "highways", "remit": "agency", "unit": ""}
    rules = [rule | {"area": area} for area in ("carsi", "iskele")]
    Service.objects.filter(pk=town.pothole.pk).update(remit_by=rules)
    mark_changed()
    queries.forget()

    handle([says("Okul Sokağında yolda büyük bir çukur var")], now=now)
    handle([says("Çarşı'da yolda büyük bir çukur var", who="ayten")], now=now)

    unclear, clear = Case.objects.order_by("id")
    assert (unclear.service, "agency" in (unclear.facts or {}), unclear.unit) == (
        town.pothole,
        False,
        town.roads,
    )
    assert (clear.facts or {})["agency"] == "highways"


def test_a_stop_lies_in_its_quarter(town):
    Stop.objects.create(
        key="pier", names={"tr": "Vapur Durağı", "ru": "Причал"}, latitude=38.01, longitude=27.05
    )
    mark_changed()
    queries.forget()

    assert placed("Vapur Durağında cam kırık") == (town.iskele.id, "")


def test_words_without_a_place_have_none(town):
    assert placed("Teşekkür ederim") is None
    assert placed("Bina no 7 karanlık") == (None, "7")
