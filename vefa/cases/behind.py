"""Which case an event concerns, also where its subject is a promise, a talk or a message, or it names one."""

from collections.abc import Iterable

from vefa.cases.models import CaseContact, Promise
from vefa.journal.models import Event


def cases_behind(events: Iterable[Event]) -> dict[int, int]:
    """The case's id by the event's; events that concern no case are left out. Two statements at the most."""
    known = list(events)
    found = {
        one.pk: number
        for one in known
        if (number := _number(one.subject, "case") or int(one.data.get("case_id") or 0))
    }
    promised = {one.pk: number for one in known if (number := _number(one.subject, "promise"))}
    said = {
        one.pk: int(one.data["contact_id"])
        for one in known
        if one.pk not in found and one.pk not in promised and one.data.get("contact_id")
    }
    if promised:
        rows = Promise.objects.filter(pk__in=promised.values()).values_list("pk", "case_id")
        found |= _through(promised, dict(rows))
    if said:
        links = CaseContact.objects.filter(contact_id__in=said.values()).order_by("id")
        found |= _through(said, dict(links.values_list("contact_id", "case_id")))
    return found


def _number(subject: str, kind: str) -> int:
    """9 of "promise:9"; 0 where it is of another kind."""
    head, _, number = subject.partition(":")
    return int(number) if head == kind and number.isdecimal() else 0


def _through(asked: dict[int, int], cases: dict[int, int]) -> dict[int, int]:
    return {event: cases[thing] for event, thing in asked.items() if thing in cases}
