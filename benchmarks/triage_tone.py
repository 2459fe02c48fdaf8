"""Kind, urgency and remit against the labels of the evaluation set: read by `bench_triage` and by the tests.

`by_words` judges with the words of tone alone, language and service taken from the labels: it says what the
lists are worth. `advised` asks the whole of triage, and needs a Django that is set up and a loaded city.
"""

import csv
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vefa.directory.models import Remit, Service
from vefa.kit.text import words
from vefa.triage.advice import Asked, advise
from vefa.triage.hearing import heard_in
from vefa.triage.measures import Share
from vefa.triage.script import native
from vefa.triage.tone import EMERGENCY, Said, kind_of, urgency_of

LANGUAGES = ("tr", "ru", "kk", "fa", "en")
SET = Path("tests/triage/measured/evaluation.csv")
CITY = Path("vefa/wiring/demo/city")
_LEVELS = ("normal", "urgent", "emergency")
_ALIKE = {"complaint": "request"}  # both want something mended; people mix them

type Row = Mapping[str, str]


@dataclass(frozen=True)
class Judged:
    """What was said of one row beside its labels."""

    row: Row
    kind: str
    urgency: str
    remit: str


def rows(path: Path = SET) -> list[dict[str, str]]:
    """The evaluation set."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_words(row: Row) -> Judged:
    """With the language and the service of the labels: only the words of tone are judged."""
    service = _services()[row["service"]]
    said = words(row["text"])
    heard = heard_in(words(native(row["text"], row["language"])), language=row["language"])
    told = Said(text=row["text"], words=said, heard=heard, usual=_usual(row, service), matter=_matter(row))
    urgency = urgency_of(heard, usual=service.get("urgency", "normal")).value
    return Judged(row, kind_of(told).value, _LEVELS[urgency], row["remit"])


def advised(row: Row) -> Judged:
    """As the program would say it of a message that came without anything else."""
    advice = advise(Asked(text=row["text"], hint="tr"))
    return Judged(row, advice.kind.value, _LEVELS[advice.urgency.value], remit_of(advice.service))


def remit_of(service: Service | None) -> str:
    """Ours, shared, or the key of the body that answers for it; "" for nothing."""
    if service is None:
        return ""
    if service.remit != Remit.AGENCY:
        return str(service.remit)
    return service.agency.key if service.agency else ""


def judged(read: Callable[[Row], Judged], path: Path = SET) -> list[Judged]:
    """Every row of the set as `read` judges it."""
    return [read(row) for row in rows(path)]


def figures(found: Sequence[Judged]) -> Iterator[tuple[str, Share]]:
    """Every figure with its name, worst news first."""
    yield from emergencies(found)
    yield "urgency, exactly", _share(found, lambda one: one.urgency == one.row["urgency"])
    yield "kind, exactly", _share(found, lambda one: one.kind == one.row["kind"])
    yield "kind, request and complaint as one", _share(found, _alike)
    for kind in ("danger", "question", "suggestion", "thanks", "abuse", "spam"):
        yield f"kind: {kind} recall", recall(found, kind=kind)
        yield f"kind: {kind} precision", precision(found, kind=kind)
    yield "remit", _share(found, lambda one: one.remit == one.row["remit"])
    outside = [one for one in found if one.row["remit"] != "ours"]
    yield "remit: not ours, recall", _share(outside, lambda one: one.remit == one.row["remit"])
    for language in LANGUAGES:
        spoken = [one for one in found if one.row["language"] == language]
        yield f"kind ({language})", _share(spoken, _alike)
        yield f"urgency ({language})", _share(spoken, lambda one: one.urgency == one.row["urgency"])


def emergencies(found: Sequence[Judged]) -> Iterator[tuple[str, Share]]:
    """Recall and precision of emergencies, and the traps that were no emergency."""
    true = [one for one in found if one.row["urgency"] == _LEVELS[EMERGENCY]]
    said = [one for one in found if one.urgency == _LEVELS[EMERGENCY]]
    traps = [one for one in found if one.row["trap"] == "1"]
    yield "emergency recall", _share(true, lambda one: one.urgency == _LEVELS[EMERGENCY])
    yield "emergency precision", _share(said, lambda one: one.row["urgency"] == _LEVELS[EMERGENCY])
    yield "traps left alone", _share(traps, lambda one: one.urgency != _LEVELS[EMERGENCY])


def recall(found: Sequence[Judged], *, kind: str) -> Share:
    """Of the rows of a kind, how many were said to be of it."""
    return _share([one for one in found if one.row["kind"] == kind], lambda one: one.kind == kind)


def precision(found: Sequence[Judged], *, kind: str) -> Share:
    """Of the rows said to be of a kind, how many are."""
    return _share([one for one in found if one.kind == kind], lambda one: one.row["kind"] == kind)


def _share(found: Sequence[Judged], hit: Callable[[Judged], bool]) -> Share:
    return Share(sum(hit(one) for one in found), len(found))


def _alike(one: Judged) -> bool:
    return _ALIKE.get(one.kind, one.kind) == _ALIKE.get(one.row["kind"], one.row["kind"])


def _usual(row: Row, service: Mapping[str, str]) -> str:
    return service.get("kind", "request") if row["service"] != "city.other" else ""


def _matter(row: Row) -> bool:
    return row["service"] not in {"city.other", "city.staff"} or bool(row["place"])


@cache
def _services() -> Mapping[str, Mapping[str, str]]:
    told = tomllib.loads((CITY / "services.toml").read_text(encoding="utf-8"))
    return {one["code"]: one for one in told["service"]}
