"""Why triage thought so: the evidence of a finding in words."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext

from vefa.cases.models import Urgency
from vefa.directory.queries import directory, service_by_code
from vefa.triage.models import Finding
from vefa.web.desk.rows import KINDS, URGENCIES
from vefa.web.ui import channels


@dataclass(frozen=True)
class Step:
    """One step of thinking: what was asked, what was found, and why."""

    name: str
    says: str
    because: str


@dataclass(frozen=True)
class Thought:
    """What triage thought of one contact."""

    at: datetime
    sure: bool
    steps: list[Step]


def thoughts(findings: Iterable[Finding]) -> list[Thought]:
    """Each finding with its steps; a step that found nothing is left out."""
    return [Thought(one.found_at, one.sure, [*_steps(one.evidence)]) for one in findings]


def _steps(evidence: Iterable[Mapping[str, Any]]) -> Iterable[Step]:
    for row in evidence:
        name = str(row.get("step", ""))
        read = READ.get(name)
        says = read(row.get("says")) if read else ""
        if says:
            yield Step(_names()[name], says, in_words(str(row.get("because") or "")))


def _names() -> Mapping[str, str]:
    return {
        "language": gettext("Language"),
        "service": gettext("Service"),
        "kind": gettext("Kind"),
        "urgency": gettext("Urgency"),
        "area": gettext("Area"),
        "place": gettext("Area"),
        "matter": gettext("Matter"),
    }


def _language(said: Any) -> str:
    return str(channels.LANGUAGES.get(str(said), ""))


def _service(said: Any) -> str:
    service = service_by_code(str(said))
    return service.name(get_language() or "en") if service else ""


def _urgency(said: Any) -> str:
    return str(URGENCIES.get(Urgency(int(said or 0)), gettext("Normal")))


def _area(said: Any) -> str:
    area = directory().areas.get(int(said or 0))
    return area.name(get_language() or "en") if area else ""


def _matter(said: Any) -> str:
    return {
        "new_case": gettext("a new matter"),
        "same_case": gettext("belongs to this case"),
        "not_solved": gettext("says that it is not solved"),
        "solved": gettext("says that it is solved"),
    }.get(str(said), "")


READ: Mapping[str, Callable[[Any], str]] = {
    "language": _language,
    "service": _service,
    "kind": lambda said: str(KINDS.get(str(said), "")),
    "urgency": _urgency,
    "area": _area,
    "place": str,  # the name of a place that spoke for no service
    "matter": _matter,
}


def in_words(because: str) -> str:
    """A reason in the reader's language; words of the resident stay as they were said."""
    for pattern, sentence in _sentences():
        found = pattern.fullmatch(because)
        if found:
            return sentence % found.groupdict()
    return because


def _sentences() -> Iterable[tuple[re.Pattern[str], str]]:
    return (
        (re.compile(r"says (?P<words>.+)"), gettext("the words “%(words)s”")),
        (
            re.compile(r"names (?P<words>.+), which is in several places"),
            gettext("several places are called “%(words)s”"),
        ),
        (re.compile(r"names (?P<words>.+)"), gettext("names “%(words)s”")),
        (re.compile(r"(?:Kazakh|Russian|English) words: (?P<words>.+)"), gettext("the words “%(words)s”")),
        (re.compile(r"Kazakh letters: (?P<words>.+)"), gettext("the letters “%(words)s”")),
        (re.compile(r"Turkish: (?P<words>.+)"), gettext("the words or letters “%(words)s”")),
        (re.compile(r"written in Persian letters"), gettext("written in Persian letters")),
        (re.compile(r"Cyrillic without Kazakh letters"), gettext("Cyrillic without Kazakh letters")),
        (
            re.compile(r"no letters: the language of the conversation"),
            gettext("no letters: the language of the conversation"),
        ),
        (re.compile(r"Latin letters, no word known"), gettext("Latin letters, no word known")),
        (re.compile(r"usual for this service"), gettext("usual for this service")),
        (re.compile(r"no word of danger"), gettext("no word of danger")),
        (re.compile(r"asks something"), gettext("asks something")),
        (re.compile(r"nothing else was heard"), gettext("nothing else was heard")),
        (re.compile(r"chosen by a person"), gettext("chosen by a person")),
        (re.compile(r"the point lies in it"), gettext("the point lies in it")),
    )
