"""Areas, and the bodies that answer for them: units of the municipality and agencies outside it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vefa.directory.models.base import Kept, Named


class Area(Named, Kept):
    """A district, neighbourhood or street: a tree with polygons and names in every language."""

    class Level(models.TextChoices):
        """Which level of the tree."""

        CITY = "city", _("City")
        DISTRICT = "district", _("District")
        NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
        STREET = "street", _("Street")

    key = models.CharField(max_length=64, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=16, choices=Level)
    aliases = models.JSONField(default=dict, help_text='{"tr": ["Merkez"], …}')
    polygon = models.JSONField(null=True, blank=True, help_text="GeoJSON Polygon or MultiPolygon, WGS 84")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    path = models.TextField(db_index=True, help_text="keys from the root down, such as city/d1/n3")


class Unit(Named, Kept):
    """A part of the municipality that can be made responsible: a tree."""

    class Level(models.TextChoices):
        """Which sort of body."""

        DEPARTMENT = "department", _("Department")
        DISTRICT_OFFICE = "district_office", _("District office")
        COMPANY = "company", _("Municipal company")
        AFFILIATED = "affiliated", _("Affiliated body")

    key = models.CharField(max_length=64, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=16, choices=Level)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    path = models.TextField(db_index=True, help_text="keys from the root down, such as works/roads")
    areas = models.ManyToManyField(Area, blank=True, related_name="units")


class Agency(Named, Kept):
    """A body outside the municipality: water, power, gas, police."""

    key = models.CharField(max_length=64, unique=True)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    url = models.URLField(blank=True)
    note = models.JSONField(default=dict, help_text="what a resident should know, per language")
