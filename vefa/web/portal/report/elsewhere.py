"""The matter is another body's duty: whose, and how to reach them. Who wants to may still send the report."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.cases.duty import explained
from vefa.directory import queries
from vefa.directory.models import Remit, Service
from vefa.kit.text import words
from vefa.triage.remit import duty_said
from vefa.web.portal import places
from vefa.web.portal.report import answers as kept
from vefa.web.portal.report.answers import Answers
from vefa.web.portal.report.page import address_of, detour, onward
from vefa.web.ui.language import switching


@dataclass(frozen=True)
class Elsewhere:
    """Whose duty it is, or is in part (`shared`), in the reader's language; `told` explains it."""

    agency: str
    phone: str
    told: str
    shared: bool

    @property
    def call(self) -> str:
        """The number without its groups."""
        return "".join(sign for sign in self.phone if sign.isdecimal() or sign == "+")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Say who does it, once for each choice; go on when the resident wants to send it to us too."""
    answers = kept.of(request)
    if away := detour(answers, "questions"):
        return away
    whose = whose_duty(answers)
    if whose is None:
        return onward(request, answers)
    if request.method == "POST" and not switching(request):
        return onward(request, replace(answers, told=answers.service))
    context = {"whose": whose, "answers": answers, "back": address_of("about", answers)}
    return render(request, "portal/report/elsewhere.html", context)


def to_be_told(answers: Answers) -> bool:
    """Whether somebody has chosen what is wholly another body's duty, and has not read so yet."""
    whose = whose_duty(answers)
    return whose is not None and not whose.shared and answers.told != answers.service


def whose_duty(answers: Answers) -> Elsewhere | None:
    """The other body of a report: by its service, its words and its place. None where it is ours alone."""
    service = queries.service_by_code(answers.service)
    return whose_duty_is(service, answers) if service and not answers.follows else None


def whose_duty_is(service: Service, answers: Answers) -> Elsewhere | None:
    """The same if it were about this service."""
    duty = duty_said(service, words(answers.text), area_id=_area(answers))
    agency = next((one for one in queries.directory().agencies.values() if one.key == duty.agency), None)
    if agency is None:
        return None
    language = get_language() or "en"
    together = agency.phone.replace(" ", "\u00a0")  # a number is not broken at the end of a line
    told = explained(service, agency, language).replace(agency.phone, together)
    return Elsewhere(agency.name(language), agency.phone, told, shared=duty.remit == Remit.SHARED)


def _area(answers: Answers) -> int | None:
    area = places.by_key(answers.area)
    if area is None and answers.point is not None:
        area = queries.area_at(*answers.point)
    return area.id if area else None
