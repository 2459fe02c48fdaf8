"""A field that takes several files at once."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext


class FilesInput(forms.ClearableFileInput):
    """The browser's own chooser, for several files."""

    allow_multiple_selected = True


def ask_for_files(request: HttpRequest, form: forms.BaseForm) -> None:
    """A form that comes back with its faults has lost its files: each field says so, beside what is wrong."""
    for name in set(request.FILES) & set(form.fields):
        form.add_error(name, gettext("Choose the files again."))


class FilesField(forms.FileField):
    """Several files, each checked like one; the value is their list, empty where none came."""

    def __init__(self, *, accept: str = "", **kwargs: Any) -> None:
        super().__init__(widget=FilesInput({"accept": accept} if accept else {}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Every file that came."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            super().clean(None, initial)
            return []
        return [super(FilesField, self).clean(one, initial) for one in given]
