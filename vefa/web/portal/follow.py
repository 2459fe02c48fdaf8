"""Somebody says "me too" and joins a public case, with or without a way to be told about it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.kit import ids
from vefa.web.portal import limits, public, sending
from vefa.web.portal.closed import unless_closed
from vefa.web.portal.report.check import Check
from vefa.web.portal.report.reach import Reach
from vefa.web.ui.language import switching


class MeToo(Reach, Check):
    """How to reach whoever joins; everything may stay empty."""

    field_order = ("phone", "email", "name")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unless_closed
def follow(request: HttpRequest, case_id: int) -> HttpResponse:
    """One voice more; whoever joins gets a receipt of their own and hears what the first one hears."""
    case = public.find(case_id)
    if case is None:
        raise Http404
    back = case.address
    if request.method != "POST" or switching(request):
        form = MeToo(initial={"token": ids.secret(), **request.POST.dict()})
        return _page(request, case, form, back)
    form = MeToo(request.POST)
    if not form.is_valid():
        return _page(request, case, form, back)
    if not limits.may_report(request):
        return render(request, "portal/busy.html", status=429)
    found = form.cleaned_data
    report = sending.Report(
        text=gettext("Me too: %(matter)s") % {"matter": case.service},
        language=get_language() or "en",
        place_text=case.place,
        service=case.service_code,
        phone=found["phone"],
        email=found["email"],
        name=found["name"],
        details={"supports": case.id},
    )
    accepted = sending.send(report, token=found["token"], now=timezone.now())
    return redirect(sending.receipt_address(accepted))


def _page(request: HttpRequest, case: public.Shown, form: MeToo, back: str) -> HttpResponse:
    wrong = form.is_bound and bool(form.errors)
    context = {"case": case, "form": form, "wrong": wrong, "back": back, "answers_form": "answers"}
    return render(request, "portal/follow.html", context, status=422 if wrong else 200)
