"""Lookups: where a point lies, whose duty a service is, what people call a place."""

from datetime import UTC, datetime

import pytest

from vefa.directory import queries
from vefa.directory.hours import NobodyWorksError
from vefa.directory.models import Area, Municipality, Service, Unit
from vefa.directory.version import mark_changed


@pytest.fixture
def loaded(folder):
    folder.load()
    return folder


def area(key: str) -> Area:
    return next(area for area in queries.areas() if area.key == key)


def unit_of(code: str, area_key: str | None) -> str | None:
    service = queries.service_by_code(code)
    assert service is not None
    unit = queries.unit_for(service, area(area_key) if area_key else None)
    return unit.key if unit else None


@pytest.mark.parametrize(
    ("latitude", "longitude", "key"),
    [
        (38.01, 27.01, "carsi"),
        (38.01, 27.03, "cinaralti"),
        (38.01, 27.06, "pinarova"),
        (38.02, 27.02, "carsi"),
    ],
)
def test_a_point_lies_in_the_lowest_area_that_holds_it(loaded, latitude, longitude, key):
    found = queries.area_at(latitude, longitude)

    assert found is not None
    assert found.key == key


def test_a_point_beyond_the_map_lies_nowhere(loaded):
    assert queries.area_at(39.0, 27.01) is None


def test_a_service_falls_to_the_unit_of_the_nearest_area_else_to_its_own(loaded):
    assert unit_of("pothole", "carsi") == "office"
    assert unit_of("pothole", "iskele") == "roads"
    assert unit_of("pothole", None) == "roads"


def test_a_service_without_a_unit_falls_to_the_sort_of_unit_that_it_names(loaded):
    Service.objects.filter(code="power_cut").update(unit_kind=Unit.Level.DEPARTMENT)
    mark_changed()
    queries.forget()

    assert unit_of("power_cut", "iskele") == "works"


def test_a_service_without_a_unit_falls_to_the_district_office_else_a_person_decides(loaded):
    assert unit_of("power_cut", "carsi") == "office"
    assert unit_of("power_cut", "iskele") is None


def test_the_gazetteer_knows_names_and_aliases_in_every_language(loaded):
    names = {(one.area.key, one.language, one.text, one.is_alias) for one in queries.area_names()}

    assert ("carsi", "fa", "چارشی", False) in names
    assert ("cinaralti", "tr", "eski şehir", True) in names


def test_services_come_with_their_words_in_one_language(loaded):
    first, second = queries.services_by_language("tr")
    assert (first.service.code, first.name, first.words) == ("pothole", "Yolda çukur", ("çukur", "yol bozuk"))
    assert second.service.code == "power_cut"
    assert queries.services_by_language("fa")[0].words == ()


def test_a_name_falls_back_to_the_language_of_the_municipality(loaded):
    assert Service.objects.get(code="power_cut").name("kk") == "Elektrik kesintisi"
    assert queries.municipality().name("en") == "Municipality of Pınarova"


def test_the_copy_costs_no_query_until_the_directory_changes(loaded, django_assert_num_queries, monkeypatch):
    queries.areas()
    with django_assert_num_queries(0):
        area("carsi").parent.parent.name("tr")  # type: ignore[union-attr]  # both are there
        assert unit_of("pothole", "carsi") == "office"
        assert queries.area_at(38.01, 27.01) is not None
        assert queries.service_by_code("pothole").group.name("tr") == "Yollar"  # type: ignore[union-attr]

    monkeypatch.setattr(queries, "FRESH_S", 0.0)
    with django_assert_num_queries(1):
        queries.areas()


def test_a_change_elsewhere_is_seen_as_soon_as_the_stamp_is_looked_at(loaded, monkeypatch):
    assert area("carsi").name("tr") == "Çarşı"
    Area.objects.filter(key="carsi").update(names={"tr": "Yeni Çarşı"})
    mark_changed()
    assert area("carsi").name("tr") == "Çarşı"

    monkeypatch.setattr(queries, "FRESH_S", 0.0)
    assert area("carsi").name("tr") == "Yeni Çarşı"


def test_the_office_rests_on_its_own_holidays_and_those_of_the_country_while_the_watch_works_on(loaded):
    office = queries.working_calendar(now=datetime(2026, 9, 1, tzinfo=UTC))
    watch = queries.working_calendar(now=datetime(2026, 9, 1, tzinfo=UTC), name="duty")

    def minutes(calendar, month, day):
        start = datetime(2026, month, day, tzinfo=UTC)
        return calendar.working_minutes_between(start, start.replace(hour=20))

    assert [minutes(office, 9, day) for day in (4, 5, 7, 8, 9)] == [540, 0, 240, 0, 540]
    assert (minutes(office, 10, 28), minutes(office, 10, 29)) == (270, 0)  # Republic Day and its eve
    assert minutes(watch, 10, 29) == 20 * 60


def test_the_calendar_is_made_once(loaded, django_assert_num_queries):
    moment = datetime(2026, 9, 1, tzinfo=UTC)
    queries.working_calendar(now=moment)
    with django_assert_num_queries(0):
        queries.working_calendar(now=moment)


def test_a_calendar_without_shifts_is_an_error(loaded):
    with pytest.raises(NobodyWorksError):
        queries.working_calendar(now=datetime(2026, 9, 1, tzinfo=UTC), name="night")


def test_without_a_municipality_every_question_says_what_to_do(db):
    queries.forget()

    assert not queries.is_loaded()
    with pytest.raises(queries.NotLoadedError, match="vefa load"):
        queries.municipality()


def test_a_retired_area_is_no_longer_found_on_the_map(loaded, now):
    Area.objects.filter(key="carsi").update(retired_at=now)
    queries.forget()

    found = queries.area_at(38.01, 27.01)
    assert found is not None
    assert found.key == "cinaralti"


def test_there_is_one_municipality_only(loaded):
    assert Municipality.objects.count() == 1
    assert Unit.objects.get(key="roads").name("fa") == "Yol Birimi"
