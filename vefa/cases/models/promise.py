"""What is owed on a case by which moment, and what moved that moment."""

from datetime import datetime

from django.db import models

from vefa.cases.models.case import Case
from vefa.directory.models import Staff


class PromiseKind(models.TextChoices):
    """Where a promise comes from."""

    FIRST_ANSWER = "first_answer"  # service standard
    RESOLUTION = "resolution"  # service standard
    LEGAL = "legal"  # a law names the days
    GIVEN = "given"  # a person said so


class Promise(models.Model):
    """Something owed by a moment. Minutes are working minutes of the municipality's calendar.

    `worked_min` is what had run before the last pause; while paused, `due_at` is null.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="promises", db_index=False)
    kind = models.CharField(max_length=12, choices=PromiseKind)
    text = models.CharField(max_length=400, blank=True, default="")
    by = models.CharField(max_length=80, blank=True, default="")  # who gave it
    legal_basis = models.CharField(max_length=120, blank=True, default="")
    minutes = models.FloatField(null=True)  # null: a given day, not a span
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    worked_min = models.FloatField(default=0)
    due_at = models.DateTimeField(null=True)
    held_due_at = models.DateTimeField(null=True)  # while paused: where it stood
    kept_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)  # the sweeper saw it pass
    broken_why = models.TextField(blank=True, default="")
    dropped_at = models.DateTimeField(null=True)  # no longer owed (withdrawn, duplicate)

    # An extension that nobody has decided yet, where a query adds it (`queries.promises_of`).
    wished_until: datetime | None
    wished_by: str | None

    class Meta:
        indexes = [
            models.Index(fields=["case", "kind"], name="promise_case"),
            models.Index(
                fields=["due_at"],
                name="promise_running",
                condition=models.Q(kept_at=None, broken_at=None, dropped_at=None, due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


class Pause(models.Model):
    """A span in which a case's clocks stood still, and why."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=400)
    legal = models.BooleanField(default=False)  # the law allows it: legal terms stand still too
    by = models.CharField(max_length=80)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.reason}"


class Extension(models.Model):
    """A promise moved to a later moment: asked by one person, approved by another."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="extensions")
    was_due_at = models.DateTimeField()
    new_due_at = models.DateTimeField()
    reason = models.CharField(max_length=400)
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    def __str__(self) -> str:
        return f"{self.promise_id} to {self.new_due_at:%Y-%m-%d}"
