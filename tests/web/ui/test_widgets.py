"""Fields drawn without templates say what Django's own templates would say, and escape what people typed."""

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from vefa.web.ui.forms import Renderer

TYPED: dict[str, Any] = {
    "unit": 'roads"',
    "area": "2",
    "words": "<script>\n& 'so on'",
    "name": '"Ali" <b>',
    "mail": "ali@pinarova.example",
    "count": "3",
    "version": "7",
    "agreed": "on",
    "half": "1.5",
}


class Everything(forms.Form):
    """Each kind of field that the desk and the portal use."""

    unit = forms.ChoiceField(
        choices=[("", "—"), ("water", "Su <b>"), ('roads"', "Yol & köprü")], required=False
    )
    area = forms.ChoiceField(choices=[("Merkez", [("1", "Cumhuriyet"), ("2", "Çınar")]), ("z", "Diğer")])
    words = forms.CharField(max_length=400, widget=forms.Textarea({"rows": 3, "dir": "auto"}))
    name = forms.CharField(max_length=20, help_text="as you like")
    mail = forms.EmailField()
    count = forms.IntegerField(min_value=1)
    version = forms.CharField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(required=False)
    half = forms.FloatField()
    still = forms.CharField(widget=forms.TextInput({"disabled": True, "readonly": False, "title": 'a"b'}))
    secret = forms.CharField(widget=forms.PasswordInput)
    many = forms.MultipleChoiceField(choices=[("1", "bir"), ("2", "iki")], required=False)


@pytest.mark.parametrize("typed", [None, TYPED])
@pytest.mark.parametrize("name", list(Everything.base_fields))
def test_a_field_drawn_at_once_is_the_field_that_django_draws(
    name: str, typed: dict[str, Any] | None
) -> None:
    ours = Everything(typed, renderer=Renderer())[name]
    theirs = Everything(typed, renderer=DjangoTemplates())[name]
    assert _even(str(ours)) == _even(str(theirs))


def test_what_a_resident_typed_stays_words() -> None:
    drawn = str(Everything(TYPED, renderer=Renderer())["words"])
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn


def _even(markup: str) -> str:
    return re.sub(r">\s+<", "><", markup).strip()
