"""The finding: what triage thinks of a contact, and why."""

from django.db import models

from vefa.cases.models import Case
from vefa.directory.models import Area, Service
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
