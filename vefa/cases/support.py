"""Support: somebody else stands behind a case, is counted once, and is informed like the first."""

from datetime import datetime

from django.db import transaction

from vefa.cases.models import CaseContact, Supporter
from vefa.cases.moves import By, Told, changed, locked
from vefa.inbox.models import Contact


@transaction.atomic
def support(*, case_id: int, citizen_id: int, contact: Contact | None, now: datetime) -> bool:
    """Let a citizen join a case; a duplicate's supporters join its master. Returns whether they are new.

    Whoever opened the case, or joined before, is not counted again; the contact is kept with it anyway.
    """
    case = locked(case_id)
    if case.master_id is not None:
        case = locked(case.master_id)
    if contact is not None:
        CaseContact.objects.bulk_create(
            [CaseContact(case=case, contact=contact, at=now)], ignore_conflicts=True
        )
    if case.citizen_id == citizen_id:
        return False
    _, fresh = Supporter.objects.get_or_create(
        case=case,
        citizen_id=citizen_id,
        defaults={
            "contact": contact,
            "conversation_id": contact.conversation_id if contact else None,
            "at": now,
        },
    )
    if fresh:
        case.supporters += 1
        data = {
            "citizen_id": citizen_id,
            "contact_id": contact.pk if contact else None,
            "conversation_id": contact.conversation_id if contact else None,
        }
        changed(case, "supporters", told=Told(kind="case.supported", by="resident", at=now, data=data))
    return fresh


@transaction.atomic
def leave(*, case_id: int, citizen_id: int, contact: Contact, by: By, now: datetime) -> None:
    """Take a message out of a case, and its author out of those who stand behind it; nobody is told."""
    case = locked(case_id)
    CaseContact.objects.filter(case=case, contact=contact, opened=False).delete()
    gone, _ = Supporter.objects.filter(case=case, citizen_id=citizen_id, contact=contact).delete()
    if gone:
        case.supporters = max(0, case.supporters - 1)
    data = {"citizen_id": citizen_id, "contact_id": contact.pk, "undone": True}
    changed(case, "supporters", told=Told(kind="case.left", by=by, at=now, data=data))
