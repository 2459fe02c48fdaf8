"""How well doubles are told apart, and found among many: read by `bench_triage` and by the tests.

Needs a Django that is set up and a loaded city. Pairs are a CSV file: text_a, text_b, place_a, place_b (keys
of areas), same, hard (all where the column is missing), days_apart. Where a report is can be taken from its
label, as if its resident or a clerk had chosen it, or be what triage finds in the text: nothing, in some.
"""

import csv
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F

from benchmarks.triage_city import NOON, keep_meanings
from vefa.cases.models import Case
from vefa.cases.wordlist import vector as words_in
from vefa.directory.models import Area, Municipality, Service, Staff
from vefa.directory.queries import directory, examples, forget
from vefa.triage import semantic
from vefa.triage.advice import Advice, Asked, advise
from vefa.triage.meaning.vectors import made, packed
from vefa.triage.sameness.offering import Offer, offers, weighed_against
from vefa.triage.sameness.reading import Read, Said, read
from vefa.triage.sameness.speaking import meant

DRAWS = 2000  # of the bootstrap


@dataclass(frozen=True)
class Share:
    """A figure with its 95 % interval and the number of cases behind it."""

    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True)
class Weighed:
    """One pair, its label, and what the rules said."""

    id: str
    same: bool
    hard: bool
    probability: float
    offered: bool
    signs: tuple[str, ...]


def pairs(path: Path) -> list[dict[str, str]]:
    """The rows of a file of pairs."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def weighed(path: Path, *, by_label: bool = True) -> list[Weighed]:
    """Every pair as the rules weigh it; `by_label`: at the places of the labels."""
    rows = pairs(path)
    read_all = [(_read(row, "a", by_label=by_label), _read(row, "b", by_label=by_label)) for row in rows]
    if semantic.available():
        read_all = _with_vectors(rows, read_all)
    found = []
    for row, (one, other) in zip(rows, read_all, strict=True):
        likely = weighed_against(one, other)
        found.append(
            Weighed(
                id=row["id"],
                same=row["same"] == "1",
                hard=row.get("hard", "1") == "1",
                probability=likely.probability,
                offered=likely.offered,
                signs=tuple(f"{sign.name} {sign.says} {sign.weight:+.1f}" for sign in likely.signs),
            )
        )
    return found


def auc(rows: Sequence[Weighed], *, seed: int = 5) -> Share:
    """How often a pair that is the same is weighed above one that is not, with a bootstrap interval."""
    yes = [row.probability for row in rows if row.same]
    no = [row.probability for row in rows if not row.same]
    chance = random.Random(seed)
    drawn = sorted(
        _above(chance.choices(yes, k=len(yes)), chance.choices(no, k=len(no))) for _ in range(DRAWS)
    )
    return Share(_above(yes, no), drawn[DRAWS // 40], drawn[-DRAWS // 40], len(rows))


def _above(yes: Sequence[float], no: Sequence[float]) -> float:
    wins = sum((one > other) + 0.5 * (one == other) for one in yes for other in no)
    return wins / max(1, len(yes) * len(no))


def _read(row: Mapping[str, str], side: str, *, by_label: bool) -> Read:
    text = row[f"text_{side}"]
    advice = advise(Asked(text=text, hint="tr"))
    about = meant(text, advice.language.value)
    at = NOON + timedelta(days=float(row["days_apart"] or 0) if side == "b" else 0.0)
    said = Said(
        text=text,
        area_id=_area(row[f"place_{side}"]) if by_label else _found_in(advice),
        services=about.services,
        at=at,
        language=advice.language.value,
        speaks=about.speaks,
    )
    return read(said)


def _area(key: str) -> int | None:
    return next((area.pk for area in directory().areas.values() if area.key == key), None)


def _found_in(advice: Advice) -> int | None:
    """The place with which triage would have opened the case."""
    return advice.area.value if advice.area and not advice.place_unclear else None


def _with_vectors(
    rows: Sequence[Mapping[str, str]], found: Sequence[tuple[Read, Read]]
) -> list[tuple[Read, Read]]:
    """The same with what their words mean, as the job of the worker would have stored it."""
    flat = [
        (row[f"text_{side}"], pair["ab".index(side)])
        for row, pair in zip(rows, found, strict=True)
        for side in "ab"
    ]
    vectors = made([text for text, _ in flat], [one.language for _, one in flat])
    held = [replace(one, vector=packed(vector)) for (_, one), vector in zip(flat, vectors, strict=True)]
    return list(zip(held[::2], held[1::2], strict=True))


@dataclass(frozen=True)
class Found:
    """How often the right case stood among the first three offered, and what one question cost."""

    first_three: Share
    p50_cpu_ms: float  # of this process, without the database's
    worst_cpu_ms: float


@dataclass(frozen=True, kw_only=True)
class Way:
    """How it is asked. `later`: for the second report of a pair, as a clerk meets it; else for the first,
    while the second is there already. `meaning`: the reports have their vectors. `by_label`: they have the
    places of the labels.
    """

    staff: Staff
    later: bool = True
    meaning: bool = False
    by_label: bool = True


def found_among(pairs_path: Path, way: Way) -> Found:
    """Lay each pair that is the same among what is there, alone, and ask for its doubles.

    Alone, for several pairs of the file tell of one incident: reports of another pair would be right, too.
    """
    times, hits = [], []
    for row in pairs(pairs_path):
        if row["same"] == "1":
            with transaction.atomic():
                offered, wanted, took = _asked(row, way)
                transaction.set_rollback(True)
            times.append(took * 1000)
            hits.append(wanted.pk in {offer.case.pk for offer in offered})
    return Found(_share(sum(hits), len(hits)), statistics.median(times), max(times))


def _asked(row: Mapping[str, str], way: Way) -> tuple[list[Offer], Case, float]:
    """What is offered for one report of a pair, the other one, and seconds of this process."""
    first, second = _case(row, "a", by_label=way.by_label), _case(row, "b", by_label=way.by_label)
    if way.meaning:
        keep_meanings([first, second])
    asked, wanted = (second, first) if way.later else (first, second)
    begun = time.process_time()
    offered = offers(asked, way.staff)
    return offered, wanted, time.process_time() - begun


def _share(hits: int, of: int) -> Share:
    """A share with Wilson's interval: near 1 it stays inside."""
    value, z = hits / of, 1.96
    middle = (value + z * z / (2 * of)) / (1 + z * z / of)
    spread = z * (value * (1 - value) / of + z * z / (4 * of * of)) ** 0.5 / (1 + z * z / of)
    return Share(value, middle - spread, middle + spread, of)


def fill(count: int, *, seed: int = 3) -> int:
    """Lay so many open cases of one month into an empty table, denser than any city; returns how many.

    Example messages all over the city: four of five in a neighbourhood, at one of 400 invented streets, half
    of these with a house number; one of five at a street, square or building that the gazetteer knows. The
    city grows for it: one with 20,000 open cases has some 300 neighbourhoods, not thirty.
    """
    chance = random.Random(seed)
    _grow(count // 70)
    told = examples()
    areas = [area for area in directory().areas.values() if area.parent_id and area.retired_at is None]
    known = [area for area in areas if area.kind == area.Level.STREET]
    wide = [area for area in areas if area.kind == area.Level.NEIGHBOURHOOD]
    services = directory().services_in_use
    rows = []
    for number in range(count):
        one = chance.choice(told)
        area = chance.choice(known if number % 5 == 0 else wide)
        where = area.name(one.language) if number % 5 == 0 else _street(chance, one.language)
        at = NOON - timedelta(days=chance.uniform(-5, 25))
        said = (f"{one.text} {where}", one.language)
        rows.append(_row(f"f{number}", said, (area.pk, services[one.code]), at))
    Case.objects.bulk_create(rows, batch_size=1000)
    return count


_SAID = {"tr": "{} Sokak", "ru": "улица {}", "kk": "{} көшесі", "fa": "کوچه {}", "en": "{} Street"}
_BEGIN = (
    "ba",
    "de",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "ra",
    "su",
    "ti",
    "vo",
    "ya",
    "zi",
    "ga",
    "ho",
    "fe",
    "ce",
    "du",
    "so",
    "ka",
)
_END = (
    "dal",
    "rin",
    "met",
    "lar",
    "nuk",
    "sin",
    "tep",
    "van",
    "yel",
    "zor",
    "han",
    "bek",
    "gül",
    "mir",
    "pan",
    "tas",
    "kol",
    "dem",
    "ral",
    "fin",
)


def _grow(wanted: int) -> None:
    """Lay neighbourhoods into the districts until there are so many."""
    here = list(directory().areas.values())
    districts = [area for area in here if area.kind == area.Level.DISTRICT]
    names = [f"{first}{second}".capitalize() for first in _BEGIN for second in _END]
    present = sum(area.kind == area.Level.NEIGHBOURHOOD for area in here)
    fresh = []
    for number, name in enumerate(names[: max(0, wanted - present)]):
        parent = districts[number % len(districts)]
        key = f"bench-{number}"
        fresh.append(
            Area(key=key, parent=parent, kind=Area.Level.NEIGHBOURHOOD, path=f"{parent.path}/{key}",
                 names=dict.fromkeys(("tr", "ru", "kk", "fa", "en"), f"{name} Mahallesi"))
        )  # fmt: skip
    Area.objects.bulk_create(fresh, ignore_conflicts=True)
    Municipality.objects.update(version=F("version") + 1)
    forget()


def _street(chance: random.Random, language: str) -> str:
    name = _SAID[language].format(chance.choice(_BEGIN).capitalize() + chance.choice(_END))
    return f"{name} {chance.randrange(1, 90)}" if chance.random() < 0.5 else name


def _row(
    reference: str, said: tuple[str, str], about: tuple[int | None, Service | None], at: datetime
) -> Case:
    text, language = said
    return Case(
        reference=reference[:20], secret="-", title=text[:100], text=text, language=language, kind="request",
        channel="portal", area_id=about[0], service=about[1], opened_at=at, changed_at=at, said_at=at,
        search=words_in([text]),
    )  # fmt: skip


def _case(row: Mapping[str, str], side: str, *, by_label: bool) -> Case:
    text = row[f"text_{side}"]
    advice = advise(Asked(text=text, hint="tr"))
    area_id = _area(row[f"place_{side}"]) if by_label else _found_in(advice)
    later = float(row["days_apart"] or 0) if side == "b" else 0.0
    at = NOON + timedelta(days=later)
    about = (area_id, advice.service if advice.sure else None)
    case = _row(f"p{row['id']}{side}", (text, advice.language.value), about, at)
    case.save(force_insert=True)
    return case
