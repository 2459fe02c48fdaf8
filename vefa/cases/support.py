"""Support: somebody else stands behind a case, is counted once, and is informed like the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vefa.cases.models import Case, CaseContact, Supporter
from vefa.cases.moves import By, Told, changed
from vefa.cases.voices import voices_of, with_whole
from vefa.inbox.models import Contact
from vefa.journal.record import Happening, record


@transaction.atomic
def support(*, case_id: int, citizen_id: int, contact: Contact | None, now: datetime) -> bool:
    """Let a citizen join a case; a duplicate's supporters join its master. Returns whether they are new.

    Whoever opened the case or a duplicate of it, or joined before, is not counted again, nor under another
    row of the same person; the contact is kept with it anyway.
    """
    _, case = with_whole(case_id)
    if contact is not None:
        CaseContact.objects.bulk_create(
            [CaseContact(case=case, contact=contact, at=now)], ignore_conflicts=True
        )
    voices = voices_of([case.pk], [citizen_id])
    if not voices.join(case.pk, citizen_id):
        return False
    one = Behind(case.pk, citizen_id, contact)
    _supporter(case, one, now).save(force_insert=True)
    case.supporters = voices.of(case.pk)
    told = Told(kind="case.supported", by="resident", at=now, data=_facts(one))
    changed(case, "supporters", told=told)
    return True


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
    voices = voices_of(ids, {one.citizen_id for one in standing})
    fresh = [(case, one) for case, one in meant if voices.join(case.pk, one.citizen_id)]
    for case, _ in fresh:
        case.supporters = voices.of(case.pk)
    _count(fresh, now=now)


def _count(fresh: Sequence[tuple[Case, Behind]], *, now: datetime) -> None:
    """Write those who are new, and tell the journal of each."""
    Supporter.objects.bulk_create([_supporter(case, one, now) for case, one in fresh])
    for case, _ in fresh:
        case.version += 1
        case.changed_at = now
    Case.objects.bulk_update(
        {case.pk: case for case, _ in fresh}.values(), ["supporters", "version", "changed_at"]
    )
    record(
        Happening(
            kind="case.supported", subject=f"case:{case.pk}", actor="resident", at=now, data=_facts(one)
        )
        for case, one in fresh
    )


def _supporter(case: Case, one: Behind, now: datetime) -> Supporter:
    talk_id = one.contact.conversation_id if one.contact else None
    return Supporter(
        case=case, citizen_id=one.citizen_id, contact=one.contact, conversation_id=talk_id, at=now
    )


def _facts(one: Behind) -> dict[str, int | None]:
    return {
        "citizen_id": one.citizen_id,
        "contact_id": one.contact.pk if one.contact else None,
        "conversation_id": one.contact.conversation_id if one.contact else None,
    }


@transaction.atomic
def leave(*, case_id: int, citizen_id: int, contact: Contact, by: By, now: datetime) -> None:
    """Take a message out of a case, and its author out of those who stand behind it; nobody is told.

    Also out of the case that it follows: there a message to a duplicate counts.
    """
    case, master = with_whole(case_id)
    both = [case] if case.pk == master.pk else [case, master]
    CaseContact.objects.filter(case__in=both, contact=contact, opened=False).delete()
    Supporter.objects.filter(case__in=both, contact=contact).delete()
    voices, data = voices_of([one.pk for one in both]), {"citizen_id": citizen_id, "contact_id": contact.pk}
    for one in both:
        one.supporters = voices.of(one.pk)
        told = Told(kind="case.left", by=by, at=now, data=data | {"undone": True})
        changed(one, "supporters", told=told)
