"""What was received and is not a case yet, as its sender may see it."""

import hmac

from vefa.inbox.models import Contact


def by_receipt(*, reference: str, secret: str) -> Contact | None:
    """The contact for which this receipt was given, or None; the secret is compared in constant time."""
    contact = Contact.objects.filter(reference=reference).prefetch_related("attachments").first()
    if contact is None or not secret or not hmac.compare_digest(contact.secret.encode(), secret.encode()):
        return None
    return contact
