"""The triage desk: unsure cases one after another, each decided with a key, and the next comes at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from vefa.cases import lifecycle, queries
from vefa.cases.models import Case
from vefa.directory.access import Action, can
from vefa.directory.queries import service_by_code
from vefa.triage.deciding import acting, holding, undoing
from vefa.triage.deciding.acting import Look
from vefa.triage.deciding.holding import MOST_COUNTED, HeldError, Standing
from vefa.triage.models import DeskDecision, Did
from vefa.web.desk.case import found_case
from vefa.web.desk.doings import told
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.triage_forms import FactsForm, TypedPiece, first_service, pieces_of, read_pieces
from vefa.web.desk.triage_item import item_of
from vefa.web.desk.triage_search import found_services
from vefa.web.ui import words
from vefa.web.ui.show import show, wants_part


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What comes back to the page after a decision that did not go through."""

    form: FactsForm | None = None
    pieces: Sequence[TypedPiece] = ()
    notice: str = ""
    status: int = 200


class NotYetError(Exception):
    """Something is missing; the page comes back as it was typed."""

    def __init__(self, notice: str, form: FactsForm, pieces: Sequence[TypedPiece] = ()) -> None:
        super().__init__(notice)
        self.typed = Typed(form=form, pieces=pieces, notice=notice, status=422)


@require_safe
@staff_only(Action.ANSWER)
def page(request: StaffRequest) -> HttpResponse:
    """The case that this person has, or the next; to htmx only the services that were looked for."""
    asked = request.GET.get("q", "")
    if wants_part(request):
        return show(request, "desk/triage.html", "found", _found(asked))
    return _page(request, holding.next_case(request.staff, now=timezone.now()), Typed())


@require_POST
@staff_only(Action.ANSWER)
def act(request: StaffRequest, case_id: int, name: str) -> HttpResponse:
    """One decision about one case; then the next case."""
    case, chosen = found_case(request.staff, case_id), ACTS.get(name)
    if chosen is None:
        raise Http404
    right, do = chosen
    if not can(request.staff, right):
        raise PermissionDenied
    try:
        do(request, case)
    except NotYetError as error:
        return _page(request, case, error.typed)
    except HeldError:
        messages.warning(request, gettext("A colleague is deciding that case now. Here is the next one."))
    except (lifecycle.StaleError, lifecycle.MoveNotAllowedError):
        messages.warning(request, gettext("That case changed meanwhile. Look again."))
    return HttpResponseRedirect(reverse("desk:triage"))


@require_POST
@staff_only(Action.ANSWER)
def undo(request: StaffRequest) -> HttpResponse:
    """Take the last decision back and show its case again."""
    try:
        undoing.undo(staff=request.staff, now=timezone.now())
    except undoing.NothingToUndoError:
        messages.info(request, gettext("There is nothing to undo."))
    except (HeldError, lifecycle.MoveNotAllowedError):
        messages.warning(request, gettext("This cannot be undone any more: somebody works on it."))
    return HttpResponseRedirect(reverse("desk:triage"))


@require_POST
@staff_only(Action.ANSWER)
def again(request: StaffRequest) -> HttpResponse:
    """Give back what was skipped."""
    holding.again(request.staff, now=timezone.now())
    return HttpResponseRedirect(reverse("desk:triage"))


def _decide(request: StaffRequest, case: Case) -> None:
    form, service = FactsForm(case, request.POST), service_by_code(request.POST.get("service", ""))
    if not form.is_valid():
        raise NotYetError(gettext("Look at the place, the kind and the urgency again."), form)
    if service is None:
        raise NotYetError(gettext("Say what it is about: 1, 2, 3, or look for another service."), form)
    acting.settle(_look(request, case), form.description(service.pk))


def _merge(request: StaffRequest, case: Case) -> None:
    number = request.POST.get("master", "")
    master = (
        queries.open_case(request.staff, int(number)) if number.isdecimal() and len(number) < 19 else None
    )
    typed = request.POST.get("reference", "")
    master = master or (queries.by_reference(request.staff, typed) if typed else None)
    if master is None:
        raise NotYetError(gettext("There is no case of this number that you may see."), FactsForm(case))
    try:
        acting.merge(_look(request, case), master.pk)
    except lifecycle.FollowError as error:
        raise NotYetError(told(error)[1], FactsForm(case)) from error


def _split(request: StaffRequest, case: Case) -> None:
    rows, form = read_pieces(request.POST), FactsForm(case)
    service = first_service(rows)
    if len(rows) < 2 or service is None or any(row.wrong for row in rows):
        raise NotYetError(gettext("Write two matters at least, each with its service."), form, rows)
    acting.split(_look(request, case), pieces_of(rows), lifecycle.Description(service_id=service.pk))


def _skip(request: StaffRequest, case: Case) -> None:
    acting.skip(_look(request, case))


ACTS: Mapping[str, tuple[Action, Callable[[StaffRequest, Case], None]]] = {
    "decide": (Action.ANSWER, _decide),
    "merge": (Action.MERGE, _merge),
    "split": (Action.ASSIGN, _split),
    "skip": (Action.ANSWER, _skip),
}


def _look(request: StaffRequest, case: Case) -> Look:
    version = request.POST.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else None
    return Look(case_id=case.pk, by=request.staff, now=timezone.now(), version=seen)


def _page(request: StaffRequest, case: Case | None, typed: Typed) -> HttpResponse:
    now, staff = timezone.now(), request.staff
    stands, last = holding.standing(staff, now=now), undoing.last_decision(staff, now=now)
    context: dict[str, Any] = {
        "frame": frame_of(request, now=now),
        "stands": stands,
        "total": stands.done + stands.left,
        "progress": _progress(stands),
        "last": _said(last) if last else "",
        "last_reference": last.case.reference if last else "",
        "notice": typed.notice,
        **_found(request.GET.get("q", "")),
    }
    if case is not None:
        context |= item_of(staff, case, typed.form or FactsForm(case), typed.pieces)
    return show(request, "desk/triage.html", None, context, status=typed.status)


def _found(asked: str) -> dict[str, Any]:
    language = get_language() or "en"
    found = [(one.code, one.name(language), _group(one)) for one in found_services(asked)]
    return {"asked": asked, "found": found}


def _group(service: Any) -> str:
    return str(service.group.name(get_language() or "en")) if service.group_id else ""


def _progress(stands: Standing) -> str:
    left = f"{words.digits(MOST_COUNTED)}+" if stands.left > MOST_COUNTED else words.digits(stands.left)
    done = ngettext("%(count)s decided today", "%(count)s decided today", stands.done)
    waits = ngettext("%(count)s waits", "%(count)s wait", stands.left)
    return f"{done % {'count': words.digits(stands.done)}} · {waits % {'count': left}}"


def _said(last: DeskDecision) -> str:
    """What was done last, in words."""
    if last.did == Did.SERVICE and last.case.service_id:
        service = last.case.service
        return service.name(get_language() or "en") if service else ""
    return {
        Did.MERGED: gettext("Joined to another case"),
        Did.SPLIT: gettext("Split into parts"),
        Did.SKIPPED: gettext("Skipped"),
    }.get(Did(last.did), "")
