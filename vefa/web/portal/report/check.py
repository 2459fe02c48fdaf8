"""Last page: everything at a glance, each answer with a way to change it, and the button that sends it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.directory import queries
from vefa.web.portal import banners, limits, photos, places, public, sending
from vefa.web.portal.closed import unless_closed
from vefa.web.portal.report import answers as kept
from vefa.web.portal.report import elsewhere
from vefa.web.portal.report.answers import Answers
from vefa.web.portal.report.fields import TrapField, spaced
from vefa.web.portal.report.page import Step, address_of, asked, detour
from vefa.web.portal.report.questions import dangerous, told
from vefa.web.ui.language import switching
from vefa.web.ui.words import digits, listed


class Check(forms.Form):
    """The one-time token, and a trap for machines that fill in everything."""

    token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    website = TrapField()


@dataclass(frozen=True)
class Line:
    """One answer; `step` is the page on which it can be changed."""

    question: str
    answer: str
    step: str
    typed: bool = True  # the resident's own words, not ours

    @property
    def address(self) -> str:
        """The page on which it can be changed."""
        return reverse(f"portal:report-{self.step}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unless_closed
def check(request: HttpRequest) -> HttpResponse:
    """Show all answers; on POST send them once, however often the button is pressed."""
    sending_now = request.method == "POST" and not switching(request)
    earlier = kept.receipt_of(request.session, request.POST.get("token", "")) if sending_now else ""
    if earlier:
        return redirect(earlier)
    answers = kept.of(request)
    if away := detour(answers, "check") or _warning(answers):
        return away
    form = Check(request.POST) if sending_now else Check(initial={"token": answers.token})
    if not form.is_valid():
        return _page(request, form, answers)
    return _send(request, answers)


def _warning(answers: Answers) -> HttpResponse | None:
    """The way to the emergency number, where an answer means danger and nobody has read it yet."""
    service = queries.service_by_code(answers.service)
    danger = service is not None and dangerous(service, answers.details)
    return redirect(address_of("danger", answers)) if danger and not answers.warned else None


def _send(request: HttpRequest, answers: Answers) -> HttpResponse:
    if not limits.may_report(request):
        return render(request, "portal/busy.html", status=429)
    accepted = sending.send(report_of(answers), token=answers.token, now=timezone.now())
    address = sending.receipt_address(accepted)
    kept.remember_receipt(request.session, answers, address)
    return redirect(address)


def report_of(answers: Answers) -> sending.Report:
    """The answers as they are sent."""
    return sending.Report(
        text=answers.text,
        language=get_language() or "en",
        files=photos.stored(answers.photos),
        place_text=answers.place_text,
        lat=answers.lat,
        lon=answers.lon,
        area=answers.area,
        service=answers.service,
        answers=answers.details,
        name=answers.name,
        phone=answers.phone,
        email=answers.email,
        details=_joins(answers),
    )


def _joins(answers: Answers) -> dict[str, int]:
    """What the report joins: a public case, or an incident."""
    if answers.follows:
        return {"supports": answers.follows}
    return {"incident": answers.incident} if answers.incident else {}


def _page(request: HttpRequest, form: Check, answers: Answers) -> HttpResponse:
    more: dict[str, Any] = {
        "answers": answers,
        "lines": lines(answers),
        "whose": elsewhere.whose_duty(answers),
        "photos": photos.shown(answers.photos),
        "anonymous": not (answers.phone or answers.email),
    }
    return asked(request, Step("check", gettext("Check your answers before you send them")), form, more)


def lines(answers: Answers) -> list[Line]:
    """Question and answer, in the order in which they were asked."""
    found = [
        Line(gettext("What is the matter?"), answers.text or gettext("See the photo"), "what"),
        Line(gettext("Where is it?"), _place(answers), "where"),
    ]
    if answers.follows:
        joined = public.find(answers.follows)
        words = listed(joined.service, joined.place) if joined else gettext("Another report nearby")
        return [*found, Line(gettext("You join"), words, "same", typed=False), *_reach(answers)]
    if answers.incident and (name := banners.named(answers.incident)):
        return [*found, Line(gettext("You join"), name, "same", typed=False), *_reach(answers)]
    language = get_language() or "en"
    service = queries.service_by_code(answers.service)
    name = service.name(language) if service else gettext("Something else: we read it and decide")
    found.append(Line(gettext("What is it about?"), name, "about", typed=False))
    if service:
        found += [Line(question, answer, "questions") for question, answer in told(service, answers.details)]
    return [*found, *_reach(answers)]


def _place(answers: Answers) -> str:
    if answers.placeless and not answers.place_text:
        return gettext("Not about one place")
    area = places.by_key(answers.area)
    words = listed(answers.place_text, area.name(get_language() or "en") if area else "")
    return words or digits(listed(*(f"{degrees:.5f}" for degrees in answers.point or ())))


def _reach(answers: Answers) -> list[Line]:
    given = listed(spaced(answers.phone), answers.email, answers.name)
    nobody = gettext("Nothing given: you remain anonymous")
    return [Line(gettext("How can we reach you?"), given or nobody, "reach", typed=bool(given))]
