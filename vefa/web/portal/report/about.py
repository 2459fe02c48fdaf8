"""Third page: what is it about? Three suggestions from the words, a search, and always "something else"."""

from dataclasses import dataclass, replace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.directory import queries
from vefa.directory.models import Service
from vefa.kit.names import pick
from vefa.kit.text import words
from vefa.triage.advice import Asked, advise
from vefa.web.portal import places
from vefa.web.portal.report import answers as kept
from vefa.web.portal.report import elsewhere
from vefa.web.portal.report.answers import Answers
from vefa.web.portal.report.fields import PlainField
from vefa.web.portal.report.page import Step, address_of, asked, detour, onward
from vefa.web.ui.language import switching

SHOWN = 12  # a list that can still be read
OTHER = "-"


class About(forms.Form):
    """Which service; or words to look for one."""

    service = forms.CharField(
        max_length=64,
        error_messages={
            "required": _("Choose one. If nothing fits, choose “Something else”: we read it and decide.")
        },
    )
    words = PlainField(label=_("Look for something else"), required=False, max_length=100)

    def clean_service(self) -> str:
        """A service that exists; `-` leaves it to the city."""
        code = str(self.cleaned_data["service"])
        if code != OTHER and queries.service_by_code(code) is None:
            raise forms.ValidationError(_("Choose one of the list."))
        return code


@dataclass(frozen=True)
class Choice:
    """One service to choose."""

    code: str
    name: str
    description: str
    whose: str = ""  # another body that looks after it


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def about(request: HttpRequest) -> HttpResponse:
    """Ask which service is meant, with suggestions first."""
    answers = kept.of(request)
    if away := detour(answers, "about"):
        return away
    staying = switching(request) or _looking(request)
    if request.method != "POST" or staying:
        data = request.POST.dict() if staying else {"service": _before(answers)}
        return _page(request, About(initial=data), answers, data.get("words", ""))
    form = About(request.POST)
    if not form.is_valid():
        return _page(request, form, answers, request.POST.get("words", ""))
    code = form.cleaned_data["service"].replace(OTHER, "")
    if code != answers.service:
        answers = answers.forget("questions")
    service = queries.service_by_code(code)
    answers = answers.answer("about", service=code, warned=answers.warned and code == answers.service)
    if service is None or not service.questions:
        answers = answers.skip("questions")
    if elsewhere.to_be_told(answers):
        kept.keep(request.session, answers)
        return redirect(address_of("elsewhere", answers))
    return onward(request, answers)


def _looking(request: HttpRequest) -> bool:
    """Whether the words are to be looked up: by the button, or by Enter with new words and nothing chosen."""
    fresh = request.POST.get("words", "").strip() not in {"", request.POST.get("looked", "")}
    return "find" in request.POST or (fresh and "service" not in request.POST)


def _before(answers: Answers) -> str:
    return (answers.service or OTHER) if "about" in answers.done else ""


def suggested(answers: Answers) -> list[Service]:
    """Up to three services that the resident's own words point to."""
    area = places.by_key(answers.area)
    advice = advise(
        Asked(
            text=answers.text,
            hint=get_language() or "",
            lat=answers.lat,
            lon=answers.lon,
            place_text=answers.place_text,
            area_id=area.id if area else None,
        )
    )
    found = (queries.service_by_code(guess.value) for guess in advice.services)
    return [service for service in found if service is not None][:3]


def _page(request: HttpRequest, form: About, answers: Answers, typed: str) -> HttpResponse:
    language = get_language() or "en"
    chosen = queries.service_by_code(str(form["service"].value() or ""))
    first = suggested(answers)
    found = _looked_up(typed, language) if typed else []
    if chosen is not None and chosen not in first:
        found = [chosen, *(service for service in found if service != chosen)]
    more = {
        "answers": answers,
        "suggested": [_proposal(service, answers) for service in first],
        "found": [_choice(service, language) for service in found if service not in first],
        "typed": typed,
        "groups": [] if first or found else _groups(language),
        "other": OTHER,
    }
    return asked(request, Step("about", gettext("What is it about?")), form, more)


def _looked_up(typed: str, language: str) -> list[Service]:
    """Services whose name or everyday words begin like what was typed."""
    said = words(typed)
    found = []
    for one in queries.services_by_language(language):
        spoken = words(" ".join([one.name, *one.words]))
        if said and all(any(word.startswith(part) for word in spoken) for part in said):
            found.append(one.service)
    return found[:SHOWN]


def _choice(service: Service, language: str) -> Choice:
    return Choice(service.code, service.name(language), pick(service.description, language))


def _proposal(service: Service, answers: Answers) -> Choice:
    """The same, with the other body whose duty it would be: the words are known by now."""
    whose = elsewhere.whose_duty_is(service, answers)
    theirs = whose.agency if whose and not whose.shared else ""
    return replace(_choice(service, get_language() or "en"), whose=theirs)


def _groups(language: str) -> list[tuple[str, list[Choice]]]:
    """Every service under its heading: shown when nothing could be suggested."""
    groups: dict[str, list[Choice]] = {}
    for service in queries.services():
        groups.setdefault(service.group.name(language), []).append(_choice(service, language))
    return list(groups.items())
