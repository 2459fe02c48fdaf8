"""Who has opened a person's page, with every address of theirs: kept in the journal."""

from datetime import datetime

from vefa.journal.record import Happening, record_sight


def see(citizen_id: int, *, by: str, now: datetime) -> None:
    """Remember that `by` ("staff:3") opened it."""
    record_sight(Happening(kind="citizen.seen", subject=f"citizen:{citizen_id}", actor=by, at=now))
