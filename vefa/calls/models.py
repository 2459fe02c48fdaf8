"""The call, the seat at which somebody answers, the promise to call back, and a number being dialled."""

from django.db import models

from vefa.channels.models import Endpoint
from vefa.citizens.models import Citizen
from vefa.directory.models import Service, Staff
from vefa.inbox.models import Contact


class SeatState(models.TextChoices):
    """What somebody who answers calls is doing."""

    AVAILABLE = "available"
    ON_CALL = "on_call"
    WRAP_UP = "wrap_up"  # writing down the last call; ends by itself
    BREAK = "break"
    AWAY = "away"


class Seat(models.Model):
    """An extension of an exchange, or a member of staff who answers calls without one."""

    staff = models.OneToOneField(Staff, null=True, on_delete=models.PROTECT, related_name="seat")
    extension = models.CharField(max_length=80, unique=True, null=True)
    queues = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=SeatState, default=SeatState.AWAY)
    reason = models.CharField(max_length=80, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)  # when wrapping up ends by itself

    def __str__(self) -> str:
        return self.extension or f"seat {self.pk}"


class CallBack(models.Model):
    """Somebody called and nobody answered: they are owed a call.

    One open task per number for all lines of the house, and one for each personal line.
    """

    number = models.CharField(max_length=40)
    citizen = models.ForeignKey(Citizen, null=True, on_delete=models.PROTECT, related_name="+")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    missed = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    taken_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_how = models.CharField(
        max_length=12, blank=True, default=""
    )  # reached, came_back, message, given_up, answered
    done_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number", "endpoint"], name="call_back_of_line", condition=models.Q(done_at=None)
            )
        ]
        indexes = [models.Index(fields=["done_at"], name="call_back_done")]

    def __str__(self) -> str:
        return self.number


class Call(models.Model):
    """One telephone call as the exchange, a handset's log or a person told it.

    Moments are what was told so far: each may be missing, since news come in any order. `state` follows from
    them, see `rules`.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    call = models.CharField(max_length=250)  # the exchange's own id
    direction = models.CharField(max_length=8, default="in")  # in, out, internal
    caller = models.CharField(max_length=40, blank=True, default="")  # E.164; "" when withheld
    caller_name = models.CharField(max_length=200, blank=True, default="")
    called = models.CharField(max_length=40, blank=True, default="")
    queue = models.CharField(max_length=80, blank=True, default="")
    rung = models.JSONField(default=list)  # where it rang: extensions, names
    answered_by = models.CharField(max_length=80, blank=True, default="")
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    citizen = models.ForeignKey(Citizen, null=True, on_delete=models.PROTECT, related_name="calls")
    began_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=12, blank=True, default="")
    state = models.CharField(max_length=10, default="ringing")  # ringing, talking, answered, missed
    source = models.CharField(max_length=8, default="exchange")  # exchange, log, hand
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(
        Service, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    on_the_spot = models.BooleanField(default=False)  # answered while they spoke: no case
    recording = models.ForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # the arrival whose file it is
    voicemail = models.ForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    call_back = models.ForeignKey(CallBack, null=True, on_delete=models.PROTECT, related_name="calls")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "call"], name="call_once")]
        indexes = [
            models.Index(fields=["began_at", "id"], name="call_began"),
            models.Index(fields=["began_at"], name="call_open", condition=models.Q(ended_at=None)),
            models.Index(fields=["caller", "began_at"], name="call_caller"),
            models.Index(fields=["called", "began_at"], name="call_called"),
            models.Index(
                fields=["staff", "-contact"], name="call_spotted", condition=models.Q(on_the_spot=True)
            ),
        ]

    def __str__(self) -> str:
        return self.call


class Dialling(models.Model):
    """A number that somebody wants to be connected with; the worker tells the exchange."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", db_index=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="waiting")  # waiting, dialled, failed, uncertain
    trouble = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], name="dialling_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["seat", "-asked_at"], name="dialling_seat"),
        ]

    def __str__(self) -> str:
        return self.number
