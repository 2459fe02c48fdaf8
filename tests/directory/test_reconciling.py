"""The folder and the desk both speak of a service: neither silently overwrites the other."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connection, transaction

from vefa.directory import editing
from vefa.directory.editing import Act
from vefa.directory.models import Role, Service, ServiceVersion, Staff


@pytest.fixture
def act(folder, now) -> Act:
    """The folder is loaded, and Ayşe may edit it."""
    assert not folder.load().problems
    ayse = Staff.objects.create(username="ayse", name="Ayşe", role=Role.ADMINISTRATOR, language="tr")
    return Act(by=ayse, now=now)


def edit(act: Act, code: str = "pothole", **fields) -> None:
    editing.change(code, {**editing.state_of(code), **fields}, act)


def words_now() -> dict[str, list[str]]:
    return dict(Service.objects.get(code="pothole").words)


def test_what_the_desk_changed_stays_while_the_file_says_what_it_said(folder, act):
    edit(act, words={"tr": ["çukur", "krater"]})
    folder.swap("services.toml", 'fa = "چاله"', 'fa = "چالهٔ خیابان"')

    report = folder.load()

    assert not report.problems
    assert words_now() == {"tr": ["çukur", "krater"]}
    assert Service.objects.get(code="pothole").names["fa"] == "چالهٔ خیابان"
    (notice,) = report.notices
    assert "At the desk “pothole” was given other words.tr: that stays." in str(notice)
    assert folder.load().total.moved == 0


@pytest.mark.django_db(transaction=True)
def test_a_load_that_begins_while_the_desk_writes_waits_and_keeps_what_it_wrote(folder, act):
    with ThreadPoolExecutor(1) as loader:
        with transaction.atomic():
            edit(act, words={"tr": ["krater"]})
            load = loader.submit(load_and_leave, folder)
            wait([load], timeout=2)
            assert not load.done()
        report = load.result(timeout=30)

    assert not report.problems
    assert words_now() == {"tr": ["krater"]}


def load_and_leave(folder):
    try:
        return folder.load()
    finally:
        connection.close()


def test_a_field_that_both_changed_stops_the_load_and_says_which(folder, act):
    edit(act, words={"tr": ["krater"]})
    folder.swap("services.toml", '["çukur", "yol bozuk"]', '["çukur", "obruk"]')

    (problem,) = folder.load().problems

    assert "“pothole” was changed at the desk and in the file, too: words.tr." in problem.what
    assert "--overwrite" in problem.remedy
    assert words_now() == {"tr": ["krater"]}


def test_overwriting_takes_the_file_and_keeps_the_desks_state_as_a_version(folder, act):
    edit(act, words={"tr": ["krater"]})
    folder.swap("services.toml", '["çukur", "yol bozuk"]', '["çukur", "obruk"]')

    assert not folder.load(overwrite=True).problems

    assert words_now() == {"tr": ["çukur", "obruk"]}
    kept = list(ServiceVersion.objects.filter(service__code="pothole").order_by("number"))
    assert [one.state["words"]["tr"] for one in kept] == [
        ["çukur", "yol bozuk"], ["krater"], ["çukur", "obruk"],
    ]  # fmt: skip
    assert [one.by for one in kept] == [None, act.by, None]
    assert folder.load().total.moved == 0


def test_a_load_that_changes_a_service_is_a_version_too(folder, act):
    folder.swap("services.toml", '["çukur", "yol bozuk"]', '["çukur", "obruk"]')
    folder.load()

    one, other = ServiceVersion.objects.filter(service__code="pothole").order_by("number")
    assert one.state["words"]["tr"] == ["çukur", "yol bozuk"]
    assert other.state["words"]["tr"] == ["çukur", "obruk"]
    assert not ServiceVersion.objects.exclude(service__code="pothole").exists()


def test_who_was_taken_out_at_the_desk_stays_out_and_who_was_added_stays(folder, act):
    editing.retire("power_cut", act)
    editing.add("bird", {**editing.state_of("pothole"), "names": {"tr": "Kuş"}, "examples": {}}, act)

    report = folder.load()

    assert not report.problems
    assert Service.objects.get(code="power_cut").retired_at is not None
    assert Service.objects.get(code="bird").retired_at is None
    assert not folder.load(overwrite=True).problems
    assert Service.objects.get(code="power_cut").retired_at is None


def test_an_unknown_variable_of_an_explanation_is_named(folder, act):
    folder.swap("services.toml", 'agency = "power"', 'agency = "power"\nexplanation.tr = "Arayın: {number}"')

    (problem,) = folder.load().problems

    assert problem.what == "“explanation” in tr has the variable {number}, which nothing fills."


RULES = {
    'owner = "telecom"': "“owner” names the agency “telecom”, which does not exist.",
    'area = "nowhere"\nagency = "power"': "“area” names the area “nowhere”, which does not exist.",
    'agency = "power"': "The remit names neither an area nor an owner.",
    'area = "carsi"\nremit = "agency"': "The remit is another body's, but none is named.",
    'area = "carsi"\nwhose = "us"': "A remit knows no field “whose”.",
}


@pytest.mark.parametrize("rule", RULES)
def test_a_remit_that_cannot_be_is_named(folder, act, rule: str):
    folder.add("services.toml", f"\n[[service.remit_by]]\n{rule}\n")

    (problem,) = folder.load().problems

    assert problem.what == RULES[rule]


def test_an_owner_that_is_an_agency_is_itself_whose_duty_it_is(folder, act):
    folder.add("services.toml", '\n[[service.remit_by]]\nowner = "power"\nwords.tr = ["trafo"]\n')

    assert not folder.load().problems
    assert Service.objects.get(code="power_cut").remit_by == [
        {"area": "", "owner": "power", "words": {"tr": ["trafo"]}, "remit": "agency", "agency": "power",
         "unit": ""}
    ]  # fmt: skip


LINES = "number,kind,name_tr,unit,stops,headway\n14,bus,Gar,roads,gar|pazar,06:00-09:00=10|09:00-24:00=20\n"
STOPS = "key,name_tr,aliases_tr,lat,lon\ngar,Gar,İstasyon,38.02,27.01\npazar,Pazar,,38.03,27.02\n"


def test_lines_and_stops_are_loaded_once(folder, act):
    folder.write("stops.csv", STOPS)
    folder.write("lines.csv", LINES)

    report = folder.load()

    assert not report.problems
    assert (report.tallies["stops.csv"].created, report.tallies["lines.csv"].created) == (2, 1)
    assert folder.load().total.moved == 0


BAD_LINES = {
    "gar|pazar,06": ("nowhere,06", "“stops” names the stop “nowhere”, which does not exist."),
    "06:00-09:00=10": ("early=10", "“headway” is not understood: “early=10”."),
    "14,bus": ("14,rocket", "“kind” may not be “rocket”."),
}


@pytest.mark.parametrize("old", BAD_LINES)
def test_a_faulty_line_is_told(folder, act, old: str):
    new, said = BAD_LINES[old]
    folder.write("stops.csv", STOPS)
    folder.write("lines.csv", LINES.replace(old, new))

    assert said in str(folder.load().problems[0])


def test_a_stop_beyond_the_globe_is_told(folder, act):
    folder.write("stops.csv", STOPS.replace("38.02", "138.02"))

    assert "“lat” is no number of degrees: “138.02”." in str(folder.load().problems[0])
