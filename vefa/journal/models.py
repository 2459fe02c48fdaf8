"""The event, and the heartbeat of those who work."""

from django.db import models


class Event(models.Model):
    """One thing that happened. History is never altered: a trigger in the database refuses it.

    `handled_at` and what follows it belong to the bus, not to history.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)  # "case:12"; also the order in which reactions run
    actor = models.CharField(max_length=80)  # "staff:3", "resident", "system", "triage"
    data = models.JSONField(default=dict)

    handled_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="event_subject"),
            models.Index(fields=["kind", "at"], name="event_kind_at"),
            # Only for whoever asks what is due: a look-up by subject must not be tempted to read all of it.
            models.Index(
                fields=["id"],
                name="event_unhandled",
                condition=models.Q(handled_at=None, parked_at=None, due_at__isnull=False),
            ),
            models.Index(
                fields=["subject", "id"],
                name="event_unhandled_subject",
                condition=models.Q(handled_at=None, parked_at=None),
            ),
            models.Index(
                fields=["parked_at"], name="event_parked", condition=models.Q(parked_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"


class Heartbeat(models.Model):
    """The last sign of life of a process that works in the background."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
