"""Somebody may be in danger: the emergency number stands here instead of a form."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.web.portal.report import answers as kept
from vefa.web.portal.report.page import onward


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def danger(request: HttpRequest) -> HttpResponse:
    """Say whom to call; go on only when the resident says that they have, or that nobody is in danger."""
    answers = kept.of(request)
    if request.method == "POST":
        return onward(request, replace(answers, warned=True))
    return render(request, "portal/report/danger.html", {"answers": answers})
