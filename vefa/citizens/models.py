"""People, and where each can be reached."""

from django.db import models


class Citizen(models.Model):
    """A person. Nothing about a person is required, not even a name.

    A merge only points at the person who is kept (`merged_into`), so it can be undone without loss.
    """

    name = models.CharField(max_length=200, blank=True, default="")
    folded_name = models.CharField(max_length=200, blank=True, default="")
    # In which they last wrote so that it could not be another; before that, what a provider or a form claims.
    language = models.CharField(max_length=2, blank=True, default="")
    note = models.TextField(blank=True, default="")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")
    created_at = models.DateTimeField()
    compared_at = models.DateTimeField(null=True)  # when likenesses to others were looked for

    class Meta:
        indexes = [
            models.Index(fields=["folded_name"], name="citizen_name", opclasses=["text_pattern_ops"]),
            models.Index(
                fields=["id"],
                name="citizen_uncompared",
                condition=models.Q(compared_at=None, merged_into=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"

    @property
    def root_id(self) -> int:
        """The person who stands for this one after a merge."""
        return self.merged_into_id or self.pk

    @property
    def root(self) -> "Citizen":
        """The same as a row; read `merged_into` along with it."""
        return self.merged_into or self


class Address(models.Model):
    """Where one person can be reached: a chat, a mailbox, a telephone number.

    `space` is the set in which `value` is unique: "telegram", "email", "phone", or a host for a
    messenger that only speaks Telegram's interface. `value` is normalised (E.164, lower-case mail).
    """

    space = models.CharField(max_length=60)
    value = models.CharField(max_length=320)
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="addresses")
    shown_name = models.CharField(max_length=200, blank=True, default="")
    last_digits = models.CharField(max_length=4, blank=True, default="")  # of a telephone number
    verified_at = models.DateTimeField(null=True)
    unreachable_at = models.DateTimeField(null=True)
    unreachable_why = models.TextField(blank=True, default="")
    opted_out_at = models.DateTimeField(null=True)  # "do not read me": nothing said in a group is kept
    stopped_at = models.DateTimeField(null=True)  # they wrote STOP: no automatic messages any more
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "value"], name="address_once")]
        indexes = [
            models.Index(fields=["value"], name="address_value", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["last_digits"], name="address_digits", condition=~models.Q(last_digits="")),
        ]

    def __str__(self) -> str:
        return f"{self.space}:{self.value}"


class Merge(models.Model):
    """One act of saying that two citizens are the same person, and its undoing."""

    kept = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="mergings")
    moved_ids = models.JSONField(default=list)  # citizens who pointed at the absorbed one before
    reason = models.TextField(blank=True, default="")
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    undone_by = models.CharField(max_length=80, blank=True, default="")
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.absorbed_id} into {self.kept_id}"


class Likeness(models.Model):
    """A suggestion that two citizens may be one; a person decides."""

    older = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="likenesses")
    newer = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="likened")
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)
    by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["older", "newer"], name="likeness_once")]

    def __str__(self) -> str:
        return f"{self.older_id} ~ {self.newer_id}"
