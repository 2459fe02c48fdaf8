"""Language, place and personal data against the labels of the measured set: read by `bench_triage`.

All three are judged without a database: names of places come from the file of the demo's city.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from benchmarks.triage_tone import CITY, LANGUAGES, SET, rows
from vefa.kit.masking import personal
from vefa.kit.text import words
from vefa.triage.language import language_of
from vefa.triage.measures import Share
from vefa.triage.place import CLEAR, Gazetteer, Name, area_of

PERSONAL = Path("tests/triage/measured/personal.csv")
TARGETS = {
    "language, all": 0.99,
    "language, transliterated": 0.95,
    "personal data, masked": 1.0,
    "texts without personal data, untouched": 1.0,
}
TRANSLITERATED = {"latin", "finglish", "translit"}

type Row = Mapping[str, str]


def figures() -> Iterator[tuple[str, Share]]:
    """Every figure with its name."""
    found = rows(SET)
    yield from languages(found)
    yield from places(found)
    yield from masks(rows(PERSONAL))


def languages(found: Sequence[Row]) -> Iterator[tuple[str, Share]]:
    """How many are heard in their language: all, by language, by the way of typing."""
    right = [(row, language_of(row["text"], hint="tr").value == row["language"]) for row in found]
    yield "language, all", _share([hit for _, hit in right])
    yield "language, transliterated", _share([hit for row, hit in right if row["variant"] in TRANSLITERATED])
    for name in ("language", "variant"):
        for value in sorted({row[name] for row in found}):
            yield f"language ({value})", _share([hit for row, hit in right if row[name] == value])


def places(found: Sequence[Row]) -> Iterator[tuple[str, Share]]:
    """How many places are found as they are labelled, and how many are named where there is none."""
    gazetteer, keys = _city()
    named = [row for row in found if row["place"]]
    said = {row["id"]: _place(gazetteer, keys, row["text"]) for row in found}
    yield "place, exactly", _share([said[row["id"]] == row["place"] for row in named])
    for language in LANGUAGES:
        spoken = [row for row in named if row["language"] == language]
        yield f"place ({language})", _share([said[row["id"]] == row["place"] for row in spoken])
    taken = [row for row in found if said[row["id"]]]
    yield "place, right where one is taken", _share([said[row["id"]] == row["place"] for row in taken])


def masks(found: Sequence[Row]) -> Iterator[tuple[str, Share]]:
    """How many values are masked wholly, and how many texts without any are left as they are."""
    values = [(row["text"], value) for row in found for value in row["values"].split("|") if value]
    clean = [row["text"] for row in found if not row["values"]]
    yield "personal data, masked", _share([_covered(text, value) for text, value in values])
    yield "texts without personal data, untouched", _share([not personal(text) for text in clean])


def _covered(text: str, value: str) -> bool:
    start = text.index(value)
    return any(one.start <= start and start + len(value) <= one.end for one in personal(text))


def _share(hits: Sequence[bool]) -> Share:
    return Share(sum(hits), len(hits))


def _place(gazetteer: Gazetteer, keys: Sequence[str], text: str) -> str:
    found = area_of(gazetteer.named(words(text)))
    return keys[found.value] if found and found.confidence >= CLEAR else ""


@cache
def _city() -> tuple[Gazetteer, list[str]]:
    with (CITY / "areas.csv").open(encoding="utf-8", newline="") as file:
        areas = list(csv.DictReader(file))
    keys = [area["key"] for area in areas]
    parents = {area["key"]: area["parent"] for area in areas}
    names = [
        Name(keys.index(area["key"]), text, _above(area["key"], parents, keys), alias=alias)
        for area in areas
        for code in LANGUAGES
        for alias, text in (
            (False, area[f"name_{code}"]),
            *((True, text) for text in area[f"aliases_{code}"].split("|")),
        )
    ]
    return Gazetteer.of(names), keys


def _above(key: str, parents: Mapping[str, str], keys: Sequence[str]) -> tuple[int, ...]:
    found: tuple[int, ...] = ()
    while key := parents[key]:
        found = (keys.index(key), *found)
    return found


if __name__ == "__main__":
    for name, share in figures():
        print(f"{name:45} {share.hits:4} / {share.n}")
