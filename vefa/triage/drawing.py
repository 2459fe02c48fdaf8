"""What is drawn up from a contact and the advice about it: the question, the case, the finding."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from vefa.cases.duty import facts_of
from vefa.cases.opening import Opening
from vefa.directory.queries import municipality
from vefa.directory.remit import OWN
from vefa.inbox.models import Contact
from vefa.inbox.speaking import known_language
from vefa.kit.saying import parts_of
from vefa.kit.speaking import spoken
from vefa.kit.text import first_line
from vefa.triage.advice import VERSION, Advice, Asked
from vefa.triage.guess import Guess, why
from vefa.triage.matter import Matter
from vefa.triage.place import Place
from vefa.triage.transport import facts_answered, facts_said

UNREADABLE = "unreadable"
LONGEST = 10_000  # characters that are understood: two of the longest web forms


def asked_of(contact: Contact, *, before: Place | None = None, words: str = "") -> Asked:
    """What triage is asked about a contact; `before` is the place of its conversation's last case.

    `words` are its last ones, where the sender changed them before they were read here.
    """
    details = contact.details
    conversation = contact.conversation
    return Asked(
        text=words[:LONGEST] or _words_of(contact),
        hint=_hint(contact),
        lat=contact.lat,
        lon=contact.lon,
        place_text=contact.place_text,
        service=str(details.get("service") or ""),
        area_id=details.get("area_id") if conversation is None or details.get("area_id") else None,
        before=before,
    )


def _words_of(contact: Contact) -> str:
    text = f"{contact.subject}\n{contact.text}" if contact.subject else contact.text
    return text[:LONGEST]


def _hint(contact: Contact) -> str:
    conversation = contact.conversation
    own = contact.language or (known_language(conversation) if conversation else "")
    return own or contact.endpoint.language or municipality().default_language


def expected_language(contact: Contact) -> str:
    """What need not be remembered of who is new: the city's language, on an account of no other; else ""."""
    default = municipality().default_language
    return default if contact.endpoint.language in {"", default} else ""


def opening_of(contact: Contact, advice: Advice, *, actor: str = "triage", words: str = "") -> Opening:
    """The case that a contact opens; `words` are its last ones, where the sender changed them before."""
    text = words or contact.text or contact.subject
    return Opening(
        contact=contact,
        title=_unclear(contact) or first_line(contact.subject or text, limit=120) or _untold(contact),
        text=text,
        language=advice.language.value,
        kind=contact.details.get("kind") or advice.kind.value,
        urgency=advice.urgency.value,
        service=advice.service if advice.sure else None,
        area_id=advice.area_id,
        unsure=not advice.sure or contact.form == UNREADABLE,
        actor=actor,
        facts=facts_kept(contact, advice),
    )


def facts_kept(contact: Contact, advice: Advice) -> dict[str, Any] | None:
    """What is kept with the case beside its columns: house, whose duty it is, which line, stop and vehicle.

    Of a service that is only guessed, no more than the owner that the words name.
    """
    where = _where(advice)
    duty = advice.duty
    found = facts_of(duty) if duty else {}
    if not advice.sure:
        owned = {"owner": found["owner"], "because": found["because"]} if found.get("owner") else {}
        return where | owned or None
    found |= where
    found |= facts_said(advice.service, _words_of(contact), advice.said)
    return found | facts_answered(advice.service, contact.details.get("answers") or {}) or None


def _where(advice: Advice) -> dict[str, Any]:
    """The number of the house, and why the place is unclear, where it is: a person asks then."""
    number = advice.place.value.number if advice.place else ""
    found: dict[str, Any] = {"house": number} if number else {}
    if advice.area and advice.place_unclear:
        found["unclear_place"] = parts_of(advice.area.because)
    return found


def _unclear(contact: Contact) -> str:
    """A title for a verdict by code that could be about several cases."""
    if not contact.details.get("unclear"):
        return ""
    return first_line(f"{contact.details['means']} {' / '.join(contact.details['unclear'])}?", limit=120)


def _untold(contact: Contact) -> str:
    """A title for what came without words."""
    with override(municipality().default_language):
        if contact.form == UNREADABLE:
            return _("A message that could not be read")
        if contact.warnings and not contact.attachments.exists():
            return first_line(spoken(contact.warnings[0]), limit=120)
        return _("A message without words")


def finding_of(advice: Advice, matter: Matter, now: datetime) -> dict[str, object]:
    """The columns of a finding, without its contact and case."""
    return {
        "version": VERSION,
        "language": advice.language.value,
        "kind": advice.kind.value,
        "service_id": advice.service.pk if advice.service else None,
        "area_id": advice.area.value if advice.area else None,
        "urgency": advice.urgency.value,
        "confidence": advice.confidence,
        "sure": advice.sure,
        "matter": matter.name,
        "evidence": [*advice.evidence(), *_remit(advice), matter.as_evidence()],
        "suggestions": [_suggestion(guess) for guess in advice.services],
        "found_at": now,
    }


def _remit(advice: Advice) -> list[dict[str, object]]:
    """Whose duty it is, as evidence: "ours", or the key of the body."""
    duty = advice.duty
    if duty is None:
        return []
    return [Guess(duty.agency or OWN, advice.confidence, duty.because).as_evidence("remit")]


def _suggestion(guess: Guess[str]) -> dict[str, object]:
    return {"code": guess.value, "confidence": guess.confidence} | why(guess.because)
