"""One unsure case as the triage desk shows it: what was said, three proposals, what it may be the same as."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext

from vefa.cases.models import Case, Urgency
from vefa.dialogue.queries import conversation_of
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.kit.text import first_line
from vefa.triage.queries import suggestions_for
from vefa.triage.sameness.offering import Offer, offers
from vefa.triage.splitting import parts_of
from vefa.web.desk import reasons
from vefa.web.desk.rows import URGENCIES, state_of
from vefa.web.desk.talk import messages
from vefa.web.desk.triage_forms import MOST_PIECES, FactsForm, TypedPiece
from vefa.web.desk.triage_reasons import Reason, reasons_of
from vefa.web.ui.linking import link_to
from vefa.web.ui.shapes import Place, Suggestion

FAIRLY_SURE = 0.6
EXCERPT = 320
ROWS = 2  # of matters, before any is proposed


@dataclass(frozen=True, kw_only=True)
class Alike:
    """A case that may be the same matter."""

    case_id: int
    href: str
    reference: str
    title: str
    text: str
    language: str
    where: str
    service: str
    state: str
    opened_at: datetime
    voices: int
    reasons: Sequence[Reason]
    key: str


def item_of(staff: Staff, case: Case, form: FactsForm, pieces: Sequence[TypedPiece]) -> dict[str, Any]:
    """Everything that the page says of one case."""
    language = get_language() or "en"
    entries = conversation_of(case, with_notes=can(staff, Action.NOTE))
    splits = can(staff, Action.ASSIGN) and case.parent_id is None
    proposed = _proposed(case, language) if splits and not pieces else []
    return {
        "case": case,
        "form": form,
        "said": messages(entries, case_id=case.pk, private=can(staff, Action.PRIVATE)),
        "urgency": URGENCIES.get(Urgency(case.urgency), ""),
        "suggestions": suggested(case, language),
        "alike": [_alike(one, number, language) for number, one in enumerate(offers(case, staff), start=1)],
        "place": Place(words=case.place_text, latitude=case.lat, longitude=case.lon),
        "areas": link_to("portal:areas"),
        "pieces": _rows(case, pieces or proposed),
        "proposed": len(proposed),
        "split_open": bool(pieces),
        "names": [one.name(language) for one in directory().services_in_use.values()],
        "can_merge": can(staff, Action.MERGE),
        "followed": case.duplicates.exists(),
        "can_split": splits,
    }


def suggested(case: Case, language: str) -> list[Suggestion]:
    """Up to three services, each with its reason and its key."""
    known, typed = directory().services_in_use, reasons.typed_in(case.text, case.language)
    guesses = [one for one in suggestions_for(case) if one["code"] in known]
    return [
        Suggestion(
            value=guess["code"],
            label=known[guess["code"]].name(language),
            reason=reasons.reason_of(guess, typed=typed),
            key=str(number),
            sure=guess["confidence"] >= FAIRLY_SURE,
        )
        for number, guess in enumerate(guesses[:3], start=1)
    ]


def _alike(offer: Offer, number: int, language: str) -> Alike:
    case = offer.case
    return Alike(
        case_id=case.pk,
        href=link_to("desk:case", case.pk),
        reference=case.reference,
        title=case.title,
        text=first_line(case.text, limit=EXCERPT) if case.text.strip() != case.title.strip() else "",
        language=case.language,
        where=case.place_text or (case.area.name(language) if case.area else gettext("no place given")),
        service=case.service.name(language) if case.service else gettext("to decide"),
        state=state_of(case),
        opened_at=case.opened_at,
        voices=case.supporters + 1,
        reasons=reasons_of(offer),
        key=f"d {number}",
    )


def _proposed(case: Case, language: str) -> list[TypedPiece]:
    """The matters that the message seems to hold, each with its likeliest service."""
    known = directory().services_in_use
    found = [
        (one.text, next((known[code] for code in one.codes if code in known), None))
        for one in parts_of(case.text, case.language)
    ]
    return [
        TypedPiece(text, service.name(language) if service else "") for text, service in found[:MOST_PIECES]
    ]


def _rows(case: Case, typed: Sequence[TypedPiece]) -> list[TypedPiece]:
    """What was typed, else the words as they came, with a row to write in."""
    rows = list(typed) or [TypedPiece(case.text or case.title)]
    return [*rows, *[TypedPiece()] * max(1, ROWS - len(rows))][:MOST_PIECES]
