"""Maps that others drew: towns of Türkiye and Iran load, and a faulty one is refused with what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vefa.directory import queries
from vefa.directory.load.map_alone import MapOrder, load_map, slug
from vefa.directory.load.write import put
from vefa.directory.models import Area, Municipality, Source

MAPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "geo"


def real(name: str) -> Path:
    path = MAPS / name
    if not path.is_file():
        pytest.skip(f"the real map {name} is not on this machine")
    return path


def city(key: str, *, language: str, timezone: str) -> Area:
    Municipality.objects.create(
        key=key, names={language: key}, default_language=language, timezone=timezone, country="TR"
    )
    queries.forget()
    return Area.objects.create(key=key, kind="city", names={"en": key}, path=key)


def square(west: float, south: float, size: float = 0.01) -> dict[str, Any]:
    corners = [(0, 0), (size, 0), (size, size), (0, size), (0, 0)]
    return {"type": "Polygon", "coordinates": [[[west + x, south + y] for x, y in corners]]}


def write_map(path: Path, *features: tuple[dict[str, Any], dict[str, Any]]) -> Path:
    listed = [{"type": "Feature", "properties": tags, "geometry": shape} for tags, shape in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), encoding="utf-8")
    return path


@pytest.fixture
def load(now, db):
    yield lambda order: load_map(order, now=now, actor="system")
    queries.forget()


@pytest.fixture
def pinarova(db) -> Area:
    return city("pinarova", language="tr", timezone="Europe/Istanbul")


def test_izmir_loads_with_its_districts_and_every_neighbourhood_below_its_own(load):
    city("izmir", language="tr", timezone="Europe/Istanbul")
    map_ = real("izmir.geojson")

    districts = load(MapOrder(map_, "izmir", "district", only={"admin_level": "6"}))
    quarters = load(MapOrder(map_, "izmir", "neighbourhood", only={"admin_level": "8"}))

    assert (districts.problems, quarters.problems) == ([], [])
    assert districts.total.created == 31
    assert quarters.total.created == 1310
    buca = Area.objects.get(key="izmir.buca")
    assert Area.objects.get(key="izmir.foca").name("ru") == "Фоча"
    assert Area.objects.filter(path__startswith="izmir/izmir.buca/").count() == 48
    found = queries.area_at(38.3855, 27.1776)
    assert found is not None
    assert found.parent == buca
    assert load(MapOrder(map_, "izmir", "neighbourhood", only={"admin_level": "8"})).total.moved == 0


def test_manisa_loads_although_its_map_is_far_from_complete(load):
    city("manisa", language="tr", timezone="Europe/Istanbul")

    report = load(MapOrder(real("manisa.geojson"), "manisa", "district", only={"admin_level": "6"}))

    assert (report.problems, report.total.created) == ([], 24)


def test_the_faulty_map_of_isfahan_is_refused_with_the_doubled_and_the_missing_region(load):
    city("isfahan", language="fa", timezone="Asia/Tehran")

    report = load(MapOrder(real("isfahan.geojson"), "isfahan", "district", name_property="area"))

    assert [problem.what for problem in report.problems] == [
        "The numbers below “isfahan” go from 1 to 14 in 15 features, but 15 is missing.",
        (
            "“2” stands 2 times below “isfahan”: the feature 12 (middle 32.676, 51.599) "
            "and the feature 15 (middle 32.738, 51.526)."
        ),
    ]
    assert "may be the missing 15, but look at the map first" in report.problems[1].remedy
    assert not Area.objects.filter(kind="district").exists()


@pytest.mark.parametrize(
    ("name", "counties", "points"), [("IR-05-counties.geojson", 14, 5), ("IR-10-counties.geojson", 28, 22)]
)
def test_provinces_of_iran_load_without_their_points(load, name, counties, points):
    city("iran", language="fa", timezone="Asia/Tehran")

    report = load(MapOrder(real(name), "iran", "district"))

    assert (report.problems, report.total.created) == ([], counties)
    assert [notice.what.split(" ")[0] for notice in report.notices] == [str(points)]
    assert all("شهرستان" in area.name("fa") for area in Area.objects.filter(kind="district"))


def test_areas_of_a_map_keep_their_translations_and_hang_below_the_district_that_holds_them(
    load, pinarova, tmp_path
):
    districts = write_map(
        tmp_path / "districts.geojson",
        ({"name": "Çınaraltı", "name:fa": "چینارآلتی"}, square(27.0, 38.0, 0.04)),
        ({"name": "Gölkıyı"}, square(27.04, 38.0, 0.04)),
    )
    quarters = write_map(
        tmp_path / "quarters.geojson",
        ({"name": "Çarşı"}, square(27.01, 38.01)),
        ({"name": "İskele"}, square(27.05, 38.01)),
        ({"name": "Yayla"}, square(28.0, 38.0)),
    )

    load(MapOrder(districts, "pinarova", "district"))
    load(MapOrder(quarters, "pinarova", "neighbourhood"))

    assert list(Area.objects.order_by("path").values_list("path", "source")) == [
        ("pinarova", Source.DESK),
        ("pinarova/pinarova.cinaralti", Source.MAP),
        ("pinarova/pinarova.cinaralti/pinarova.cinaralti.carsi", Source.MAP),
        ("pinarova/pinarova.golkiyi", Source.MAP),
        ("pinarova/pinarova.golkiyi/pinarova.golkiyi.iskele", Source.MAP),
        ("pinarova/pinarova.yayla", Source.MAP),
    ]
    assert Area.objects.get(key="pinarova.cinaralti").names == {"tr": "Çınaraltı", "fa": "چینارآلتی"}


def test_numbers_with_a_gap_say_which_one_is_missing(load, pinarova, tmp_path):
    map_ = write_map(
        tmp_path / "map.geojson", *[({"no": number}, square(27 + number / 50, 38.0)) for number in (1, 2, 4)]
    )

    report = load(MapOrder(map_, "pinarova", "district", name_property="no"))

    (problem,) = report.problems
    assert problem.what == "The numbers below “pinarova” go from 1 to 4 in 3 features, but 3 is missing."


def test_a_name_that_stands_twice_names_both_features(load, pinarova, tmp_path):
    map_ = write_map(
        tmp_path / "map.geojson",
        ({"name": "Bağlar"}, square(27.0, 38.0)),
        ({"name": "Bağlar"}, square(27.1, 38.0)),
    )

    (problem,) = load(MapOrder(map_, "pinarova", "district")).problems

    assert "the feature 1 (middle 38.005, 27.005) and the feature 2 (middle 38.005, 27.105)" in problem.what
    assert problem.remedy == "Find out on the map which is right; rename or delete the other."


def test_a_feature_without_the_property_lists_those_that_it_has(load, pinarova, tmp_path):
    map_ = write_map(tmp_path / "map.geojson", ({"ad": "Bağlar", "no": 3}, square(27.0, 38.0)))

    (problem, *_) = load(MapOrder(map_, "pinarova", "district")).problems

    assert str(problem) == (
        "map.geojson:1: The feature 1 has no property “name”. "
        "Name another with --name-property; it has: ad, no."
    )


def test_two_names_with_one_key_are_told_apart_by_a_person(load, pinarova, tmp_path):
    map_ = write_map(
        tmp_path / "map.geojson",
        ({"name": "Bağlar"}, square(27.0, 38.0)),
        ({"name": "Baglar"}, square(27.1, 38.0)),
    )

    (problem,) = load(MapOrder(map_, "pinarova", "district")).problems

    assert "both get the key “pinarova.baglar”" in problem.what


def test_an_unknown_parent_is_answered_with_the_known_ones(load, pinarova, tmp_path):
    map_ = write_map(tmp_path / "map.geojson", ({"name": "Bağlar"}, square(27.0, 38.0)))

    (problem,) = load(MapOrder(map_, "pinar", "district")).problems

    assert (problem.what, problem.remedy) == (
        "There is no area “pinar”.",
        "Choose another with --parent, such as pinarova.",
    )


def test_a_filter_that_fits_nothing_says_so(load, pinarova, tmp_path):
    map_ = write_map(tmp_path / "map.geojson", ({"name": "Bağlar"}, square(27.0, 38.0)))

    (problem,) = load(MapOrder(map_, "pinarova", "district", only={"admin_level": "9"})).problems

    assert problem.what == "No feature fits."


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Çınaraltı Mahallesi", "cinaralti-mahallesi"),
        ("İskele", "iskele"),
        ("Ğ/Ş", "g-s"),
        ("گول‌قیی", "گول-قیی"),
    ],
)
def test_keys_are_made_of_names(name, key):
    assert slug(name) == key


def test_areas_of_a_map_move_along_with_the_area_of_a_folder_above_them(folder, load, tmp_path):
    folder.load()
    quarters = write_map(tmp_path / "quarters.geojson", ({"name": "Yayla"}, square(27.03, 38.01)))
    load(MapOrder(quarters, "cinaralti", "neighbourhood"))
    folder.add("areas.csv", "gul,cinaralti.yayla,street,Gül Sokak,,Gül Sokak,\n")
    folder.load()

    folder.swap("areas.csv", "cinaralti,pinarova,", "cinaralti,golkiyi,")
    folder.load()

    below = Area.objects.filter(path__startswith="pinarova/golkiyi/cinaralti/")
    assert list(below.order_by("path").values_list("path", flat=True)) == [
        "pinarova/golkiyi/cinaralti/carsi",
        "pinarova/golkiyi/cinaralti/cinaralti.yayla",
        "pinarova/golkiyi/cinaralti/cinaralti.yayla/gul",
    ]
    assert folder.load().total.moved == 0


def test_an_area_of_a_folder_cannot_hang_below_one_of_a_map_that_hangs_below_it(folder, load, tmp_path):
    folder.load()
    quarters = write_map(tmp_path / "quarters.geojson", ({"name": "Yayla"}, square(27.03, 38.01)))
    load(MapOrder(quarters, "cinaralti", "neighbourhood"))
    folder.swap("areas.csv", "cinaralti,pinarova,", "cinaralti,cinaralti.yayla,")

    (problem,) = folder.load().problems

    assert "“cinaralti” hangs below itself: cinaralti → cinaralti.yayla → cinaralti" in problem.what


def test_thousands_of_streets_with_new_names_are_altered_in_little_statements(pinarova):
    def streets(name):
        return [
            {
                "key": f"s{number}",
                "kind": "street",
                "names": {"tr": f"{name} {number}"},
                "path": f"p/s{number}",
            }
            for number in range(2_000)
        ]

    put(Area.objects, streets("Sokak"), keys=("key",), source=Source.MAP)
    with CaptureQueriesContext(connection) as caught:
        outcome = put(Area.objects, streets("Yeni Sokak"), keys=("key",), source=Source.MAP)

    assert len(outcome.changed) == 2_000
    assert max(len(one["sql"]) for one in caught) < 200_000
    assert Area.objects.filter(names__tr__startswith="Yeni").count() == 2_000
