"""Public transport: lines, where they stop and how often they come."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vefa.directory.models.base import Kept, Named
from vefa.directory.models.places import Unit


class Stop(Named, Kept):
    """Where people get on and off."""

    key = models.CharField(max_length=64, unique=True)
    aliases = models.JSONField(default=dict, help_text='{"tr": ["Gar"], …}')
    latitude = models.FloatField(help_text="degrees, WGS 84")
    longitude = models.FloatField()


class Line(Named, Kept):
    """A line with its stops in order; its key is the number that stands on the vehicle."""

    class Vehicle(models.TextChoices):
        """What runs on it."""

        BUS = "bus", _("Bus")
        MINIBUS = "minibus", _("Minibus")
        TRAM = "tram", _("Tram")
        METRO = "metro", _("Metro")
        FERRY = "ferry", _("Ferry")

    key = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=8, choices=Vehicle, default=Vehicle.BUS)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    stops = models.JSONField(default=list, help_text="keys of stops, in order")
    headways = models.JSONField(default=list, help_text='[["06:00", "09:00", 10], …]: from, until, minutes')
    order = models.PositiveSmallIntegerField(default=0)
