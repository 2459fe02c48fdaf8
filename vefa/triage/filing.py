"""A private message that somebody filed: its case goes to whom they named."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime

from vefa.cases.lifecycle import Assignment, MoveNotAllowedError, assign
from vefa.cases.models import Case
from vefa.directory.models import Staff
from vefa.inbox.models import Contact


def is_handed_on(contact: Contact) -> bool:
    """Whether who filed it named a unit or a person for it."""
    filed = contact.details.get("filed") or {}
    return bool(filed.get("unit_id") or filed.get("staff_id"))


def hand_on(handled: Sequence[tuple[Contact, int | None]], *, now: datetime) -> None:
    """Give each case to the unit or person that was named when its contact was filed.

    What joined a duplicate is read with its master, and that is given to them. A batch without such a contact
    asks the database nothing.
    """
    wanted = [
        (contact.details["filed"], case_id)
        for contact, case_id in handled
        if case_id is not None and is_handed_on(contact)
    ]
    if not wanted:
        return
    people = Staff.objects.in_bulk({filed["by"] for filed, _ in wanted})
    read_with = _masters({case_id for _, case_id in wanted})
    for filed, case_id in wanted:
        to = Assignment(unit_id=filed.get("unit_id"), staff_id=filed.get("staff_id"), settled=True)
        with suppress(MoveNotAllowedError):  # it joined a case that has its outcome: a person looks at it
            assign(case_id=read_with.get(case_id, case_id), to=to, by=people[filed["by"]], now=now)


def _masters(case_ids: Collection[int]) -> dict[int, int]:
    """Which cases these follow, those of them that follow one."""
    rows = Case.objects.filter(pk__in=case_ids, master__isnull=False).order_by("id")
    return {pk: master_id for pk, master_id in rows.values_list("pk", "master_id") if master_id}
