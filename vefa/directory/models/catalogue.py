"""The catalogue: what can be asked for, in whose words, and how it came to read as it does."""

from typing import ClassVar

from django.db import models

from vefa.directory.models.base import Kept, Kind, Named, Remit, Urgency
from vefa.directory.models.places import Agency, Area, Unit


class ServiceGroup(Named, Kept):
    """A heading under which services stand, in the order of the file."""

    key = models.CharField(max_length=64, unique=True)
    order = models.PositiveSmallIntegerField(default=0)


class Service(Named, Kept):
    """What can be asked for. Minutes are working minutes of `calendar`; legal days are calendar days."""

    code = models.CharField(max_length=64, unique=True)
    group = models.ForeignKey(ServiceGroup, models.PROTECT, related_name="services")
    words = models.JSONField(default=dict, help_text='words that residents use: {"tr": ["çukur", …], …}')
    description = models.JSONField(default=dict)
    remit = models.CharField(max_length=8, choices=Remit, default=Remit.OURS)
    remit_by = models.JSONField(
        default=list,
        help_text="[{area, owner, words, remit, agency, unit}]: whose duty in single cases",
    )
    explanation = models.JSONField(
        default=dict, help_text="what we may not do, who does and how to reach them, per language"
    )
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="services")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="services")
    unit_kind = models.CharField(
        max_length=16,
        choices=Unit.Level,
        blank=True,
        help_text="where no unit is named: which sort",
    )
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.REQUEST)
    urgency = models.CharField(max_length=16, choices=Urgency, default=Urgency.NORMAL)
    calendar = models.CharField(max_length=32, default="office", help_text="whose shifts its clocks count")
    first_answer_min = models.PositiveIntegerField()
    resolution_min = models.PositiveIntegerField()
    legal_days = models.PositiveSmallIntegerField(null=True, blank=True)
    legal_basis = models.TextField(blank=True)
    public = models.BooleanField(default=True, help_text="its cases may stand on the public list")
    photo_required = models.BooleanField(default=False)
    questions = models.JSONField(default=list, help_text="[{key, type, texts, required, choices, danger}]")
    order = models.PositiveSmallIntegerField(default=0)
    loaded = models.JSONField(default=dict, help_text="what the folder said last; the rest is the desk's")
    loaded_at = models.DateTimeField(null=True, blank=True)


class ServiceUnit(models.Model):
    """The default unit of a service in one area and everything below it."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="units")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "area"], name="directory_one_unit_per_area"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} in {self.area_id}: {self.unit_id}"


class ServiceExample(Kept):
    """A message as residents write it, by which the words of a service are learned. `source` DESK and
    retired: taken out by hand, and no load brings it back.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="examples")
    language = models.CharField(max_length=8)
    text = models.CharField(max_length=600)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "language", "text"], name="directory_one_example"),
        ]

    def __str__(self) -> str:
        return self.text


class ServiceVersion(models.Model):
    """What a service was from a moment on: who changed it, and everything that can be edited of it."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the service")
    at = models.DateTimeField()
    by = models.ForeignKey(
        "Staff", models.PROTECT, null=True, blank=True, related_name="+", help_text="empty: a load"
    )
    restored = models.PositiveIntegerField(null=True, blank=True, help_text="the version brought back")
    state = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "number"], name="directory_one_version"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id}: {self.number}"
