"""When the municipality works."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vefa.directory.models.base import Kept, Named


class Shift(Kept):
    """Working time of one weekday in local time; an end not after the start lies on the next day."""

    calendar = models.CharField(max_length=32, default="office")
    weekday = models.PositiveSmallIntegerField(help_text="0 Monday to 6 Sunday")
    start = models.TimeField()
    end = models.TimeField()
    on_holidays = models.BooleanField(default=False, help_text="worked on holidays and closures too")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "weekday", "start"], name="directory_one_shift"),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} {self.weekday} {self.start:%H:%M}-{self.end:%H:%M}"


class Holiday(Named, Kept):
    """A day that differs from its weekday."""

    class Reason(models.TextChoices):
        """Why; a working day undoes a holiday or works on a weekend."""

        PUBLIC = "public", _("Public holiday")
        LOCAL = "local", _("Local holiday")
        CLOSURE = "closure", _("Closure")
        WORKDAY = "workday", _("Working day")

    date = models.DateField(unique=True)
    until_half = models.TimeField(null=True, blank=True, help_text="work stops then; empty: no work at all")
    kind = models.CharField(max_length=16, choices=Reason)
