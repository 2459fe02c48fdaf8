"""The incident: one problem behind many cases, its banner, and what is said to all of them at once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vefa.cases.models.case import Case, Outcome
from vefa.directory.models import Area, Staff


class IncidentState(models.TextChoices):
    """Where an incident stands."""

    PROPOSED = "proposed"  # it looks like one: a person decides
    RUNNING = "running"
    ENDED = "ended"
    REFUSED = "refused"  # a person said that it is none


class Incident(models.Model):
    """One problem behind many cases: what belongs to it are cases of these services, in an area, since then.

    `banner` holds its one text by language; `evidence` why it was proposed, with the numbers of that moment.
    """

    state = models.CharField(max_length=10, choices=IncidentState)
    name = models.CharField(max_length=120, blank=True, default="")  # "": its services and area say it
    service_ids = ArrayField(models.BigIntegerField())
    area = models.ForeignKey(  # null: the whole city
        Area, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    since = models.DateTimeField()
    banner = models.JSONField(default=dict)
    shown = models.BooleanField(default=False)  # residents see the banner
    joins = models.BooleanField(default=False)  # cases that fit join by themselves
    evidence = models.JSONField(default=dict)
    proposed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(
                fields=["-since", "-id"],
                name="incident_live",
                condition=models.Q(state__in=["proposed", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"incident {self.pk}"


class IncidentCase(models.Model):
    """A case's place in an incident; a case stands in one at a time, and may leave it again."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="gathered")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="gathered", db_index=False)
    by = models.CharField(max_length=80)  # "staff:3", "resident", "system"
    at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "incident"], name="incident_case_once"),
            models.UniqueConstraint(
                fields=["case"], name="incident_case_one", condition=models.Q(left_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} in {self.incident_id}"


class IncidentOrder(models.Model):
    """Something for every case of an incident: an answer in each one's language, or an outcome.

    It waits for `due_at`, so that it can be taken back, and is then carried out case by case. `failed` holds
    [case id, why] of those where it was not possible.
    """

    class Sort(models.TextChoices):
        """What is done with each case."""

        ANSWER = "answer"
        END = "end"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="orders")
    sort = models.CharField(max_length=8, choices=Sort)
    texts = models.JSONField(default=dict)  # by language
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    case_ids = ArrayField(models.BigIntegerField())  # those that were in it, and visible, when it was given
    done = models.PositiveIntegerField(default=0)  # so many of them have had their turn
    failed = models.JSONField(default=list)
    once = models.CharField(
        max_length=40, unique=True
    )  # the sheet that it was written on: sent twice, it counts once
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="incident_order_due",
                condition=models.Q(finished_at=None, taken_back_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sort} for {self.incident_id}"
