"""What was received and is not a case yet, as its sender may see it."""

import hmac

from vefa.inbox.models import Contact, ContactState


def by_receipt(*, reference: str, secret: str) -> Contact | None:
    """The contact for which this receipt was given, or None; the secret is compared in constant time."""
    contact = Contact.objects.filter(reference=reference).prefetch_related("attachments").first()
    if contact is None or not secret or not hmac.compare_digest(contact.secret.encode(), secret.encode()):
        return None
    return contact


def in_lane(*, endpoint_id: int, lane: str) -> list[Contact]:
    """What was said in one lane and nobody has read yet, oldest first; `form` tells in which words."""
    rows = Contact.objects.filter(endpoint_id=endpoint_id, lane=lane, state=ContactState.WAITING)
    return list(rows.order_by("id").prefetch_related("attachments"))
