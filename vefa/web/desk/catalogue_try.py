"""Try a message: what triage would make of it, step by step, without anything being kept."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from vefa.directory.access import Action
from vefa.directory.models import Service
from vefa.directory.queries import directory, municipality, service_by_code
from vefa.kit.masking import masked
from vefa.triage.advice import Advice, Asked, advise
from vefa.triage.guess import Guess
from vefa.triage.knowledge import Draft, trying
from vefa.triage.sides import sides_of
from vefa.triage.transport import facts_said
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.duty import named
from vefa.web.desk.framing import frame_of
from vefa.web.desk.model_words import percent
from vefa.web.desk.reasons import Step, in_words, steps, typed_in
from vefa.web.ui.show import show

LONGEST = 4000
LEAST = 0.005  # of confidence: what is less is shown as 0 %, and says nothing


@dataclass(frozen=True)
class Likely:
    """One of the services it could be about."""

    code: str
    name: str
    share: str
    because: str
    edited: bool


@dataclass(frozen=True)
class Tried:
    """What triage says of a message."""

    sure: bool
    services: list[Likely] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    particulars: list[tuple[str, str]] = field(default_factory=list)
    unit: str = ""
    masked: str = ""
    empty: bool = False
    draft: bool = False  # the catalogue's words are those of the form, kept or not
    catalogue: list[Likely] = field(default_factory=list)
    model: list[Likely] = field(default_factory=list)
    version: int = 0  # of the model; 0 where none is in service
    unlearned: bool = False  # the model does not know this service yet


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ADMINISTER)
def page(request: StaffRequest) -> HttpResponse:
    """A message on the catalogue as it is kept."""
    message = request.POST.get("message", "")[:LONGEST]
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "message": message,
        "trial": tried(message) if request.method == "POST" else None,
    }
    return show(request, "desk/catalogue_try.html", "tried", context)


def tried(message: str, *, draft: Draft | None = None) -> Tried:
    """What triage would say; `draft` are words of a service that are not kept yet."""
    if not message.strip():
        return Tried(sure=False, empty=True)
    asked = Asked(text=message, hint=municipality().default_language, deep=True)
    with trying(draft) if draft else nullcontext():
        advice, sides = advise(asked), sides_of(asked)
    code = draft.code if draft else ""
    typed = typed_in(message, advice.language.value)
    return Tried(
        sure=advice.sure,
        services=_likelies(advice.services, code, typed),
        steps=_steps(advice, typed),
        particulars=named(_facts(advice, message)),
        unit=_unit(advice),
        masked=masked(message),
        draft=draft is not None,
        catalogue=_likelies(sides.catalogue, code, typed),
        model=_likelies(sides.model, code, typed),
        version=sides.version,
        unlearned=bool(code and sides.version and code not in sides.codes),
    )


def _likelies(guesses: Sequence[Guess[str]], edited: str, typed: Mapping[str, str]) -> list[Likely]:
    """Those that exist; what rounds to nothing is left out, but for the service that is edited."""
    known = [one for one in guesses if service_by_code(one.value)]
    told = [one for one in known if one.confidence >= LEAST or one.value == edited]
    return [_likely(guess, edited, typed) for guess in told or known]


def _likely(guess: Guess[str], edited: str, typed: Mapping[str, str]) -> Likely:
    service = service_by_code(guess.value)
    name = service.name(get_language() or "en") if service else guess.value
    because = in_words(guess.because, typed=typed)
    return Likely(guess.value, name, percent(guess.confidence), because, edited=guess.value == edited)


def _steps(advice: Advice, typed: Mapping[str, str]) -> list[Step]:
    rows = [row for row in advice.evidence() if row["step"] != "service"]
    duty = advice.duty
    if duty is not None:
        says = duty.agency or "ours"
        rows.append({"step": "remit", "says": says, "because": duty.because})
    return list(steps(rows, typed=typed))


def _facts(advice: Advice, message: str) -> dict[str, Any]:
    return facts_said(advice.service, message, advice.said)


def _unit(advice: Advice) -> str:
    """Who would get it."""
    service: Service | None = advice.service if advice.sure else None
    if service is None:
        return gettext("a person decides")
    unit = directory().unit_for(service, advice.area_id)
    return unit.name(get_language() or "en") if unit else gettext("a person decides")
