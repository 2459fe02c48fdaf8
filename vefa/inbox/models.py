"""The contact, its files, and the conversation that it belongs to."""

import uuid

from django.db import models

from vefa.channels.models import Endpoint
from vefa.citizens.models import Address, Citizen


class Conversation(models.Model):
    """All that one address and one endpoint say to each other."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="conversations")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="conversations")
    thread = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    last_contact_at = models.DateTimeField(null=True)  # the resident's last word: opens a provider's window
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "address", "thread"], name="conversation_once")
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id}/{self.address_id}"


class ContactState(models.TextChoices):
    """Where a contact stands on its way from the door to a case."""

    WAITING = "waiting"  # accepted, to be read
    HANDLED = "handled"  # read, and whatever it asks for was done
    PARKED = "parked"  # failed too often: a person looks at it


class Contact(models.Model):
    """One thing that somebody said to the city, on one channel, once.

    The first group of fields is written at the door and never altered. The second is filled by `reading`,
    the third belongs to the queue. `reference` and `secret` are drawn at the door only where the resident
    is told at once (web form, desk); the case that is opened takes them over.
    """

    # `contact_once` begins with it; `intake` checks it, and an endpoint is retired, never deleted.
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="contacts", db_index=False, db_constraint=False
    )
    external_id = models.CharField(max_length=200)
    lane = models.CharField(max_length=200)  # contacts of one lane are handled in order
    received_at = models.DateTimeField()
    raw = models.BinaryField()
    reference = models.CharField(max_length=20, null=True)
    secret = models.CharField(max_length=40, blank=True, default="")

    form = models.CharField(
        max_length=16, blank=True, default=""
    )  # see channels.port.Form; "" = not read yet
    conversation = models.ForeignKey(
        Conversation, null=True, on_delete=models.PROTECT, related_name="contacts", db_index=False
    )
    citizen = models.ForeignKey(  # of the conversation; of the form where no address was given
        Citizen, null=True, on_delete=models.PROTECT, related_name="contacts", db_index=False
    )
    message_id = models.CharField(max_length=200, blank=True, default="")
    reply_to_id = models.CharField(max_length=200, blank=True, default="")
    sequence = models.BigIntegerField(default=0)
    said_at = models.DateTimeField(null=True)
    subject = models.CharField(max_length=400, blank=True, default="")
    text = models.TextField(blank=True, default="")
    quoted = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    place_text = models.CharField(max_length=400, blank=True, default="")
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    warnings = models.JSONField(default=list)
    details = models.JSONField(default=dict)  # what a form asked for: service, area, answers, taken_by

    state = models.CharField(max_length=8, choices=ContactState, default=ContactState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "external_id"], name="contact_once"),
            models.UniqueConstraint(
                fields=["reference"], name="contact_reference", condition=models.Q(reference__isnull=False)
            ),
        ]
        # What is NULL at the door stands in no index until it is filled: the door pays for each index.
        indexes = [
            # Only for whoever says "not handled": a look-up by lane must not be tempted to read all of it.
            models.Index(
                fields=["id"],
                name="contact_waiting",
                condition=models.Q(state="waiting", handled_at=None),
            ),
            models.Index(
                fields=["endpoint", "lane", "id"], name="contact_lane", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["handled_at"], name="contact_parked", condition=models.Q(state="parked")),
            models.Index(
                fields=["conversation", "said_at", "sequence", "id"],
                name="contact_conversation",
                condition=models.Q(conversation__isnull=False),
            ),
            models.Index(
                fields=["citizen"], name="contact_citizen", condition=models.Q(citizen__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id}/{self.external_id}"


class AttachmentState(models.TextChoices):
    """Whether the file is here."""

    WAITING = "waiting"  # the provider still holds it
    STORED = "stored"
    REFUSED = "refused"  # too large, or of a type that we do not keep
    FAILED = "failed"


def random_key() -> uuid.UUID:
    """The public key of a file: 122 random bits."""
    return uuid.uuid4()


class Attachment(models.Model):
    """A file that came with a contact. Its name on disk is random; its type is by content."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="attachments")
    key = models.UUIDField(default=random_key, unique=True)
    kind = models.CharField(max_length=12)  # photo, voice, audio, video, document
    position = models.PositiveSmallIntegerField(default=0)  # among the files of its contact
    provider_ref = models.CharField(max_length=400, blank=True, default="")  # "": its bytes are in `raw`
    content_id = models.CharField(max_length=200, blank=True, default="")  # how a mail's HTML names it
    name = models.CharField(max_length=255, blank=True, default="")
    content_type = models.CharField(max_length=100, blank=True, default="")
    size = models.BigIntegerField(default=0)  # bytes
    sha256 = models.CharField(max_length=64, blank=True, default="")
    path = models.CharField(max_length=200, blank=True, default="")  # below MEDIA_ROOT
    state = models.CharField(max_length=8, choices=AttachmentState, default=AttachmentState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    trouble = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["due_at"], name="attachment_waiting", condition=models.Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return self.name or str(self.key)
