"""The versions of what triage has learned, and what was done with them, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from vefa.directory.people import by_ids
from vefa.journal.models import Event
from vefa.triage.learned import queries
from vefa.triage.learned.queries import VersionView
from vefa.web.desk import model_words
from vefa.web.desk.reasons import in_words
from vefa.web.ui import words
from vefa.web.ui.shapes import Event as Line

_SHOWN = 12  # versions, and lines of history


@dataclass(frozen=True, slots=True)
class Row:
    """One version: what it learned from, how it did when it was tried, and what became of it."""

    id: int
    number: str
    made_at: datetime
    learned_from: str
    tried: str  # "" where there was nothing to try it on
    against: str
    standing: str
    tone: str
    why: str  # where it was tried, the numbers say it
    in_service: bool
    may_adopt: bool


def context() -> dict[str, Any]:
    """Versions and history, the newest first."""
    versions, told = queries.versions(_SHOWN), queries.history(_SHOWN)
    return {
        "versions": [_row(one) for one in versions],
        "can_go_back": any(one.state == "retired" and one.held for one in versions),
        "history": _history(told),
        "before": _before(told),
    }


def _row(one: VersionView) -> Row:
    standing, tone = _standings().get(one.state, (one.state, "calm"))
    return Row(
        id=one.id,
        number=words.digits(one.number),
        made_at=one.made_at,
        learned_from=words.listed(_examples(one.examples), _cases(one.labels), _meaning(one)),
        tried=_tried(one),
        against=_against(one),
        standing=standing,
        tone=tone,
        why=in_words(one.why) if one.why and not one.first.n else "",
        in_service=one.state == "in_service",
        may_adopt=one.state != "in_service" and one.held,
    )


def _standings() -> Mapping[str, tuple[str, str]]:
    return {
        "in_service": (gettext("in service"), "kept"),
        "refused": (gettext("not taken: it was no better"), "soon"),
        "retired": (gettext("was in service before"), "calm"),
    }


def _examples(n: int) -> str:
    return gettext("%(count)s example messages") % {"count": words.digits(n)}


def _cases(n: int) -> str:
    return gettext("%(count)s decisions of people") % {"count": words.digits(n)} if n else ""


def _meaning(one: VersionView) -> str:
    return gettext("compares by meaning") if one.semantic else ""


def _tried(one: VersionView) -> str:
    if not one.first.n:
        return ""
    said = gettext("right in %(share)s %(of)s; among the three in %(third)s")
    return said % {
        "share": model_words.percent(one.first.value),
        "of": model_words.of_cases(one.first.n),
        "third": model_words.percent(one.third.value),
    }


def _against(one: VersionView) -> str:
    if one.before is None or not one.before.n:
        return ""
    return gettext("the version before was right in %(share)s of the same cases") % {
        "share": model_words.percent(one.before.value)
    }


def _history(told: Sequence[Event]) -> list[Line]:
    people = by_ids({staff_id for event in told if (staff_id := _staff_id(event))})
    return [
        Line(
            words=_words(event),
            at=event.at,
            who=people[staff_id].name if (staff_id := _staff_id(event)) in people else gettext("by itself"),
            tone=_TONES.get(event.kind, "calm"),
        )
        for event in told
    ]


def _before(told: Sequence[Event]) -> tuple[int, str] | None:
    """The threshold before the last one that a person set, as a number and in words; None where none did."""
    last = next((event for event in told if event.kind == "model.threshold"), None)
    if last is None or not _staff_id(last):
        return None
    before = float(last.data.get("before", 0))
    return round(before * 100), model_words.percent(before)


def _staff_id(event: Event) -> int:
    kind, _, number = event.actor.partition(":")
    return int(number) if kind == "staff" and number.isdecimal() else 0


def _words(event: Event) -> str:
    say = _WORDS.get(event.kind)
    return say(event.data) if say else event.kind


def _threshold(facts: Mapping[str, Any]) -> str:
    said = gettext("Threshold set to %(after)s; it was %(before)s")
    return said % {
        "after": model_words.percent(float(facts.get("after", 0))),
        "before": model_words.percent(float(facts.get("before", 0))),
    }


def _version(sentence: str, facts: Mapping[str, Any]) -> str:
    return sentence % {"number": words.digits(facts.get("number", ""))}


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "model.adopted": lambda facts: _version(gettext("Version %(number)s taken into service"), facts),
    "model.rolled_back": lambda facts: _version(gettext("Went back to version %(number)s"), facts),
    "model.refused": lambda facts: _version(gettext("Version %(number)s made, and not taken"), facts),
    "model.asked": lambda _: gettext("Learning asked for"),
    "model.threshold": _threshold,
}
_TONES = {"model.adopted": "kept", "model.rolled_back": "soon"}
