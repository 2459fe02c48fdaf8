"""What providers do not push: looked up at them later, each once."""

from django.db import models

from vefa.channels.models import Endpoint
from vefa.citizens.models import Address


class PostState(models.TextChoices):
    """Whether the words of a post are here."""

    WAITING = "waiting"  # to be looked up at the provider
    FOUND = "found"
    GONE = "gone"  # the provider does not give it


class Post(models.Model):
    """What residents speak under in public: of many contacts, and looked up once."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="posts", db_index=False)
    post_id = models.CharField(max_length=200)
    text = models.TextField(blank=True, default="")
    url = models.TextField(blank=True, default="")
    author = models.CharField(max_length=200, blank=True, default="")
    said_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=PostState, default=PostState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    trouble = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "post_id"], name="post_once")]
        indexes = [models.Index(fields=["due_at"], name="post_waiting", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.endpoint_id}/{self.post_id}"


class NameWanted(models.Model):
    """Somebody whose name the provider tells only when it is asked: asked for once."""

    address = models.OneToOneField(Address, on_delete=models.CASCADE, related_name="+")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=PostState, default=PostState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="name_waiting", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.address_id} {self.state}"
