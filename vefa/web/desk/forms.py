"""The small forms in which somebody says what becomes of a case."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from vefa.cases.models import Outcome
from vefa.directory.queries import directory
from vefa.web.desk.choices import DayField, HourField, agencies, areas, owners, services, units, words_field
from vefa.web.desk.rows import KINDS, OUTCOMES, URGENCIES


class AssignForm(forms.Form):
    """To whom."""

    unit = forms.TypedChoiceField(
        label=_("Unit"), choices=units, coerce=int, empty_value=None, required=False
    )
    person = forms.CharField(label=_("Person (name for signing in)"), required=False, max_length=64)
    reason = words_field(
        _("Why"),
        rows=2,
        required=False,
        hint=_("Needed where one unit loses the case to another, unless both are yours."),
    )


class TransferForm(forms.Form):
    """To which unit, and why: the next reader sees the reason."""

    unit = forms.TypedChoiceField(label=_("To which unit"), choices=units, coerce=int)
    reason = words_field(_("Why"), rows=2)


class PlanForm(forms.Form):
    """On which day."""

    day = DayField(label=_("On which day will it be done?"), help_text=_("Day, month, year"))


class AskForm(forms.Form):
    """What we need."""

    question = words_field(
        _("What do we need from the resident?"),
        hint=_("Only who reported it reads this; the clock stands still until they answer."),
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
    reason = words_field(
        _("What the resident reads: what was done, or why not"),
        required=False,
        hint=_("It is told at once and cannot be taken back."),
    )
    objection = words_field(_("How the resident can object"), rows=2, required=False)
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

    reason = words_field(_("Why is it opened again?"), rows=2)


class DescribeForm(forms.Form):
    """What it is about."""

    service = forms.TypedChoiceField(
        label=_("Service"), choices=services, coerce=int, empty_value=None, required=False
    )
    area = forms.TypedChoiceField(
        label=_("Area"), choices=areas, coerce=int, empty_value=None, required=False
    )
    place_text = forms.CharField(label=_("Place in words"), required=False, max_length=400)
    owner = forms.ChoiceField(
        label=_("To whom the lamp, cover or road belongs"), choices=owners, required=False
    )
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
    text = words_field(_("In the resident's words"), required=False)
    service = forms.TypedChoiceField(label=_("Service"), choices=services, coerce=int)


class DoubleForm(forms.Form):
    """Which case it follows."""

    master = forms.CharField(label=_("Reference of the case that it follows"), max_length=20)


class PublicForm(forms.Form):
    """What everybody may read."""

    text = words_field(
        _("Words for the public list"), rows=2, hint=_("No names, numbers or addresses of people.")
    )


class DueForm(forms.Form):
    """By when."""

    day = DayField(label=_("By which day?"), help_text=_("Day, month, year"))
    hour = HourField(label=_("By what time?"), initial=time(17, 0), required=False)

    def due_at(self) -> datetime:
        """The moment in the municipality's zone."""
        zone = ZoneInfo(directory().municipality.timezone)
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"] or time(17, 0), zone)


class PromiseForm(DueForm):
    """What, by when."""

    text = forms.CharField(label=_("What do we promise?"), max_length=400)
    field_order = ("text", "day", "hour")


class ExtendForm(DueForm):
    """Which promise needs more time, until when, and why."""

    promise = forms.TypedChoiceField(label=_("What needs more time?"), coerce=int)
    reason = words_field(_("Why is more time needed?"), rows=2)
    field_order = ("promise", "day", "hour", "reason")


class ExplainForm(forms.Form):
    """Which promise is late, and why."""

    promise = forms.TypedChoiceField(label=_("What is late?"), coerce=int)
    why = words_field(
        _("Why is it late?"), rows=2, hint=_("The resident reads this on the page of their report.")
    )


class KeptForm(forms.Form):
    """Which promise was kept."""

    promise = forms.TypedChoiceField(label=_("Which promise is kept?"), coerce=int)


class NotKeptForm(forms.Form):
    """Which promise was not kept, though somebody said so."""

    promise = forms.TypedChoiceField(label=_("Which promise is not kept?"), coerce=int)


class PauseForm(forms.Form):
    """Why nothing can be done now."""

    reason = words_field(_("Why does the clock stand still?"), rows=2)


class NoForm(forms.Form):
    """Nothing to fill in."""
