"""The whole report on one page and in one POST: for kiosks, for slow lines, for machines that report.

No session and no cookie is read, so no other site could borrow a resident's; a browser that says that the
form stands on another site is refused all the same.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from vefa.channels.queries import NoDoorError
from vefa.directory import queries
from vefa.kit import ids
from vefa.kit.text import clean
from vefa.web.portal import limits, photos, places, sending
from vefa.web.portal.closed import unless_closed
from vefa.web.portal.report.fields import PlainField, TrapField
from vefa.web.portal.report.reach import Reach
from vefa.web.portal.report.what import What
from vefa.web.portal.report.where import PLACE_LIMIT
from vefa.web.ui.failures import forged
from vefa.web.ui.language import switching
from vefa.web.ui.typed import typed

_TOKEN = re.compile(r"^[A-Za-z0-9_-]{16,64}$")
_ANSWER = "answer_"
ANSWERS_AT_MOST = 6
ANSWER_LIMIT = 400  # characters
QUESTION_LIMIT = 200  # of a question's key, which may be anything that a machine names


class AreaField(forms.CharField):
    """The key of an area that exists, or nothing."""

    def clean(self, value: Any) -> str:
        """The key, `""` for any other."""
        key = str(super().clean(value))
        return key if places.by_key(key) else ""


class ServiceField(forms.CharField):
    """The code of a service that exists, or nothing: then the city decides."""

    def clean(self, value: Any) -> str:
        """The code, `""` for any other."""
        code = str(super().clean(value))
        return code if queries.service_by_code(code) else ""


class TokenField(forms.CharField):
    """The sender's own random token (16 to 64 of A-Z a-z 0-9 - _), or a fresh one."""

    def clean(self, value: Any) -> str:
        """The token, never empty."""
        token = str(super().clean(value))
        return token if _TOKEN.match(token) else ids.secret()


class Whole(What, Reach):
    """Everything that the pages ask for, and a trap for machines that fill in whatever they find."""

    place = PlainField(
        label=_("Where is it?"),
        required=False,
        max_length=PLACE_LIMIT,
        help_text=_("Street, neighbourhood or landmark."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    area = AreaField(required=False, max_length=64, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    service = ServiceField(required=False, max_length=64, label=_("What is it about?"))
    token = TokenField(required=False, max_length=64, widget=forms.HiddenInput)
    website = TrapField()
    field_order = ("text", "photos", "place", "service", "phone", "email", "name")


def read(said: QueryDict, *, photographed: bool) -> dict[str, Any] | None:
    """The answers of a form in which nothing is wrong; None where the form itself must say what is.

    The fields alone, without the form around them: making one is two thirds of what checking costs.
    """
    try:
        found = {name: field.clean(said.get(name)) for name, field in Whole.base_fields.items()}
    except forms.ValidationError:
        return None
    return found if found["text"] or photographed else None


@csrf_exempt  # nothing of the resident's browser is used but what the form itself says
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unless_closed
def send(request: HttpRequest) -> HttpResponse:
    """The form on one page; on POST one report, kept before the answer goes out."""
    if request.method != "POST":
        return _page(request, Whole(initial={"token": ids.secret()}))
    if switching(request):
        return _page(request, photos.asked_again(Whole(initial=request.POST.dict()), request))
    if not from_here(request):
        return forged(request)
    if not limits.may_report(request):
        return render(request, "portal/busy.html", status=429)
    return _take(request)


def _take(request: HttpRequest) -> HttpResponse:
    given = photos.receive(request.FILES.getlist("photos"), kept=())
    found = None if given.refused else read(request.POST, photographed=bool(given.stored))
    if found is None:
        return _refusal(request, _faulty(request, given))
    report = _report(request, found, given.stored)
    try:
        accepted = sending.send(report, token=found["token"], now=timezone.now())
    except NoDoorError:
        photos.discard(given.stored)
        raise
    address = sending.receipt_address(accepted)
    if _wants_json(request):
        facts = {"reference": accepted.reference, "receipt": request.build_absolute_uri(address)}
        return JsonResponse(facts, status=201)
    return HttpResponseRedirect(address, status=303)


def _faulty(request: HttpRequest, given: photos.Given) -> Whole:
    """The form with what was typed and what is wrong with it."""
    form = Whole(request.POST, photographed=bool(given.stored))
    for refusal in given.refused:
        form.add_error("photos", refusal)
    photos.give_up(given, form)
    return form


def from_here(request: HttpRequest) -> bool:
    """Whether the form stood on our own pages, as far as the sender tells; a machine tells nothing."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin", "")
    return not origin or urlsplit(origin).netloc == request.get_host()


def _report(request: HttpRequest, found: dict[str, Any], stored: photos.Photos) -> sending.Report:
    located = found["lat"] is not None and found["lon"] is not None
    return sending.Report(
        text=found["text"],
        language=get_language() or "en",
        files=photos.stored(stored),
        place_text=found["place"],
        lat=found["lat"] if located else None,
        lon=found["lon"] if located else None,
        area=found["area"],
        service=found["service"],
        answers=_answers(request),
        name=found["name"],
        phone=found["phone"],
        email=found["email"],
    )


def _answers(request: HttpRequest) -> dict[str, str]:
    """Answers to a service's questions: the fields that are named `answer_<key>`."""
    named = [name for name in request.POST if name.startswith(_ANSWER)][:ANSWERS_AT_MOST]
    given = {_question(name): typed(request.POST, name).strip()[:ANSWER_LIMIT] for name in named}
    return {key: value for key, value in given.items() if value}


def _question(name: str) -> str:
    return clean(name.removeprefix(_ANSWER))[:QUESTION_LIMIT]


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _refusal(request: HttpRequest, form: Whole) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"problems": form.errors}, status=422)
    return _page(request, form)


def _page(request: HttpRequest, form: Whole) -> HttpResponse:
    language = get_language() or "en"
    wrong = form.is_bound and bool(form.errors)
    groups: dict[str, list[tuple[str, str]]] = {}
    for service in queries.services():
        groups.setdefault(service.group.name(language), []).append((service.code, service.name(language)))
    context: dict[str, Any] = {"form": form, "wrong": wrong, "groups": groups, "answers_form": "answers"}
    return render(request, "portal/send.html", context, status=422 if wrong else 200)
