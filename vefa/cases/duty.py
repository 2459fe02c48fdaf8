"""Whose duty a case is, as it is kept with the case: the body, the owner of the thing, and why."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, override

from vefa.cases.models import Case
from vefa.directory.models import Agency, Remit, Service
from vefa.directory.queries import directory
from vefa.directory.remit import Duty, Known, duty_of
from vefa.kit.names import pick
from vefa.kit.saying import parts_of

FACTS = ("remit", "agency", "owner", "by_rule", "unit", "because")


def facts_of(duty: Duty) -> dict[str, Any]:
    """The facts to keep; none where the matter is plainly the municipality's own."""
    if duty.remit == Remit.OURS and not duty.by_rule and not duty.owner:
        return {}
    told = {
        "remit": str(duty.remit),
        "agency": duty.agency,
        "owner": duty.owner,
        "unit": duty.unit,
        "by_rule": duty.by_rule,
        "because": parts_of(duty.because),
    }
    return {name: value for name, value in told.items() if value}


def decide_again(case: Case, service: Service | None, *, owner: str | None = None) -> dict[str, Any] | None:
    """The facts of a case after its service, area or owner was corrected; what else is known stays.

    owner   key of the body that the thing belongs to, "ours", "" for unknown; None: as before
    """
    facts = dict(case.facts or {})
    named = str(facts.get("owner", "")) if owner is None else owner
    rest = {name: value for name, value in facts.items() if name not in FACTS}
    if service is None:
        return rest or None
    known = directory()
    way = list(known.way_up(case.area_id))
    place = way[0].name(known.municipality.default_language) if way else ""
    found = facts_of(duty_of(service, Known(areas=[area.key for area in way], place=place, owner=named)))
    if owner is None and found.get("owner") and found.get("owner") == facts.get("owner"):
        found["because"] = facts.get("because", found["because"])  # the owner is known from what was said
    return rest | found or None


def elsewhere(facts: Mapping[str, Any] | None) -> bool:
    """Whether a rule says that somebody else must do it: then it goes to those who pass it on."""
    return bool(facts and facts.get("by_rule") and facts.get("remit") == Remit.AGENCY)


def agency_of(case: Case) -> Agency | None:
    """The body whose duty the case is, or is in part, before or after it was handed over."""
    known = directory()
    if case.agency_id is not None:
        return known.agencies.get(case.agency_id)
    key = (case.facts or {}).get("agency")
    return next((one for one in known.agencies.values() if one.key == key), None) if key else None


def explained(service: Service | None, agency: Agency, language: str) -> str:
    """What to tell a resident whose matter is not, or not only, the municipality's duty.

    The service's own explanation where it speaks of this body; else whose duty it is, with what is known of
    the body itself.
    """
    phone = f"\u2066{agency.phone}\u2069" if language == "fa" else agency.phone  # its groups in their order
    values = {"agency": agency.name(language), "agency_phone": phone}
    if service is not None and service.agency_id == agency.pk and service.explanation:
        known = directory().municipality
        values["emergency"] = known.emergency_number or "112"
        return _filled(pick(service.explanation, language, known.default_language), values)
    with override(language):
        plain = (
            gettext("This is not the municipality's duty but that of {agency}, {agency_phone}.")
            if agency.phone
            else gettext("This is not the municipality's duty but that of {agency}.")
        )
    return " ".join(filter(None, (_filled(plain, values), agency.note.get(language))))


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
