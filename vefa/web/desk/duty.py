"""Whose duty a case is, and what is known of a line, a stop or a vehicle: as the page of a case tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext, ngettext

from vefa.cases.duty import agency_of, explained
from vefa.cases.models import Case, State
from vefa.directory.models import Remit
from vefa.directory.queries import directory
from vefa.directory.remit import OWN
from vefa.kit.calendars import in_digits
from vefa.triage.advice import Advice
from vefa.web.desk.reasons import in_words


@dataclass(frozen=True)
class DutyShown:
    """Whose it is. `tell` is what the resident can be told, in the resident's language."""

    heading: str
    agency: str
    phone: str
    because: str
    tell: str
    language: str
    may_refer: bool


def duty_shown(case: Case) -> DutyShown | None:
    """None where the matter is plainly the municipality's own, or is over."""
    facts: Mapping[str, Any] = case.facts or {}
    agency = agency_of(case)
    if agency is None or case.state == State.ENDED or not facts.get("remit"):
        return None
    service = directory().services.get(case.service_id or 0)
    return DutyShown(
        heading=_heading(facts["remit"]),
        agency=agency.name(get_language() or "en"),
        phone=agency.phone,
        because=in_words(facts.get("because") or ""),
        tell=explained(service, agency, case.language),
        language=case.language,
        may_refer=case.state != State.REFERRED,
    )


def duty_foreseen(advice: Advice, *, language: str) -> DutyShown | None:
    """The same of words that are no case yet, for who would say them in `language`."""
    duty = advice.duty
    known = directory().agencies.values()
    agency = next((one for one in known if duty and one.key == duty.agency), None)
    if duty is None or agency is None:
        return None
    return DutyShown(
        heading=_heading(duty.remit),
        agency=agency.name(get_language() or "en"),
        phone=agency.phone,
        because=in_words(duty.because),
        tell=explained(advice.service, agency, language),
        language=language,
        may_refer=False,
    )


def _heading(remit: str) -> str:
    return gettext("Shared with another body") if remit == Remit.SHARED else gettext("Another body's duty")


def particulars(case: Case) -> list[tuple[str, str]]:
    """Line, stop, vehicle, waiting and owner with their names; what is not known is left out."""
    return named(case.facts or {})


def named(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same of facts that belong to no case yet."""
    language = get_language() or "en"
    known = directory()
    line, stop = known.lines.get(str(facts.get("line"))), known.stops.get(str(facts.get("stop")))
    waited = int(facts.get("waited") or 0)
    minutes = ngettext("%(count)s minute", "%(count)s minutes", waited) % {"count": waited}
    rows = [
        (gettext("House"), str(facts.get("house") or "")),
        (gettext("Place unclear"), in_words(facts.get("unclear_place") or "")),
        (gettext("Line"), f"{line.key} · {line.name(language)}" if line else str(facts.get("line") or "")),
        (gettext("Stop"), stop.name(language) if stop else str(facts.get("stop") or "")),
        (gettext("Vehicle"), str(facts.get("vehicle") or "")),
        (gettext("Waited"), in_digits(minutes, language) if waited else ""),
        (gettext("Belongs to"), _owner(str(facts.get("owner") or ""), language)),
    ]
    return [(name, value) for name, value in rows if value]


def _owner(key: str, language: str) -> str:
    known = directory()
    if key == OWN:
        return known.municipality.name(language)
    agencies = {one.key: one.name(language) for one in known.agencies.values()}
    units = {one.key: one.name(language) for one in known.units.values()}
    return {**units, **agencies}.get(key, key)
