"""From cases to the rows of a list, in the reader's language; fast, since fifty stand on a page."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vefa.cases.models import Case, Outcome, State, Urgency
from vefa.web.ui.clock import Clock, Owed, read
from vefa.web.ui.linking import link_to
from vefa.web.ui.shapes import Row
from vefa.web.ui.words import said

STATES = {
    State.NEW: _("new"),
    State.WORKING: _("being worked on"),
    State.PLANNED: _("planned"),
    State.WAITING: _("waiting for the resident"),
    State.REFERRED: _("with an agency"),
    State.ENDED: _("has an outcome"),
}
OUTCOMES = {
    Outcome.DONE: _("done"),
    Outcome.NOT_POSSIBLE: _("not possible"),
    Outcome.PASSED_ON: _("passed on"),
    Outcome.ANSWERED: _("answered"),
    Outcome.WITHDRAWN: _("withdrawn"),
    Outcome.DUPLICATE: _("follows another case"),
}
URGENCIES = {Urgency.URGENT: _("Urgent"), Urgency.EMERGENCY: _("Emergency")}
KINDS = {
    "request": _("Request"),
    "complaint": _("Complaint"),
    "suggestion": _("Suggestion"),
    "question": _("Question"),
    "thanks": _("Thanks"),
    "danger": _("Report of danger"),
    "abuse": _("Insult"),
    "spam": _("Advertising"),
}


def rows_of(cases: Iterable[Case], *, now: datetime, current: int = 0, query: str = "") -> list[Row]:
    """One row a case; `query` is kept in each link, so that the list stays as it was."""
    language, case_page = get_language() or "en", link_to("desk:case", 0).removesuffix("0")
    asked = f"?{query}" if query else ""
    return [
        row_of(case, now=now, language=language, current=current, href=f"{case_page}{case.pk}{asked}")
        for case in cases
    ]


def row_of(case: Case, *, now: datetime, language: str, current: int, href: str) -> Row:
    """One case as a row."""
    return Row(
        case_id=case.pk,
        href=href,
        reference=case.reference,
        title=case.title,
        language=case.language,
        clock=clock_of(case, now),
        said_at=case.said_at,
        service=case.service.name(language) if case.service else said("to decide"),
        area=case.area.name(language) if case.area else case.place_text[:40],
        channel=case.channel,
        unit=case.unit.name(language) if case.unit else "",
        owner=case.staff.name if case.staff else "",
        state=state_of(case),
        urgency=str(URGENCIES.get(Urgency(case.urgency), "")),
        voices=case.supporters + 1,
        unread=case.unread,
        current=case.pk == current,
        private=case.private,
    )


def clock_of(case: Case, now: datetime) -> Clock:
    """The clock of a row: what is owed next, or the outcome in words."""
    if case.state == State.ENDED:
        return Clock("kept", 100, _standing(case.state, case.outcome, get_language()) if case.outcome else "")
    paused = case.state == State.WAITING and case.due_at is None
    if paused:
        return Clock("paused", 0, said("waiting for the resident"))
    return read(Owed(due_at=case.due_at, opened_at=case.opened_at), now)


def state_of(case: Case) -> str:
    """The state in words; of an ended case, its outcome."""
    return _standing(case.state, case.outcome, get_language())


@lru_cache(maxsize=256)
def _standing(state: str, outcome: str, _language: str | None) -> str:
    if state == State.ENDED and outcome:
        return str(OUTCOMES[Outcome(outcome)])
    return str(STATES[State(state)])
