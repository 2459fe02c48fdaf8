"""Support: somebody else stands behind a case, is counted once, and is informed like the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vefa.cases.models import Case, CaseContact, Supporter
from vefa.cases.moves import By, Told, changed, locked
from vefa.inbox.models import Contact
from vefa.journal.record import Happening, record


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


@dataclass(frozen=True)
class Behind:
    """Somebody who stands behind a case, and the message that says so, where there is one."""

    case_id: int
    citizen_id: int
    contact: Contact | None = None


@transaction.atomic
def support_all(standing: Sequence[Behind], *, now: datetime) -> None:
    """As `support` for each, in a handful of statements: groups say "us too" many at a time."""
    if not standing:
        return
    wanted = {one.case_id for one in standing}
    masters = dict(
        Case.objects.filter(id__in=wanted, master__isnull=False).order_by("id").values_list("id", "master_id")
    )
    ids = {masters.get(case_id) or case_id for case_id in wanted}
    cases = {case.pk: case for case in Case.objects.select_for_update().filter(id__in=ids).order_by("id")}
    meant = [(cases[masters.get(one.case_id) or one.case_id], one) for one in standing]
    CaseContact.objects.bulk_create(
        [CaseContact(case=case, contact=one.contact, at=now) for case, one in meant if one.contact],
        ignore_conflicts=True,
    )
    known = set(Supporter.objects.filter(case__in=ids).order_by("id").values_list("case_id", "citizen_id"))
    known |= {(case.pk, case.citizen_id) for case in cases.values() if case.citizen_id}
    fresh = []
    for case, one in meant:
        if (case.pk, one.citizen_id) not in known:
            known.add((case.pk, one.citizen_id))
            fresh.append((case, one))
    _count(fresh, now=now)


def _count(fresh: Sequence[tuple[Case, Behind]], *, now: datetime) -> None:
    """Write those who are new, and tell the journal of each."""
    Supporter.objects.bulk_create(
        [
            Supporter(
                case=case,
                citizen_id=one.citizen_id,
                contact=one.contact,
                conversation_id=one.contact.conversation_id if one.contact else None,
                at=now,
            )
            for case, one in fresh
        ]
    )
    for case, _ in fresh:
        case.supporters += 1
        case.version += 1
        case.changed_at = now
    Case.objects.bulk_update(
        {case.pk: case for case, _ in fresh}.values(), ["supporters", "version", "changed_at"]
    )
    record(_supported(case, one, now) for case, one in fresh)


def _supported(case: Case, one: Behind, now: datetime) -> Happening:
    data = {
        "citizen_id": one.citizen_id,
        "contact_id": one.contact.pk if one.contact else None,
        "conversation_id": one.contact.conversation_id if one.contact else None,
    }
    return Happening(kind="case.supported", subject=f"case:{case.pk}", actor="resident", at=now, data=data)


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
