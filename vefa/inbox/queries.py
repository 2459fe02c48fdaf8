"""How much waits, and since when: for the health page and the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from vefa.inbox.models import Attachment, AttachmentState, Contact, ContactState

COUNTED = 10_000  # counting stops there: "10,000 or more" says enough
STUCK = timedelta(minutes=10)


@dataclass(frozen=True)
class Backlog:
    """What the workers have before them."""

    waiting: int  # contacts, counted up to COUNTED
    oldest_at: datetime | None  # when the oldest of them arrived
    parked: int
    stuck: int  # waiting for so long that something must be wrong
    files_waiting: int


def backlog(*, now: datetime) -> Backlog:
    """What waits at this moment; each figure stops counting at COUNTED."""
    waiting = Contact.objects.filter(state=ContactState.WAITING)
    return Backlog(
        waiting=waiting.order_by()[:COUNTED].count(),
        oldest_at=waiting.aggregate(oldest=Min("received_at"))["oldest"],
        parked=Contact.objects.filter(state=ContactState.PARKED).order_by()[:COUNTED].count(),
        stuck=waiting.filter(due_at__lt=now - STUCK).order_by()[:COUNTED].count(),
        files_waiting=Attachment.objects.filter(state=AttachmentState.WAITING).order_by()[:COUNTED].count(),
    )


def has_work(*, now: datetime) -> bool:
    """Whether a contact could be taken now."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Contact.objects.filter(free, state=ContactState.WAITING, due_at__lte=now).exists()


def contact_of(contact_id: int, *, case_id: int) -> Contact | None:
    """One contact of one case, with its original; None where it belongs to another."""
    return Contact.objects.filter(pk=contact_id, links__case=case_id).select_related("endpoint").first()


def failed_files(*, limit: int = 100) -> list[tuple[Attachment, list[int]]]:
    """Files that their provider did not give, the latest first, each with the ids of its contact's cases."""
    rows = Attachment.objects.filter(state=AttachmentState.FAILED).order_by("-id")[:limit]
    found = list(rows.select_related("contact__endpoint").defer("contact__raw", "contact__html"))
    links = Contact.objects.filter(attachments__in=[one.pk for one in found], links__isnull=False)
    cases: dict[int, list[int]] = {}
    for contact_id, case_id in (
        links.values_list("pk", "links__case_id").distinct().order_by("links__case_id")
    ):
        cases.setdefault(contact_id, []).append(case_id)
    return [(one, cases.get(one.contact_id, [])) for one in found]


def attachment_of(key: UUID, *, cases: QuerySet[Any]) -> Attachment | None:
    """A stored file that came with a contact of one of these cases; None where there is none."""
    found = Attachment.objects.filter(key=key, state=AttachmentState.STORED, contact__links__case__in=cases)
    return found.first()
