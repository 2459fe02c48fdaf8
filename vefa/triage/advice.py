"""All steps over one text, in order: language, service, kind, urgency, place. It only advises."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vefa.directory.models import Service
from vefa.directory.queries import service_by_code
from vefa.directory.remit import Duty
from vefa.kit.expressions import Met
from vefa.kit.saying import Sentence
from vefa.kit.text import words
from vefa.triage.guess import Guess
from vefa.triage.hearing import heard_in
from vefa.triage.knowledge import knowledge
from vefa.triage.language import language_of
from vefa.triage.learned.deciding import Message, services_for
from vefa.triage.learned.rules import FIRST
from vefa.triage.learned.serving import in_service
from vefa.triage.locating import Known, Words, place_of
from vefa.triage.names import apart, spans_of
from vefa.triage.place import CLEAR, NamedArea, Place
from vefa.triage.remit import duty_said
from vefa.triage.script import native
from vefa.triage.service import totals_of
from vefa.triage.tone import Said, Toned, kind_of, urgency_of

VERSION = "words-2"
MEANT = 0.4  # of a service: from here on something of the city is spoken of, whatever it is


MOST_NAMES = 20  # of places that a message names, among the reasons that are kept


@dataclass(frozen=True)
class Advice:
    """What triage thinks of a text. `services` holds up to three guesses of service codes."""

    language: Guess[str]
    services: list[Guess[str]]
    service: Service | None
    kind: Toned[str]
    urgency: Toned[int]
    area: Guess[int] | None
    place: Guess[Place] | None = None  # the area once more, and the number of a house
    said: list[str] = field(repr=False, default_factory=list)
    names: list[str] = field(repr=False, default_factory=list)  # of places; they speak for no service
    threshold: float = FIRST  # of confidence, from which on triage acts by itself

    @property
    def confidence(self) -> float:
        """Of the service, 0 to 1."""
        return self.services[0].confidence if self.services else 0.0

    @property
    def sure(self) -> bool:
        """Whether the service is certain enough to act without asking a person."""
        return self.service is not None and self.confidence >= self.threshold

    @property
    def place_unclear(self) -> bool:
        """Whether a place is named that could be several, or none: a person asks."""
        return self.area is not None and self.area.confidence < CLEAR

    @property
    def area_id(self) -> int | None:
        """The area where it is, unless a person must ask first which one is meant."""
        return self.area.value if self.area and not self.place_unclear else None

    @cached_property
    def duty(self) -> Duty | None:
        """Whose duty the matter is, as far as a service is named; read once."""
        if self.service is None:
            return None
        return duty_said(self.service, self.said, area_id=self.area_id)

    def evidence(self) -> list[dict[str, Any]]:
        """Every step's word and reason, as a finding keeps them."""
        rows = [self.language.as_evidence("language")]
        rows += [guess.as_evidence("service") for guess in self.services[:1]]
        rows += [
            Guess(name, 1.0, Sentence("names %(words)s", words=name)).as_evidence("place")
            for name in self.names[:MOST_NAMES]
        ]
        rows += [self.kind.as_evidence("kind"), self.urgency.as_evidence("urgency")]
        return rows + ([self.area.as_evidence("area")] if self.area else [])


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is known beside the text. Degrees of WGS 84; `service` is a code that a person chose."""

    text: str
    hint: str
    lat: float | None = None
    lon: float | None = None
    place_text: str = ""
    service: str = ""
    area_id: int | None = None
    before: Place | None = None  # of the conversation's last case
    deep: bool = False  # a message in doubt may be compared by meaning, at 30 ms; for workers


@dataclass(frozen=True)
class Read:
    """A text as far as it is read before anything is guessed: its words, as typed and in native letters."""

    said: list[str]
    told: list[str]
    named: list[Met[NamedArea]]
    language: Guess[str]
    message: Message
    silent: list[str]  # names of places; they speak for no service


def read(asked: Asked) -> Read:
    """The words of a text and what the catalogue knows of them. Raises NotLoadedError."""
    said = words(asked.text)
    named = knowledge().gazetteer.named(said)
    language = language_of(asked.text, hint=asked.hint, said=said)
    own = native(asked.text, language.value)
    told = said if own is asked.text else words(own)
    met, silent = apart(
        knowledge().services.met(told), spans_of(said, named) if len(told) == len(said) else []
    )
    totals = totals_of(met, language=language.value)
    message = Message(told, own, language.value, totals, deep=asked.deep)
    return Read(said, told, named, language, message, [" ".join(told[start:end]) for start, end in silent])


def advise(asked: Asked) -> Advice:
    """Read one text. What a person chose stands; the rest is guessed. Raises NotLoadedError."""
    known = read(asked)
    said, named, language, told = known.said, known.named, known.language, known.told
    guesses = _services(asked, known.message)
    service = service_by_code(guesses[0].value) if guesses else None
    heard = heard_in(told, language=language.value)
    threshold = in_service().threshold
    usual = service if guesses and guesses[0].confidence >= threshold else None
    place = _place(asked, Words(asked.text, said, named, english=language.value == "en"))
    return Advice(
        language=language,
        services=guesses,
        service=service,
        kind=kind_of(
            Said(
                text=asked.text,
                words=said,
                heard=heard,
                usual=usual.kind if usual else "",
                matter=bool(named) or (bool(guesses) and guesses[0].confidence >= MEANT),
            )
        ),
        urgency=urgency_of(heard, usual=usual.urgency if usual else "normal"),
        area=_area(place),
        place=place,
        said=said,
        names=known.silent,
        threshold=threshold,
    )


def _services(asked: Asked, message: Message) -> list[Guess[str]]:
    if asked.service and service_by_code(asked.service):
        return [Guess(asked.service, 1.0, Sentence("chosen by a person"))]
    return [guess for guess in services_for(message, in_service().scorer) if service_by_code(guess.value)]


def _place(asked: Asked, message: Words) -> Guess[Place] | None:
    known = Known(
        lat=asked.lat, lon=asked.lon, place_text=asked.place_text, area_id=asked.area_id, before=asked.before
    )
    return place_of(known, message)


def _area(place: Guess[Place] | None) -> Guess[int] | None:
    if place is None or place.value.area_id is None:
        return None
    return Guess(place.value.area_id, place.confidence, place.because)
