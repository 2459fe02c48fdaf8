"""What stands beside the form of a new case while somebody fills it in: what it could be, who, what runs now.

Of an incident and of another body's duty it gives the words to say to the caller, in the caller's language.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils.translation import get_language

from vefa.cases.incidents import fitting
from vefa.cases.incidents.fitting import Live
from vefa.cases.models import Case
from vefa.cases.public import nearby
from vefa.cases.queries import rows, seen_among
from vefa.cases.search import past_cases
from vefa.citizens.models import Citizen
from vefa.citizens.queries import found as found_people
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.kit.geo import Point
from vefa.triage.advice import MEANT, Advice, Asked, advise
from vefa.web.desk import incident_words
from vefa.web.desk.duty import DutyShown, duty_foreseen
from vefa.web.desk.reasons import in_words, typed_in
from vefa.web.ui.channels import LANGUAGES
from vefa.web.ui.shapes import Suggestion

MOST_STORMS = 3
NEAR_M, MOST_NEAR = 1000, 3


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The form as far as it is filled in. `service` and `area` are ids, 0 for none."""

    text: str = ""
    place_text: str = ""
    phone: str = ""
    name: str = ""
    language: str = ""
    service: int = 0
    area: int = 0


@dataclass(frozen=True, kw_only=True)
class Storm:
    """A running incident: the words to say of it, in which language; `open`: they are to be seen at once."""

    id: int
    title: str
    text: str
    language: str
    fits: bool
    open: bool
    shown: bool


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Everything that stands there."""

    storms: list[Storm] = field(default_factory=list)
    duty: DutyShown | None = None
    suggestions: list[Suggestion] = field(default_factory=list)
    people: list[Citizen] = field(default_factory=list)
    near: list[Case] = field(default_factory=list)


def beside(staff: Staff, typed: Typed) -> Beside:
    """What helps with what is typed; nothing of it decides anything."""
    advice = _advice(typed)
    told = typed.language if typed.language in LANGUAGES else directory().municipality.default_language
    return Beside(
        storms=storms(told, service_ids=_meant(advice), area_id=_area(advice, typed)),
        duty=duty_foreseen(advice, language=told) if advice and advice.confidence >= MEANT else None,
        suggestions=_suggested(advice, typed.text) if advice and not typed.service else [],
        people=_people(staff, typed),
        near=_near(staff, advice) if advice else [],
    )


def storms(language: str, *, service_ids: Collection[int] = (), area_id: int | None = None) -> list[Storm]:
    """What runs now, first what the caller could mean; with nothing told yet, all of it to be read out."""
    found = [
        _storm(one, language, fits=one.fits(service_ids=service_ids, area_id=area_id), told=bool(service_ids))
        for one in fitting.running()
    ]
    return sorted(found, key=lambda one: not one.fits)[:MOST_STORMS]


def joined(incident_id: int) -> Live | None:
    """The incident that a report is to join, None once it is over."""
    return next((one for one in fitting.running() if one.id == incident_id), None)


def service_in(one: Live, typed: Typed) -> str:
    """The code of the service of a report that joins without naming one; "" where that is open."""
    likely = [pk for pk in _meant(_advice(typed)) if pk in one.service_ids]
    only = list(one.service_ids) if len(one.service_ids) == 1 else []
    service = directory().services.get(next(iter([*likely, *only]), 0))
    return service.code if service else ""


def _storm(one: Live, language: str, *, fits: bool, told: bool) -> Storm:
    wanted = (language, directory().municipality.default_language, "en")
    text = one.text(*wanted)
    return Storm(
        id=one.id,
        title=incident_words.title(one),
        text=text,
        language=next((code for code, words in one.banner.items() if words == text), wanted[0]),
        fits=fits,
        open=fits or not told,
        shown=one.shown,
    )


def _advice(typed: Typed) -> Advice | None:
    """What triage would make of it; None as long as neither words nor a service are there."""
    service = directory().services.get(typed.service)
    if not typed.text.strip() and service is None:
        return None
    return advise(
        Asked(
            text=typed.text,
            hint=typed.language or get_language() or "en",
            place_text=typed.place_text,
            service=service.code if service else "",
            area_id=typed.area or None,
        )
    )


def _meant(advice: Advice | None) -> list[int]:
    """The services that it could be about, the likeliest first."""
    codes = [guess.value for guess in advice.services] if advice else []
    by_code = {one.code: pk for pk, one in directory().services.items()}
    return [by_code[code] for code in codes if code in by_code]


def _area(advice: Advice | None, typed: Typed) -> int | None:
    return (advice.area_id if advice else None) or typed.area or None


def _suggested(advice: Advice, text: str) -> list[Suggestion]:
    known, language = directory().services, get_language() or "en"
    typed = typed_in(text, advice.language.value)
    return [
        Suggestion(
            value=str(pk),
            label=known[pk].name(language),
            reason=in_words(guess.because, typed=typed),
            sure=guess.confidence >= 0.6,
        )
        for pk, guess in zip(_meant(advice), advice.services, strict=True)
    ]


def _people(staff: Staff, typed: Typed) -> list[Citizen]:
    """Who has only ever written to somebody's personal account is nobody's to find."""
    asked = typed.phone.strip() or typed.name.strip()
    if not asked or not can(staff, Action.PRIVATE):
        return []
    people = found_people(asked, country=directory().municipality.country, limit=3)
    return [one for one in people if past_cases(staff, one.pk, limit=1)]


def _near(staff: Staff, advice: Advice) -> list[Case]:
    """Open public cases about the same nearby, those that this person may see."""
    if advice.area_id is None or advice.service is None:
        return []
    area = directory().areas.get(advice.area_id)
    if area is None or area.latitude is None or area.longitude is None:
        return []
    there = Point(area.latitude, area.longitude)
    ids = [one.id for one in nearby(there, service_id=advice.service.pk, metres=NEAR_M)]
    seen = seen_among(staff, ids)
    return rows([case_id for case_id in ids if case_id in seen][:MOST_NEAR])
