"""The week of an account, as an administrator types it."""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext

from vefa.dialogue.rules import ON_HOLIDAYS
from vefa.directory.queries import municipality
from vefa.kit.calendars import weekday_in_words

SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})")
A_MONDAY = date(2026, 1, 5)


class HoursForm(forms.Form):
    """The week in which somebody reads: "08:30-12:30, 13:30-17:30" for each day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, name in weekdays():
            self.fields[f"day_{day}"] = forms.CharField(
                label=name, required=False, max_length=120, widget=forms.TextInput({"dir": "ltr"})
            )
        self.fields[ON_HOLIDAYS] = forms.BooleanField(
            label=gettext("Holidays are days like others"), required=False
        )

    def clean(self) -> dict[str, Any]:
        """Each day's spans, in order."""
        asked = super().clean() or self.cleaned_data
        for day in range(7):
            try:
                asked[f"day_{day}"] = spans(asked.get(f"day_{day}", ""))
            except ValueError:
                words = gettext("Write hours such as 08:30-12:30, with a comma between two spans.")
                self.add_error(f"day_{day}", words)
        return asked

    def opening_hours(self) -> dict[str, Any]:
        """The week as the account keeps it; empty where no day has hours."""
        asked = self.cleaned_data
        week: dict[str, Any] = {str(day): found for day in range(7) if (found := asked[f"day_{day}"])}
        return {**week, **({ON_HOLIDAYS: True} if asked[ON_HOLIDAYS] else {})} if week else {}


def hours_of(opening_hours: Mapping[str, Any]) -> dict[str, Any]:
    """What the week's form shows."""
    week = {
        f"day_{day}": ", ".join(f"{start}-{end}" for start, end in opening_hours.get(str(day), ()))
        for day in range(7)
    }
    return {**week, ON_HOLIDAYS: bool(opening_hours.get(ON_HOLIDAYS))}


def spans(typed: str) -> list[list[str]]:
    """The spans in a line such as "08:30-12:30, 13:30-17:30", any digits. Raises ValueError."""
    text = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in typed.replace("،", ","))
    found = []
    for part in filter(None, (part.strip() for part in re.split("[,;]", text))):
        match = SPAN.fullmatch(part)
        if match is None:
            raise ValueError(part)
        start, end = time(int(match[1]), int(match[2])), time(int(match[3]) % 24, int(match[4]))
        found.append([f"{start:%H:%M}", f"{end:%H:%M}"])
    return sorted(found)


def weekdays() -> list[tuple[int, str]]:
    """The days by number (0 is Monday) and name, beginning as the municipality's week does."""
    language, first = get_language() or "en", municipality().week_start
    return [(day % 7, _name(day % 7, language)) for day in range(first, first + 7)]


def _name(day: int, language: str) -> str:
    name = weekday_in_words(A_MONDAY + timedelta(days=day), language=language)
    return name[:1].upper() + name[1:]
