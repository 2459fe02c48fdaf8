"""The reply, its deliveries, the phrases it is made from, and the draft."""

from django.db import models

from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.directory.models import Staff, Unit
from vefa.inbox.models import Contact, Conversation


class Phrase(models.Model):
    """A sentence with variables such as `{reference}` and `{due}`, in every language."""

    key = models.SlugField(max_length=60, unique=True)
    titles = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    service_codes = models.JSONField(default=list)  # offered first for these
    automatic = models.BooleanField(default=False)  # sent by the system, not offered to staff
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Reply(models.Model):
    """What the city says to residents about a case, written once."""

    case = models.ForeignKey(  # `reply_case` begins with it
        Case, null=True, on_delete=models.PROTECT, related_name="replies", db_index=False
    )
    staff = models.ForeignKey(  # null: the system
        Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    text = models.TextField()
    language = models.CharField(max_length=2)
    phrase_key = models.CharField(max_length=60, blank=True, default="")
    answers = models.ForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    automatic = models.BooleanField(default=False)
    way = models.CharField(max_length=16, blank=True, default="")  # see channels.manners.Terms.ways
    voice = models.CharField(max_length=70, blank=True, default="")  # in whose name; see inbox.delegating
    extras = models.JSONField(null=True)  # template, buttons and place beside the text; see `extras`
    cause = models.CharField(max_length=60, null=True)  # "event:91": a reaction writes once
    written_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cause"], name="reply_cause", condition=models.Q(cause__isnull=False)
            )
        ]
        indexes = [  # most replies are the system's own: they stand in the first alone
            models.Index(fields=["case", "written_at", "id"], name="reply_case"),
            models.Index(fields=["staff"], name="reply_staff", condition=models.Q(staff__isnull=False)),
            models.Index(fields=["answers"], name="reply_answers", condition=models.Q(answers__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Enclosure(models.Model):
    """A file that goes along with a reply; `Reply.extras` says how many, so that nobody looks for none."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="enclosures", db_index=False)
    position = models.PositiveSmallIntegerField()  # in which order they go, from 0
    key = models.UUIDField(unique=True)
    path = models.CharField(max_length=200)  # relative to MEDIA_ROOT
    name = models.CharField(max_length=255)  # as it is shown and sent; never used as a path
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["reply", "position"], name="enclosure_once")]

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    """Where one delivery stands; a receipt never moves it back."""

    QUEUED = "queued"
    LEASED = "leased"  # somebody is talking to the provider
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNCERTAIN = "uncertain"  # bytes went out, no answer came
    TAKEN_BACK = "taken_back"
    SHOWN = "shown"  # no message goes out: the resident reads it on the tracking page or was told in person


class Delivery(models.Model):
    """One reply on its way to one conversation."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="deliveries")
    conversation = models.ForeignKey(
        Conversation, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    endpoint = models.ForeignKey(  # looked up by what waits or by a provider's id: both have an index below
        Endpoint, null=True, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    key = models.UUIDField(unique=True)  # the idempotency key towards the provider
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.QUEUED)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=200, blank=True, default="")
    parts = models.JSONField(default=list)  # provider ids of what went out of a text in several messages
    trouble = models.TextField(blank=True, default="")
    resent = models.PositiveSmallIntegerField(default=0)  # after being uncertain
    queued_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["endpoint", "due_at", "id"],
                name="delivery_queued",
                condition=models.Q(state__in=["queued", "leased"]),
            ),
            models.Index(
                fields=["conversation", "id"],
                name="delivery_conversation",
                condition=models.Q(state__in=["queued", "leased"]),
            ),
            models.Index(
                fields=["state", "queued_at"],
                name="delivery_trouble",
                condition=models.Q(state__in=["uncertain", "failed", "handed_over"]),
            ),
            models.Index(
                fields=["endpoint", "provider_id"],
                name="delivery_provider",
                condition=~models.Q(provider_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class EarlyReport(models.Model):
    """A report about a delivery whose provider has not told us yet under which id it goes."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+", db_index=False)
    provider_id = models.CharField(max_length=200)
    facts = models.JSONField()  # the report: provider_id, state, reason, status
    heard_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["endpoint", "provider_id"], name="early_report")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.facts}"


class Draft(models.Model):
    """What somebody is typing on a case, kept on the server."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="drafts")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="drafts")
    box = models.CharField(max_length=10)  # reply, note
    text = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff", "box"], name="draft_once")]
        indexes = [models.Index(fields=["staff", "-saved_at"], name="draft_staff")]

    def __str__(self) -> str:
        return self.text[:60]


class Morning(models.Model):
    """One person's round through what came in, on one day: what stands in it, and what was done.

    `items` are ["private", 5] and ["case", 12] in their order; `steps` say at which place stood what was
    done, and what is needed to undo it.
    """

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="mornings", db_index=False)
    day = models.DateField()
    items = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "day"], name="morning_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} on {self.day}"
