"""What is offered as the same matter, with its reasons. Nothing is joined here: a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from vefa.cases.models import Case
from vefa.directory.models import Staff
from vefa.triage.models import CaseVector
from vefa.triage.sameness.candidates import Asked, candidates
from vefa.triage.sameness.nearness import nearness
from vefa.triage.sameness.reading import Read, read_case, read_place, with_matter
from vefa.triage.sameness.rules import Likeness, apart, likeness
from vefa.triage.sameness.speaking import alike

MOST = 3


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
    own = read_case(case, vector=_vectors([case.pk]).get(case.pk, b""))
    found = candidates(Asked(case, own, staff))
    vectors = _vectors([one.pk for one in found]) if found and own.vector else {}
    placed = [(one, read_place(one)) for one in found]
    weighed = [
        Offer(one, weighed_against(own, with_matter(place, one, vector=vectors.get(one.pk, b""))))
        for one, place in placed
        if not apart(own.report, place.report)
    ]
    likely = [offer for offer in weighed if offer.likeness.offered]
    return sorted(likely, key=lambda offer: (-offer.likeness.odds, -offer.case.pk))[:limit]


def weighed_against(one: Read, other: Read) -> Likeness:
    """How likely two reports are about one thing."""
    return likeness(one.report, other.report, nearness(one, other), alike(one.speaks, other.speaks))


def _vectors(ids: Sequence[int]) -> dict[int, bytes]:
    rows = CaseVector.objects.filter(pk__in=ids).values_list("case_id", "vector")
    return {case_id: bytes(vector) for case_id, vector in rows}
