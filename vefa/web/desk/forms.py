"""What can be done with a case, as small forms: each names its act, its right and where it may begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vefa.cases.lifecycle import Move, allowed
from vefa.cases.models import Case, Outcome, State
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.kit.calendars import NoSuchDayError, read_day
from vefa.web.desk.rows import KINDS, OUTCOMES, URGENCIES

type Choices = list[tuple[str, Any]]


def units() -> Choices:
    """Every unit in use, as a choice."""
    return _named(one for one in directory().units.values() if one.retired_at is None)


def areas() -> Choices:
    """Every area in use."""
    return _named(one for one in directory().areas.values() if one.retired_at is None)


def agencies() -> Choices:
    """Every agency in use."""
    return _named(one for one in directory().agencies.values() if one.retired_at is None)


def services() -> Choices:
    """Every service in use."""
    return _named(one for one in directory().services.values() if one.retired_at is None)


def _named(rows: Any) -> Choices:
    language = get_language() or "en"
    return [("", "—"), *((str(row.pk), row.name(language)) for row in rows)]


class DayField(forms.CharField):
    """A day as people type it, in the Gregorian or Jalali calendar and any digits."""

    def clean(self, value: Any) -> date | None:
        """The day, or what is wrong with it."""
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return read_day(typed)
        except NoSuchDayError as error:
            raise forms.ValidationError(
                _("Write the day as day, month and year, with four digits for the year.")
            ) from error


def _words(label: Any, *, rows: int = 3, required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=4000,
        help_text=hint,
        widget=forms.Textarea({"rows": rows, "dir": "auto"}),
    )


class AssignForm(forms.Form):
    """To whom."""

    unit = forms.TypedChoiceField(
        label=_("Unit"), choices=units, coerce=int, empty_value=None, required=False
    )
    person = forms.CharField(label=_("Person (name for signing in)"), required=False, max_length=64)
    reason = _words(_("Why"), rows=2, required=False)


class TransferForm(forms.Form):
    """To which unit, and why: the next reader sees the reason."""

    unit = forms.TypedChoiceField(label=_("To which unit"), choices=units, coerce=int)
    reason = _words(_("Why"), rows=2)


class PlanForm(forms.Form):
    """On which day."""

    day = DayField(label=_("On which day will it be done?"), help_text=_("Day, month, year"))


class AskForm(forms.Form):
    """What we need."""

    question = _words(
        _("What do we need from the resident?"),
        hint=_("The resident reads this; the clock stands still until they answer."),
    )


class ReferForm(forms.Form):
    """To which agency."""

    agency = forms.TypedChoiceField(label=_("To which agency"), choices=agencies, coerce=int)


class EndForm(forms.Form):
    """How it ended."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        widget=forms.RadioSelect,
        choices=[(key.value, name) for key, name in OUTCOMES.items() if key != Outcome.DUPLICATE],
    )
    reason = _words(_("What the resident reads: what was done, or why not"), required=False)
    objection = _words(_("How the resident can object"), rows=2, required=False)
    agency = forms.TypedChoiceField(
        label=_("Passed on to"), choices=agencies, coerce=int, empty_value=None, required=False
    )
    proof = forms.FileField(
        label=_("Photo of what was done"),
        required=False,
        widget=forms.ClearableFileInput({"accept": "image/*"}),
    )
    waiver = forms.CharField(label=_("Why there is no photo"), required=False, max_length=400)
    with_parts = forms.BooleanField(label=_("End open parts in the same way"), required=False)


class ReopenForm(forms.Form):
    """Why again."""

    reason = _words(_("Why is it opened again?"), rows=2)


class DescribeForm(forms.Form):
    """What it is about."""

    service = forms.TypedChoiceField(
        label=_("Service"), choices=services, coerce=int, empty_value=None, required=False
    )
    area = forms.TypedChoiceField(
        label=_("Area"), choices=areas, coerce=int, empty_value=None, required=False
    )
    place_text = forms.CharField(label=_("Place in words"), required=False, max_length=400)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    urgency = forms.TypedChoiceField(
        label=_("Urgency"),
        coerce=int,
        choices=[(0, _("Normal")), *((key.value, name) for key, name in URGENCIES.items())],
    )
    title = forms.CharField(label=_("Title"), max_length=200)


class PartForm(forms.Form):
    """One matter out of several."""

    title = forms.CharField(label=_("What is this part about?"), max_length=200)
    text = _words(_("In the resident's words"), required=False)
    service = forms.TypedChoiceField(label=_("Service"), choices=services, coerce=int)


class DoubleForm(forms.Form):
    """Which case it follows."""

    master = forms.CharField(label=_("Reference of the case that it follows"), max_length=20)


class PublicForm(forms.Form):
    """What everybody may read."""

    text = _words(_("Words for the public list"), rows=2, hint=_("No names, numbers or addresses of people."))


class PromiseForm(forms.Form):
    """What, by when."""

    text = forms.CharField(label=_("What do we promise?"), max_length=400)
    day = DayField(label=_("By which day?"), help_text=_("Day, month, year"))
    hour = forms.TimeField(label=_("By what time?"), initial=time(17, 0), required=False)

    def due_at(self) -> datetime:
        """The moment in the municipality's zone."""
        zone = ZoneInfo(directory().municipality.timezone)
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"] or time(17, 0), zone)


class NoForm(forms.Form):
    """Nothing to fill in."""


@dataclass(frozen=True)
class Act:
    """One thing that can be done: `move` None means at any time while the case is open."""

    name: str
    label: Any
    icon: str
    action: Action
    form: type[forms.Form]
    move: Move | None = None
    key: str = ""
    primary: bool = False


ACTS: Sequence[Act] = (
    Act("take", _("Take it"), "person", Action.ASSIGN, NoForm, Move.TAKE, key="m"),
    Act("end", _("Report the outcome"), "kept", Action.RESOLVE, EndForm, Move.END, key="e", primary=True),
    Act("ask", _("Ask the resident"), "waiting", Action.ANSWER, AskForm, Move.ASK),
    Act("assign", _("Assign"), "person", Action.ASSIGN, AssignForm, Move.ASSIGN, key="a"),
    Act(
        "transfer",
        _("Transfer to another unit"),
        "pass",
        Action.TRANSFER,
        TransferForm,
        Move.TRANSFER,
        key="t",
    ),
    Act("refer", _("Pass on to an agency"), "forward", Action.TRANSFER, ReferForm, Move.REFER),
    Act("plan", _("Plan a day"), "clock", Action.RESOLVE, PlanForm, Move.PLAN),
    Act("resume", _("Go on without waiting"), "forward", Action.ASSIGN, NoForm, Move.RESUME),
    Act("describe", _("Correct what it is about"), "pin", Action.ANSWER, DescribeForm, key="c"),
    Act("part", _("Cut off a part"), "part", Action.ASSIGN, PartForm),
    Act("double", _("It follows another case"), "merge", Action.MERGE, DoubleForm, Move.DOUBLE, key="d"),
    Act("promise", _("Give a promise"), "clock", Action.ANSWER, PromiseForm),
    Act("public", _("Show to everybody"), "web", Action.ANSWER, PublicForm),
    Act("private", _("Mark as private"), "lock", Action.ANSWER, NoForm),
    Act("reopen", _("Open again"), "undo", Action.RESOLVE, ReopenForm, Move.REOPEN, primary=True),
    Act("undouble", _("It stands for itself again"), "undo", Action.MERGE, NoForm),
)


@dataclass(frozen=True)
class ActForm:
    """An act with its form, ready for the page."""

    act: Act
    form: forms.BaseForm
    open: bool


def act_forms(staff: Staff, case: Case, *, bound: forms.BaseForm | None, named: str) -> list[ActForm]:
    """Everything that this person may do with this case now."""
    return [
        ActForm(
            act,
            bound
            if bound is not None and act.name == named
            else act.form(initial=initial(act, case), auto_id=f"{act.name}_%s"),
            act.name == named,
        )
        for act in ACTS
        if can(staff, act.action) and fits(act, case)
    ]


def fits(act: Act, case: Case) -> bool:
    """Whether the case stands where the act may begin."""
    special: Mapping[str, bool] = {
        "undouble": case.master_id is not None,
        "reopen": case.state == State.ENDED and case.master_id is None,
        "private": not case.private,
        "part": case.parent_id is None and case.state != State.ENDED,
    }
    if act.name in special:
        return special[act.name]
    if act.move is not None:
        return act.move in allowed(case)
    return case.state != State.ENDED


def initial(act: Act, case: Case) -> dict[str, Any]:
    """What the form holds before anybody types."""
    if act.name == "describe":
        return {
            "service": case.service_id,
            "area": case.area_id,
            "place_text": case.place_text,
            "kind": case.kind,
            "urgency": case.urgency,
            "title": case.title,
        }
    if act.name == "public":
        return {"text": case.public_text or case.title}
    return {"text": case.text} if act.name == "part" else {}
