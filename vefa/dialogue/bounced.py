"""Mail addresses that bounced for good: believed only of a mail of ours that went to that address.

Anybody can write a report about anybody. Our Message-ID holds the delivery's key, and the address to which
bounces come a sealed token of the case: both are known only where the mail came by.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from vefa.citizens.models import Address
from vefa.dialogue.models import Delivery
from vefa.inbox.models import Contact


def note_bounced(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Mark the addresses that these reports (`details["gone"]`) prove to take nothing more."""
    for contact in contacts:
        gone, reference = contact.details["gone"], contact.details.get("reference", "")
        places = _written_to(gone["address"], gone["about"], reference)
        Address.objects.filter(id__in=places, unreachable_at=None).update(
            unreachable_at=now, unreachable_why=gone["reason"]
        )


def _written_to(address: str, message_ids: Sequence[str], reference: str) -> list[int]:
    """The address, where one of these mails, or one about this case, went to it."""
    keys = [key for one in message_ids if (key := _key(one))]
    known = Q(key__in=keys) | Q(reply__case__reference=reference) if reference else Q(key__in=keys)
    to = Q(conversation__address__space="email", conversation__address__value=address)
    sent = Delivery.objects.filter(known, to).order_by("id")
    return list(sent.values_list("conversation__address_id", flat=True)[:1])


def _key(message_id: str) -> UUID | None:
    """The key of the delivery that went out under this id."""
    try:
        return UUID(message_id.partition("@")[0].partition(".")[0])
    except ValueError:
        return None
