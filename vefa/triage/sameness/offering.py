"""What is offered as the same matter, with its reasons. Nothing is joined here: a person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vefa.cases.models import Case
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.triage.advice import Asked, advise
from vefa.triage.models import CaseVector
from vefa.triage.sameness.candidates import Asked as Question
from vefa.triage.sameness.candidates import candidates
from vefa.triage.sameness.nearness import nearness
from vefa.triage.sameness.reading import Read, read_case
from vefa.triage.sameness.rules import Likeness, likeness

MOST = 3
SETTLED, GUESSED = 0.8, 0.6  # how much the service that a case has counts, and what else its words say


@dataclass(frozen=True)
class Offer:
    """One open case that may be the same, how surely (0 to 1), and the signs."""

    case: Case
    likeness: Likeness

    @property
    def probability(self) -> float:
        """How surely it is the same."""
        return self.likeness.probability


def offers(case: Case, staff: Staff, *, limit: int = MOST) -> list[Offer]:
    """The open cases most likely the same as this one, through this person's sight; some seven statements.

    Nothing for a case without a place, for one that has ended, and for one that follows another already.
    """
    services, vectors = _suggested(case), _vectors([case.pk])
    own = read_case(case, services, vector=vectors.get(case.pk, b""))
    found = candidates(Question(case, own, staff))
    if found and own.vector:
        vectors |= _vectors([one.pk for one in found])
    weighed = [Offer(one, _weighed(own, one, {}, vectors)) for one in found]
    likely = [offer for offer in weighed if offer.likeness.offered]
    return sorted(likely, key=lambda offer: (-offer.probability, -offer.case.pk))[:limit]


def weighed_against(one: Read, other: Read) -> Likeness:
    """How likely two reports are about one thing."""
    return likeness(one.report, other.report, nearness(one, other))


def _weighed(own: Read, one: Case, services: Mapping[str, float], vectors: Mapping[int, bytes]) -> Likeness:
    return weighed_against(own, read_case(one, services, vector=vectors.get(one.pk, b"")))


def _suggested(case: Case) -> Mapping[str, float]:
    """What its words could be about beside the service that it has: that may be triage's own mistake."""
    advice = advise(Asked(text=case.text or case.title, hint=case.language, place_text=case.place_text))
    guesses = {guess.value: guess.confidence * GUESSED for guess in advice.services}
    own = directory().services.get(case.service_id or 0)
    return guesses | {own.code: max(SETTLED, guesses.get(own.code, 0.0))} if own else guesses


def _vectors(ids: Sequence[int]) -> dict[int, bytes]:
    rows = CaseVector.objects.filter(pk__in=ids).values_list("case_id", "vector")
    return {case_id: bytes(vector) for case_id, vector in rows}
