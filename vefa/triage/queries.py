"""Reads about findings for the rooms above."""

from typing import Any

from vefa.cases.models import Case
from vefa.kit.prepared import Prepared, Question
from vefa.triage.models import Finding


def suggestions_for(case: Case) -> list[dict[str, Any]]:
    """Up to three services that triage thought of when the case was opened: code, confidence, because."""
    found = _SUGGESTIONS(case.pk)
    return list(found[0]) if found else []


def suggestions_asked(case_id: int) -> list[Question]:
    """What `suggestions_for` will ask, for `together`."""
    return [(_SUGGESTIONS, (case_id,))]


_SUGGESTIONS = Prepared(
    lambda case_id: (
        Finding.objects.filter(case_id=case_id)
        .order_by("found_at", "id")
        .values_list("suggestions", flat=True)[:1]
    ),
    int,
    planned=True,
)


def findings_of(case: Case) -> list[Finding]:
    """Every finding about the contacts of a case, with its evidence, the first first."""
    return list(
        Finding.objects.filter(case=case).select_related("contact", "service").order_by("found_at", "id")
    )
