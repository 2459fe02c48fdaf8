"""What people type, as it is kept and counted: browsers send a line break as two signs, here it is one."""

from typing import Any

from django import forms
from django.http import QueryDict

from vefa.kit.text import clean


def typed(posted: QueryDict, name: str = "text") -> str:
    """The words of one field of a form as it was sent, without what no database holds; "" where it is not."""
    return clean(posted.get(name, ""))


class TypedField(forms.CharField):
    """A text; spaces around it do not count."""

    def to_python(self, value: Any) -> str:
        """The cleaned text, `""` for nothing."""
        return str(super().to_python(clean(str(value)) if value else value))
