"""Kind, urgency and remit against the labels of the evaluation set: read by `bench_triage` and by the tests.

`advised` asks the whole of triage, with its own language and service, and needs a Django that is set up and a
loaded city.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vefa.directory.models import Remit, Service
from vefa.triage.advice import Advice, Asked, advise
from vefa.triage.measures import Share
from vefa.triage.tone import EMERGENCY

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


def advised(row: Row) -> Judged:
    """As the program would say it of a message that came without anything else."""
    return judge(row, advise(Asked(text=row["text"], hint="tr")))


def judge(row: Row, advice: Advice) -> Judged:
    """What an advice says of a row."""
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
