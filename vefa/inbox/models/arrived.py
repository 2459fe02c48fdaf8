"""The contact, its files, and the conversation that it belongs to."""

import uuid

from django.db import models

from vefa.channels.models import Endpoint
from vefa.citizens.models import Address, Citizen
from vefa.directory.models import Area, Staff


class Conversation(models.Model):
    """All that one address and one endpoint say to each other."""

    # `conversation_once` begins with it. An index of its own would be taken for a talk's while the table is
    # small, and that plan be kept while thousands write to one account.
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="conversations", db_index=False
    )
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="conversations")
    thread = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    last_contact_at = models.DateTimeField(null=True)  # the resident's last word: opens a provider's window
    hours_told_at = models.DateTimeField(null=True)  # when it was last said that nobody reads at that hour
    public = models.BooleanField(default=False)  # everybody, or a whole group, reads what is said here
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "address", "thread"], name="conversation_once")
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "thread"], name="conversation_public", condition=models.Q(public=True)
            )
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
    provider_ref = models.TextField(blank=True, default="")  # "": its bytes are in `raw`
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
            models.Index(fields=["due_at"], name="attachment_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["id"], name="attachment_failed", condition=models.Q(state="failed")),
        ]

    def __str__(self) -> str:
        return self.name or str(self.key)


class PrivateState(models.TextChoices):
    """What became of a message to somebody's own account."""

    OPEN = "open"  # nobody has decided yet
    KEPT = "kept"  # stays private
    ANSWERED = "answered"  # answered without a case
    FILED = "filed"  # an ordinary contact from now on


class PrivateMessage(models.Model):
    """A message to a personal endpoint: no case until somebody files it, and seen by few (`private`)."""

    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="private")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=PrivateState, default=PrivateState.OPEN)
    arrived_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    settled_as = models.CharField(max_length=70, blank=True, default="")  # whose part a delegate took

    class Meta:
        indexes = [
            models.Index(fields=["endpoint", "-arrived_at", "-id"], name="private_endpoint"),
            models.Index(
                fields=["endpoint", "arrived_at", "id"],
                name="private_open",
                condition=models.Q(state="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"private {self.contact_id}"


class PrivateSight(models.Model):
    """Who has opened a private message: the first and the last time, and in whose place."""

    message = models.ForeignKey(
        PrivateMessage, on_delete=models.CASCADE, related_name="sights", db_index=False
    )
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    seen_as = models.CharField(max_length=70, blank=True, default="")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "staff"], name="private_sight_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} saw {self.message_id}"


class Delegation(models.Model):
    """Somebody may use an endpoint in its owner's place, for a time. Ended, never deleted.

    Reading is always part of it.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="delegations")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="delegations")
    may_answer = models.BooleanField(default=False)
    may_file = models.BooleanField(default=False)  # also: hand on to a unit or a person
    from_at = models.DateTimeField()
    until = models.DateTimeField(null=True)  # null: until it is ended
    given_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "staff"],
                name="delegation_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} for {self.endpoint_id}"


class StaffAddress(models.Model):
    """A staff member's own account on a channel, proved by a code that was sent from it.

    The code is kept as a digest; a row without `linked_at` waits for it.
    """

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="addresses")
    code = models.CharField(max_length=64, blank=True, default="")
    code_until = models.DateTimeField(null=True)
    space = models.CharField(max_length=60, blank=True, default="")
    value = models.CharField(max_length=320, blank=True, default="")
    linked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["space", "value"],
                name="staff_address_once",
                condition=models.Q(linked_at__isnull=False, ended_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["code"], name="staff_address_code", condition=~models.Q(code=""))]

    def __str__(self) -> str:
        return f"{self.space}:{self.value}"


class Meeting(models.Model):
    """A public meeting whose speakers are written down while they speak."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    place = models.CharField(max_length=200, blank=True, default="")
    day = models.DateField()
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return self.name


class MeetingLine(models.Model):
    """What one speaker said, as it was typed."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="lines", db_index=False)
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="line")
    reference = models.CharField(max_length=20)
    text = models.CharField(max_length=2000)
    name = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["meeting", "id"], name="meeting_line")]

    def __str__(self) -> str:
        return self.text[:60]


class PaperRun(models.Model):
    """Forms that were printed together, for the day on which nothing works."""

    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    language = models.CharField(max_length=2)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} of {self.at:%Y-%m-%d}"


class PaperForm(models.Model):
    """One number on paper, reserved for good; `contact` is what was typed from it later."""

    run = models.ForeignKey(PaperRun, on_delete=models.PROTECT, related_name="forms")
    reference = models.CharField(max_length=20, unique=True)
    secret = models.CharField(max_length=40)
    contact = models.OneToOneField(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.reference


class Heard(models.Model):
    """How many contacts came on an endpoint within one hour: what is usual, to notice silence."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="heard", db_index=False)
    hour = models.DateTimeField()  # its beginning, UTC
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "hour"], name="heard_once")]

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.hour:%Y-%m-%d %H}: {self.count}"
