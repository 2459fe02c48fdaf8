"""Is this case known already? Open cases that may be the same, side by side with reasons; and incidents.

Nothing is joined by itself. It has a page of its own, which the case's page loads beside the rest, so that
the case itself costs nothing more.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from vefa.cases import lifecycle, queries
from vefa.cases.incidents import fitting, gathering
from vefa.cases.incidents import queries as incidents
from vefa.cases.incidents.fitting import Live
from vefa.cases.incidents.gathering import IncidentMoveError
from vefa.cases.models import Case, Incident, State
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.triage.sameness.offering import Offer, offers
from vefa.web.desk import incident_words
from vefa.web.desk.case import found_case
from vefa.web.desk.doings import told
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.rows import rows_of
from vefa.web.desk.triage_reasons import Reason, reasons_of
from vefa.web.ui.shapes import Row
from vefa.web.ui.show import show


@dataclass(frozen=True)
class Alike:
    """One case that may be the same: how surely in per cent, its row, its words, and why."""

    case: Case
    row: Row
    percent: int
    reasons: list[Reason]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.READ)
def alike(request: StaffRequest, case_id: int) -> HttpResponse:
    """What may be the same; on POST it follows one of them, stands for itself again, joins or leaves."""
    found = found_case(request.staff, case_id)
    if request.method == "POST":
        return _act(request, found)
    now = timezone.now()
    context = {
        "frame": frame_of(request, now=now),
        "case": found,
        "alike": _offered(found, request.staff),
        "may": can(request.staff, Action.MERGE),
        "back": request.GET.get("from", ""),
        **_incidents(found),
    }
    return show(request, "desk/alike.html", "panel", context)


def _offered(found: Case, staff: Staff) -> list[Alike]:
    if found.state == State.ENDED:
        return []
    offered = offers(found, staff)
    rows = {
        row.case_id: row
        for row in rows_of(queries.rows([one.case.pk for one in offered]), now=timezone.now())
    }
    return [_alike(one, rows[one.case.pk]) for one in offered if one.case.pk in rows]


def _alike(offer: Offer, row: Row) -> Alike:
    return Alike(offer.case, row, round(offer.probability * 100), reasons_of(offer))


def _incidents(found: Case) -> dict[str, Any]:
    """The incident in which the case stands, or those that it fits."""
    inside = incidents.of_case(found.pk)
    running = [] if inside or found.state == State.ENDED or found.service_id is None else fitting.running()
    fits = [one for one in running if _fits(one, found)]
    return {
        "incident": (inside, incident_words.title(inside)) if inside else None,
        "fits": [(one, incident_words.title(one)) for one in fits],
    }


def _fits(one: Live, found: Case) -> bool:
    return (
        one.fits(service_ids=[found.service_id or 0], area_id=found.area_id) and found.opened_at >= one.since
    )


def _act(request: StaffRequest, found: Case) -> HttpResponse:
    if not can(request.staff, Action.MERGE):
        raise PermissionDenied
    what = request.POST.get("do", "")
    try:
        if what == "double":
            _double(request, found)
        elif what in {"gather", "release"}:
            _gather(request, found, what)
        else:
            raise Http404
    except lifecycle.FollowError as error:
        messages.error(request, told(error)[1])
    except (lifecycle.MoveNotAllowedError, lifecycle.StaleError, IncidentMoveError, Incident.DoesNotExist):
        messages.info(request, gettext("Somebody was faster: look at it again."))
    return HttpResponseRedirect(reverse("desk:case", args=[found.pk]))


def _double(request: StaffRequest, found: Case) -> None:
    """Let it follow one that was offered or named, as far as this person sees that one too."""
    master_id = _number(request.POST.get("case", ""))
    if not queries.visible_to(request.staff).filter(pk=master_id).exists():
        raise Http404
    version = _number(request.POST.get("version", "")) or None
    now = timezone.now()
    lifecycle.double(case_id=found.pk, master_id=master_id, by=request.staff, now=now, version=version)
    messages.success(
        request, gettext("It follows the other case now; its resident is told so. You can undo it.")
    )


def _gather(request: StaffRequest, found: Case, what: str) -> None:
    incident_id, now = _number(request.POST.get("incident", "")), timezone.now()
    operation, said = (
        (gathering.join, gettext("It belongs to the incident now."))
        if what == "gather"
        else (gathering.leave, gettext("It stands for itself again."))
    )
    operation(incident_id=incident_id, case_ids=[found.pk], by=request.staff, now=now)
    messages.success(request, said)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
