"""The questions of the chosen service; an answer that means danger leads to the emergency number first."""

from collections.abc import Callable, Mapping
from typing import Any

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
from vefa.kit.sorting import in_order
from vefa.web.portal.report import answers as kept
from vefa.web.portal.report.answers import Answers
from vefa.web.portal.report.fields import PlainField
from vefa.web.portal.report.page import Step, address_of, asked, detour, onward
from vefa.web.ui.language import switching

AT_MOST = 6
TEXT_LIMIT = 400
MISSING = {"required": _("Answer this question: it decides who comes and how soon.")}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """Ask what the service needs to know."""
    answers = kept.of(request)
    service = queries.service_by_code(answers.service)
    if service is None or not service.questions:
        return onward(request, answers.skip("questions"))
    if away := detour(answers, "questions"):
        return away
    if request.method != "POST" or switching(request):
        initial = request.POST.dict() if request.method == "POST" else answers.details
        return _page(request, form_of(service, initial=initial), answers)
    form = form_of(service, data=request.POST)
    if not form.is_valid():
        return _page(request, form, answers)
    details = {key: value for key, value in form.cleaned_data.items() if value}
    answers = answers.answer("questions", details=details)
    if dangerous(service, details) and not answers.warned:
        kept.keep(request.session, answers)
        return redirect(address_of("danger", answers))
    return onward(request, answers)


def form_of(
    service: Service, *, data: Mapping[str, Any] | None = None, initial: Mapping[str, Any] | None = None
) -> forms.Form:
    """The questions of a service as a form, in the reader's language."""
    form = forms.Form(data, initial=dict(initial or {}))
    for one in service.questions[:AT_MOST]:
        form.fields[one["key"]] = _field(one)
    return form


def _field(one: Mapping[str, Any]) -> forms.Field:
    label, required = _words(one.get("texts")), bool(one.get("required"))
    choices = _choices(one)
    if one["kind"] in LISTED and choices:
        listed = [("", "—"), *choices]
        return forms.ChoiceField(label=label, required=required, choices=listed, error_messages=MISSING)
    if not choices:
        return PlainField(label=label, required=required, max_length=TEXT_LIMIT, error_messages=MISSING)
    return forms.ChoiceField(
        label=label, required=required, choices=choices, widget=forms.RadioSelect, error_messages=MISSING
    )


def _lines() -> list[tuple[str, str]]:
    """Lines by number, with where they go."""
    return [(line.key, f"{line.key} · {line.name(get_language() or 'en')}") for line in queries.lines()]


def _stops() -> list[tuple[str, str]]:
    language = get_language() or "en"
    ordered = in_order(queries.stops(), lambda stop: stop.name(language), language=language)
    return [(stop.key, stop.name(language)) for stop in ordered]


LISTED: Mapping[str, Callable[[], list[tuple[str, str]]]] = {"line": _lines, "stop": _stops}


def _words(texts: Any) -> str:
    return pick(texts or {}, get_language() or "en", "en")


def _choices(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    if one["kind"] == "yesno":
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    if one["kind"] in LISTED:
        return LISTED[one["kind"]]()
    return [(str(choice["key"]), _words(choice.get("texts"))) for choice in one.get("choices") or ()]


def dangerous(service: Service, details: Mapping[str, str]) -> bool:
    """Whether one of the answers means that somebody is in danger now."""
    return any(_means_danger(one, details.get(one["key"], "")) for one in service.questions[:AT_MOST])


def _means_danger(one: Mapping[str, Any], answer: str) -> bool:
    if one["kind"] == "yesno":
        return bool(one.get("danger")) and answer == "yes"
    return any(choice.get("danger") and choice["key"] == answer for choice in one.get("choices") or ())


def told(service: Service, details: Mapping[str, str]) -> list[tuple[str, str]]:
    """Question and answer in the reader's words, for the page on which everything is checked."""
    lines = []
    for one in service.questions[:AT_MOST]:
        answer = details.get(one["key"], "")
        if answer:
            lines.append((_words(one.get("texts")), dict(_choices(one)).get(answer, answer)))
    return lines


def _page(request: HttpRequest, form: forms.Form, answers: Answers) -> HttpResponse:
    heading = (
        gettext("Something we need to know")
        if len(form.fields) == 1
        else gettext("A few things we need to know")
    )
    return asked(request, Step("questions", heading), form, {"answers": answers})
