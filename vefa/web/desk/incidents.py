"""Incidents at the desk: the list of them, and one that a person declares without waiting for the numbers."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from vefa.cases.incidents import fitting, gathering, queries
from vefa.cases.models import IncidentState
from vefa.directory.access import Action, can
from vefa.web.desk import incident_words
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.incident_forms import BACKWARDS, PlanForm
from vefa.web.ui.show import show

PAST = 20


@require_safe
@staff_only(Action.READ)
def page(request: StaffRequest) -> HttpResponse:
    """What looks like an incident, what runs, and what is over."""
    staff = request.staff
    parts = (
        (gettext("Looks like an incident"), [IncidentState.PROPOSED], PAST),
        (gettext("Running now"), [IncidentState.RUNNING], PAST),
        (gettext("Over"), [IncidentState.ENDED, IncidentState.REFUSED], PAST),
    )
    shown = [
        (
            name,
            [(one, incident_words.title(one.incident)) for one in queries.listed(staff, states, limit=limit)],
        )
        for name, states, limit in parts
    ]
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "parts": [(name, rows) for name, rows in shown if rows],
        "may": can(staff, Action.MERGE),
        "states": incident_words.STATES,
    }
    return show(request, "desk/incidents.html", None, context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.MERGE)
def declare(request: StaffRequest) -> HttpResponse:
    """Declare one by hand: a burst main that everybody will write about within minutes."""
    now = timezone.now()
    form = PlanForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        incident = gathering.declare(plan=form.plan(now - BACKWARDS), by=request.staff, now=now)
        fitting.forget()
        messages.success(request, gettext("It runs now. Let the cases join that belong to it."))
        return HttpResponseRedirect(reverse("desk:incident", args=[incident.pk]))
    context = {"frame": frame_of(request, now=now), "form": form}
    return show(request, "desk/incident_new.html", None, context, status=422 if form.is_bound else 200)
