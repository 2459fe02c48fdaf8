"""Reads about findings for the rooms above."""

from typing import Any

from vefa.cases.models import Case
from vefa.triage.models import Finding


def suggestions_for(case: Case) -> list[dict[str, Any]]:
    """Up to three services that triage thought of when the case was opened: code, confidence, because."""
    found = Finding.objects.filter(case=case).order_by("found_at", "id").first()
    return list(found.suggestions) if found else []


def findings_of(case: Case) -> list[Finding]:
    """Every finding about the contacts of a case, with its evidence, the first first."""
    return list(
        Finding.objects.filter(case=case).select_related("contact", "service").order_by("found_at", "id")
    )
