"""What a resident says about a message instead of by one: an emoji under it, or that it is taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, override

from vefa.cases.models import Case, CaseContact
from vefa.cases.wordlist import words_of
from vefa.directory.queries import municipality
from vefa.inbox.models import Contact
from vefa.journal.record import Happening, record
from vefa.kit.text import first_line


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
    _hide([(case_id, contact.details["withdrawn_contact_id"]) for case_id, contact in taken_back], now=now)
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


def _hide(pairs: Sequence[tuple[int, int]], *, now: datetime) -> None:
    """No case is found by words that are taken back; one drawn from these very words shows them no more."""
    if not pairs:
        return
    words = {one.pk: one.text.strip() for one in Contact.objects.filter(pk__in={pk for _, pk in pairs})}
    rows = Case.objects.select_for_update(of=("self",)).filter(pk__in={case_id for case_id, _ in pairs})
    cases = {case.pk: case for case in rows.select_related("citizen").order_by("id")}
    for case_id, pk in pairs:
        if words[pk] and cases[case_id].text.strip() == words[pk]:
            _empty(cases[case_id], now)
    for case in cases.values():
        case.search = words_of(case, case.citizen.name if case.citizen else "", without=words)
    Case.objects.bulk_update(cases.values(), ["title", "text", "search", "changed_at", "version"])


def _empty(case: Case, now: datetime) -> None:
    if first_line(case.text, limit=120) == case.title:
        with override(municipality().default_language):
            case.title = gettext("A message that was taken back")
    case.text, case.changed_at, case.version = "", now, case.version + 1
