"""Which service is meant, on the first day: learned from the catalogue, tried on the measured set."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.triage_tone import LANGUAGES, Row, rows
from vefa.triage.advice import Asked, advise, read
from vefa.triage.learned.deciding import services_for
from vefa.triage.learned.rules import COLD, FIRST
from vefa.triage.measures import Share

TARGETS = {"first, all": 0.75, "one of three, all": 0.92} | {f"first, {code}": 0.68 for code in LANGUAGES}
_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, COLD, 0.9, FIRST, 0.95)


@dataclass(frozen=True)
class Suggested:
    """What was suggested for one row, and how surely."""

    row: Row
    codes: list[str]
    confidence: float

    @property
    def first(self) -> bool:
        """Whether the first one is right."""
        return self.codes[:1] == [self.row["service"]]

    @property
    def third(self) -> bool:
        """Whether one of the three is."""
        return self.row["service"] in self.codes


def figures() -> Iterator[tuple[str, Share]]:
    """With meaning where the extra is installed, then by words alone, then before any model is learned."""
    deep = suggested(deep=True)
    yield from _by_language(deep)
    for variant in sorted({one.row["variant"] for one in deep}):
        yield f"first, {variant}", _first([one for one in deep if one.row["variant"] == variant])
    yield "first, indirect wording", _first([one for one in deep if one.row["indirect"] == "1"])
    yield from _routed(deep)
    plain = suggested(deep=False)
    for name, share in (*_by_language(plain), *_routed(plain)):
        yield f"by words alone: {name}", share
    told = by_catalogue()
    for name, share in (*_by_language(told), *_routed(told)):
        yield f"without a model: {name}", share


def _routed(found: Sequence[Suggested]) -> Iterator[tuple[str, Share]]:
    """How many would go their way by themselves from each confidence on, and how many of these rightly."""
    for threshold in _THRESHOLDS:
        sure = [one for one in found if one.confidence >= threshold]
        yield f"routed from {threshold:g} on", Share(len(sure), len(found))
        yield f"right of those from {threshold:g} on", _first(sure)


def suggested(*, deep: bool) -> list[Suggested]:
    """Every row as the worker would judge it."""
    found = []
    for row in rows():
        advice = advise(Asked(text=row["text"], hint="tr", deep=deep))
        found.append(Suggested(row, [guess.value for guess in advice.services], advice.confidence))
    return found


def by_catalogue() -> list[Suggested]:
    """Every row as the words of the catalogue judge it, before anything is learned."""
    found = []
    for row in rows():
        known = read(Asked(text=row["text"], hint="tr"))
        guesses = services_for(known.message, None)
        confidence = guesses[0].confidence if guesses else 0.0
        found.append(Suggested(row, [guess.value for guess in guesses], confidence))
    return found


def _by_language(found: Sequence[Suggested]) -> Iterator[tuple[str, Share]]:
    for name in ("all", *LANGUAGES):
        some = [one for one in found if name in {"all", one.row["language"]}]
        yield f"first, {name}", _first(some)
        yield f"one of three, {name}", Share(sum(one.third for one in some), len(some))


def _first(found: Sequence[Suggested]) -> Share:
    return Share(sum(one.first for one in found), len(found))
