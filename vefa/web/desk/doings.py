"""What each act does: its form's answers handed to the one operation, and refusals told in words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from vefa.cases import lifecycle, promises, proofs, queries
from vefa.cases.describing import KEEP
from vefa.cases.lifecycle import Assignment, Description, Ending, Piece
from vefa.cases.models import Case, Outcome
from vefa.cases.promises import Wish
from vefa.cases.rules import ClockError
from vefa.directory.people import by_username
from vefa.directory.rules import CalendarEndsError
from vefa.inbox import files
from vefa.web.desk.forms import DueForm

type Facts = Mapping[str, Any]
type Doing = Callable[[Case, forms.Form, Facts], None]

REFUSALS = (
    lifecycle.OutcomeError,
    lifecycle.OpenPartsError,
    lifecycle.ReasonError,
    lifecycle.FollowError,
    lifecycle.PlannedDayError,
    files.RefusedFileError,
    files.NoRoomError,
    promises.PromiseOverError,
    promises.PauseError,
    ClockError,
    CalendarEndsError,
    LookupError,
)


def told(error: Exception) -> tuple[str | None, str]:
    """The field that an operation refused, and the reason in words."""
    if isinstance(error, lifecycle.OutcomeError):
        return {
            "proof": ("proof", gettext("This service asks for a photo, or for words why there is none.")),
            "reason": ("reason", gettext("Say why, in words that the resident will read.")),
            "objection": ("objection", gettext("Say how the resident can object.")),
            "agency": ("agency", gettext("Say to whom it was passed on.")),
        }.get(error.missing, (None, gettext("This outcome is not possible here.")))
    if isinstance(error, lifecycle.FollowError):
        return "master", _not_followed(error)
    if isinstance(error, lifecycle.UnitReasonError):
        return "reason", gettext("It goes from one unit to another: say why.")
    if isinstance(error, lifecycle.PlannedDayError):
        return "day", gettext("Name today or a later day, at most two years ahead.")
    sentences: Mapping[type[Exception], str] = {
        lifecycle.OpenPartsError: gettext(
            "Parts of this case have no outcome yet. Tick the box to end them alike."
        ),
        lifecycle.ReasonError: gettext("Say why."),
        lifecycle.NotShownError: gettext(
            "Cases of this service are shown to nobody."
            " If it is the wrong service, correct what the case is about."
        ),
        promises.PromiseOverError: gettext("This promise is kept, broken or no longer owed."),
        promises.PauseError: gettext("The clock stands like that already."),
        ClockError: gettext("Name a later moment than the one that is promised now."),
        CalendarEndsError: gettext("The working calendar does not reach that far: name an earlier day."),
        files.NoRoomError: gettext("The file cannot be kept now: the disk is full."),
        files.RefusedFileError: gettext("We do not keep this file: too large, empty, or of another type."),
    }
    known = next((text for kind, text in sentences.items() if isinstance(error, kind)), str(error))
    return None, known


def _not_followed(error: lifecycle.FollowError) -> str:
    return {
        "itself": gettext("A case cannot follow itself: write the reference of the other one."),
        "followed": gettext(
            "Other cases follow this one. Let that case follow this one instead, or let those that follow"
            " stand for themselves first."
        ),
        "follows": gettext("That case follows %(reference)s itself: write that reference."),
        "ended": gettext(
            "That case has ended. Open it again first, or report the outcome of this one by itself."
        ),
    }[error.why] % {"reference": error.reference}


def _take(case: Case, _form: forms.Form, facts: Facts) -> None:
    lifecycle.take(case_id=case.pk, **facts)


def assignment(form: forms.Form) -> Assignment:
    """To whom a form gives a case. Raises LookupError where nobody signs in under the name."""
    asked = form.cleaned_data
    person = by_username(asked["person"]) if asked["person"] else None
    if asked["person"] and person is None:
        raise LookupError(gettext("Nobody signs in under this name."))
    return Assignment(unit_id=asked["unit"], staff_id=person.pk if person else None, reason=asked["reason"])


def _assign(case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.assign(case_id=case.pk, to=assignment(form), **facts)


def _transfer(case: Case, form: forms.Form, facts: Facts) -> None:
    to = Assignment(unit_id=form.cleaned_data["unit"], reason=form.cleaned_data["reason"])
    lifecycle.transfer(case_id=case.pk, to=to, **facts)


def _plan(case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.plan(case_id=case.pk, day=form.cleaned_data["day"], **facts)


def _ask(case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.ask(case_id=case.pk, question=form.cleaned_data["question"], **facts)


def _refer(case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.refer(case_id=case.pk, agency_id=form.cleaned_data["agency"], **facts)


def _resume(case: Case, _form: forms.Form, facts: Facts) -> None:
    lifecycle.resume(case_id=case.pk, **facts)


def _reopen(case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.reopen(case_id=case.pk, reason=form.cleaned_data["reason"], **facts)


@transaction.atomic
def _end(case: Case, form: forms.Form, facts: Facts) -> None:
    """The photo counts with the outcome or not at all: else it shows the work of a case that goes on."""
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


def _describe(case: Case, form: forms.Form, facts: Facts) -> None:
    asked = form.cleaned_data
    words = Description(
        service_id=asked["service"],
        area_id=asked["area"],
        place_text=asked["place_text"],
        kind=asked["kind"],
        urgency=asked["urgency"],
        title=asked["title"],
        owner=asked["owner"] if "owner" in form.data else KEEP,
    )
    lifecycle.describe(case_id=case.pk, words=words, **facts)


def _part(case: Case, form: forms.Form, facts: Facts) -> None:
    asked = form.cleaned_data
    piece = Piece(title=asked["title"], text=asked["text"], service_id=asked["service"])
    lifecycle.part(case_id=case.pk, piece=piece, **facts)


def _double(case: Case, form: forms.Form, facts: Facts) -> None:
    master = queries.by_reference(facts["by"], form.cleaned_data["master"])
    if master is None:
        raise LookupError(gettext("There is no case of this number that you may see."))
    lifecycle.double(case_id=case.pk, master_id=master.pk, **facts)


def _undouble(case: Case, _form: forms.Form, facts: Facts) -> None:
    lifecycle.undouble(case_id=case.pk, **facts)


def _private(case: Case, _form: forms.Form, facts: Facts) -> None:
    lifecycle.mark_private(case_id=case.pk, **facts)


def _public(case: Case, form: forms.Form, facts: Facts) -> None:
    lifecycle.mark_public(case_id=case.pk, text=form.cleaned_data["text"], **facts)


def _due_at(form: forms.Form) -> datetime:
    assert isinstance(form, DueForm)
    return form.due_at()


def _promise(case: Case, form: forms.Form, facts: Facts) -> None:
    text = form.cleaned_data["text"]
    promises.given(case_id=case.pk, text=text, due_at=_due_at(form), by=facts["by"], now=facts["now"])


def _extend(_case: Case, form: forms.Form, facts: Facts) -> None:
    wish = Wish(due_at=_due_at(form), reason=form.cleaned_data["reason"])
    promises.extend(promise_id=form.cleaned_data["promise"], wish=wish, by=facts["by"], now=facts["now"])


def _explain(_case: Case, form: forms.Form, facts: Facts) -> None:
    asked = form.cleaned_data
    promises.explain(promise_id=asked["promise"], why=asked["why"], by=facts["by"], now=facts["now"])


def _keep(_case: Case, form: forms.Form, facts: Facts) -> None:
    promises.keep(promise_id=form.cleaned_data["promise"], by=facts["by"], now=facts["now"])


def _unkeep(_case: Case, form: forms.Form, facts: Facts) -> None:
    promises.unkeep(promise_id=form.cleaned_data["promise"], by=facts["by"], now=facts["now"])


def _pause(case: Case, form: forms.Form, facts: Facts) -> None:
    reason = form.cleaned_data["reason"]
    promises.pause(case_id=case.pk, reason=reason, by=facts["by"], now=facts["now"])


def _run(case: Case, _form: forms.Form, facts: Facts) -> None:
    promises.resume(case_id=case.pk, by=facts["by"], now=facts["now"])


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
    "extend": _extend,
    "explain": _explain,
    "keep": _keep,
    "unkeep": _unkeep,
    "pause": _pause,
    "run": _run,
}
