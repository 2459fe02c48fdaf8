"""Who has opened the original of what came in: kept in the journal."""

from datetime import datetime

from vefa.directory.models import Staff
from vefa.inbox.models import Contact
from vefa.journal.record import Happening, record_sight


def see_original(contact: Contact, staff: Staff, *, case_id: int, now: datetime) -> None:
    """Remember that somebody read it as it arrived."""
    record_sight(
        Happening(
            kind="contact.original_seen",
            subject=f"contact:{contact.pk}",
            actor=f"staff:{staff.pk}",
            at=now,
            data={"case_id": case_id},
        )
    )
