"""One incident: why it was proposed, its banner, its cases, what fits it, what was said to all, and undo."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from vefa.cases.incidents import fitting, gathering, orders, queries
from vefa.cases.incidents.gathering import IncidentMoveError
from vefa.cases.models import Incident, IncidentOrder, IncidentState
from vefa.cases.moves import StaleError
from vefa.cases.queries import rows, visible_to
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.web.desk import incident_words
from vefa.web.desk.door import StaffRequest, post_from, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.incident_forms import PlanForm, initial_of
from vefa.web.desk.incident_map import pins
from vefa.web.desk.rows import rows_of
from vefa.web.ui import words
from vefa.web.ui.charts import bars
from vefa.web.ui.linking import link_to
from vefa.web.ui.show import show


@require_safe
@staff_only(Action.READ)
def page(request: StaffRequest, incident_id: int) -> HttpResponse:
    """The incident as this person sees it."""
    return incident_page(request, seen(request.staff, incident_id), None)


@post_from("desk:incident", "incident_id")
@staff_only(Action.MERGE)
def act(request: StaffRequest, incident_id: int, name: str) -> HttpResponse:
    """Declare, say better, refuse, end, take up again; let cases join or leave; stop an order."""
    incident = seen(request.staff, incident_id)
    if name in {"start", "alter"}:
        return _plan(request, incident, name)
    done = ACTS.get(name)
    if done is None:
        raise Http404
    try:
        messages.success(request, done(incident, request.POST, request.staff, timezone.now()))
    except (IncidentMoveError, StaleError):
        messages.info(request, gettext("Somebody was faster: look at it again."))
    except IncidentOrder.DoesNotExist:
        raise Http404 from None
    fitting.forget()
    return _back(incident)


def seen(staff: Staff, incident_id: int) -> Incident:
    """The incident, if this person sees a case of it; else there is none."""
    found = queries.one(staff, incident_id)
    if found is None:
        raise Http404
    return found


def incident_page(request: StaffRequest, incident: Incident, form: PlanForm | None) -> HttpResponse:
    """The whole page, also after a form that needs another look."""
    staff, now = request.staff, timezone.now()
    inside = queries.members(staff, incident)
    count = inside.count()
    may = can(staff, Action.MERGE)
    shown = rows(list(inside.values_list("id", flat=True)[: queries.SHOWN]))
    places = pins(queries.spots(staff, incident))
    context = {
        "frame": frame_of(request, now=now),
        "incident": incident,
        "title": incident_words.title(incident),
        "state": incident_words.STATES[IncidentState(incident.state)],
        "why": incident_words.evidence(incident.evidence),
        "about": incident_words.services(incident.service_ids, most=len(incident.service_ids)),
        "where": incident_words.place(incident.area_id),
        "count": count,
        "further": max(0, count - len(shown)),
        "rows": rows_of(shown, now=now),
        "offered": rows_of(queries.offered(staff, incident), now=now),
        "pins": places,
        "sorts": {pin.sort for pin in places},
        "areas": link_to("portal:areas"),
        "places": bars([(_place_name(key), number) for key, number in queries.places(staff, incident)]),
        "orders": [_order(one, now) for one in queries.orders_of(incident)],
        "banner": incident_words.banner(incident),
        "events": incident_words.history(queries.history(incident)),
        "form": _form(incident, form) if may else None,
        "may": may,
    }
    return show(request, "desk/incident.html", None, context, status=422 if form else 200)


def _form(incident: Incident, form: PlanForm | None) -> PlanForm | None:
    if incident.state not in gathering.LIVE:
        return None
    banner = incident.banner or incident_words.first_banner(incident)
    return form or PlanForm(initial=initial_of(incident, banner), known=incident.service_ids)


def _plan(request: StaffRequest, incident: Incident, name: str) -> HttpResponse:
    form = PlanForm(request.POST, known=incident.service_ids)
    if not form.is_valid():
        return incident_page(request, incident, form)
    operation = gathering.start if name == "start" else gathering.alter
    plan, version = form.plan(incident.since), _number(request.POST, "version")
    try:
        operation(incident_id=incident.pk, plan=plan, by=request.staff, now=timezone.now(), version=version)
    except (IncidentMoveError, StaleError):
        messages.info(request, gettext("Somebody was faster: look at it again."))
    else:
        said = gettext("It runs now.") if name == "start" else gettext("Changed.")
        messages.success(request, said)
    fitting.forget()
    return _back(incident)


def _back(incident: Incident) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk:incident", args=[incident.pk]))


def _order(order: IncidentOrder, now: datetime) -> dict[str, Any]:
    ids = [case_id for case_id, _why in order.failed]
    references = {case.pk: case.reference for case in rows(ids)}
    return {
        "order": order,
        "total": len(order.case_ids),
        "waits": order.finished_at is None and order.taken_back_at is None,
        "begun": order.due_at <= now,
        "failed": [
            (case_id, references.get(case_id, ""), incident_words.WHY.get(why, why))
            for case_id, why in order.failed
        ],
    }


def _place_name(key: str) -> str:
    area = next((one for one in directory().areas.values() if one.key == key), None)
    return incident_words.place(area.pk) if area else gettext("no place given")


def _chosen(staff: Staff, sent: QueryDict) -> list[int]:
    wanted = [int(one) for one in sent.getlist("case") if one.isdecimal() and len(one) < 16]
    return list(visible_to(staff).filter(pk__in=wanted).values_list("pk", flat=True))


def _number(sent: QueryDict, name: str) -> int | None:
    value = sent.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 10 else None


def _join(incident: Incident, sent: QueryDict, by: Staff, now: datetime) -> str:
    ids = _chosen(by, sent)
    if sent.get("all"):
        ids = [case.pk for case in queries.offered(by, incident, limit=1000)]
    count = len(gathering.join(incident_id=incident.pk, case_ids=ids, by=by, now=now))
    return ngettext("%(count)s case joined.", "%(count)s cases joined.", count) % {
        "count": words.digits(count)
    }


def _leave(incident: Incident, sent: QueryDict, by: Staff, now: datetime) -> str:
    ids = _chosen(by, sent)
    count = len(gathering.leave(incident_id=incident.pk, case_ids=ids, by=by, now=now))
    said = ngettext("%(count)s case stands for itself.", "%(count)s cases stand for themselves.", count)
    return said % {"count": words.digits(count)}


def _refuse(incident: Incident, sent: QueryDict, by: Staff, now: datetime) -> str:
    gathering.refuse(incident_id=incident.pk, by=by, now=now, version=_number(sent, "version"))
    return gettext("It is none; its cases go on by themselves.")


def _finish(incident: Incident, sent: QueryDict, by: Staff, now: datetime) -> str:
    gathering.finish(incident_id=incident.pk, by=by, now=now, version=_number(sent, "version"))
    return gettext("It is over; the banner is gone.")


def _take_up(incident: Incident, sent: QueryDict, by: Staff, now: datetime) -> str:
    gathering.take_up(incident_id=incident.pk, by=by, now=now, version=_number(sent, "version"))
    return gettext("Taken up again.")


def _stop(incident: Incident, sent: QueryDict, by: Staff, now: datetime) -> str:
    order_id = _number(sent, "order") or 0
    order = orders.take_back(order_id=order_id, incident_id=incident.pk, by=by, now=now)
    left = len(order.case_ids) - order.done
    said = gettext("Stopped: %(done)s were done, %(left)s were not")
    return said % {"done": words.digits(order.done), "left": words.digits(left)}


ACTS: dict[str, Callable[[Incident, QueryDict, Staff, datetime], str]] = {
    "join": _join,
    "leave": _leave,
    "refuse": _refuse,
    "finish": _finish,
    "take-up": _take_up,
    "stop": _stop,
}
