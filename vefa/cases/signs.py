"""What a resident says about a message instead of by one: an emoji under it, or that it is taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from vefa.cases.models import CaseContact
from vefa.inbox.models import Contact
from vefa.journal.record import Happening, record


@transaction.atomic
def show_signs(
    reacted: Sequence[tuple[int, Contact]], taken_back: Sequence[tuple[int, Contact]], *, now: datetime
) -> None:
    """Show them on their cases (by id); nothing is opened, moved or made unread."""
    pairs = [*reacted, *taken_back]
    CaseContact.objects.bulk_create(
        [CaseContact(case_id=case_id, contact=contact, at=now) for case_id, contact in pairs],
        ignore_conflicts=True,
    )
    record(
        Happening(
            kind="case.reacted",
            subject=f"case:{case_id}",
            actor="resident",
            at=now,
            data={"contact_id": contact.pk},
        )
        for case_id, contact in reacted
    )
    record(
        Happening(
            kind="case.taken_back",
            subject=f"case:{case_id}",
            actor="resident",
            at=now,
            data={"contact_id": contact.details["withdrawn_contact_id"]},
        )
        for case_id, contact in taken_back
    )
