"""What the nouns of a municipality share, and the words in which they are told apart."""

from typing import ClassVar

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
