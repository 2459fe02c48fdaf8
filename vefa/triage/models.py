"""The finding: what triage thinks of a contact, and why; and what it made of each message of a group."""

from typing import TYPE_CHECKING, Any, override

from django.db import models

from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.citizens.models import Address
from vefa.directory.models import Area, Service, Staff
from vefa.inbox.models import Contact


class Finding(models.Model):
    """Advice about one contact, kept with its evidence so that it can be explained and undone."""

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="finding")
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="findings")
    version = models.CharField(max_length=20)  # of the rules that found it
    language = models.CharField(max_length=2)
    kind = models.CharField(max_length=10)
    service = models.ForeignKey(
        Service, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    urgency = models.PositiveSmallIntegerField(default=0)
    confidence = models.FloatField(default=0)  # 0 to 1, of the service
    sure = models.BooleanField(default=False)  # acted without asking
    matter = models.CharField(max_length=16)  # new_case, same_case, answer, verdict, nothing
    evidence = models.JSONField(default=list)  # [{"step", "says", "because", "confidence"}]
    suggestions = models.JSONField(default=list)  # up to three services: [{"code", "confidence", "because"}]
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.matter} of {self.contact_id}"


class Does(models.TextChoices):
    """What a word or a code by itself asks for."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    STOP = "stop"  # no automatic messages any more
    START = "start"
    HELP = "help"
    LANGUAGE = "language"


class Keyword(models.Model):
    """Words and codes that a resident may send alone, as the municipality agreed on them."""

    key = models.SlugField(max_length=60, unique=True)
    does = models.CharField(max_length=10, choices=Does)
    codes = models.JSONField(default=list)  # in every language: "31"
    words = models.JSONField(default=dict)  # language -> words
    language = models.CharField(max_length=2, blank=True, default="")  # in which they hear us then
    channels = models.JSONField(default=list)  # on which they count
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Made(models.TextChoices):
    """What was made of a message in a group."""

    MATTER = "matter"  # opened a case
    ME_TOO = "me_too"  # stands behind one
    FOLLOW_UP = "follow_up"  # says more about one
    CHATTER = "chatter"  # nothing; erased when the group's time is over
    POST = "post"  # our own words: a post of the city's channel


class GroupMessage(models.Model):
    """One message of a group's stream: what was made of it, how surely, and why."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="group_message")
    author = models.ForeignKey(  # who said it; an anonymous administrator is the group itself
        Address, null=True, on_delete=models.CASCADE, related_name="group_messages"
    )
    message_id = models.CharField(max_length=200)  # at the provider
    thread = models.CharField(max_length=200, blank=True, default="")  # the chat, or a topic of it
    said_at = models.DateTimeField()
    made = models.CharField(max_length=10, choices=Made)
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    language = models.CharField(max_length=2, blank=True, default="")
    confidence = models.FloatField(default=0)  # 0 to 1, that the words are a matter of the city's
    signs = models.JSONField(default=list)  # [[sign, words, weight]]: why
    staff = models.ForeignKey(  # a person decided otherwise
        Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "message_id"], name="group_message_once")]
        indexes = [
            models.Index(fields=["endpoint", "-said_at", "-id"], name="group_message_stream"),
            models.Index(fields=["said_at"], name="group_message_old", condition=models.Q(made="chatter")),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id}/{self.message_id} {self.made}"


if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField  # only the checker knows it as a generic


class Signs(_Text):
    """The signs of a vector's numbers, one bit each, as PostgreSQL counts and compares them: "0110…"."""

    @override
    def db_type(self, connection: Any) -> str:
        """A row of so many bits as it is long."""
        return f"bit({self.max_length})"


class CaseVector(models.Model):
    """What an open or recent case means. `vector` is float16, seen from the middle of its language."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="vector")
    model = models.CharField(max_length=80)  # never compare across
    signs = Signs(max_length=384)
    vector = models.BinaryField()
    words = models.CharField(max_length=32)  # a digest of what was read: other words are read anew

    def __str__(self) -> str:
        return f"meaning of {self.case_id}"


class TextVector(models.Model):
    """What a phrase or a service means in one language; of kind "middle": the mean of a language."""

    kind = models.CharField(max_length=10)  # phrase, service, middle
    key = models.CharField(max_length=80)
    language = models.CharField(max_length=2)
    model = models.CharField(max_length=80)
    vector = models.BinaryField()  # float16; of a middle float32
    words = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "language", "model"], name="text_vector_once")
        ]

    def __str__(self) -> str:
        return f"meaning of {self.kind} {self.key} ({self.language})"


class DeskHold(models.Model):
    """Who is deciding an unsure case: until then nobody else is given it."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} held by {self.staff_id}"


class Did(models.TextChoices):
    """What somebody did with an unsure case."""

    SERVICE = "service"  # said what it is about
    MERGED = "merged"  # it follows another case
    SPLIT = "split"  # several matters, now parts
    SKIPPED = "skipped"  # left to a later look, or to somebody else


class DeskDecision(models.Model):
    """One decision at the triage desk, with what takes it back."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    did = models.CharField(max_length=8, choices=Did)
    at = models.DateTimeField()
    undo = models.JSONField(default=dict)  # the facts as they were; numbers of what was made
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["staff", "-at", "-id"], name="desk_decision_latest")]

    def __str__(self) -> str:
        return f"{self.did} {self.case_id}"


class Told(models.TextChoices):
    """How a person said which service is right."""

    CORRECTED = "corrected"  # another one than the case had
    CONFIRMED = "confirmed"  # the one that it had, or that triage suggested
    DONE = "done"  # the matter was done as this


class ServiceLabel(models.Model):
    """What a case is about, as a person has decided: what the model of services learns from."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="labels")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    before = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    told = models.CharField(max_length=10, choices=Told)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    event_id = models.BigIntegerField(null=True, unique=True)  # of the journal; each tells of one label
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="service_label_latest")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.told} as {self.service_id}"


class Standing(models.TextChoices):
    """What became of a version."""

    IN_SERVICE = "in_service"
    REFUSED = "refused"  # it was no better
    RETIRED = "retired"


class ModelVersion(models.Model):
    """The model of services as learned at one moment: weights, what they were tried on, what came of it."""

    number = models.PositiveIntegerField(unique=True)
    weights = models.BinaryField()  # npz without pickles; empty once it is so old that nobody goes back to it
    made_at = models.DateTimeField()
    catalogue = models.CharField(max_length=64)  # a digest of the services and examples that it knows
    meaning = models.CharField(max_length=80, blank=True, default="")  # the model of its vectors, "" without
    examples = models.PositiveIntegerField(default=0)
    labels = models.PositiveIntegerField(default=0)
    upto = models.BigIntegerField(default=0)  # the last label that it knows of
    metrics = models.JSONField(default=dict)  # {"measured", "first", "third", "before", "threshold"}
    standing = models.CharField(max_length=10, choices=Standing)
    why = models.JSONField(default=list)  # the parts of a sentence
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.ForeignKey(
        Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["standing"], name="one_model_in_service", condition=models.Q(standing="in_service")
            )
        ]

    def __str__(self) -> str:
        return f"model {self.number} ({self.standing})"


class Learning(models.Model):
    """The one row about learning: the threshold, and what was asked for."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    # 0 to 1: from this confidence on a case goes its way by itself
    threshold = models.FloatField(default=0.92)  # learned.rules.FIRST
    threshold_by = models.ForeignKey(  # None: fitted, the first value, or set at the command line
        Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    threshold_at = models.DateTimeField(null=True)  # None: nobody has set it
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    tried_at = models.DateTimeField(null=True)  # when the last fit began
    ended_at = models.DateTimeField(null=True)  # and when it was over; before that it runs, or was killed
    trouble = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return "learning"


class Suggested(models.Model):
    """What a language model suggested to a clerk about a case: words, and nothing that acts."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=12)  # summary, translation, draft
    into = models.CharField(max_length=2)  # the language that it writes
    state = models.CharField(max_length=8, default="waiting")  # waiting, asking, ready, failed
    text = models.TextField(blank=True, default="")  # erased after a week
    trouble = models.CharField(max_length=12, blank=True, default="")  # why there is none
    model = models.CharField(max_length=80, blank=True, default="")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)  # into an answer, by that clerk

    class Meta:
        indexes = [models.Index(fields=["id"], name="suggested_waiting", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.what} of {self.case_id} ({self.state})"
