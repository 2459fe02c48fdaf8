"""`vefa load` on the terminal, and the page that explains its files."""

import re
import shutil
from argparse import ArgumentParser
from pathlib import Path

import pytest
from django.urls import reverse

import vefa.wiring
from tests.cases.stories import opened
from tests.web.desk.seat import seated
from vefa.cases.incidents.rules import Bar, bar_of
from vefa.cases.lifecycle import Assignment, assign
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.directory import queries
from vefa.directory.load.questions import FIELDS as QUESTION_FIELDS
from vefa.directory.load.remits import FIELDS as REMIT_FIELDS
from vefa.directory.models import Area, Municipality, Staff, Unit
from vefa.wiring.cli import load
from vefa.wiring.cli.command import CommandError
from vefa.wiring.folder import SECTIONS

CITY = Path(vefa.wiring.__file__).parent / "demo" / "city"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "load.md"


@pytest.fixture
def vefa_load(db, capsys):
    def run(*words: str) -> tuple[int, str]:
        parser = ArgumentParser()
        load.add_arguments(parser)
        code = load.run(parser.parse_args(words))
        return code, capsys.readouterr().out

    queries.forget()
    yield run
    queries.forget()


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A copy of the demo city that a story may spoil."""
    return Path(shutil.copytree(CITY, tmp_path / "city"))


def test_the_demo_city_loads_and_a_second_time_nothing_changes(vefa_load):
    code, out = vefa_load(str(CITY))
    assert (code, out.splitlines()[-1]) == (0, "Loaded.")
    assert re.search(r"^staff.csv +30 new +0 changed +0 retired +0 as before$", out, re.MULTILINE)

    code, out = vefa_load(str(CITY))
    assert (code, out.splitlines()[-1]) == (0, "Nothing has changed since the last load.")
    assert not re.search(r"[1-9]\d* (new|changed|retired)", out)


def test_every_area_of_the_demo_city_is_found_on_its_map(vefa_load):
    vefa_load(str(CITY))

    quarters = Area.objects.filter(kind="neighbourhood")
    assert quarters.count() == 24
    for quarter in quarters:
        assert quarter.latitude is not None
        assert quarter.longitude is not None
        assert queries.area_at(quarter.latitude, quarter.longitude) == quarter


def test_a_faulty_folder_is_answered_with_lines_and_remedies(vefa_load, city):
    staff = city / "staff.csv"
    staff.write_text(staff.read_text(encoding="utf-8").replace(",mayor,", ",boss,"), encoding="utf-8")

    code, out = vefa_load(str(city))

    assert code == 1
    assert "staff.csv:28: “role” may not be “boss”." in out
    assert "→ Choose one of: operator," in out
    assert out.splitlines()[-1] == "1 problem; nothing was changed."
    assert not Staff.objects.exists()


def test_keys_that_no_table_can_hold_are_named_with_their_lines(vefa_load, city):
    first = {"endpoints.toml": "web", "phrases.toml": "received", "keywords.toml": "accept"}
    for name, key in first.items():
        text = (city / name).read_text(encoding="utf-8")
        (city / name).write_text(text.replace(f'key = "{key}"', f'key = "{"k" * 61}"', 1), encoding="utf-8")

    code, out = vefa_load(str(city))

    assert code == 1
    for name in first:
        assert re.search(rf"{name}:\d+: “key” has 61 characters.\n +→ Shorten it to 60.", out), out
    assert not Staff.objects.exists()


@pytest.mark.parametrize("services", ["5", '"road.pothole"', '[["road.pothole"]]'])
def test_services_of_a_phrase_that_are_no_list_of_texts_are_named_with_their_line(vefa_load, city, services):
    text = (city / "phrases.toml").read_text(encoding="utf-8")
    spoilt = text.replace("automatic = true\n", f"automatic = true\nservices = {services}\n", 1)
    (city / "phrases.toml").write_text(spoilt, encoding="utf-8")

    code, out = vefa_load(str(city), "--check")

    assert code == 1
    assert re.search(r'phrases.toml:8: “services” is .*\.\n +→ Write services = \["…", "…"\]\.', out), out


SETTINGS = {  # what stands in a file, and where more is put
    "sms": ("endpoints.toml", ""),
    "email": ("endpoints.toml", 'key = "email"\n'),
    "x": ("endpoints.toml", 'key = "x"\n'),
    "city": ("municipality.toml", 'emergency_number = "112"\n'),
}
WRONG = [  # where, what stands there, what somebody writes instead or behind it, what they hear
    ("sms", 'sender = "5454"', 'sendr = "5454"', "“sendr” is not known", "Did you mean “sender”?"),
    (
        "sms",
        'price = "0.35"',
        'price = "few"',
        "“price” may not be “few”.",
        "Write a number from 0 to 1000000.",
    ),
    (
        "sms",
        '"kannel"',
        '"canal"',
        "“gateway” may not be “canal”.",
        "Choose one of: kannel, http, twilio, smpp.",
    ),
    (
        "sms",
        'region = "TR"',
        'region = "T"',
        "“region” may not be “T”.",
        "Write two letters, such as TR or KZ.",
    ),
    ("sms", 'door = "telegram"', 'door = "tlgram"', "the endpoint “tlgram”,", "Did you mean “telegram”?"),
    (
        "email",
        "",
        'settings.imap_port = "a"',
        "“imap_port” may not be “a”.",
        "Write a whole number from 1 to 65535.",
    ),
    ("email", "", 'settings = { imap_hots = "i" }', "“imap_hots” is not known", "Did you mean “imap_host”?"),
    (
        "email",
        "",
        'settings = { plus_addressing = "ja" }',
        "“plus_addressing” may not",
        "Write true or false.",
    ),
    ("x", "", 'settings = { api_key = "k" }', "“api_key” is a secret", "Take it out and give it to `vefa"),
    ("x", "", 'settings = { door = ["x"] }', "“door” is not a text: ['x'].", "Write one text."),
    ("x", "", 'settings = "none"', "“settings” is no table", "Write [endpoint.settings] and its lines."),
    ("city", "", "settings.incidents.at_last = 9", "“at_last” is not known", "Did you mean “at_least”?"),
    (
        "city",
        "",
        'settings.incidents.at_least = "x"',
        "“at_least” is 'x'.",
        "Write a number from 2 to 10000.",
    ),
    ("city", "", "settings.incidents.times = 0.5", "“times” is 0.5.", "Write a number from 1 to 1000."),
    ("city", "", 'settings.incidents.joins = "yes"', "“joins” is 'yes'.", "Write true or false."),
    ("city", "", "settings.incident.on = false", "“incident” is not known", "Did you mean “incidents”?"),
]


@pytest.mark.parametrize(("place", "there", "written", "what", "remedy"), WRONG)
def test_a_setting_that_nobody_knows_or_can_use_stops_the_load(
    vefa_load, city, place, there, written, what, remedy
):
    file, head = SETTINGS[place]
    text = (city / file).read_text(encoding="utf-8")
    text = text.replace(there or head, f"{head}{written}{'' if there else chr(10)}", 1)
    (city / file).write_text(text, encoding="utf-8")
    line = text[: text.index(written)].count("\n") + 1

    code, out = vefa_load(str(city), "--check")

    assert (code, out.splitlines()[-1]) == (1, "1 problem; nothing was changed.")
    assert re.search(rf"{file}:{line}: .*{re.escape(what)}.*\n      → {re.escape(remedy)}", out), out


def test_a_setting_in_a_table_of_its_own_is_named_with_its_own_line(vefa_load, city):
    head = city / "municipality.toml"
    text = head.read_text(encoding="utf-8")
    bar = "[settings]\ncontact_unit = 3\n\n[settings.incidents]\non = true\nat_last = 9\n"
    head.write_text(text.replace("[holidays]", f"{bar}\n[holidays]"), encoding="utf-8")
    begins = text[: text.index("[holidays]")].count("\n") + 1

    _, out = vefa_load(str(city), "--check")

    assert re.findall(r"municipality.toml:(\d+): “(\w+)”", out) == [
        (str(begins + 1), "contact_unit"), (str(begins + 5), "at_last"),
    ]  # fmt: skip


def test_settings_of_every_sort_are_taken(vefa_load, city):
    own = city / "endpoints.toml"
    text = own.read_text(encoding="utf-8")
    for key, settings in {
        "email": 'imap_host = "i.example", imap_port = 993, plus_addressing = true, imap_security = " TLS"',
        "telegram": 'api_base = "https://tapi.bale.ai", dialect = "bale", public_url = "https://p.example"',
        "whatsapp": 'door = "facebook", phone_number_id = "106"',
    }.items():
        if settings:
            text = text.replace(f'key = "{key}"\n', f'key = "{key}"\nsettings = {{ {settings} }}\n', 1)
    own.write_text(text, encoding="utf-8")
    head = city / "municipality.toml"
    bar = (
        '[settings]\ncontact_unit = "contact"\n[settings.incidents]\nat_least = 20\ntimes = 3\njoins = true\n'
    )
    head.write_text(
        head.read_text(encoding="utf-8").replace("[holidays]", f"{bar}[holidays]"), encoding="utf-8"
    )

    code, out = vefa_load(str(city))

    assert code == 0, out
    mailbox = Endpoint.objects.get(key="email").settings
    assert (mailbox["imap_port"], mailbox["imap_security"]) == ("993", "tls")
    assert bar_of(Municipality.objects.get().settings) == Bar(at_least=20, times=3.0, joins=True)


def test_a_city_that_names_no_telephone_is_told_what_that_means(vefa_load, city):
    head = city / "municipality.toml"
    text = head.read_text(encoding="utf-8").replace('phone = "0232 555 01 37"\n', "", 1)
    head.write_text(text, encoding="utf-8")

    code, out = vefa_load(str(city))

    assert code == 0
    assert "municipality.toml:1: There is no “phone”: residents are told none" in out
    assert '→ Write phone = "…" at the top' in out


def test_a_check_changes_nothing(vefa_load):
    code, out = vefa_load(str(CITY), "--check")

    assert (code, out.splitlines()[-1]) == (0, "No problem found; nothing was changed.")
    assert not Staff.objects.exists()


def test_open_cases_of_a_unit_that_goes_are_told_until_another_one_has_them(town, vefa_load, now, tmp_path):
    units = ["key,parent,kind,name_tr", "contact,,department,İletişim", "roads,,department,Yollar"]
    (tmp_path / "units.csv").write_text("\n".join(units), encoding="utf-8")
    assert "stand" not in vefa_load(str(tmp_path))[1]
    roads = Unit.objects.get(key="roads")
    cases = [opened(town, f"Çarşıda yolda {what} var", now=now) for what in ("çukur", "çatlak", "tümsek")]
    Case.objects.update(unit=roads)
    Case.objects.filter(pk=cases[0].pk).update(state="ended")
    (tmp_path / "units.csv").write_text("\n".join(units[:2]), encoding="utf-8")

    for words in (["--check"], [], []):
        code, out = vefa_load(str(tmp_path), *words)
        assert code == 0
        assert "The unit “roads” is retired, and 2 open cases stand with it.\n      → Nothing moves" in out
        queries.forget()
        seen = seated(town.derya).get(reverse("desk:list", args=["open"], query={"unit": "roads"}))
        assert [one.title in seen.content.decode() for one in cases] == [False, True, True]

    contact = Assignment(unit_id=Unit.objects.get(key="contact").pk, reason="Birim kapandı")
    assign(case_id=cases[1].pk, to=contact, by=town.derya, now=now)
    assert "and 1 open case stands with it" in vefa_load(str(tmp_path))[1]
    assign(case_id=cases[2].pk, to=contact, by=town.derya, now=now)
    assert "stand" not in vefa_load(str(tmp_path))[1]


def test_a_map_can_be_added_by_itself(vefa_load, city):
    vefa_load(str(city))
    map_ = city.parent / "streets.geojson"
    map_.write_text(
        '{"features": [{"type": "Feature", "properties": {"name": "Çankırı Caddesi", "class": "street"},'
        '"geometry": {"type": "Polygon", "coordinates":'
        "[[[27.6, 38.55], [27.601, 38.55], [27.601, 38.551], [27.6, 38.55]]]}}]}",
        encoding="utf-8",
    )

    words = ["--areas", str(map_), "--parent", "pinarova", "--kind", "street", "--only", "class=street"]
    code, out = vefa_load(*words, "--check")
    assert (code, out) == (0, "No problem found; nothing was changed.\n")
    assert not Area.objects.filter(source="map").exists()
    code, out = vefa_load(*words[:-1], "class=lane", "--check")
    assert (code, out.splitlines()[-1]) == (1, "1 problem; nothing was changed.")

    code, out = vefa_load(*words)

    assert code == 0, out
    street = Area.objects.get(source="map")
    assert street.name("tr") == "Çankırı Caddesi"
    assert street.parent is not None
    assert street.parent.kind == "neighbourhood"
    assert vefa_load(str(city))[1].splitlines()[-1] == "Nothing has changed since the last load."


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ((), "name a folder"),
        (("city", "--areas", "map.geojson"), "name a folder"),
        (("--areas", "map.geojson"), "--parent KEY"),
        (("--areas", "nowhere.geojson", "--parent", "a"), "there is no file nowhere.geojson"),
    ],
)
def test_words_that_do_not_fit_together_are_answered_with_a_sentence(vefa_load, words, answer):
    with pytest.raises(CommandError, match=answer):
        vefa_load(*words)


def test_the_page_about_the_folder_names_every_field_that_the_code_reads_and_no_other():
    written: dict[str, dict[str, set[str]]] = {}
    files, table = [""], ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            files, table = line[3:].split(", "), ""
        elif line.startswith("### "):
            table = line[4:].strip("[]").replace("Head", "")
        elif field := re.match(r"\| `([\w*]+)`", line):
            for file in files:
                written.setdefault(file, {}).setdefault(table, set()).add(field[1])

    read = {
        section.file: {table: set(fields) for table, fields in section.fields.items() if fields}
        for section in SECTIONS
    }
    read["services.toml"]["service.question"] = set(QUESTION_FIELDS)
    read["services.toml"]["service.remit_by"] = set(REMIT_FIELDS)
    assert written == read
