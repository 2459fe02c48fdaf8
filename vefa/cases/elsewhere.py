"""What happens to a case outside of it: answers given with another tool, a talk that goes on elsewhere."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from vefa.cases.models import Case, CaseContact
from vefa.cases.moves import Told, changed, locked
from vefa.cases.promises import answered
from vefa.inbox.models import Contact
from vefa.journal.record import Happening, record

Pair = tuple[int, Contact]  # case and contact


@transaction.atomic
def answered_elsewhere(pairs: Sequence[Pair], *, now: datetime) -> None:
    """Show on their cases what the city said with another tool; nothing is opened, moved or made unread.

    Staff whose name nobody knows has answered: the promise of a first answer is kept at that moment.
    """
    CaseContact.objects.bulk_create(
        [CaseContact(case_id=case_id, contact=contact, at=now) for case_id, contact in pairs],
        ignore_conflicts=True,
    )
    for case_id, contact in sorted(pairs, key=_moment):
        answered(case_id=case_id, by="system", now=min(contact.said_at or now, now))
    record(
        Happening(
            kind="case.answered_elsewhere",
            subject=f"case:{case_id}",
            actor="system",
            at=now,
            data={"contact_id": contact.pk},
        )
        for case_id, contact in pairs
    )


@transaction.atomic
def continue_in(pairs: Iterable[Pair], *, now: datetime) -> None:
    """From now on the case is spoken of in the conversation of this contact, no longer in public."""
    for case_id, contact in pairs:
        case = locked(case_id)
        if case.conversation_id == contact.conversation_id:
            continue
        data = {"contact_id": contact.pk, "was_conversation_id": case.conversation_id}
        case.conversation_id = contact.conversation_id
        told = Told(kind="case.continued", by="resident", at=now, data=data)
        changed(case, "conversation", told=told)


def latest_cases(address_ids: Iterable[int], *, since: datetime) -> list[Case]:
    """The cases of these addresses, open or ended after a moment: open ones first, then the latest."""
    rows = Case.objects.filter(conversation__address_id__in=set(address_ids)).exclude(ended_at__lt=since)
    return list(
        rows.select_related("conversation")
        .only("said_at", "ended_at", "conversation__address_id", "conversation__endpoint_id")
        .order_by("-ended_at", "-said_at", "-id")
    )


def _moment(pair: Pair) -> datetime:
    _, contact = pair
    return contact.said_at or contact.received_at
