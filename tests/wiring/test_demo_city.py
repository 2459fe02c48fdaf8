"""The folder of Pınarova is complete: five languages everywhere, every reference resolves, borders fit."""

import csv
import itertools
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

import vefa.wiring
from vefa.channels.models import Owner
from vefa.directory.load.engine import check_folder
from vefa.directory.models import Kind, Remit, Role, Unit, Urgency
from vefa.kit.text import fold
from vefa.wiring.folder import SECTIONS

CITY = Path(vefa.wiring.__file__).parent / "demo" / "city"
LANGUAGES = ("tr", "ru", "kk", "fa", "en")
VARIABLES = {
    *("reference", "service", "place", "unit", "due", "name", "link", "agency", "agency_phone"),
    *("reason", "objection", "question", "outcome", "city", "phone", "date", "emergency", "explanation"),
}
TWO_SMS = 134  # characters of two joined messages outside the Latin alphabet of GSM
AUTOMATIC = {
    *(
        "received",
        "received_brief",
        "needs_from_you",
        "planned",
        "working",
        "done",
        "not_possible",
        "passed_on",
    ),
    *("answered", "withdrawn", "duplicate_follows", "reopened", "promise_slipped", "thanks_received"),
    *("verdict_asked", "emergency_notice", "unreadable"),
}
BANNED = {
    "tr": r"\b(bilet numara|kapatıl|kullanıcı)",
    "ru": r"\b(закрыт|тикет|пользовател)",
    "kk": r"\b(жабылды|тикет|пайдаланушы)",
    "fa": r"(بسته شد|تیکت|کاربر)",
    "en": r"\b(closed|ticket|user|invalid)\b",
}
ARABIC_FORMS = re.compile("[يكةى٠-٩]")
LOOSE_PREFIX = re.compile(r"(?<!\S)ن?می \S")  # "می شود" wants a joiner that does not join
KAZAKH_LETTERS = set("әғқңөұүһіӘҒҚҢӨҰҮҺІ")


def table(name: str) -> list[dict[str, str]]:
    with (CITY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def book(name: str) -> dict[str, Any]:
    return tomllib.loads((CITY / name).read_text(encoding="utf-8"))


def keys(name: str) -> set[str]:
    return {row["key"] for row in table(name)}


def borders() -> dict[str, BaseGeometry]:
    features = json.loads((CITY / "areas.geojson").read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["key"]: shape(feature["geometry"]) for feature in features}


def of_kind(kind: str) -> list[dict[str, str]]:
    return [row for row in table("areas.csv") if row["kind"] == kind]


def every_text() -> list[tuple[str, str, str]]:
    """(where, language, text) of everything that somebody reads."""
    found = []
    for name in ("areas.csv", "units.csv", "agencies.csv", "holidays.csv"):
        for row in table(name):
            found += [(name, column[-2:], text) for column, text in row.items() if column[-3:-2] == "_"]
    tables = [book(name) for name in ("municipality.toml", "services.toml", "phrases.toml", "endpoints.toml")]
    found += [text for each in tables for text in spoken(each)]
    return found


def spoken(node: Any) -> list[tuple[str, str, str]]:
    """Every text that hangs below a language."""
    if isinstance(node, list):
        return [text for child in node for text in spoken(child)]
    if not isinstance(node, dict):
        return []
    if set(node) == set(LANGUAGES):
        lists = {language: [text] if isinstance(text, str) else text for language, text in node.items()}
        return [("toml", language, text) for language, texts in lists.items() for text in texts]
    return [text for child in node.values() for text in spoken(child)]


def test_the_city_is_as_large_as_a_demo_should_be():
    sizes = Counter(row["kind"] for row in table("areas.csv"))
    companies = [row for row in table("units.csv") if row["kind"] == Unit.Level.COMPANY]

    assert (sizes["city"], sizes["district"], sizes["neighbourhood"]) == (1, 3, 24)
    assert sizes["street"] >= 30
    assert len(table("units.csv")) >= 20
    assert len(companies) == 2
    assert len(table("agencies.csv")) >= 14
    assert len(book("services.toml")["service"]) == 101
    assert len(book("phrases.toml")["phrase"]) >= 35


def test_every_district_has_eight_neighbourhoods():
    assert set(Counter(row["parent"] for row in of_kind("neighbourhood")).values()) == {8}
    assert {row["parent"] for row in of_kind("neighbourhood")} == {row["key"] for row in of_kind("district")}
    assert {row["parent"] for row in of_kind("street")} <= {row["key"] for row in of_kind("neighbourhood")}


def test_every_line_of_every_table_is_full():
    for name in ("areas.csv", "units.csv", "agencies.csv", "holidays.csv", "staff.csv"):
        for row in table(name):
            assert None not in row, (name, row)
            assert None not in row.values(), (name, row)
            empty = {column for column, value in row.items() if not value.strip()}
            assert empty <= {"parent", "until_half"}, (name, row)


@pytest.mark.parametrize("name", ["areas.csv", "units.csv", "agencies.csv"])
def test_keys_stand_once(name: str):
    assert max(Counter(row["key"] for row in table(name)).values()) == 1


def test_everything_is_named_in_five_languages():
    texts = every_text()

    assert Counter(language for _, language, _ in texts).keys() == set(LANGUAGES)
    assert not [text for text in texts if not text[2].strip()]
    for file, part in (
        ("services.toml", "service"),
        ("services.toml", "group"),
        ("endpoints.toml", "endpoint"),
    ):
        for entry in book(file)[part]:
            assert set(entry["names"]) == set(LANGUAGES), entry


def test_persian_uses_persian_letters_and_kazakh_its_own():
    texts = every_text()
    persian = [text for _, language, text in texts if language == "fa"]
    kazakh = [text for _, language, text in texts if language == "kk"]

    assert not [text for text in persian if ARABIC_FORMS.search(text)]
    assert not [text for text in persian if LOOSE_PREFIX.search(text)]
    assert sum(1 for text in kazakh if KAZAKH_LETTERS & set(text)) > len(kazakh) * 0.7


def test_nobody_is_told_closed_ticket_or_user():
    for entry in book("phrases.toml")["phrase"]:
        for language, text in (*entry["texts"].items(), *entry["title"].items()):
            assert not re.search(BANNED[language], text.lower()), (entry["key"], language)


def test_services_have_words_that_residents_use():
    for service in book("services.toml")["service"]:
        assert set(service["words"]) == set(service["description"]) == set(LANGUAGES), service["code"]
        for language, words in service["words"].items():
            assert 6 <= len(words) <= 30, (service["code"], language)
            assert len({fold(word) for word in words}) == len(words), (service["code"], language, words)


def test_a_word_leads_to_one_service():
    of: dict[tuple[str, str], str] = {}
    for service in book("services.toml")["service"]:
        for language, word in ((lang, w) for lang, words in service["words"].items() for w in words):
            other = of.setdefault((language, fold(word)), service["code"])
            assert other == service["code"], (language, word, other)


def test_services_lead_somewhere():
    units, areas, agencies = keys("units.csv"), keys("areas.csv"), keys("agencies.csv")
    services = book("services.toml")
    groups = {group["key"] for group in services["group"]}
    for service in services["service"]:
        assert service["group"] in groups
        assert service["unit"] in units
        assert set(service.get("unit_by_area", {}).values()) <= units
        assert set(service.get("unit_by_area", {})) <= areas
        assert (service["remit"] in {Remit.AGENCY, Remit.SHARED}) == ("agency" in service)
        assert service.get("agency") in {None, *agencies}
        assert service["remit"] in Remit.values
        assert service["kind"] in Kind.values
        assert service["urgency"] in Urgency.values
        assert 0 < service["first_answer_hours"] <= service["resolution_hours"]
        assert ("legal_days" in service) == ("legal_basis" in service)
    assert {service["group"] for service in services["service"]} == groups
    rules = [rule for service in services["service"] for rule in service.get("remit_by", ())]
    assert agencies == {one["agency"] for one in (*services["service"], *rules) if "agency" in one}


def test_what_a_city_is_asked_though_others_must_do_it_has_somebody_to_name():
    """Water and sewage too, where a body of its own has the network, and inside a house."""
    agencies = {row["key"]: row for row in table("agencies.csv")}
    services = {service["code"]: service for service in book("services.toml")["service"]}
    by_area = {
        code: {rule["agency"] for rule in one.get("remit_by", ()) if rule.get("area") == "sanayi"}
        for code, one in services.items()
        if code.startswith(("water.", "sewer."))
    }
    inside = [code for code, one in services.items() if _owners(one) & {"housing"}]

    assert len(by_area) == 7
    assert set(map(frozenset, by_area.values())) == {frozenset({"industry"})}
    assert {"water.cut", "water.leak", "sewer.blocked"} <= set(inside)
    for language in LANGUAGES:
        for key in ("industry", "housing"):
            assert agencies[key][f"name_{language}"]
            assert agencies[key][f"note_{language}"]


def _owners(service: dict[str, Any]) -> set[str]:
    return {rule["owner"] for rule in service.get("remit_by", ()) if "owner" in rule}


def test_questions_are_few_and_danger_has_a_choice():
    for service in book("services.toml")["service"]:
        questions = service.get("question", [])
        assert len(questions) <= 4
        for question in questions:
            assert set(question["texts"]) == set(LANGUAGES)
            assert (question["kind"] == "choice") == bool(question.get("choices"))
            for choice in question.get("choices", []):
                assert set(choice["texts"]) == set(LANGUAGES)


def test_emergencies_ask_for_danger_or_name_the_emergency_number():
    number = book("municipality.toml")["emergency_number"]
    for service in book("services.toml")["service"]:
        if service["urgency"] == Urgency.EMERGENCY:
            assert number in service["description"]["en"]


def test_units_and_staff_lead_somewhere():
    units, areas = keys("units.csv"), keys("areas.csv")
    for row in table("units.csv"):
        assert row["parent"] in {"", *units}
        assert row["kind"] in Unit.Level.values
        assert set(row["areas"].split("|")) <= areas
        assert row["email"].endswith("@pinarova.example")
    for row in table("staff.csv"):
        assert row["unit"] in units
        assert set(row["areas"].split("|")) <= areas
        assert row["language"] in LANGUAGES


def test_thirty_staff_fill_every_role_and_nobody_brings_a_password():
    staff = table("staff.csv")

    assert len({row["username"] for row in staff}) == 30
    assert {row["role"] for row in staff} == set(Role.values)
    assert {row["language"] for row in staff} == set(LANGUAGES)
    assert not {column for column in staff[0] if "pass" in column}


def test_endpoints_belong_to_somebody_and_hold_no_secret():
    units = keys("units.csv")
    endpoints = book("endpoints.toml")["endpoint"]
    active = {entry["channel"] for entry in endpoints if entry["active"]}

    assert active == {"portal", "chat", "phone", "telephony", "counter", "letter", "meeting", "headman"}
    for entry in endpoints:
        owner, _, unit = entry["owner"].partition(":")
        assert owner in Owner.values
        assert (owner == Owner.UNIT) == (unit in units)
        assert entry["default_unit"] in units
        assert not set(entry) & {"token", "secret", "password"}


def test_a_phrase_says_the_same_in_every_language():
    services = {service["code"] for service in book("services.toml")["service"]}
    for entry in book("phrases.toml")["phrase"]:
        used = {lang: set(re.findall(r"\{(\w*)\}", text)) for lang, text in entry["texts"].items()}
        assert set(used) == set(entry["title"]) == set(LANGUAGES), entry["key"]
        assert len({frozenset(names) for names in used.values()}) == 1, (entry["key"], used)
        assert used["tr"] <= VARIABLES, entry["key"]
        assert set(entry.get("services", [])) <= services


def test_the_city_can_say_whatever_the_system_sends():
    automatic = {entry["key"] for entry in book("phrases.toml")["phrase"] if entry["automatic"]}

    assert automatic >= AUTOMATIC


def test_the_acknowledgement_fits_into_two_messages():
    received = next(entry for entry in book("phrases.toml")["phrase"] if entry["key"] == "received")
    link = "https://pinarova.example/t/2604127-34?k=Ab3dE"
    for text in received["texts"].values():
        assert len(text.format(reference="2604127-34", due="25.11.2026 16:30", link=link)) <= TWO_SMS


def test_neighbourhoods_tile_their_district_and_districts_the_city():
    drawn = borders()
    assert set(drawn) == {row["key"] for row in table("areas.csv") if row["kind"] != "street"}
    assert all(border.is_valid and border.geom_type == "Polygon" for border in drawn.values())
    children: dict[str, list[BaseGeometry]] = {}
    for row in (*of_kind("district"), *of_kind("neighbourhood")):
        children.setdefault(row["parent"], []).append(drawn[row["key"]])
    for parent, parts in children.items():
        assert unary_union(parts).equals(drawn[parent]), parent


def test_neighbours_share_their_border_and_nothing_more():
    drawn = borders()
    hoods = {row["key"]: drawn[row["key"]] for row in of_kind("neighbourhood")}
    for (one, a), (other, b) in itertools.combinations(hoods.items(), 2):
        assert a.intersection(b).area == 0, (one, other)
        shared = set(a.exterior.coords) & set(b.exterior.coords)
        assert a.disjoint(b) or shared, (one, other)


def test_a_name_of_a_place_means_one_place_in_its_language():
    of: dict[tuple[str, str], str] = {}
    for row in table("areas.csv"):
        for language in LANGUAGES:
            for name in (row[f"name_{language}"], *row[f"aliases_{language}"].split("|")):
                other = of.setdefault((language, fold(name)), row["key"])
                assert other == row["key"], (language, name, other, row["key"])


def test_the_loader_has_no_objection(db):
    report = check_folder(CITY, SECTIONS)

    assert not report.problems
