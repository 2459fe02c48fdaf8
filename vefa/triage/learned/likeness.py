"""What a message is like: the nearest example and the nearest confirmed case, for showing only."""

from collections.abc import Iterable
from dataclasses import dataclass

from vefa.directory.models import ServiceExample
from vefa.directory.queries import service_by_code
from vefa.kit.text import words
from vefa.triage.learned.features import stem_of
from vefa.triage.models import ServiceLabel
from vefa.triage.script import native

LOOKED_AT = 200  # of examples and of cases
_SHORT = 3  # letters: shorter words are no likeness


@dataclass(frozen=True, slots=True)
class Like:
    """A text that is like another: an example, or what a case says (then with its number)."""

    text: str
    language: str
    case_id: int | None
    reference: str
    words: str  # that both have


def like(text: str, code: str, language: str, *, but: int = 0) -> list[Like]:
    """The nearest confirmed case and the nearest example of a service, nearest first; those without a common
    word are left out, and so is the case `but`. Two statements.
    """
    service = service_by_code(code)
    if service is None:
        return []
    own = _stems(text, language)
    rows = ServiceExample.objects.filter(service=service, language=language, retired_at=None)
    told = [Like(row, language, None, "", "") for row in rows.values_list("text", flat=True)[:LOOKED_AT]]
    labels = (
        ServiceLabel.objects.filter(undone_at=None, service=service)
        .exclude(case_id=but)
        .order_by("-at", "-id")
    )
    fields = ("case__text", "case__language", "case_id", "case__reference")
    cases = [
        Like(said, spoken, case_id, reference, "")
        for said, spoken, case_id, reference in labels.values_list(*fields)[:LOOKED_AT]
    ]
    found = [_nearest(own, kind) for kind in (cases, told)]
    return [one for one in found if one is not None]


def _nearest(own: dict[str, str], known: Iterable[Like]) -> Like | None:
    best, most = None, 0.0
    for one in known:
        theirs = _stems(one.text, one.language)
        common = own.keys() & theirs.keys()
        share = len(common) / (len(own.keys() | theirs.keys()) or 1)
        if share > most:
            said = ", ".join(own[stem] for stem in own if stem in common)
            best, most = Like(one.text, one.language, one.case_id, one.reference, said), share
    return best


def _stems(text: str, language: str) -> dict[str, str]:
    """The longer words of a text by their stems."""
    return {stem_of(word): word for word in words(native(text, language)) if len(word) > _SHORT}
