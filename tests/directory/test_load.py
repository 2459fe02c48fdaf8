"""A folder becomes the directory: once, twice, altered, and not at all while anything is wrong with it."""

from datetime import timedelta

import pytest

from vefa.directory import queries
from vefa.directory.load.engine import Report, check_folder
from vefa.directory.load.sections import SECTIONS
from vefa.directory.models import Agency, Area, Holiday, Municipality, Service, Source, Staff, Unit
from vefa.journal.models import Event
from vefa.kit.loading import Tally


def said(report: Report) -> list[str]:
    return [str(problem) for problem in report.problems]


def the_problem(report: Report) -> str:
    assert len(report.problems) == 1, said(report)
    return str(report.problems[0])


def test_a_folder_becomes_the_directory(folder):
    report = folder.load()

    assert said(report) == []
    carsi = Area.objects.get(key="carsi")
    assert (carsi.path, carsi.name("fa"), carsi.name("kk")) == ("pinarova/cinaralti/carsi", "چارشی", "Çarşı")
    assert Area.objects.get(key="cinaralti").aliases == {"tr": ["eski şehir", "merkez"]}
    assert (carsi.latitude, carsi.longitude) == (38.02, 27.01)
    office = Unit.objects.get(key="office")
    assert list(office.areas.order_by("key").values_list("key", flat=True)) == ["carsi", "cinaralti"]
    pothole = Service.objects.get(code="pothole")
    assert (pothole.first_answer_min, pothole.resolution_min, pothole.legal_days) == (480, 1440, 30)
    assert pothole.questions[0]["choices"][1]["danger"] is True
    assert Service.objects.get(code="power_cut").agency == Agency.objects.get(key="power")
    assert Staff.objects.get(username="murat").unit == Unit.objects.get(key="roads")


def test_what_a_load_did_stands_in_the_journal(folder, now):
    folder.load()

    event = Event.objects.get(kind="directory.loaded")
    assert (event.at, event.actor, event.data["retired"]) == (now, "system", 0)
    assert event.data["created"] == folder.load().total.unchanged - 3  # outlines are altered areas


def test_a_second_load_changes_nothing_and_says_so(folder):
    folder.load()
    stamp = Municipality.objects.get().version

    again = folder.load()

    assert again.total.moved == 0
    assert again.total.unchanged > 30
    assert Municipality.objects.get().version == stamp
    assert Event.objects.filter(kind="directory.loaded").count() == 1


def test_an_altered_line_alters_one_row(folder):
    folder.load()
    folder.swap("units.csv", "Yol Birimi", "Yol ve Kaldırım Birimi")

    report = folder.load()

    assert report.tallies["units.csv"] == Tally(changed=1, unchanged=2)
    assert report.total.moved == 1
    assert Unit.objects.get(key="roads").name("tr") == "Yol ve Kaldırım Birimi"


def test_a_removed_line_retires_its_row_and_a_returning_one_revives_it(folder, now):
    folder.load()
    line = "iskele,golkiyi,neighbourhood,İskele,ایسکله,İskele,\n"
    folder.swap("areas.csv", line, "")

    assert folder.load().tallies["areas.csv"] == Tally(retired=1, unchanged=4)
    assert Area.objects.get(key="iskele").retired_at == now
    assert "iskele" not in [area.key for area in queries.areas()]
    assert "iskele" in [area.key for area in queries.directory().areas.values()]

    folder.add("areas.csv", line)
    assert folder.load().tallies["areas.csv"] == Tally(changed=1, unchanged=4)
    assert Area.objects.get(key="iskele").retired_at is None


def test_who_leaves_the_list_is_signed_out_and_comes_back_without_the_old_password(folder):
    folder.load()
    murat = Staff.objects.get(username="murat")
    murat.set_password("a word that murat knows")
    murat.save()
    line = "murat,Murat Yol,head,roads,,tr,,\n"
    folder.swap("staff.csv", line, "")
    folder.load()

    murat.refresh_from_db()
    assert (murat.is_active, murat.session_epoch) == (False, 1)

    folder.add("staff.csv", line)
    folder.load()
    murat.refresh_from_db()
    assert murat.is_active
    assert not murat.has_usable_password()


def test_a_load_leaves_passwords_and_second_factors_alone(folder):
    folder.load()
    murat = Staff.objects.get(username="murat")
    murat.set_password("a word that murat knows")
    murat.save()
    folder.swap("staff.csv", "Murat Yol", "Murat Çetin")
    folder.load()

    murat.refresh_from_db()
    assert (murat.name, murat.check_password("a word that murat knows")) == ("Murat Çetin", True)


def test_what_was_entered_by_hand_outlives_every_load(folder, now):
    folder.load()
    snow = (now + timedelta(days=9)).date()
    Holiday.objects.create(date=snow, kind="closure", names={"tr": "Kar"}, source=Source.DESK)
    Staff.objects.create(username="ece", name="Ece", role="operator", language="tr")

    folder.load()

    assert Holiday.objects.get(date=snow).retired_at is None
    assert Staff.objects.get(username="ece").is_active


def test_a_file_that_is_absent_leaves_its_rows_alone(folder):
    folder.load()
    for name in ("areas.csv", "areas.geojson", "municipality.toml", "units.csv"):
        (folder.path / name).unlink()
    folder.swap("services.toml", "Yolda çukur", "Çukur")

    report = folder.load()

    assert said(report) == []
    assert report.total.moved == 1
    assert Area.objects.filter(retired_at=None).count() == 5


def test_a_unit_of_one_area_can_be_taken_back(folder):
    folder.load()
    folder.swap("services.toml", 'unit_by_area = { cinaralti = "office" }\n', "")

    assert folder.load().tallies["services.toml"].changed == 1
    carsi = next(area for area in queries.areas() if area.key == "carsi")
    pothole = queries.service_by_code("pothole")
    assert pothole is not None
    assert queries.unit_for(pothole, carsi) == Unit.objects.get(key="roads")


def test_every_problem_of_every_file_is_reported_and_nothing_is_written(folder):
    folder.swap("areas.csv", "golkiyi,pinarova,district", "golkiyi,pinarva,distrikt")
    folder.swap("services.toml", 'unit = "roads"', 'unit = "rods"')
    folder.swap("staff.csv", "murat,Murat Yol,head,roads", "murat,Murat Yol,boss,roads")

    assert said(folder.load()) == [
        "areas.csv:4: “kind” may not be “distrikt”. Choose one of: city, district, neighbourhood, street.",
        "areas.csv:4: “parent” names the area “pinarva”, which does not exist. Did you mean “pinarova”?",
        "services.toml:10: “unit” names the unit “rods”, which does not exist. Did you mean “roads”?",
        (
            "staff.csv:3: “role” may not be “boss”. Choose one of: operator, head, district_head, crew, "
            "headman, mayor, expert, administrator, auditor."
        ),
    ]
    assert not Municipality.objects.exists()
    assert not Area.objects.exists()


def test_a_folder_can_be_checked_without_being_loaded(folder):
    assert check_folder(folder.path, SECTIONS).problems == []
    assert not Municipality.objects.exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("municipality.toml", "Europe/Istanbul", "Europe/Izmir",
         ("municipality.toml:4: There is no time zone “Europe/Izmir”. "
         "Write a name such as Europe/Istanbul, Asia/Almaty or Asia/Tehran.")),
        ("municipality.toml", 'country = "TR"', 'country = "XX"',
         ("municipality.toml:5: The holidays of “XX” are not known. "
         "Write an ISO 3166 code such as TR or KZ, or switch them off: [holidays] library = false.")),
        ("municipality.toml", 'country = "TR"', 'country = "tr"\nholidays = { library = false }',
         ("municipality.toml:5: There is no country “tr”. "
         "Write an ISO 3166 code in capitals, such as TR or KZ.")),
        ("municipality.toml", 'start = "08:30"', 'start = "half past eight"',
         'municipality.toml:15: “start” is no time of day: “half past eight”. Write it as "08:30".'),
        ("municipality.toml", 'default_language = "tr"', 'default_language = "de"',
         "municipality.toml:3: “default_language” may not be “de”. Choose one of: tr, ru, kk, fa, en."),
        ("municipality.toml", '[names]\ntr = "Pınarova Belediyesi"', "[names]",
         "municipality.toml:9: “names” has no text in tr. Give it a name there."),
        ("municipality.toml", 'phone = "0232', 'telephone = "0232',
         "municipality.toml:6: “telephone” is not known here. Did you mean “phone”?"),
        ("municipality.toml", 'days = ["mon", "tue", "wed", "thu", "fri"]\n', 'days = ["monday"]\n',
         "municipality.toml:14: “days” is ['monday']. Write some of: mon, tue, wed, thu, fri, sat, sun."),
        ("municipality.toml", 'days = ["mon", "tue", "wed", "thu", "fri"]\n', "days = [[1]]\n",
         "municipality.toml:14: “days” is [[1]]. Write some of: mon, tue, wed, thu, fri, sat, sun."),
        ("holidays.csv", "2026-09-08", "8.9.2026",
         "holidays.csv:3: “8.9.2026” is no date. Write year, month and day: 2026-09-07."),
        ("holidays.csv", "2026-09-08", "2026-09-07",
         ("holidays.csv:3: The day “2026-09-07” stands twice: here and in holidays.csv line 2. "
         "Keep one of the two, or give one of them another key.")),
        ("areas.csv", "iskele,golkiyi", "carsi,golkiyi",
         ("areas.csv:6: The area “carsi” stands twice: here and in areas.csv line 5. "
         "Keep one of the two, or give one of them another key.")),
        ("areas.csv", "pinarova,,city", "pinarova,carsi,city",
         ("areas.csv:5: The area “carsi” hangs below itself: carsi → cinaralti → pinarova → carsi. "
         "Correct “parent” in one of these lines.")),
        ("areas.csv", "iskele,golkiyi,neighbourhood,İskele", "iskele,golkiyi,neighbourhood,",
         "areas.csv:6: “name” has no text in tr. Give it a name there."),
        ("areas.csv", "aliases_tr", "alias_tr",
         "areas.csv:1: “alias_tr” is not known here. Did you mean “aliases_tr”?"),
        ("areas.geojson", '"key": "carsi"', '"key": "carsy"',
         "areas.geojson:6: “key” names the area “carsy”, which does not exist. Did you mean “carsi”?"),
        ("areas.geojson", '"properties": {"key": "carsi"}', '"properties": {"ad": "carsi"}',
         "areas.geojson:6: The feature has no property “key”. Name the area that it outlines."),
        ("areas.geojson", "[27.02, 38.00], [27.02, 38.04], [27.00, 38.04]", "[27.02, 38.00]",
         ("areas.geojson:6: The outline of “carsi” cannot be used: it encloses nothing. "
         "Draw it again, or delete the feature.")),
        ("areas.geojson", "[27.02, 38.00], [27.02, 38.04]", '["NaN", 38.00], [27.02, 38.04]',
         ("areas.geojson:6: The outline of “carsi” cannot be used: one of its coordinates is no number. "
         "Draw it again, or delete the feature.")),
        ("units.csv", "cinaralti|carsi", "cinaralti|çarşı",
         ("units.csv:4: “areas” names the area “çarşı”, which does not exist. "
         "Add the area first, or correct the key.")),
        ("units.csv", "yol@pinarova.example", "yol.pinarova.example",
         "units.csv:3: “yol.pinarova.example” is no e-mail address. Correct it or leave it empty."),
        ("agencies.csv", "https://ovaelektrik.example/", "ovaelektrik.example",
         "agencies.csv:2: “ovaelektrik.example” is no web address. Write it whole: https://…"),
        ("services.toml", "resolution_hours = 24\n", "",
         ("services.toml:5: “resolution_hours” is missing or 0. "
         "Write resolution_hours = 8, in hours of the service's calendar.")),
        ("services.toml", 'legal_basis = "3071, art. 7"\n', "",
         ("services.toml:14: “legal_days” and “legal_basis” belong together. "
         "Write both, for example legal_days = 30 and legal_basis = “3071, art. 7”, or neither.")),
        ("services.toml", 'calendar = "duty"', 'calendar = "night"',
         ("services.toml:32: “calendar” names the calendar “night”, which does not exist. "
         "Add the calendar first, or correct the key.")),
        ("services.toml", 'agency = "power"\n', "",
         "services.toml:30: The remit is another body's, but none is named. Fill in “agency”."),
        ("services.toml", 'words.tr = ["çukur", "yol bozuk"]', 'words.tr = "çukur"',
         'services.toml:9: “words” in tr is not a list of texts. Write ["…", "…"].'),
        ("services.toml", 'kind = "choice"', 'kind = "colour"',
         ("services.toml:17: “kind” may not be “colour”. "
          "Choose one of: text, number, yesno, choice, line, stop, vehicle, minutes.")),
        ("services.toml", 'key = "hole", texts.tr', 'key = "small", texts.tr',
         "services.toml:17: The key “small” stands twice. Give one another key."),
        ("services.toml", "first_answer_hours = 8", 'first_answer_hours = "8"',
         "services.toml:12: “first_answer_hours” is not a number: '8'. Write digits, 0 or more."),
        ("services.toml", "[[group]]", "[[groups]]",
         "services.toml:1: [[groups]] is not known here. Known are: [[group]], [[service]]."),
        ("units.csv", "yol@pinarova.example,", "yol@pinarova.example,0232 555 01 37 / 0232 555 01 38 (4)",
         "units.csv:3: “phone” has 35 characters. Shorten it to 32."),
        ("services.toml", "resolution_hours = 24\n", "resolution_hours = inf\n",
         "services.toml:13: “resolution_hours” is inf. Write 100000 at the most."),
        ("staff.csv", "murat,Murat Yol,head,roads", "murat,Murat Yol,head,",
         "staff.csv:3: A head without a unit would see nothing. Fill in “unit”."),
        ("staff.csv", "fatma,Fatma Gündüz,headman,,carsi", "fatma,Fatma Gündüz,headman,,",
         "staff.csv:5: A headman without areas would see nothing. Fill in “areas”."),
        ("staff.csv", "murat,Murat Yol,head,roads,,tr", "murat,Murat Yol,head,roads,,de",
         "staff.csv:3: “language” may not be “de”. Choose one of: tr, ru, kk, fa, en."),
    ],
)  # fmt: skip
def test_a_faulty_line_is_named_with_its_remedy(folder, file, old, new, problem):
    folder.swap(file, old, new)

    assert problem in said(folder.load())
    assert not Municipality.objects.exists()


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("municipality.toml", 'key = "pinarova\n',
         ("municipality.toml:1: This is not TOML: Illegal character '\\n'. "
         "Look for a quotation mark, bracket or equals sign that is missing here or just above.")),
        ("areas.csv", "", ("areas.csv:1: The file is empty. "
         "Write the names of the columns into the first line, or delete the file.")),
        ("areas.csv", "key,key\n",
         "areas.csv:1: The column “key” stands twice. Delete or rename one of them."),
        ("areas.csv", "key,kind\na,city,b\n", ("areas.csv:2: The line has 3 cells, the first line 2. "
         "Put texts that hold the delimiter into quotation marks.")),
        ("areas.csv", 'key,kind\na,"city\n',
         ("areas.csv:2: This is not CSV: unexpected end of data. "
         "Look for a quotation mark that is not closed.")),
        ("areas.geojson", '{"features": [\n}',
         "areas.geojson:2: This is not JSON: Expecting value. Export the map again as GeoJSON."),
        ("areas.geojson", '{"type": "Polygon"}',
         "areas.geojson:1: There is no list of features. Export the map as a GeoJSON FeatureCollection."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_reported_alone(folder, file, text, problem):
    folder.write(file, text)

    assert the_problem(folder.load()) == problem


def test_a_file_in_another_encoding_is_named_with_the_line(folder):
    (folder.path / "areas.csv").write_bytes("key,kind,name_tr\nb,city,Bağ\na,city,Çarşı\n".encode("cp1254"))

    assert the_problem(folder.load()) == "areas.csv:2: The byte 0xf0 is not UTF-8. Save the file as UTF-8."


def test_a_spreadsheet_with_semicolons_and_a_byte_order_mark_is_read(folder):
    text = (folder.path / "staff.csv").read_text(encoding="utf-8").replace(",", ";").replace("\n", "\r\n")
    (folder.path / "staff.csv").write_bytes(text.encode("utf-8-sig"))

    assert said(folder.load()) == []
    assert Staff.objects.count() == 4


def test_a_text_over_two_lines_does_not_shift_the_numbers_below_it(folder):
    folder.swap("agencies.csv", "Tesisat numaranızı hazırlayın.", '"Önce bakın,\nsonra arayın."')
    folder.add("agencies.csv", "gas,,0232 555 01 87,,,\n")

    assert the_problem(folder.load()) == "agencies.csv:4: “name” has no text in tr. Give it a name there."


def test_the_first_folder_needs_the_municipality_itself(folder):
    (folder.path / "municipality.toml").unlink()

    assert the_problem(folder.load()) == (
        "municipality.toml:1: The file is missing, and no municipality is loaded yet. "
        "Write it first: docs/load.md shows one."
    )


def test_a_folder_that_does_not_exist_is_said_so(folder):
    report = check_folder(folder.path / "nowhere", SECTIONS)

    assert the_problem(report).endswith("There is no such folder. Correct the path.")


def test_a_file_with_a_wrong_name_is_not_passed_over_in_silence(folder):
    folder.write("area.csv", "key\n")

    report = folder.load()

    assert [str(notice) for notice in report.notices] == [
        "area.csv:1: The file was not read. Did you mean areas.csv?"
    ]


def test_an_outline_that_crosses_itself_is_mended_with_a_notice(folder):
    folder.swap(
        "areas.geojson",
        "[[[27.00, 38.00], [27.02, 38.00], [27.02, 38.04], [27.00, 38.04], [27.00, 38.00]]]",
        "[[[27.00, 38.00], [27.02, 38.04], [27.02, 38.00], [27.00, 38.04], [27.00, 38.00]]]",
    )

    report = folder.load()

    assert said(report) == []
    (notice,) = report.notices
    assert notice.what == "The outline of “carsi” crosses itself."
    polygon = Area.objects.get(key="carsi").polygon
    assert polygon is not None
    assert polygon["type"] == "MultiPolygon"
    assert folder.load().total.moved == 0


def test_a_map_with_latitude_first_is_noticed(folder):
    text = (folder.path / "areas.geojson").read_text(encoding="utf-8")
    for east in ("27.00", "27.02", "27.04", "27.08"):
        for north in ("38.00", "38.04"):
            text = text.replace(f"[{east}, {north}]", f"[{north}, {east}]")
    folder.write("areas.geojson", text)

    assert the_problem(folder.load()) == (
        "areas.geojson:2: Latitude and longitude seem to be in the wrong order: "
        "the map lies far from its time zone. GeoJSON wants longitude first: [27.6, 38.5]."
    )


def test_two_shifts_that_begin_together_are_a_problem(folder):
    folder.add("municipality.toml", '\n[[shifts]]\ndays = ["fri"]\nstart = "08:30"\nend = "12:00"\n')

    assert "The shift “office fri 08:30” stands twice" in the_problem(folder.load())


def test_lines_may_refer_to_areas_that_a_map_brought(folder):
    folder.load()
    city = Area.objects.get(key="pinarova")
    Area.objects.create(
        key="sazlik",
        kind="district",
        names={"tr": "Sazlık"},
        path="pinarova/sazlik",
        parent=city,
        source="map",
    )
    folder.add("areas.csv", "dere,sazlik,neighbourhood,Dere,,Dere,\n")
    folder.swap("units.csv", "cinaralti|carsi", "cinaralti|sazlik")

    assert said(folder.load()) == []
    assert Area.objects.get(key="dere").path == "pinarova/sazlik/dere"
    assert folder.load().total.moved == 0
