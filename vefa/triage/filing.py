"""A private message that somebody filed: its case goes to whom they named."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from vefa.cases.lifecycle import Assignment, MoveNotAllowedError, assign
from vefa.directory.models import Staff
from vefa.inbox.models import Contact


def hand_on(handled: Sequence[tuple[Contact, int | None]], *, now: datetime) -> None:
    """Give each case to the unit or person that was named when its contact was filed.

    A batch without such a contact asks the database nothing.
    """
    named = [
        (contact.details["filed"], case_id) for contact, case_id in handled if contact.details.get("filed")
    ]
    wanted = [(filed, case_id) for filed, case_id in named if filed.get("unit_id") or filed.get("staff_id")]
    if not wanted:
        return
    people = Staff.objects.in_bulk({filed["by"] for filed, _ in wanted})
    for filed, case_id in wanted:
        if case_id is not None:
            to = Assignment(unit_id=filed.get("unit_id"), staff_id=filed.get("staff_id"), settled=True)
            with suppress(MoveNotAllowedError):  # it joined a case that has its outcome: a person looks at it
                assign(case_id=case_id, to=to, by=people[filed["by"]], now=now)
