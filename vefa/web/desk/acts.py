"""Doing something with a case: check the form, call the one operation, come back to the page."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vefa.cases import lifecycle, promises, proofs, queries
from vefa.cases.lifecycle import Assignment, Description, Ending, Piece
from vefa.cases.models import Case, Outcome
from vefa.cases.rules import ClockError
from vefa.directory.access import Action, can
from vefa.directory.people import by_username
from vefa.directory.queries import service_by_code
from vefa.inbox import files
from vefa.web.desk.case import Said, case_page, found_case
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.forms import ACTS

type Facts = Mapping[str, Any]
type Doing = Callable[[StaffRequest, Case, forms.Form, Facts], None]


@require_POST
@staff_only(Action.READ)
def act(request: StaffRequest, case_id: int, name: str) -> HttpResponse:
    """One act on one case. A colleague who was faster, a missing reason: the page comes back as typed."""
    found = found_case(request.staff, case_id)
    chosen = next((one for one in ACTS if one.name == name), None)
    if chosen is None:
        raise Http404
    if not can(request.staff, chosen.action):
        raise PermissionDenied
    form = chosen.form(request.POST, request.FILES, auto_id=f"{name}_%s")
    if not form.is_valid():
        return case_page(request, found, Said(act=name, form=form, status=422))
    try:
        DOINGS[name](request, found, form, _facts(request))
    except lifecycle.StaleError:
        notice = gettext("Somebody changed this case while you were working on it. Look again, then repeat.")
        return case_page(
            request, found_case(request.staff, case_id), Said(act=name, form=form, notice=notice, status=409)
        )
    except lifecycle.MoveNotAllowedError:
        notice = gettext("This is not possible any more: the case stands elsewhere now.")
        return case_page(
            request, found_case(request.staff, case_id), Said(act=name, form=form, notice=notice, status=409)
        )
    except REFUSALS as error:
        form.add_error(*_told(error))
        return case_page(request, found, Said(act=name, form=form, status=422))
    messages.success(request, gettext("Done: %(act)s") % {"act": chosen.label})
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))


@require_POST
@staff_only(Action.ANSWER)
def decide(request: StaffRequest, case_id: int) -> HttpResponse:
    """Take one of the services that triage suggests."""
    found = found_case(request.staff, case_id)
    service = service_by_code(request.POST.get("service", ""))
    if service is None:
        raise Http404
    words = Description(service_id=service.pk)
    lifecycle.describe(case_id=found.pk, words=words, by=request.staff, now=timezone.now())
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))


REFUSALS = (
    lifecycle.OutcomeError,
    lifecycle.OpenPartsError,
    lifecycle.ReasonError,
    files.RefusedFileError,
    files.NoRoomError,
    ClockError,
    LookupError,
)


def _told(error: Exception) -> tuple[str | None, str]:
    """The field that an operation refused, and the reason in words."""
    if isinstance(error, lifecycle.OutcomeError):
        return {
            "proof": ("proof", gettext("This service asks for a photo, or for words why there is none.")),
            "reason": ("reason", gettext("Say why, in words that the resident will read.")),
            "objection": ("objection", gettext("Say how the resident can object.")),
            "agency": ("agency", gettext("Say to whom it was passed on.")),
        }.get(error.missing, (None, gettext("This outcome is not possible here.")))
    sentences: Mapping[type[Exception], str] = {
        lifecycle.OpenPartsError: gettext(
            "Parts of this case have no outcome yet. Tick the box to end them alike."
        ),
        lifecycle.ReasonError: gettext("Say why."),
        ClockError: gettext("A promise ends in the future."),
        files.NoRoomError: gettext("The file cannot be kept now: the disk is full."),
        files.RefusedFileError: gettext("We do not keep this file: too large, empty, or of another type."),
    }
    known = next((text for kind, text in sentences.items() if isinstance(error, kind)), str(error))
    return None, known


def _facts(request: StaffRequest) -> Facts:
    """Who, when, and which version was on the screen."""
    version = request.POST.get("version", "")
    return {
        "by": request.staff,
        "now": timezone.now(),
        "version": int(version) if version.isdecimal() else None,
    }


def _take(_request: StaffRequest, case: Case, _form: forms.Form, facts: Facts) -> None:
    lifecycle.take(case_id=case.pk, **facts)


def _assign(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    asked = form.cleaned_data
    person = by_username(asked["person"]) if asked["person"] else None
    if asked["person"] and person is None:
        raise LookupError(gettext("Nobody signs in under this name."))
    to = Assignment(unit_id=asked["unit"], staff_id=person.pk if person else None, reason=asked["reason"])
    lifecycle.assign(case_id=case.pk, to=to, **facts)


def _transfer(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    to = Assignment(unit_id=form.cleaned_data["unit"], reason=form.cleaned_data["reason"])
    lifecycle.transfer(case_id=case.pk, to=to, **facts)


def _plan(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.plan(case_id=case.pk, day=form.cleaned_data["day"], **facts)


def _ask(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.ask(case_id=case.pk, question=form.cleaned_data["question"], **facts)


def _refer(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.refer(case_id=case.pk, agency_id=form.cleaned_data["agency"], **facts)


def _resume(_request: StaffRequest, case: Case, _form: forms.Form, facts: Facts) -> None:
    lifecycle.resume(case_id=case.pk, **facts)


def _reopen(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.reopen(case_id=case.pk, reason=form.cleaned_data["reason"], **facts)


def _end(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    asked = form.cleaned_data
    shown = _proof(case, form, facts["now"], facts) if asked.get("proof") else ()
    ending = Ending(
        outcome=Outcome(asked["outcome"]),
        reason=asked["reason"],
        objection=asked["objection"],
        agency_id=asked["agency"],
        proof_ids=shown,
        waiver=asked["waiver"],
        with_parts=asked["with_parts"],
    )
    lifecycle.end(case_id=case.pk, ending=ending, **facts)


def _proof(case: Case, form: forms.Form, now: datetime, facts: Facts) -> tuple[int, ...]:
    upload = form.cleaned_data["proof"]
    kept = files.store(upload.chunks(), name=upload.name, limit_bytes=settings.UPLOAD_LIMIT_MB * 1024 * 1024)
    return (proofs.add(case=case, file=kept, by=facts["by"], now=now).pk,)


def _describe(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    asked = form.cleaned_data
    words = Description(
        service_id=asked["service"],
        area_id=asked["area"],
        place_text=asked["place_text"],
        kind=asked["kind"],
        urgency=asked["urgency"],
        title=asked["title"],
    )
    lifecycle.describe(case_id=case.pk, words=words, **facts)


def _part(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    asked = form.cleaned_data
    piece = Piece(title=asked["title"], text=asked["text"], service_id=asked["service"])
    lifecycle.part(case_id=case.pk, piece=piece, **facts)


def _double(request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    master = queries.by_reference(request.staff, form.cleaned_data["master"])
    if master is None:
        raise LookupError(gettext("There is no case of this number that you may see."))
    lifecycle.double(case_id=case.pk, master_id=master.pk, **facts)


def _undouble(_request: StaffRequest, case: Case, _form: forms.Form, facts: Facts) -> None:
    lifecycle.undouble(case_id=case.pk, **facts)


def _private(_request: StaffRequest, case: Case, _form: forms.Form, facts: Facts) -> None:
    lifecycle.mark_private(case_id=case.pk, **facts)


def _public(_request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.mark_public(case_id=case.pk, text=form.cleaned_data["text"], **facts)


def _promise(request: StaffRequest, case: Case, form: forms.Form, facts: Facts) -> None:
    text, due_at = form.cleaned_data["text"], form.due_at()  # type: ignore[attr-defined]  # PromiseForm
    promises.given(case_id=case.pk, text=text, due_at=due_at, by=request.staff, now=facts["now"])


DOINGS: Mapping[str, Doing] = {
    "take": _take,
    "assign": _assign,
    "transfer": _transfer,
    "plan": _plan,
    "ask": _ask,
    "refer": _refer,
    "resume": _resume,
    "reopen": _reopen,
    "end": _end,
    "describe": _describe,
    "part": _part,
    "double": _double,
    "undouble": _undouble,
    "private": _private,
    "public": _public,
    "promise": _promise,
}
