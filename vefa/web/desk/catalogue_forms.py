"""The form of a service: a state as fields, and fields as a state; rows for places, remits and questions."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from vefa.directory.models import Kind, Remit, Unit, Urgency
from vefa.directory.queries import directory
from vefa.directory.states import State
from vefa.kit.loading import LANGUAGES
from vefa.kit.sorting import in_order
from vefa.kit.text import fold
from vefa.web.ui import channels

LONGEST_WORD, LONGEST_EXAMPLE, MOST_LINES = 80, 600, 400
TEXTS = ("names", "description", "explanation", "words", "examples")  # in the order of the page
LISTS = {"words": LONGEST_WORD, "examples": LONGEST_EXAMPLE}
EXPLAINS = ("agency", "agency_phone", "emergency")


def choices(rows: Any, *, none: Any = "—") -> list[tuple[str, str]]:
    """Rows in use by key, in the order of their names; first none."""
    language = get_language() or "en"
    used = [row for row in rows if row.retired_at is None]
    ordered = in_order(used, lambda row: row.name(language), language=language)
    return [("", str(none)), *((row.key, row.name(language)) for row in ordered)]


def areas() -> list[tuple[str, str]]:
    """Every area, as a choice."""
    return choices(directory().areas.values())


def units() -> list[tuple[str, str]]:
    """Every unit."""
    return choices(directory().units.values())


def agencies() -> list[tuple[str, str]]:
    """Every agency."""
    return choices(directory().agencies.values())


def owners() -> list[tuple[str, str]]:
    """Every body to which a thing may belong."""
    return [*agencies(), *units()[1:]]


def groups() -> list[tuple[str, str]]:
    """Every group."""
    found = {one.group.key: one.group for one in directory().services.values()}
    return choices(found.values())[1:]


class FactsForm(forms.Form):
    """Whose it is, how urgent, how long it may take."""

    group = forms.ChoiceField(label=_("Group"), choices=groups)
    remit = forms.ChoiceField(label=_("Whose duty"), choices=Remit.choices)
    agency = forms.ChoiceField(
        label=_("The other body"),
        choices=agencies,
        required=False,
        help_text=_("Needed where the duty is another body's or shared."),
    )
    unit = forms.ChoiceField(label=_("Unit that answers"), choices=units, required=False)
    unit_kind = forms.ChoiceField(
        label=_("Where no unit is named: which sort of the place"),
        choices=[("", "—"), *Unit.Level.choices],
        required=False,
    )
    kind = forms.ChoiceField(label=_("Usual kind"), choices=Kind.choices)
    urgency = forms.ChoiceField(label=_("Usual urgency"), choices=Urgency.choices)
    calendar = forms.CharField(
        label=_("Calendar of working hours"), max_length=32, widget=forms.TextInput({"dir": "ltr"})
    )
    first_answer = forms.FloatField(label=_("Hours until a first answer"), min_value=0.1, max_value=10_000)
    resolution = forms.FloatField(label=_("Hours until the outcome"), min_value=0.1, max_value=100_000)
    legal_days = forms.IntegerField(
        label=_("Days that the law gives"), required=False, min_value=1, max_value=3650
    )
    legal_basis = forms.CharField(label=_("The law"), required=False, max_length=200)
    public = forms.BooleanField(label=_("Its cases may stand on the public list"), required=False)
    photo_required = forms.BooleanField(
        label=_("Done takes a photo of the work, or words why there is none"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """What belongs together is there together."""
        found = super().clean() or {}
        if found.get("remit") == Remit.AGENCY and not found.get("agency"):
            self.add_error("agency", gettext("Say which body it is."))
        if bool(found.get("legal_days")) != bool(found.get("legal_basis")):
            self.add_error("legal_days", gettext("Days and law belong together: fill in both or neither."))
        known = calendars()
        if found.get("calendar") and found["calendar"] not in known:
            said = gettext("There is no such calendar. Known: %(names)s.")
            self.add_error("calendar", said % {"names": ", ".join(sorted(known))})
        return found


def calendars() -> set[str]:
    """The calendars that services use now; "office" is always there."""
    return {"office", *(one.calendar for one in directory().services.values())}


class TextsForm(forms.Form):
    """Everything that is said per language; lists have one entry a line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TEXTS:
            for code in LANGUAGES:
                self.fields[f"{name}_{code}"] = _text_field(name, code)

    def by_language(self, name: str) -> list[forms.BoundField]:
        """The fields of one text, a language after the other."""
        return [self[f"{name}_{code}"] for code in LANGUAGES]

    def parts(self) -> list[tuple[str, str, str, list[forms.BoundField]]]:
        """(name, heading, hint, fields) of every text, in the order of the page."""
        return [(name, str(heading), str(hint), self.by_language(name)) for name, heading, hint in _PARTS]

    def clean(self) -> dict[str, Any]:
        """The default language has a name; lists have no line that is too long or stands twice."""
        found = super().clean() or {}
        default = directory().municipality.default_language
        if not found.get(f"names_{default}"):
            self.add_error(f"names_{default}", gettext("Give it a name in this language at least."))
        for code in LANGUAGES:
            for name, most in LISTS.items():
                self._check_lines(f"{name}_{code}", most)
            self._check_variables(f"explanation_{code}")
        return found

    def _check_lines(self, name: str, most: int) -> None:
        lines = _lines(self.cleaned_data.get(name, ""))
        long = next((line for line in lines if len(line) > most), "")
        folded = [fold(line) for line in lines]
        twice = next((line for line, key in zip(lines, folded, strict=True) if folded.count(key) > 1), "")
        if long:
            said = gettext("A line is longer than %(most)s characters: %(line)s…")
            self.add_error(name, said % {"most": most, "line": long[:40]})
        if twice:
            self.add_error(name, gettext("This line stands twice: %(line)s") % {"line": twice[:80]})

    def _check_variables(self, name: str) -> None:
        text = str(self.cleaned_data.get(name, ""))
        for known in EXPLAINS:
            text = text.replace(f"{{{known}}}", "")
        if "{" in text or "}" in text:
            said = gettext("Only these may stand in braces: %(names)s.")
            self.add_error(name, said % {"names": ", ".join(f"{{{one}}}" for one in EXPLAINS)})


_PARTS = (
    ("names", _("Name"), ""),
    ("description", _("One sentence that explains it"), ""),
    ("words", _("Words that residents use"), _("One a line: words, beginnings of words, short expressions.")),
    ("examples", _("Example messages"), _("One a line, as people really write; triage learns from them.")),
    (
        "explanation",
        _("What the resident is told where it is not our duty"),
        _(
            "What we may not do, who does, how to reach them. "
            "{agency}, {agency_phone} and {emergency} are filled in."
        ),
    ),
)


def _text_field(name: str, code: str) -> forms.CharField:
    language = str(channels.LANGUAGES[code])
    attributes = {"lang": code, "dir": "rtl" if code == "fa" else "ltr"}
    if name == "names":
        return forms.CharField(
            label=language, required=False, max_length=120, widget=forms.TextInput(attributes)
        )
    rows = {"description": 3, "explanation": 4}.get(name, 8)
    return forms.CharField(
        label=language,
        required=False,
        max_length=60_000,
        widget=forms.Textarea({**attributes, "rows": rows}),
    )


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in str(text).splitlines() if line.strip()]


def initial_texts(state: State) -> dict[str, str]:
    """The texts of a state as the form shows them."""
    return {
        f"{name}_{code}": "\n".join(value) if name in LISTS else value
        for name in TEXTS
        for code, value in state.get(name, {}).items()
    }


def texts_of(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The texts of a form as a state holds them; empty ones are left out."""
    found: dict[str, dict[str, Any]] = {}
    for name in TEXTS:
        said = {code: str(data.get(f"{name}_{code}") or "") for code in LANGUAGES}
        listed = {code: _lines(text)[:MOST_LINES] for code, text in said.items()}
        plain = {code: " ".join(text.split()) for code, text in said.items()}
        values: Mapping[str, Any] = listed if name in LISTS else plain
        found[name] = {code: value for code, value in values.items() if value}
    return found


def initial_facts(state: State) -> dict[str, Any]:
    """The facts of a state as the form shows them, hours instead of minutes."""
    hours = {
        "first_answer": state["first_answer_min"] / 60,
        "resolution": state["resolution_min"] / 60,
    }
    shown = {name: round(value, 2) if value % 1 else int(value) for name, value in hours.items()}
    return {**{name: value for name, value in state.items() if name in FactsForm.base_fields}, **shown}


def facts_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a form as a state holds them."""
    plain = {name: data[name] for name in FactsForm.base_fields if name not in {"first_answer", "resolution"}}
    return {
        **plain,
        "legal_days": data["legal_days"] or None,
        "first_answer_min": round(data["first_answer"] * 60),
        "resolution_min": round(data["resolution"] * 60),
    }
