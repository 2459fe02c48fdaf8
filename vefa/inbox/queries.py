"""What others read of the inbox: one contact, one file, and the files that never came."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from vefa.inbox.models import Attachment, AttachmentState, Contact


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
