"""Several cases at once: choose, see how many and what, do it, and hear of each what became of it."""

import secrets
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from vefa.cases import lifecycle, queries
from vefa.cases.models import Case, State
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.web.desk.doings import DOINGS, REFUSALS, Facts, assignment, told
from vefa.web.desk.door import StaffRequest, post_from, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.possible import ACTS, Act, ActForm
from vefa.web.desk.rows import rows_of
from vefa.web.ui.shapes import Row
from vefa.web.ui.show import show

MOST = 100
DONE, DONE_KEPT = "bulk_done", 5
NAMES = ("take", "assign", "double")


@dataclass(frozen=True)
class Result:
    """One case and what became of it; `trouble` is empty where it went well, `row` where it is unseen now."""

    reference: str
    row: Row | None
    trouble: str = ""


@require_safe
@staff_only(Action.ASSIGN)
def bulk(request: StaffRequest) -> HttpResponse:
    """What was chosen, and what can be done with all of it. Nothing changes here."""
    return _page(request, chosen(request.staff, request.GET.getlist("case")), bound=None)


@post_from("desk:queue")
@staff_only(Action.ASSIGN)
def bulk_act(request: StaffRequest, name: str) -> HttpResponse:
    """Do one thing with each chosen case; each succeeds or fails by itself."""
    act = next((one for one in ACTS if one.name == name and name in NAMES), None)
    if act is None:
        raise Http404
    if not can(request.staff, act.action):
        raise PermissionDenied
    cases = chosen(request.staff, request.POST.getlist("case"))
    if not cases:
        return HttpResponseRedirect(reverse("desk:queue"))
    form = act.form(request.POST, auto_id=f"{name}_%s")
    if not form.is_valid() or (name == "assign" and _wordless(form, cases, request.staff)):
        return _page(request, cases, bound=ActForm(act, form, open=True))
    now = timezone.now()
    facts: Facts = {"by": request.staff, "now": now, "version": None}
    troubles = [_done(name, case, form, facts) for case in cases]
    told_of = [[case.pk, case.reference, why] for case, why in zip(cases, troubles, strict=True)]
    return HttpResponseRedirect(reverse("desk:bulk-done", args=[_kept(request, name, told_of)]))


@require_safe
@staff_only(Action.ASSIGN)
def bulk_done(request: StaffRequest, key: str) -> HttpResponse:
    """What became of each; looked at again, nothing is done again."""
    kept = request.session.get(DONE, {}).get(key)
    if kept is None:
        return HttpResponseRedirect(reverse("desk:queue"))
    now = timezone.now()
    cases = chosen(request.staff, [str(pk) for pk, _, _ in kept["cases"]])
    rows = {row.case_id: row for row in rows_of(cases, now=now)}
    troubles = [why for _, _, why in kept["cases"]]
    context = {
        "frame": frame_of(request, now=now),
        "act": next(one for one in ACTS if one.name == kept["act"]),
        "results": [Result(reference, rows.get(pk), why) for pk, reference, why in kept["cases"]],
        "failed": sum(bool(why) for why in troubles),
        "done": sum(not why for why in troubles),
    }
    return show(request, "desk/bulk_done.html", None, context)


def _kept(request: StaffRequest, name: str, told_of: list[list[Any]]) -> str:
    """The key under which the session keeps for a while what was done."""
    key = secrets.token_hex(4)
    before = list(request.session.get(DONE, {}).items())[1 - DONE_KEPT :]
    request.session[DONE] = {**dict(before), key: {"act": name, "cases": told_of}}
    return key


def chosen(staff: Staff, ids: list[str]) -> list[Case]:
    """The chosen cases that this person may see, in the order of the list; what is no number is left out."""
    wanted = [int(one) for one in ids if one.isdecimal() and len(one) < 16][:MOST]
    visible = set(queries.visible_to(staff).filter(pk__in=wanted).values_list("pk", flat=True))
    return queries.rows([one for one in dict.fromkeys(wanted) if one in visible])


def _wordless(form: forms.Form, cases: list[Case], staff: Staff) -> bool:
    """Whether the form says too little for one of them: told beside the field, before anything is done."""
    try:
        to = assignment(form)
    except LookupError as error:
        form.add_error("person", str(error))
        return True
    if any(one.state != State.ENDED and lifecycle.owes_reason(one, to, staff) for one in cases):
        form.add_error(*told(lifecycle.UnitReasonError()))
        return True
    return False


def _done(name: str, case: Case, form: forms.Form, facts: Facts) -> str:
    """Why it did not work for this case, or nothing."""
    try:
        DOINGS[name](case, form, facts)
    except REFUSALS as error:
        return told(error)[1]
    except lifecycle.MoveNotAllowedError:
        return gettext("not possible where this case stands")
    return ""


def _page(request: StaffRequest, cases: list[Case], *, bound: ActForm | None) -> HttpResponse:
    now = timezone.now()
    acts = [
        bound if bound and bound.act is act else ActForm(act, act.form(auto_id=f"{act.name}_%s"), open=False)
        for act in _offered(request.staff)
    ]
    context = {
        "frame": frame_of(request, now=now),
        "rows": rows_of(cases, now=now),
        "acts": acts,
    }
    return show(request, "desk/bulk.html", None, context, status=422 if bound else 200)


def _offered(staff: Staff) -> list[Act]:
    return [act for act in ACTS if act.name in NAMES and can(staff, act.action)]
