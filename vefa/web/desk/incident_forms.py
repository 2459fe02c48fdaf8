"""The forms of an incident: what belongs to it and what everybody reads; the answer to all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vefa.cases.incidents.gathering import Plan
from vefa.cases.models import Incident, IncidentOrder, Outcome
from vefa.directory.queries import municipality
from vefa.web.desk.choices import areas, services
from vefa.web.ui.channels import LANGUAGES
from vefa.web.ui.typed import TypedField

BANNER_LONGEST = 400  # letters
ANSWER_LONGEST = 2000
BACKWARDS = timedelta(hours=3)  # how far back a person's own declaration reaches


class PlanForm(forms.Form):
    """Name, what belongs to it, and its banner in every language of the city."""

    name = forms.CharField(
        label=_("What people call it"), max_length=120, required=False, help_text=_("Such as “Storm”.")
    )
    services = forms.TypedMultipleChoiceField(
        label=_("What belongs to it"), coerce=int, widget=forms.CheckboxSelectMultiple, choices=()
    )
    area = forms.TypedChoiceField(
        label=_("Where (empty: the whole city)"), choices=areas, coerce=int, empty_value=None, required=False
    )
    shown = forms.BooleanField(label=_("Residents see the banner on the public pages"), required=False)
    joins = forms.BooleanField(label=_("New cases that fit join by themselves"), required=False)
    field_order = ("name", "services", "area")

    def __init__(self, *args: Any, known: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["services"], [str(service_id) for service_id in known])
        for code in municipality().languages:
            self.fields[f"banner_{code}"] = _text(
                gettext("Banner: %(language)s") % {"language": LANGUAGES[code]}, code, BANNER_LONGEST
            )

    def banners(self) -> list[Any]:
        """The fields of the banner."""
        return [self[name] for name in self.fields if name.startswith("banner_")]

    def plan(self, since: datetime) -> Plan:
        """What was typed. The form must be sound."""
        said = self.cleaned_data
        return Plan(
            name=said["name"],
            service_ids=tuple(said["services"]),
            area_id=said["area"],
            since=since,
            banner=texts_of(said, "banner_"),
            shown=said["shown"],
            joins=said["joins"],
        )


class OrderForm(forms.Form):
    """What all of them hear, and whether it ends their cases."""

    sort = forms.ChoiceField(
        label=_("What should become of the cases?"),
        widget=forms.RadioSelect,
        choices=[
            ("answer", _("They are answered and stay open")),
            (f"end:{Outcome.DONE.value}", _("They end: done")),
            (f"end:{Outcome.ANSWERED.value}", _("They end: answered")),
        ],
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, languages: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in municipality().languages:
            count = languages.get(code, 0)
            label = f"{LANGUAGES[code]} ({count})" if count else str(LANGUAGES[code])
            self.fields[f"text_{code}"] = _text(label, code, ANSWER_LONGEST, required=bool(count))

    def chosen(self) -> tuple[IncidentOrder.Sort, str]:
        """What is to be done, and with which outcome."""
        sort, _colon, outcome = str(self.cleaned_data["sort"]).partition(":")
        return IncidentOrder.Sort(sort), outcome


def offer(field: forms.Field, own: Sequence[str]) -> None:
    """The services of a proposal to choose among, or all of them where a person begins anew."""
    if isinstance(field, forms.TypedMultipleChoiceField):
        everything = services()[1:]
        if not own:
            field.widget = forms.SelectMultiple(attrs={"size": 8})
        field.choices = [row for row in everything if row[0] in own] if own else everything


def initial_of(incident: Incident, banner: Mapping[str, str]) -> dict[str, Any]:
    """What the form of a plan holds before anybody types."""
    return {
        "name": incident.name,
        "services": incident.service_ids,
        "area": incident.area_id,
        "shown": incident.shown,
        "joins": incident.joins,
        **{f"banner_{code}": text for code, text in banner.items()},
    }


def texts_of(said: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """The texts of a form by language."""
    found = {name.removeprefix(prefix): str(text) for name, text in said.items() if name.startswith(prefix)}
    return {code: text for code, text in found.items() if text.strip()}


def _text(label: Any, language: str, longest: int, *, required: bool = False) -> forms.CharField:
    attributes = {"rows": 4, "dir": "auto", "lang": language}
    return TypedField(
        label=label, required=required, max_length=longest, widget=forms.Textarea(attrs=attributes)
    )
