"""Pınarova as the tests know it: one small invented city with its people, made anew for every story.

Rows have fixed ids, so that what a process remembers of the directory stays true from test to test.
Everything is found by its key: `town.roads`, `town.derya`, `town.pothole`, `town.carsi`, `town.bot`.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection

from vefa.channels.models import Endpoint
from vefa.directory import queries
from vefa.directory.models import (
    Agency,
    Area,
    Municipality,
    Role,
    Service,
    ServiceGroup,
    ServiceUnit,
    Shift,
    Staff,
    Unit,
)
from vefa.triage.models import Learning

PASSWORD = "a long word of the town"
LANGUAGES = ("tr", "ru", "kk", "fa", "en")
ONE_WORD = 0.6  # from this confidence on triage acts: one word tells eight services apart
LAID_DOWN = datetime(2026, 1, 1, tzinfo=UTC)
STAMP = 2026


def _five(*texts: str) -> dict[str, str]:
    return dict(zip(LANGUAGES, texts, strict=True))


# by key: parent, level, Turkish name, Persian name, (west, south, east, north)
AREAS = {
    "pinarova": (None, "city", "Pınarova", "پینارووا", (27.00, 38.00, 27.08, 38.04)),
    "cinaralti": ("pinarova", "district", "Çınaraltı", "چینارآلتی", (27.00, 38.00, 27.04, 38.04)),
    "golkiyi": ("pinarova", "district", "Gölkıyı", "گول‌قیی", (27.04, 38.00, 27.08, 38.04)),
    "carsi": ("cinaralti", "neighbourhood", "Çarşı", "چارشی", (27.00, 38.00, 27.02, 38.04)),
    "kalealti": ("cinaralti", "neighbourhood", "Kalealtı", "قلعه‌آلتی", (27.02, 38.00, 27.04, 38.04)),
    "iskele": ("golkiyi", "neighbourhood", "İskele", "ایسکله", (27.04, 38.00, 27.06, 38.04)),
    "sazlik": ("golkiyi", "neighbourhood", "Sazlık", "سازلیک", (27.06, 38.00, 27.08, 38.04)),
}
# by key: parent, level, name, area that it covers
UNITS = {
    "contact": (None, "department", "İletişim Merkezi", "pinarova"),
    "works": (None, "department", "Teknik İşler", "pinarova"),
    "roads": ("works", "department", "Yol ve Kaldırım Birimi", "pinarova"),
    "lighting": ("works", "department", "Aydınlatma Birimi", "pinarova"),
    "parks": (None, "department", "Park ve Bahçeler", "pinarova"),
    "welfare": (None, "department", "Sosyal Hizmetler", "pinarova"),
    "cinaralti_office": (None, "district_office", "Çınaraltı İlçe Müdürlüğü", "cinaralti"),
    "golkiyi_office": (None, "district_office", "Gölkıyı İlçe Müdürlüğü", "golkiyi"),
    "water": (None, "company", "Pınar Su A.Ş.", "pinarova"),
}
# by code: unit, first answer min, resolution min, names, words, other fields
SERVICES: dict[str, tuple[str | None, int, int, dict[str, str], dict[str, list[str]], dict[str, Any]]] = {
    "pothole": (
        "roads", 480, 1440,
        _five("Yolda çukur", "Яма на дороге", "Жолдағы шұңқыр", "چاله در خیابان", "Pothole"),
        {"tr": ["çukur", "yol bozuk"], "ru": ["яма"], "kk": ["шұңқыр"],
         "fa": ["چاله"], "en": ["pothole"]},
        {"photo_required": True, "legal_days": 30, "legal_basis": "3071 art. 7"},
    ),
    "street_light": (
        "lighting", 480, 960,
        _five("Sokak lambası", "Уличный фонарь", "Көше шамы", "چراغ خیابان", "Street light"),
        {"tr": ["lamba", "aydınlatma"], "ru": ["фонарь"], "kk": ["шам"],
         "fa": ["چراغ"], "en": ["street light", "lamp"]},
        {},
    ),
    "tree": (
        "parks", 480, 2400,
        _five("Ağaç bakımı", "Уход за деревьями", "Ағаш күтімі", "رسیدگی به درخت", "Tree care"),
        {"tr": ["ağaç", "dal"], "ru": ["дерево"], "kk": ["ағаш"],
         "fa": ["درخت"], "en": ["tree", "branch"]},
        {},
    ),
    "water_leak": (
        "water", 60, 480,
        _five("Su kaçağı", "Утечка воды", "Су ағуы", "نشت آب", "Water leak"),
        {"tr": ["su kaçağı", "su patladı"], "ru": ["прорвало"], "kk": ["су ағып"],
         "fa": ["نشت آب"], "en": ["leak"]},
        {"calendar": "always", "urgency": "urgent"},
    ),
    "local_matter": (
        None, 480, 2400,
        _five("Mahalle işleri", "Дела района", "Аудан істері", "امور محله", "Local matters"),
        {"tr": ["pazar yeri"], "ru": ["рынок"], "kk": ["базар"], "fa": ["بازارچه"], "en": ["market"]},
        {},
    ),
    "social_aid": (
        "welfare", 480, 4800,
        _five("Sosyal yardım", "Социальная помощь", "Әлеуметтік көмек", "کمک اجتماعی", "Social aid"),
        {"tr": ["yardım"], "ru": ["помощь"], "kk": ["көмек"], "fa": ["کمک"], "en": ["aid"]},
        {"public": False},
    ),
    "power_cut": (
        "contact", 480, 960,
        _five("Elektrik kesintisi", "Нет электричества", "Жарық сөнді", "قطع برق", "Power cut"),
        {"tr": ["elektrik"], "ru": ["электричество"], "kk": ["жарық жоқ"],
         "fa": ["برق"], "en": ["electricity"]},
        {"remit": "agency", "public": False},
    ),
    "question": (
        "contact", 240, 960,
        _five("Bilgi isteme", "Вопрос", "Сұрақ", "پرسش", "Question"),
        {"tr": ["ne zaman"], "ru": ["когда"], "kk": ["қашан"], "fa": ["چه زمانی"], "en": ["when"]},
        {"kind": "question", "public": False},
    ),
}  # fmt: skip
# by username: name, role, unit, areas, language
STAFF = {
    "derya": ("Derya Aksoy", Role.OPERATOR, "contact", [], "tr"),
    "reza": ("رضا کریمی", Role.OPERATOR, "contact", [], "fa"),
    "sevgi": ("Sevgi Doğan", Role.HEAD, "contact", [], "tr"),
    "murat": ("Murat Yol", Role.HEAD, "roads", [], "tr"),
    "nermin": ("Nermin Işık", Role.HEAD, "works", [], "tr"),
    "pelin": ("Pelin Çam", Role.HEAD, "parks", [], "tr"),
    "kemal": ("Kemal Usta", Role.CREW, "roads", [], "tr"),
    "selin": ("Selin Çınar", Role.DISTRICT_HEAD, "cinaralti_office", ["cinaralti"], "tr"),
    "hasan": ("Hasan Muhtar", Role.HEADMAN, None, ["carsi"], "tr"),
    "leyla": ("Leyla Güneş", Role.MAYOR, None, [], "tr"),
    "olga": ("Ольга Ветрова", Role.EXPERT, None, [], "ru"),
    "ayse": ("Ayşe Kurt", Role.ADMINISTRATOR, "contact", [], "tr"),
    "orhan": ("Orhan Denet", Role.AUDITOR, None, [], "tr"),
}
# by key: its name in a story, its channel
ENDPOINTS = {
    "city-bot": ("bot", "telegram"),
    "web": ("web", "portal"),
    "hotline": ("hotline", "phone"),
    "letters": ("mailbox", "email"),
    "counter": ("counter", "counter"),
}


class Town:
    """The rows of the town by key; an unknown name is a mistake of the test."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        try:
            return self._rows[name]
        except KeyError as error:
            raise AttributeError(f"the town has no {name!r}: it has {', '.join(self._rows)}") from error


def build() -> Town:
    """Write the town into the database of this test."""
    Municipality.objects.create(
        key="pinarova", names={"tr": "Pınarova Belediyesi", "en": "Municipality of Pınarova"},
        languages=["tr", "ru", "kk", "fa", "en"], default_language="tr", timezone="Europe/Istanbul",
        country="TR", library_holidays=False, phone="+902325550137", emergency_number="112", version=STAMP,
    )  # fmt: skip
    areas, units = _areas(), _units()
    Unit.areas.through.objects.bulk_create(
        Unit.areas.through(unit=units[key], area=areas[place]) for key, (_, _, _, place) in UNITS.items()
    )
    agency = Agency.objects.create(
        id=1001, key="power", names={"tr": "Ova Elektrik", "en": "Ova Electricity"}
    )
    services = _services(units, agency)
    ServiceUnit.objects.create(
        id=1001, service=services["tree"], area=areas["golkiyi"], unit=units["golkiyi_office"]
    )
    _shifts()
    Learning.objects.create(id=1, threshold=ONE_WORD)
    staff, endpoints = _staff(units, areas), _endpoints()
    queries.forget()
    return Town({**areas, **units, **services, **staff, **endpoints, "power": agency})


def _areas() -> dict[str, Area]:
    rows: dict[str, Area] = {}
    for number, (key, (parent, level, name, persian, box)) in enumerate(AREAS.items(), start=1001):
        path = f"{rows[parent].path}/{key}" if parent else key
        rows[key] = Area(
            id=number, key=key, parent=rows[parent] if parent else None, kind=level, path=path,
            names={"tr": name, "ru": name, "kk": name, "fa": persian, "en": name}, polygon=_square(*box),
            latitude=(box[1] + box[3]) / 2, longitude=(box[0] + box[2]) / 2,
        )  # fmt: skip
    Area.objects.bulk_create(rows.values())
    return rows


def _square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    corners: Sequence[Sequence[float]] = [
        [west, south], [east, south], [east, north], [west, north], [west, south],
    ]  # fmt: skip
    return {"type": "Polygon", "coordinates": [corners]}


def _units() -> dict[str, Unit]:
    rows: dict[str, Unit] = {}
    for number, (key, (parent, level, name, _)) in enumerate(UNITS.items(), start=1001):
        path = f"{rows[parent].path}/{key}" if parent else key
        rows[key] = Unit(
            id=number, key=key, parent=rows[parent] if parent else None, kind=level, path=path,
            names={"tr": name, "en": key.replace("_", " ").capitalize()},
        )  # fmt: skip
    Unit.objects.bulk_create(rows.values())
    return rows


def _services(units: Mapping[str, Unit], agency: Agency) -> dict[str, Service]:
    group = ServiceGroup.objects.create(id=1001, key="city", names={"tr": "Şehir", "en": "City"})
    rows = {}
    for number, (code, facts) in enumerate(SERVICES.items(), start=1001):
        unit, first_answer_min, resolution_min, names, words, other = facts
        rows[code] = Service(
            id=number, code=code, group=group, unit=units[unit] if unit else None, order=number,
            agency=agency if other.get("remit") == "agency" else None, names=names, words=words,
            first_answer_min=first_answer_min, resolution_min=resolution_min, **other,
        )  # fmt: skip
    Service.objects.bulk_create(rows.values())
    return rows


def _shifts() -> None:
    hours = ((time(8, 30), time(12, 30)), (time(13, 30), time(17, 30)))
    rows = [Shift(weekday=day, start=start, end=end) for day in range(5) for start, end in hours]
    always = {"calendar": "always", "start": time(0), "end": time(0), "on_holidays": True}
    Shift.objects.bulk_create(rows + [Shift(weekday=day, **always) for day in range(7)])


@cache
def _password() -> str:
    return make_password(PASSWORD)


def _staff(units: Mapping[str, Unit], areas: Mapping[str, Area]) -> dict[str, Staff]:
    rows = {
        username: Staff(
            id=number, username=username, name=name, role=role, language=language,
            unit=units[unit] if unit else None, password=_password(), created_at=LAID_DOWN,
        )
        for number, (username, (name, role, unit, _, language)) in enumerate(STAFF.items(), start=1001)
    }  # fmt: skip
    Staff.objects.bulk_create(rows.values())
    Staff.areas.through.objects.bulk_create(
        Staff.areas.through(staff=rows[username], area=areas[place])
        for username, (_, _, _, places, _) in STAFF.items()
        for place in places
    )
    return rows


def _endpoints() -> dict[str, Endpoint]:
    rows = {
        name: Endpoint(
            id=number, key=key, channel=channel, names={"en": key}, default_unit_key="contact", language="tr"
        )
        for number, (key, (name, channel)) in enumerate(ENDPOINTS.items(), start=1001)
    }
    Endpoint.objects.bulk_create(rows.values())
    return rows


@cache
def _recipe() -> tuple[str, bytes]:
    """The statements that lay the town down, and its rows as they are then, for the second story and all
    others: making a hundred rows anew takes ten times as long."""
    told: list[str] = []

    def listen(execute: Callable[..., Any], statement: str, values: Any, *rest: Any) -> Any:
        if statement.startswith("INSERT"):
            ours: Any = connection.ops  # PostgreSQL's
            told.append(ours.compose_sql(statement, values))
        return execute(statement, values, *rest)

    with connection.execute_wrapper(listen):
        rows = build()._rows
    return ";".join(told), pickle.dumps(rows)


@pytest.fixture
def town(db: None) -> Town:
    """The town, laid down in this test's database."""
    first = not _recipe.cache_info().currsize
    statements, rows = _recipe()
    if not first:
        with connection.cursor() as cursor:
            cursor.execute(statements)
        queries.forget()
    return Town(pickle.loads(rows))
