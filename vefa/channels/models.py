"""The endpoint: a configured account of a channel."""

from django.db import models


class Owner(models.TextChoices):
    """Whose account it is."""

    INSTITUTION = "institution"
    MAYOR = "mayor"
    UNIT = "unit"


class Subscription(models.TextChoices):
    """Whether the provider shall push to us; the worker sees to it."""

    NONE = ""  # nobody asked for it
    KEEP = "keep"  # repaired whenever the provider forgets it
    ANEW = "anew"  # to be told once more, since a secret changed; then kept
    OFF = "off"  # to be ended


class Endpoint(models.Model):
    """One account on one channel: a bot, a mailbox, a telephone line, the web form.

    `settings` is plain (API base, mailbox names), `sealed` holds the secrets, encrypted (see `sealing`).
    `cursor` is where a collector stopped; it only saves work, since every contact is unique by itself.
    """

    key = models.SlugField(max_length=60, unique=True)
    channel = models.CharField(
        max_length=20
    )  # telegram, email, portal, phone, counter, letter, meeting, headman
    names = models.JSONField(default=dict)
    owner = models.CharField(max_length=12, choices=Owner, default=Owner.INSTITUTION)
    unit_key = models.CharField(max_length=60, blank=True, default="")  # whose, when the owner is a unit
    default_unit_key = models.CharField(max_length=60, blank=True, default="")
    language = models.CharField(max_length=2, default="tr")
    settings = models.JSONField(default=dict)
    sealed = models.BinaryField(default=b"")
    cursor = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    outbound_paused = models.BooleanField(default=False)
    paused_until = models.DateTimeField(null=True)  # the provider asked for patience (Retry-After)
    refusals = models.PositiveSmallIntegerField(default=0)  # in a row, while the provider is down
    last_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="")
    trouble_at = models.DateTimeField(null=True)
    personal = models.BooleanField(default=False)  # only its owner and delegates see what is not filed yet
    opening_hours = models.JSONField(default=dict)  # weekday ("0" is Monday) -> [["08:30", "17:30"], …]
    retention_days = models.PositiveIntegerField(null=True)  # of what never became a case; null: kept
    health = models.JSONField(default=dict)  # what the last look at the provider found
    looked_at = models.DateTimeField(null=True)  # the moment of that look; null: look now
    alarmed_at = models.DateTimeField(null=True)  # since when somebody should see to it
    subscription = models.CharField(max_length=4, choices=Subscription, blank=True, default="")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key

    def name(self, language: str) -> str:
        """The endpoint's name for a reader of that language."""
        return str(self.names.get(language) or self.names.get("en") or self.key)


class Template(models.Model):
    """A text that the provider approved beforehand, as the last look at the account found it."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=16)  # as the provider spells it
    status = models.CharField(max_length=12)  # approved, pending, rejected, paused, gone
    category = models.CharField(max_length=40, blank=True, default="")
    text = models.TextField(blank=True, default="")
    gaps = models.PositiveSmallIntegerField(default=0)
    slots = models.JSONField(default=list)  # what heading and buttons want, see port.Slot
    reason = models.TextField(blank=True, default="")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "language"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "name", "language"], name="template_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
