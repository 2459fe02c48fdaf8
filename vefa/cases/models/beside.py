"""What lies beside a case: remarks of staff, who has seen it, what shows the work."""

from django.db import models

from vefa.cases.models.case import Case
from vefa.directory.models import Staff


class Note(models.Model):
    """A remark between staff; a resident never sees it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class Sight(models.Model):
    """Who has seen a case: the first and the last time, and in which role."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="sights", db_index=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff"], name="sight_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} saw {self.case_id}"


class Proof(models.Model):
    """A file that shows the work (an after-photo), stored like an attachment."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="proofs")
    key = models.UUIDField(unique=True)
    path = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    public = models.BooleanField(default=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.key)
