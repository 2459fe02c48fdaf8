"""Say when somebody reads it, to whoever writes outside an account's opening hours.

Once per conversation and day of the municipality, never where everybody reads, never to a machine.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from vefa.cases.models import Case
from vefa.channels.port import Form
from vefa.channels.queries import with_hours
from vefa.dialogue import sparing
from vefa.dialogue.audience import Listener
from vefa.dialogue.hours import open_now, opens_at
from vefa.dialogue.phrases import resolved
from vefa.dialogue.values import values_for
from vefa.dialogue.writing import Words, write_automatic
from vefa.directory.queries import municipality
from vefa.inbox.models import Contact, Conversation
from vefa.journal.models import Event

PHRASE = "outside_hours"
_WRITTEN = {Form.MESSAGE.value}
_TOLD = {"auto", "same_post"}  # by a machine; or said at another account, where it was answered


def to_tell(talks: Iterable[Conversation], *, now: datetime) -> dict[int, datetime]:
    """When somebody reads again, by the conversations in which that should be said now; no statement.

    A conversation's endpoint is attached.
    """
    found = {}
    for talk in talks:
        hours = talk.endpoint.opening_hours
        if hours and not talk.public and not _told_today(talk, now) and not open_now(talk.endpoint, now):
            opens = opens_at(talk.endpoint, now)
            if opens is not None:
                found[talk.pk] = opens
    return found


def mark(conversation_ids: Collection[int], *, now: datetime) -> None:
    """Remember that it was said."""
    if conversation_ids:
        Conversation.objects.filter(pk__in=conversation_ids).update(hours_told_at=now)


def machines(contact_ids: Collection[int]) -> set[int]:
    """Those of these contacts that no person wrote."""
    if not contact_ids:
        return set()
    rows = Contact.objects.filter(pk__in=contact_ids).values_list("pk", "form", "details__auto")
    return {pk for pk, form, auto in rows if auto or form not in _WRITTEN}


def said_again(events: Sequence[Event], now: datetime) -> None:
    """A further word on a case came outside the hours; nothing else acknowledges it."""
    if not with_hours():
        return
    contacts = _contacts(events)
    talks = {one.conversation_id: one.conversation for one in contacts.values() if one.conversation}
    opens = to_tell([talk for talk in talks.values() if talk], now=now)
    cases = Case.objects.in_bulk([_case_id(event) for event in events]) if opens else {}
    rows = []
    for event in events:
        contact = contacts.get(event.data.get("contact_id", 0))
        moment = opens.pop(contact.conversation_id or 0, None) if contact else None
        case = cases.get(_case_id(event))
        if contact is not None and moment is not None and case is not None:
            listener = Listener(contact.conversation, case)
            rows.append((listener, _words(listener, moment, f"event:{event.pk}:hours")))
    rows = sparing.within_measure(rows, now=now)
    write_automatic(rows, now=now)
    mark({one.conversation.pk for one, _ in rows if one.conversation}, now=now)


def _contacts(events: Sequence[Event]) -> Mapping[int, Contact]:
    """What people wrote themselves, of accounts that have hours."""
    ids = {event.data.get("contact_id") for event in events if not event.data.keys() & {"passed_on", "filed"}}
    rows = Contact.objects.filter(pk__in=ids - {None}, endpoint_id__in=with_hours(), form__in=_WRITTEN)
    related = rows.select_related("conversation__endpoint", "conversation__address")
    return {one.pk: one for one in related.defer("raw", "html") if not one.details.keys() & _TOLD}


def _words(one: Listener, moment: datetime, cause: str) -> Words:
    data = {"opens_at": moment.isoformat()}

    def values(language: str, names: Sequence[str]) -> Mapping[str, str]:
        return values_for(one, language=language, data=data, names=names)

    said = resolved(PHRASE, one.language, values)
    return Words(
        text=said.text,
        language=said.language,
        phrase_key=PHRASE,
        wording=said.key,
        cause=cause,
        gaps=said.gaps,
    )


def _told_today(talk: Conversation, now: datetime) -> bool:
    if talk.hours_told_at is None:
        return False
    zone = ZoneInfo(municipality().timezone)
    return talk.hours_told_at.astimezone(zone).date() == now.astimezone(zone).date()


def _case_id(event: Event) -> int:
    return int(event.subject.removeprefix("case:"))
