"""Fields that many forms share: units, areas, agencies and services in use by name, days, words."""

from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vefa.directory.queries import directory
from vefa.directory.remit import OWN
from vefa.kit.calendars import NoSuchDayError, read_day
from vefa.kit.sorting import in_order
from vefa.web.ui.typed import TypedField

type Choices = list[tuple[str, Any]]
NO_HOUR = _("Write the time as hours and minutes, such as 14:30.")


def units() -> Choices:
    """Every unit in use, as a choice."""
    return _named(one for one in directory().units.values() if one.retired_at is None)


def areas() -> Choices:
    """Every area in use."""
    return _named(one for one in directory().areas.values() if one.retired_at is None)


def agencies() -> Choices:
    """Every agency in use."""
    return _named(one for one in directory().agencies.values() if one.retired_at is None)


def owners() -> Choices:
    """To whom a lamp, a cover or a road may belong: unknown, the municipality, or one of the bodies."""
    named = [(one.key, one) for one in directory().agencies.values() if one.retired_at is None]
    language = get_language() or "en"
    ordered = in_order(named, lambda pair: pair[1].name(language), language=language)
    own = directory().municipality.name(language)
    return [("", "—"), (OWN, own), *((key, one.name(language)) for key, one in ordered)]


def services() -> Choices:
    """Every service in use."""
    return _named(one for one in directory().services.values() if one.retired_at is None)


def _named(rows: Any) -> Choices:
    language = get_language() or "en"
    ordered = in_order(rows, lambda row: row.name(language), language=language)
    return [("", "—"), *((str(row.pk), row.name(language)) for row in ordered)]


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


class HourField(forms.CharField):
    """A time of day as people type it: 17:30, 17.30, 17, in any digits."""

    widget = forms.TextInput({"dir": "ltr", "class": "short"})

    def clean(self, value: Any) -> time | None:
        """The time, or what is wrong with it."""
        typed = value if isinstance(value, time) else super().clean(value)
        if isinstance(typed, time) or not typed:
            return typed or None
        try:
            return read_hour(typed)
        except ValueError as error:
            raise forms.ValidationError(NO_HOUR) from error

    def prepare_value(self, value: Any) -> Any:
        """As it is typed."""
        return f"{value:%H:%M}" if isinstance(value, time) else value


def read_hour(text: str) -> time:
    """A time as it is typed, in any digits: 9:30, 09.30, ۹:۳۰. Raises ValueError."""
    digits = "".join(str(int(sign)) if sign.isdecimal() else ":" for sign in text.strip())
    parts = digits.rstrip(":").split(":")
    if len(parts) > 3 or any(len(part) > 2 for part in parts):
        raise ValueError(text)
    hour, minute, second = [*(int(part) for part in parts), 0, 0][:3]
    return time(hour, minute, second)


def words_field(label: Any, *, rows: int = 3, required: bool = True, hint: Any = "") -> forms.CharField:
    """A few sentences in any script."""
    return TypedField(
        label=label,
        required=required,
        max_length=4000,
        help_text=hint,
        widget=forms.Textarea({"rows": rows, "dir": "auto"}),
    )
