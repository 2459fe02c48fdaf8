"""Take back what was counted as answered while somebody spoke."""

from vefa.triage.models import Finding


def undo_answer(contact_id: int) -> None:
    """The contact counts no longer as answered on the spot; its words stay. Call it in the transaction."""
    Finding.objects.filter(contact_id=contact_id, matter="answered").update(matter="nothing")
