"""A city of 20,000 open cases, among which doubles are looked for: see README.md for what it is and is not.

Needs a Django that is set up, the loaded demo city and its model of services.
"""

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from vefa.cases.models import Case
from vefa.cases.wordlist import vector as words_in
from vefa.directory.models import Area
from vefa.directory.queries import directory, examples
from vefa.triage import semantic
from vefa.triage.advice import Asked, advise
from vefa.triage.meaning.storing import words_of
from vefa.triage.meaning.vectors import made, packed, signs_of
from vefa.triage.models import CaseVector
from vefa.triage.semantic import MODEL_ID
from vefa.wiring.demo.sayings import sayings
from vefa.wiring.demo.stage import WEIGHTS

NOON = datetime(2026, 11, 2, 9, tzinfo=UTC)
STREETS = Path(__file__).with_name("streets.csv")
OF_EACH = 40  # streets of one neighbourhood that the gazetteer does not know
MEAN_AGE, OLDEST, LATEST = 45.0, 240.0, 4.0  # days: of what is open; and how far the city goes on after NOON
DECIDED = timedelta(days=2)  # within which a person has said what an unsure case is about
KNOWN, HOUSE, STREET = 0.2, 0.45, 0.25  # where a case is said to be; the rest names the neighbourhood alone
APART = 0.3  # say where in a field of its own, as in the form

_STREETS: Mapping[str, tuple[str, ...]] = {
    "tr": ("{} Sokak", "{} sokakta", "{} sk.", "{} Sokağı"),
    "ru": ("улица {}", "ул. {}", "на улице {}"),
    "kk": ("{} көшесі", "{} көшесінде"),
    "fa": ("کوچه {}", "خیابان {}", "کوچهٔ {}"),
    "en": ("{} Street", "on {} Street"),
}
_HOUSES: Mapping[str, tuple[str, ...]] = {
    "tr": ("{} Sokak No:{}", "{} Sokak {}", "{} sokakta {} numara", "{} sok. no {}"),
    "ru": ("улица {}, дом {}", "ул. {} {}", "ул. {}, д. {}"),
    "kk": ("{} көшесі, {}-үй", "{} көшесі {}"),
    "fa": ("کوچه {} پلاک {}", "خیابان {} پلاک {}"),
    "en": ("{} Street {}", "{} Street, number {}"),
}
_BEFORE: Mapping[str, tuple[str, ...]] = {
    "tr": (
        "Merhaba, ",
        "İyi günler. ",
        "Selamlar ",
        "Kolay gelsin, ",
        "Sayın yetkili, ",
        "acil!! ",
        "Yine ben, ",
    ),
    "ru": ("Здравствуйте! ", "Добрый день. ", "Уважаемые, ", "Опять то же: ", "Срочно! ", "Подскажите, "),
    "kk": ("Сәлеметсіз бе! ", "Қайырлы күн. ", "Сәлем, ", "Тағы да: ", "Өтініш, "),
    "fa": ("سلام، ", "با سلام و احترام، ", "وقت بخیر. ", "خسته نباشید، ", "لطفا توجه کنید: "),
    "en": ("Hello, ", "Good morning. ", "Hi there, ", "Again: ", "Please, "),
}
_AFTER: Mapping[str, tuple[str, ...]] = {
    "tr": (
        " Gereğini rica ederim.",
        " lütfen bakın",
        " {} gündür böyle.",
        " Kaç kere söyledik!",
        " teşekkürler 🙏",
    ),
    "ru": (" Примите меры.", " Уже {} дней так.", " Спасибо.", " Сколько можно?", " Ждём ответа."),
    "kk": (" Шара қолданыңыздар.", " {} күн болды.", " Рақмет.", " Қашанғы күтеміз?"),
    "fa": (" لطفا رسیدگی کنید.", " {} روز است همین‌طور است.", " ممنون.", " تا کی؟"),
    "en": (" Please look into it.", " It has been {} days.", " Thank you.", " How much longer?"),
}
_PLAIN = str.maketrans("çğıöşüÇĞİÖŞÜ", "cgiosuCGIOSU")


@dataclass(frozen=True)
class Spot:
    """Where a case is said to be: the area that it is filed under, and words."""

    area: Area
    words: str


class City:
    """Its neighbourhoods with their streets; draws cases."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        areas = [one for one in directory().areas.values() if one.parent_id and one.retired_at is None]
        self.wide = [one for one in areas if one.kind == one.Level.NEIGHBOURHOOD]
        self.sizes = list(accumulate(chance.uniform(0.5, 2.0) for _ in self.wide))
        self.known = {one.pk: [street for street in areas if street.parent_id == one.pk] for one in self.wide}
        with STREETS.open(encoding="utf-8", newline="") as file:
            names = list(csv.DictReader(file))
        self.streets = {one.pk: chance.sample(names, OF_EACH) for one in self.wide}
        self.told: dict[tuple[str, str], list[str]] = {}
        for one in examples():
            self.told.setdefault((one.code, one.language), []).append(one.text)
        self.codes = sorted({code for code, _ in self.told} & directory().services_in_use.keys())
        self.often = list(accumulate(WEIGHTS.get(code, 10) for code in self.codes))
        self.languages = sorted({language for _, language in self.told})

    def case(self, reference: str) -> tuple[Case, str]:
        """One open case without a service, and the code that it truly is about."""
        chance = self.chance
        code = chance.choices(self.codes, cum_weights=self.often)[0]
        language = chance.choice([one for one in self.languages if (code, one) in self.told])
        spot = self._spot(language)
        apart = chance.random() < APART
        text = self._words(code, language, "" if apart else spot.words)
        at = NOON + timedelta(days=self._day())
        case = Case(
            reference=reference[:20], secret="-", title=text[:100], text=text, language=language,
            kind="request", channel="portal", area_id=spot.area.pk, opened_at=at, changed_at=at, said_at=at,
            place_text=spot.words if apart else "",
        )  # fmt: skip
        case.search = words_in([case.title, case.place_text, case.text])
        return case, code

    def _day(self) -> float:
        """As many a day before NOON as are still open from then, and a few days after it."""
        while True:
            day = LATEST - self.chance.expovariate(1 / MEAN_AGE)
            if day > -OLDEST:
                return day

    def _spot(self, language: str) -> Spot:
        chance = self.chance
        wide = chance.choices(self.wide, cum_weights=self.sizes)[0]
        drawn = chance.random()
        known = self.known[wide.pk]
        if drawn < KNOWN and known:
            street = chance.choice(known)
            return Spot(street, street.name(language))
        name = self._name(chance.choice(self.streets[wide.pk]), language)
        if drawn < KNOWN + HOUSE:
            number = 1 + int(chance.expovariate(1 / 30))
            return Spot(wide, chance.choice(_HOUSES[language]).format(name, _digits(number, language)))
        if drawn < KNOWN + HOUSE + STREET:
            return Spot(wide, chance.choice(_STREETS[language]).format(name))
        return Spot(wide, wide.name(language) if chance.random() < 0.5 else "")

    def _name(self, row: Mapping[str, str], language: str) -> str:
        if language in {"ru", "kk"}:
            return row["cyrillic"]
        return row["fa"] if language == "fa" else row["tr"]

    def _words(self, code: str, language: str, where: str) -> str:
        """An example or a saying of the invented town, begun, ended and misspelt as people do."""
        chance = self.chance
        said = sayings().of_service.get(code, {}).get(language, [])
        core = chance.choice(said if said and chance.random() < 0.3 else self.told[code, language])
        number = str(chance.randrange(2, 9))
        core = core.replace("{n}", number).replace("{line}", str(chance.randrange(1, 40)))
        if "{place}" in core:
            core = core.replace("{place}", where)
        elif where:
            core = f"{where}: {core}" if chance.random() < 0.4 else f"{core} {where}"
        before = chance.choice(_BEFORE[language]) if chance.random() < 0.4 else ""
        after = chance.choice(_AFTER[language]).format(number) if chance.random() < 0.4 else ""
        text = f"{before}{core}{after}".strip()
        if chance.random() < 0.2:
            text = text.translate(_PLAIN).lower()
        return _slip(text, chance) if chance.random() < 0.25 else text


def lay(count: int, *, seed: int = 11) -> int:
    """Lay so many open cases into an empty table, with the service that each would have; returns how many.

    What triage is sure of is its own; for the rest a person has decided within two days.
    """
    city = City(random.Random(seed))
    services = directory().services_in_use
    rows = []
    for number in range(count):
        case, code = city.case(f"f{number}")
        advice = advise(Asked(text=case.text, hint=case.language, place_text=case.place_text))
        decided = code if NOON - case.opened_at > DECIDED else ""
        chosen = advice.service if advice.sure else services.get(decided)
        case.service_id = chosen.pk if chosen else None
        rows.append(case)
    Case.objects.bulk_create(rows, batch_size=1000)
    return count


def recent() -> list[Case]:
    """The cases near enough in time to NOON to be offered for a case of its days."""
    near = (NOON - timedelta(days=31), NOON + timedelta(days=35))
    return list(Case.objects.filter(opened_at__range=near).order_by("-opened_at"))


def keep_meanings(cases: Sequence[Case]) -> None:
    """The vectors of these cases, as the worker's quiet job would have stored them; 30 ms of a core each."""
    if not semantic.available():
        return
    for begin in range(0, len(cases), 32):
        some = cases[begin : begin + 32]
        rows = made([words_of(case) for case in some], [case.language for case in some])
        CaseVector.objects.bulk_create(
            CaseVector(case=case, model=MODEL_ID, signs=signs_of(row), vector=packed(row), words="")
            for case, row in zip(some, rows, strict=True)
        )


def _slip(text: str, chance: random.Random) -> str:
    """One letter lost, or two in the wrong order."""
    at = chance.randrange(len(text) - 1) if len(text) > 1 else 0
    if not text[at : at + 2].isalpha():
        return text
    lost = chance.random() < 0.5
    return text[:at] + text[at + 1 :] if lost else f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}"


def _digits(number: int, language: str) -> str:
    return (
        str(number).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) if language == "fa" else str(number)
    )
