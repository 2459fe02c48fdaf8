"""What a person must look at: contacts that failed too often, and their second chance."""

from datetime import datetime

from django.db import transaction

from vefa.inbox.models import Contact, ContactState
from vefa.journal.record import Happening, record


class NotParkedError(Exception):
    """The contact is not parked: it is handled, or somebody has asked for another try already."""


def parked(*, limit: int = 100) -> list[Contact]:
    """Contacts that failed too often, the latest first, with their raw form and what went wrong."""
    rows = Contact.objects.filter(state=ContactState.PARKED).select_related("endpoint")
    return list(rows.order_by("-handled_at", "-id")[:limit])


def parked_count() -> int:
    """How many contacts are parked, counted up to 100."""
    return Contact.objects.filter(state=ContactState.PARKED).order_by()[:100].count()


@transaction.atomic
def retry(contact_id: int, *, by: str, now: datetime) -> None:
    """Let the workers try a parked contact again; `by` is "staff:3". Raises NotParkedError."""
    again = {"state": ContactState.WAITING, "tries": 0, "due_at": now, "handled_at": None, "lease": None}
    if not Contact.objects.filter(id=contact_id, state=ContactState.PARKED).update(**again):
        raise NotParkedError(f"contact {contact_id} is not parked")
    record([Happening(kind="contact.retried", subject=f"contact:{contact_id}", actor=by, at=now)])
