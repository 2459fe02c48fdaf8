"""The rows of a service's form: units of single places, remits by place and owner, questions."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vefa.directory.load.questions import KINDS
from vefa.directory.models import Remit
from vefa.kit.loading import LANGUAGES
from vefa.web.desk.catalogue_forms import agencies, areas, owners, units
from vefa.web.ui import channels

MOST = 40
_CHOICES = _(
    "One a line: key | Turkish | Russian | Kazakh | Persian | English. A ! behind the key means danger."
)


class PlaceForm(forms.Form):
    """Another unit in one area and all below it."""

    area = forms.ChoiceField(label=_("Area"), choices=areas, required=False)
    unit = forms.ChoiceField(label=_("Unit"), choices=units, required=False)

    def clean(self) -> dict[str, Any]:
        """Both or neither."""
        found = super().clean() or {}
        if bool(found.get("area")) != bool(found.get("unit")):
            self.add_error("unit", gettext("Choose both, or neither."))
        return found


class RemitForm(forms.Form):
    """Whose duty it is in an area, or where the thing belongs to somebody."""

    area = forms.ChoiceField(label=_("In this area"), choices=areas, required=False)
    owner = forms.ChoiceField(label=_("Belongs to"), choices=owners, required=False)
    remit = forms.ChoiceField(label=_("Then it is"), choices=Remit.choices, initial=Remit.AGENCY)
    agency = forms.ChoiceField(label=_("The body"), choices=agencies, required=False)
    unit = forms.ChoiceField(label=_("Unit that passes it on"), choices=units, required=False)
    words = forms.CharField(
        label=_("Words that name the owner"),
        required=False,
        max_length=8000,
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
        help_text=_("One language a line: tr: telekom, ttnet"),
    )

    def clean(self) -> dict[str, Any]:
        """A rule names an area or an owner, and a body where the duty is another's."""
        found = super().clean() or {}
        named = found.get("area") or found.get("owner")
        if not named and (found.get("agency") or found.get("words")):
            self.add_error("area", gettext("Say in which area, or to whom it belongs."))
        if named and found.get("remit") == Remit.AGENCY and not found.get("agency"):
            self.add_error("agency", gettext("Say which body it is."))
        found["words"] = self._words(str(found.get("words") or ""))
        return found

    def _words(self, text: str) -> dict[str, list[str]]:
        told: dict[str, list[str]] = {}
        for line in filter(str.strip, text.splitlines()):
            code, colon, rest = line.partition(":")
            if not colon or code.strip() not in LANGUAGES:
                known = ", ".join(LANGUAGES)
                said = gettext("Begin the line with a language and a colon (%(known)s): %(line)s")
                self.add_error("words", said % {"known": known, "line": line[:60]})
                continue
            words = (" ".join(word.split()) for word in rest.replace("،", ",").split(","))
            told[code.strip()] = list(dict.fromkeys(filter(None, words)))
        return told


class QuestionForm(forms.Form):
    """What the form asks beside the message."""

    key = forms.SlugField(
        label=_("Short name"), max_length=40, required=False, widget=forms.TextInput({"dir": "ltr"})
    )
    kind = forms.ChoiceField(label=_("Kind of answer"))
    required = forms.BooleanField(label=_("Cannot be left out"), required=False)
    danger = forms.BooleanField(label=_("“Yes” means danger"), required=False)
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=8000,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_CHOICES,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label=_("Kind of answer"), choices=list(_kinds().items()))
        for code in LANGUAGES:
            self.fields[f"text_{code}"] = forms.CharField(
                label=gettext("Question in %(language)s") % {"language": channels.LANGUAGES[code]},
                required=False,
                max_length=200,
                widget=forms.TextInput({"lang": code, "dir": "rtl" if code == "fa" else "ltr"}),
            )

    def clean(self) -> dict[str, Any]:
        """A question has a key, a text, and two choices where it is a choice."""
        found = super().clean() or {}
        texts = {code: found.get(f"text_{code}") for code in LANGUAGES if found.get(f"text_{code}")}
        if texts and not found.get("key") and "key" not in self.errors:
            self.add_error("key", gettext("Give the question a short name."))
        if found.get("key") and not texts:
            self.add_error("text_tr", gettext("Write the question in one language at least."))
        found["choices"] = self._choices(str(found.get("choices") or ""))
        if found.get("kind") == "choice" and found.get("key") and len(found["choices"]) < 2:
            self.add_error("choices", gettext("A choice needs two choices or more."))
        return found

    def _choices(self, text: str) -> list[dict[str, Any]]:
        told = []
        for line in filter(str.strip, text.splitlines()):
            key, *texts = (part.strip() for part in line.split("|"))
            named = {code: said for code, said in zip(LANGUAGES, texts, strict=False) if said}
            if not key.strip("!") or not named:
                said = gettext("This line has no key or no text: %(line)s")
                self.add_error("choices", said % {"line": line[:60]})
                continue
            told.append({"key": key.strip("! "), "texts": named, "danger": key.endswith("!")})
        keys = [one["key"] for one in told]
        if len(set(keys)) < len(keys):
            self.add_error("choices", gettext("Two choices have the same key."))
        return told


def _kinds() -> dict[str, str]:
    named = {
        "text": gettext("Text"),
        "number": gettext("Number"),
        "yesno": gettext("Yes or no"),
        "choice": gettext("Choice"),
        "line": gettext("Line"),
        "stop": gettext("Stop"),
        "vehicle": gettext("Vehicle"),
        "minutes": gettext("Minutes"),
    }
    return {kind: named[kind] for kind in KINDS}


def _formset(form: type[forms.Form], extra: int) -> Any:
    return forms.formset_factory(form, extra=extra, can_delete=True, max_num=MOST, validate_max=True)


Places, Remits, Questions = _formset(PlaceForm, 2), _formset(RemitForm, 1), _formset(QuestionForm, 1)


def initial_rows(state: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a state as the forms show them."""
    return {
        "places": [{"area": area, "unit": unit} for area, unit in state["unit_by_area"].items()],
        "remits": [{**rule, "words": _told(rule["words"])} for rule in state["remit_by"]],
        "questions": [_question(one) for one in state["questions"]],
    }


def _told(words: Mapping[str, Any]) -> str:
    return "\n".join(f"{code}: {', '.join(said)}" for code, said in words.items())


def _question(one: Mapping[str, Any]) -> dict[str, Any]:
    lines = (
        " | ".join(
            [f"{choice['key']}{'!' if choice.get('danger') else ''}"]
            + [choice["texts"].get(code, "") for code in LANGUAGES]
        )
        for choice in one.get("choices", ())
    )
    texts = {f"text_{code}": text for code, text in one["texts"].items()}
    return {
        "key": one["key"],
        "kind": one["kind"],
        "required": one.get("required", False),
        "danger": one.get("danger", False),
        "choices": "\n".join(lines),
        **texts,
    }


def rows_of(places: Any, remits: Any, questions: Any) -> dict[str, Any]:
    """The rows of valid forms as a state holds them; empty and struck ones are left out."""
    return {
        "unit_by_area": {one["area"]: one["unit"] for one in _kept(places) if one.get("area")},
        "remit_by": [_rule(one) for one in _kept(remits) if one.get("area") or one.get("owner")],
        "questions": [_asked(one) for one in _kept(questions) if one.get("key")],
    }


def _kept(rows: Any) -> list[dict[str, Any]]:
    return [form.cleaned_data for form in rows if not form.cleaned_data.get("DELETE")]


def _rule(one: Mapping[str, Any]) -> dict[str, Any]:
    agency = "" if one["remit"] == Remit.OURS else one["agency"]
    return {**{name: one[name] for name in ("area", "owner", "words", "remit", "unit")}, "agency": agency}


def _asked(one: Mapping[str, Any]) -> dict[str, Any]:
    texts = {code: one[f"text_{code}"] for code in LANGUAGES if one[f"text_{code}"]}
    asked = {name: one[name] for name in ("key", "kind", "required", "danger")} | {"texts": texts}
    return asked | {"choices": one["choices"]} if one["kind"] == "choice" else asked
