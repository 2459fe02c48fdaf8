"""Where a message says that it is, from all that is known: a choice, a point, words, what went before."""

from dataclasses import dataclass

from vefa.directory.queries import area_at
from vefa.kit.expressions import Met
from vefa.kit.saying import Sentence
from vefa.kit.text import words
from vefa.triage.guess import Guess
from vefa.triage.knowledge import knowledge
from vefa.triage.place import NamedArea, Place, area_of, number_of, same_as_before


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of the place beside the words. Degrees of WGS 84; `area_id` was chosen by a person."""

    lat: float | None = None
    lon: float | None = None
    place_text: str = ""
    area_id: int | None = None
    before: Place | None = None  # of the conversation's last case


@dataclass(frozen=True)
class Words:
    """A text, its folded words, the names of places among them, and whether numbers go before streets."""

    text: str
    said: list[str]
    named: list[Met[NamedArea]]
    english: bool = False

    @property
    def number(self) -> str:
        """The number of the house that the text names, or ""."""
        return number_of(self.text, self.said, self.named, before=self.english)


def place_of(known: Known, message: Words) -> Guess[Place] | None:
    """The place of a message, or None where nothing tells."""
    told = words(known.place_text) if known.place_text else []
    beside = Words(known.place_text, told, knowledge().gazetteer.named(told) if told else [], message.english)
    number = beside.number or message.number
    area = _chosen(known) or area_of(beside.named) or area_of(message.named) or _again(known, message.said)
    if area is None:
        return (
            Guess(Place(None, number), 0.3, Sentence("house number %(number)s", number=number))
            if number
            else None
        )
    because = area.because
    if number:
        because = Sentence("%(reason)s; house number %(number)s", reason=area.because, number=number)
    return Guess(Place(area.value, number), area.confidence, because)


def _chosen(known: Known) -> Guess[int] | None:
    """What needs no words: an area that a person chose, or a point on the map."""
    if known.area_id is not None:
        return Guess(known.area_id, 1.0, Sentence("chosen by a person"))
    if known.lat is None or known.lon is None:
        return None
    area = area_at(known.lat, known.lon)
    return Guess(area.id, 0.97, Sentence("the point lies in it")) if area else None


def _again(known: Known, said: list[str]) -> Guess[int] | None:
    """The place of the last case, where the words say "the same"."""
    if known.before is None or known.before.area_id is None:
        return None
    found = same_as_before(said)
    if not found:
        return None
    return Guess(
        known.before.area_id, 0.75, Sentence("“%(words)s”: the place of the matter before", words=found)
    )
