"""The beginning of a report, and the photos that it holds so far."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from vefa.web.portal import photos, showing
from vefa.web.portal.report import answers as kept
from vefa.web.portal.report import steps
from vefa.web.portal.report.page import address_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Go on where the resident stopped, or begin; on POST forget what was typed: others use the device."""
    if request.method == "POST":
        kept.forget(request.session)
        return redirect("portal:home")
    answers = kept.of(request)
    return redirect(address_of(steps.first_open(answers), answers))


@never_cache
@require_safe
def photo(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """A photo of this browser's own report; nobody else's."""
    stored = (one for report in kept.every(request.session) for one in photos.stored(report.photos))
    found = next((one for one in stored if one.key == key), None)
    if found is None:
        raise Http404
    return showing.shown(path=found.path, content_type=found.content_type, name=found.name)
