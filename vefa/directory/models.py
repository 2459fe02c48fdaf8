"""The nouns of a municipality: what `vefa load` fills and an administrator edits.

Nothing here is ever deleted: a row that is no longer wanted gets `retired_at`, and old cases keep
pointing at it.
"""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from vefa.kit.names import pick


class Kind(models.TextChoices):
    """What somebody wants when they speak to the city."""

    REQUEST = "request", _("Request")
    COMPLAINT = "complaint", _("Complaint")
    SUGGESTION = "suggestion", _("Suggestion")
    QUESTION = "question", _("Question")
    THANKS = "thanks", _("Thanks")
    DANGER = "danger", _("Report of danger")


class Urgency(models.TextChoices):
    """How soon somebody must look; an emergency is also told to call the emergency number."""

    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")
    EMERGENCY = "emergency", _("Emergency")


class Remit(models.TextChoices):
    """Whose duty a service is."""

    OURS = "ours", _("The municipality's own duty")
    SHARED = "shared", _("Shared with another body")
    AGENCY = "agency", _("Another body's duty")


class Role(models.TextChoices):
    """What a staff member is; `access` says what each role sees and may do."""

    OPERATOR = "operator", _("Operator")
    HEAD = "head", _("Head of a unit")
    DISTRICT_HEAD = "district_head", _("Head of a district")
    CREW = "crew", _("Field crew")
    HEADMAN = "headman", _("Neighbourhood head")
    MAYOR = "mayor", _("Mayor")
    EXPERT = "expert", _("Expert reviewer")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class Source(models.TextChoices):
    """Where a row came from; a load retires only rows that a folder brought."""

    FOLDER = "folder", _("Loaded from a folder")
    MAP = "map", _("Loaded from a map")
    DESK = "desk", _("Entered by hand")


class Named(models.Model):
    """Anything with a name in several languages, `{"tr": "…", "fa": "…"}`."""

    names = models.JSONField(default=dict)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name("en")

    def name(self, language: str) -> str:
        """Its name in this language, else in the municipality's default language, in English, in any."""
        own: str | None = self.names.get(language)
        return own or pick(self.names, Municipality.fallback_language(), "en")


class Kept(models.Model):
    """Anything that is retired instead of deleted."""

    source = models.CharField(max_length=8, choices=Source, default=Source.DESK)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Municipality(Named):
    """The one municipality of this installation (its table holds one row)."""

    class Calendar(models.TextChoices):
        """How dates are shown; the database always holds UTC."""

        GREGORIAN = "gregorian", _("Gregorian")
        JALALI = "jalali", _("Jalali")

    id = models.SmallIntegerField(primary_key=True, default=1)
    key = models.CharField(max_length=64, unique=True)
    languages = models.JSONField(default=list, help_text="codes, in the order in which residents see them")
    default_language = models.CharField(max_length=8)
    timezone = models.CharField(max_length=64, help_text="IANA name, such as Europe/Istanbul")
    calendar = models.CharField(max_length=16, choices=Calendar, default=Calendar.GREGORIAN)
    country = models.CharField(max_length=2, help_text="ISO 3166 code")
    week_start = models.SmallIntegerField(default=0, help_text="0 Monday to 6 Sunday")
    library_holidays = models.BooleanField(default=True, help_text="public holidays of the country count")
    phone = models.CharField(max_length=32, blank=True)
    emergency_number = models.CharField(max_length=16, blank=True)
    settings = models.JSONField(default=dict)
    version = models.BigIntegerField(default=1, help_text="another number after every change")

    _fallback: ClassVar[str] = ""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="directory_one_municipality"),
        ]

    @classmethod
    def fallback_language(cls) -> str:
        """The default language; read once per process and again whenever the directory is refreshed."""
        if not cls._fallback:
            cls.remember_fallback(cls.objects.values_list("default_language", flat=True).first() or "")
        return cls._fallback

    @classmethod
    def remember_fallback(cls, language: str) -> None:
        """Take note of the default language that names fall back to in this process."""
        cls._fallback = language


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
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="services")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="services")
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


class Staff(AbstractBaseUser, Kept):
    """Somebody who works at the desk. Rights follow from role, unit and areas alone: see `access`."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=8)
    role = models.CharField(max_length=16, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="staff")
    areas = models.ManyToManyField(Area, blank=True, related_name="staff")
    is_active = models.BooleanField(default=True)
    totp_secret = models.TextField(blank=True, help_text="sealed, never plain")
    totp_confirmed_at = models.DateTimeField(null=True, blank=True)
    totp_last_step = models.BigIntegerField(default=0, help_text="last time step used: each code counts once")
    session_epoch = models.PositiveIntegerField(default=0, help_text="raise it to sign out everywhere")
    preferences = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role", "language"]

    class Meta:
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return self.name


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
