"""Why triage thought so: the evidence of a finding in words."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext, gettext_lazy

from vefa.cases.models import Urgency
from vefa.directory.queries import directory, service_by_code
from vefa.directory.remit import OWN
from vefa.kit.saying import Sentence
from vefa.kit.text import fold
from vefa.triage.models import Finding
from vefa.triage.script import native
from vefa.web.desk.rows import KINDS, URGENCIES
from vefa.web.ui import channels

_NOTHING: Mapping[str, str] = {}
_WORD = re.compile(r"[^\W_]+(?:['’ʼ\-][^\W_]+)*")


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
    return [
        Thought(
            one.found_at,
            one.sure,
            [*steps(one.evidence, typed=typed_in(one.contact.text, one.language))],
        )
        for one in findings
    ]


def steps(evidence: Iterable[Mapping[str, Any]], *, typed: Mapping[str, str] = _NOTHING) -> Iterable[Step]:
    """The steps that found something, in words; `typed` spells the resident's words."""
    for row in evidence:
        name = str(row.get("step", ""))
        read = READ.get(name)
        says = read(row.get("says")) if read else ""
        if says:
            yield Step(_names()[name], says, reason_of(row, typed=typed))


def _names() -> Mapping[str, str]:
    return {
        "language": gettext("Language"),
        "service": gettext("Service"),
        "kind": gettext("Kind"),
        "urgency": gettext("Urgency"),
        "area": gettext("Area"),
        "place": gettext("Area"),
        "matter": gettext("Matter"),
        "remit": gettext("Whose duty"),
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


def _remit(said: Any) -> str:
    """The municipality itself, or the body whose key is named."""
    known, language = directory(), get_language() or "en"
    if said == OWN:
        return known.municipality.name(language)
    return next((one.name(language) for one in known.agencies.values() if one.key == said), "")


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
    "remit": _remit,
}


# How a reason reads on a screen, where that is not simply its own sentence.
_WORDS = gettext_lazy("the words “%(words)s”")
_SEVERAL = gettext_lazy("several places are called “%(words)s”")
_SILENT = gettext_lazy("no letters: the language of the conversation")
_READS: Mapping[str, Any] = {
    "says %(words)s": _WORDS,
    "because of %(words)s": _WORDS,
    "names %(words)s": gettext_lazy("names “%(words)s”"),
    "names %(words)s, which is in several places": _SEVERAL,
}
# Reasons that were kept as English text alone, before sentences were kept with their parts.
_OLD: tuple[tuple[str, Any], ...] = (
    (r"says (?P<words>.+)", _WORDS),
    (r"names (?P<words>.+), which is in several places", _SEVERAL),
    (r"names (?P<words>.+)", _READS["names %(words)s"]),
    (r"(?:Kazakh|Russian|English) words: (?P<words>.+)", _WORDS),
    (r"Kazakh letters: (?P<words>.+)", gettext_lazy("the letters “%(words)s”")),
    (r"Turkish: (?P<words>.+)", gettext_lazy("the words or letters “%(words)s”")),
    (r"written in Persian letters", gettext_lazy("written in Persian letters")),
    (r"Cyrillic without Kazakh letters", gettext_lazy("Cyrillic without Kazakh letters")),
    (r"no letters: the language of the conversation", _SILENT),
    (r"Latin letters, no word known", gettext_lazy("Latin letters, no word known")),
    (r"usual for this service", gettext_lazy("usual for this service")),
    (r"no word of danger", gettext_lazy("no word of danger")),
    (r"asks something", gettext_lazy("asks something")),
    (r"nothing else was heard", gettext_lazy("nothing else was heard")),
    (r"chosen by a person", gettext_lazy("chosen by a person")),
    (r"the point lies in it", gettext_lazy("the point lies in it")),
)  # fmt: skip


def reason_of(kept: Mapping[str, Any], *, typed: Mapping[str, str] = _NOTHING) -> str:
    """Why, of one step or suggestion as a finding keeps it, in the reader's language."""
    return in_words(kept.get("reason") or kept.get("because") or "", typed=typed)


def in_words(because: object, *, typed: Mapping[str, str] = _NOTHING) -> str:
    """A reason in the reader's language; words of the resident as they were said, or as `typed` spells them.

    Takes a sentence, the parts of one as a finding keeps them, or the English text of an old finding.
    """
    if isinstance(because, Sentence):
        return _said(because.pattern, because.values, typed)
    if isinstance(because, list) and len(because) == 2 and isinstance(because[1], dict):
        return _said(str(because[0]), because[1], typed)
    return _of_old(str(because))


def typed_in(text: str, language: str) -> Mapping[str, str]:
    """How the words of a message were typed, by how triage compares them: "yürüyor" by "yuruyor".

    What is typed in other letters than its `language` has is found by both: "sham" by "sham" and by "шам".
    """
    found: dict[str, str] = {}
    said = _WORD.findall(text)
    for word in said:
        found.setdefault(fold(word), word)
    for word in said:
        found.setdefault(fold(native(word, language)), word)
    return found


def _said(pattern: str, values: Mapping[str, object], typed: Mapping[str, str]) -> str:
    """A pattern's own sentence, its values filled in; what does not fit is shown as it is."""
    sentence = str(_READS.get(pattern) or gettext(pattern)) if pattern else ""
    if not values:
        return sentence
    told = {
        name: in_words(value, typed=typed) if isinstance(value, list | Sentence) else _as_typed(value, typed)
        for name, value in values.items()
    }
    try:
        return sentence % told
    except (KeyError, ValueError, TypeError):
        return pattern


def _as_typed(value: object, typed: Mapping[str, str]) -> object:
    if not typed or not isinstance(value, str):
        return value
    return _WORD.sub(lambda met: typed.get(met[0], met[0]), value)


def _of_old(text: str) -> str:
    for pattern, sentence in _OLD:
        found = re.fullmatch(pattern, text)
        if found:
            return str(sentence) % found.groupdict() if found.groupdict() else str(sentence)
    return text
