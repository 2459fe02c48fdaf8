"""The receipt: the reference, what happens next and by when, who deals with it, and the link to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vefa.cases.clocks import promised
from vefa.cases.models import Promise, PromiseKind
from vefa.cases.queries import promises_of
from vefa.directory import queries
from vefa.directory.models import Unit
from vefa.web.portal import reports
from vefa.web.portal.reports import Mine


@dataclass(frozen=True)
class Next:
    """What happens next: who deals with it, and by when the resident hears from them (UTC)."""

    unit: str
    answer_by: datetime | None
    done_by: datetime | None


@never_cache
@require_safe
def received(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """Everything to note down, on one page that can be printed."""
    mine = reports.find(reference, secret)
    if mine is None or mine.passing:
        raise Http404  # a receipt is there to keep its link
    link = settings.PUBLIC_URL + mine.address()
    context = {"mine": mine, "link": link, "next": next_of(mine, now=timezone.now()), "back": "/"}
    return render(request, "portal/received.html", context)


def next_of(mine: Mine, *, now: datetime) -> Next:
    """From the case once it is open; until then from what the form says."""
    if mine.case is not None:
        course = mine.shown or mine.case
        return _next(course.unit, promises_of(course))
    service = queries.service_by_code(str(mine.said.get("service") or ""))
    area_id = mine.contact.details.get("area_id") if mine.contact else None
    unit = queries.directory().unit_for(service, area_id) if service else None
    return _next(unit, promised(service, since=mine.received_at, now=now))


def _next(unit: Unit | None, owed: Sequence[Promise]) -> Next:
    due = {promise.kind: promise.due_at for promise in owed if promise.kept_at is None}
    name = unit.name(get_language() or "en") if unit else ""
    return Next(name, due.get(PromiseKind.FIRST_ANSWER), due.get(PromiseKind.RESOLUTION))
