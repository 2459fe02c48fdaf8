"""The case, and who stands behind it."""

from datetime import UTC, datetime

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from vefa.citizens.models import Citizen
from vefa.directory.models import Agency, Area, Service, Staff, Unit
from vefa.inbox.models import Contact, Conversation

FAR = datetime(9999, 1, 1, tzinfo=UTC)  # where a case without a due moment stands in the order
QUEUE_FACTS = (  # what a queue may ask for: with these in the index, it reads no row that it does not show
    "unit", "service", "area", "staff", "channel", "kind", "language", "urgency", "state", "private",
)  # fmt: skip
OPEN = ~models.Q(state="ended")


def _queue(fact: str) -> models.Index:
    """An index that finds the newest cases with one fact and answers every further question itself."""
    rest = [other for other in QUEUE_FACTS if other != fact]
    return models.Index(fields=[fact, "-opened_at", "-id"], include=rest, name=f"case_by_{fact}")


class State(models.TextChoices):
    """Where a case stands. `lifecycle.MOVES` says which moves are allowed."""

    NEW = "new"  # opened; nobody has taken it
    WORKING = "working"  # a unit or a person has it
    PLANNED = "planned"  # will be done on a day that was named
    WAITING = "waiting"  # we need something from the resident
    REFERRED = "referred"  # an agency has it; we watch
    ENDED = "ended"  # it has an outcome


class Outcome(models.TextChoices):
    """How a case ended; the resident hears this, never "closed"."""

    DONE = "done"
    NOT_POSSIBLE = "not_possible"
    PASSED_ON = "passed_on"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"  # follows its master


class Kind(models.TextChoices):
    """What sort of thing was said."""

    REQUEST = "request"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    QUESTION = "question"
    THANKS = "thanks"
    DANGER = "danger"
    ABUSE = "abuse"  # insults and nothing else; seen by a person like every other
    SPAM = "spam"


class Urgency(models.IntegerChoices):
    """How soon somebody must look."""

    NORMAL = 0
    URGENT = 1
    EMERGENCY = 2


class Case(models.Model):
    """A matter that the city owes an answer on."""

    reference = models.CharField(max_length=20, unique=True)
    secret = models.CharField(max_length=40)  # of the resident's link
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True, default="")  # what is asked, in the resident's words
    language = models.CharField(max_length=2)
    kind = models.CharField(max_length=10, choices=Kind)
    urgency = models.PositiveSmallIntegerField(choices=Urgency, default=Urgency.NORMAL)
    service = models.ForeignKey(
        Service, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    place_text = models.CharField(max_length=400, blank=True, default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    citizen = models.ForeignKey(
        Citizen, null=True, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, null=True, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    channel = models.CharField(max_length=20)  # of the contact that opened it
    private = models.BooleanField(default=False)  # holds personal matters: fewer may see it, never public
    public = models.BooleanField(default=False)  # may stand on the public list and map
    public_text = models.CharField(
        max_length=400, blank=True, default=""
    )  # the only words that the public reads

    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="parts", db_index=False
    )
    master = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="duplicates", db_index=False
    )
    unsure = models.BooleanField(default=False)  # triage asks a person to decide
    facts = models.JSONField(null=True)  # whose asset and duty, which line, stop, vehicle: see cases.facts

    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # last thing that happened, of any sort
    said_at = models.DateTimeField()  # the resident's last word
    first_answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # of the nearest running promise; null when paused or none
    answer_due_at = models.DateTimeField(null=True)  # first answer, while owed
    due_order = models.GeneratedField(
        expression=Coalesce("due_at", models.Value(FAR)),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    planned_date = models.DateField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    supporters = models.PositiveIntegerField(default=0)  # besides the one who opened it
    unread = models.BooleanField(default=True)  # the resident said something that nobody has opened yet
    version = models.PositiveIntegerField(default=1)  # grows with every change: a stale form is noticed
    search = SearchVectorField(null=True)  # of folded text; see queries.search

    # Of who is answered by mail, where `queries.open_case` adds them: the form as it came, a number.
    form: memoryview | None
    phone: str | None

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="case_search"),
            models.Index(fields=["-opened_at", "-id"], include=QUEUE_FACTS, name="case_opened"),
            models.Index(
                fields=["-opened_at", "-id"],
                include=[*QUEUE_FACTS, "due_order"],
                name="case_open",
                condition=OPEN,
            ),
            models.Index(
                fields=["due_order", "id"],
                include=[*QUEUE_FACTS, "opened_at"],
                name="case_open_due",
                condition=OPEN,
            ),
            models.Index(
                fields=["state", "-opened_at", "-id"],
                include=["unit", "area", "staff", "private"],
                name="case_open_state",
                condition=OPEN,
            ),
            models.Index(
                fields=["staff", "-opened_at", "-id"],
                include=["unit", "area", "state", "private"],
                name="case_open_staff",
                condition=OPEN & models.Q(staff__isnull=False),
            ),
            models.Index(
                fields=["-opened_at", "-id"],
                include=QUEUE_FACTS,
                name="case_unread",
                condition=OPEN & models.Q(unread=True),
            ),
            models.Index(
                fields=["-opened_at", "-id"],
                include=QUEUE_FACTS,
                name="case_unsure",
                condition=OPEN & models.Q(unsure=True),
            ),
            _queue("unit"),
            _queue("service"),
            _queue("area"),
            _queue("staff"),
            _queue("channel"),
            _queue("kind"),
            _queue("language"),
            models.Index(
                fields=["urgency", "-opened_at", "-id"],
                include=[fact for fact in QUEUE_FACTS if fact != "urgency"],
                name="case_by_urgency",
                condition=models.Q(urgency__gt=0),
            ),
            models.Index(
                fields=["lat", "lon"],
                include=["public", "opened_at"],
                name="case_place",
                condition=OPEN & models.Q(lat__isnull=False),
            ),
            models.Index(
                KeyTextTransform("line", "facts"),
                models.F("opened_at").desc(),
                name="case_line",
                condition=models.Q(facts__has_key="line"),
            ),
            models.Index(fields=["-opened_at", "-id"], name="case_public", condition=models.Q(public=True)),
            models.Index(
                fields=["-ended_at", "-id"],
                name="case_public_ended",
                condition=models.Q(public=True, ended_at__isnull=False),
            ),
            models.Index(fields=["citizen", "-opened_at"], name="case_citizen"),
            models.Index(fields=["conversation", "-opened_at"], name="case_conversation"),
            models.Index(fields=["parent"], name="case_parent", condition=models.Q(parent__isnull=False)),
            models.Index(fields=["master"], name="case_master", condition=models.Q(master__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.reference


class CaseContact(models.Model):
    """A contact's place in a case. One contact may hold several matters, and so stand in several cases."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="links")
    opened = models.BooleanField(default=False)  # this contact opened the case
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "contact"], name="case_contact_once")]

    def __str__(self) -> str:
        return f"{self.case_id}<-{self.contact_id}"


class Supporter(models.Model):
    """Somebody else who says "me too": counted once, informed like the first."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="supporting", db_index=False)
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="supporting")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "citizen"], name="supporter_once")]

    def __str__(self) -> str:
        return f"{self.citizen_id} for {self.case_id}"
