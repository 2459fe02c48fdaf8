"""What somebody wrote down about a call joins the call; without an exchange it is the call."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from vefa.calls import call_backs
from vefa.calls.models import Call
from vefa.directory.models import Staff
from vefa.directory.queries import service_by_code
from vefa.inbox.models import Contact
from vefa.journal.record import Happening, record

BY_HAND = "hand"


def note(contacts: Sequence[Contact], *, now: datetime) -> list[Call]:
    """Join these contacts to their calls; count those that were answered while the person spoke."""
    calls = {one.pk: _note(one, now=now) for one in contacts if "telephone" in one.details}
    record(_answered(one, calls.get(one.pk)) for one in contacts if one.details.get("on_the_spot"))
    return list(calls.values())


def _note(contact: Contact, *, now: datetime) -> Call:
    details = contact.details
    row = _named(details["telephone"]) or _by_hand(contact)
    service = service_by_code(str(details.get("service") or ""))
    row.contact, row.service = contact, service
    row.on_the_spot = bool(details.get("on_the_spot"))
    row.staff_id = row.staff_id or details.get("taken_by")
    row.citizen_id = row.citizen_id or contact.citizen_id
    row.save(update_fields=["contact", "service", "on_the_spot", "staff", "citizen"])
    if row.source == BY_HAND:
        call_backs.follow(row, fresh=True, now=now)
    return row


def _named(facts: dict[str, object]) -> Call | None:
    """The call that the form was opened from."""
    call_id = facts.get("call")
    return Call.objects.select_for_update().filter(pk=call_id).first() if isinstance(call_id, int) else None


def _by_hand(contact: Contact) -> Call:
    """A call of which no exchange told: it began and ended when it was written down."""
    address = contact.conversation.address if contact.conversation else None
    at = contact.said_at or contact.received_at
    row, _made = Call.objects.get_or_create(
        endpoint_id=contact.details["telephone"].get("line") or contact.endpoint_id,
        call=contact.external_id,
        defaults={
            "caller": address.value[:40] if address and address.space == "phone" else "",
            "began_at": at,
            "answered_at": at,
            "ended_at": at,
            "state": "answered",
            "source": BY_HAND,
            "citizen_id": contact.citizen_id,
        },
    )
    return row


def _answered(contact: Contact, call: Call | None) -> Happening:
    by = contact.details.get("taken_by")
    return Happening(
        kind="contact.answered",
        subject=f"contact:{contact.pk}",
        actor=f"staff:{by}" if by else "system",
        at=contact.received_at,
        data={"service": str(contact.details.get("service") or ""), "call_id": call.pk if call else None},
    )


@transaction.atomic
def undo(*, call_id: int, by: Staff, now: datetime) -> Contact | None:
    """It was not answered after all: the call waits to be written down again. The contact that counted.

    None when there is nothing to undo.
    """
    row = Call.objects.select_for_update(of=("self",)).select_related("contact").filter(pk=call_id).first()
    if row is None or not row.on_the_spot or row.contact is None:
        return None
    contact = row.contact
    row.contact, row.service, row.on_the_spot = None, None, False
    row.save(update_fields=["contact", "service", "on_the_spot"])
    undone = Happening(
        kind="contact.answer_undone",
        subject=f"contact:{contact.pk}",
        actor=f"staff:{by.pk}",
        at=now,
        data={"call_id": row.pk},
    )
    record([undone])
    return contact
