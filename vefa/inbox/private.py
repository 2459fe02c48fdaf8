"""Messages to somebody's own account: seen by its owner and delegates, no case until one of them files it.

`visible_to` is the only door through which a screen reaches one. Absent and forbidden look the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, QuerySet, Value, When

from vefa.channels.port import Form
from vefa.directory.models import Staff
from vefa.inbox.delegating import Part, parts_of
from vefa.inbox.models import (
    Attachment,
    AttachmentState,
    Contact,
    ContactState,
    PrivateMessage,
    PrivateSight,
    PrivateState,
)
from vefa.journal.models import Event
from vefa.journal.record import Happening, record
from vefa.kit import rows

_HELD = {str(Form.MESSAGE), "unreadable"}
_RELATED = (
    "contact__endpoint", "contact__citizen", "contact__conversation__address",
    "contact__conversation__endpoint",
)  # fmt: skip
_SEEN = """
INSERT INTO inbox_privatesight (message_id, staff_id, seen_as, first_at, last_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (message_id, staff_id) DO UPDATE SET last_at = excluded.last_at, seen_as = excluded.seen_as
WHERE inbox_privatesight.last_at < excluded.last_at - interval '1 minute'
"""


class NotAllowedError(Exception):
    """This person's part in the account does not include that."""


class SettledError(Exception):
    """Somebody decided about it already, or it is too late to undo."""


@dataclass(frozen=True)
class Found:
    """A private message and the part that the reader has in its account."""

    message: PrivateMessage
    part: Part

    @property
    def contact(self) -> Contact:
        """What arrived."""
        return self.message.contact


@dataclass(frozen=True, kw_only=True)
class Handing:
    """To whom a message is handed on when it becomes a case; neither: routing decides."""

    unit_id: int | None = None
    staff_id: int | None = None


def hold(contacts: Sequence[Contact], *, now: datetime) -> list[Contact]:
    """Keep back what came to personal accounts; the contacts that go on to triage.

    Call it in the transaction that marks them handled. Without such a contact it asks the database nothing.
    """
    held = [one for one in contacts if is_private(one)]
    if not held:
        return list(contacts)
    facts = [
        {"contact_id": one.pk, "endpoint_id": one.endpoint_id, "arrived_at": one.received_at}
        for one in held
        if one.form in _HELD
    ]
    rows.insert(PrivateMessage, facts, key="contact_id", once=True)
    if talks := {one.conversation_id for one in held if one.form == Form.ECHO}:
        answered_there = PrivateMessage.objects.filter(
            state=PrivateState.OPEN, contact__conversation__in=talks
        )
        answered_there.update(state=PrivateState.ANSWERED, settled_at=now)
    return [one for one in contacts if one not in held]


def is_private(contact: Contact) -> bool:
    """Whether these are words on a personal account that nobody has filed."""
    words = contact.form in _HELD or contact.form == Form.ECHO
    return words and contact.endpoint.personal and "filed" not in contact.details


def visible_to(staff: Staff, *, now: datetime) -> QuerySet[PrivateMessage]:
    """The private messages that this person may read."""
    return PrivateMessage.objects.filter(endpoint__in=list(parts_of(staff, now=now)))


def found(staff: Staff, message_id: int, *, now: datetime) -> Found | None:
    """One message with what it needs to be shown, if this person may read it."""
    parts = parts_of(staff, now=now)
    message = (
        PrivateMessage.objects.filter(pk=message_id, endpoint__in=list(parts))
        .select_related(*_RELATED, "settled_by")
        .first()
    )
    return Found(message, parts[message.endpoint_id]) if message else None


def open_ids(staff: Staff, *, now: datetime, limit: int) -> list[int]:
    """What nobody has decided about, the oldest first; what its sender took back is not asked about."""
    waiting = visible_to(staff, now=now).filter(state=PrivateState.OPEN, contact__deleted_at=None)
    return list(waiting.order_by("arrived_at", "id").values_list("pk", flat=True)[:limit])


def latest(staff: Staff, *, now: datetime, limit: int) -> list[Found]:
    """The latest messages of all accounts in which this person has a part, what waits first."""
    parts = parts_of(staff, now=now)
    mine = PrivateMessage.objects.filter(endpoint__in=list(parts)).select_related(*_RELATED)
    waiting = Case(When(state=PrivateState.OPEN, then=Value(0)), default=Value(1))
    rows = mine.order_by(waiting, "-arrived_at", "-id")[:limit]
    return [Found(one, parts[one.endpoint_id]) for one in rows]


def many(staff: Staff, ids: Sequence[int], *, now: datetime) -> dict[int, Found]:
    """Several messages by id, as far as this person may read them, in three statements."""
    if not ids:
        return {}
    parts = parts_of(staff, now=now)
    messages = PrivateMessage.objects.filter(pk__in=ids, endpoint__in=list(parts)).select_related(*_RELATED)
    return {one.pk: Found(one, parts[one.endpoint_id]) for one in messages}


def earlier(one: Found, *, limit: int = 10) -> list[Contact]:
    """What the same person said before on this account, the latest last."""
    talk = one.contact.conversation_id
    if talk is None:
        return []
    said = Contact.objects.filter(
        conversation_id=talk, private__isnull=False, deleted_at=None, id__lt=one.contact.pk
    )
    return list(said.order_by("-said_at", "-id")[:limit])[::-1]


def changed_words(one: Found) -> list[str]:
    """What the sender made of the message afterwards, the latest last."""
    edits = Contact.objects.filter(
        conversation_id=one.contact.conversation_id or 0,
        form=Form.EDIT,
        details__edited_contact_id=one.contact.pk,
    )
    return list(edits.order_by("id").values_list("text", flat=True))


def files_of(contacts: Sequence[Contact]) -> list[Attachment]:
    """The files that came with these messages."""
    return list(Attachment.objects.filter(contact__in=[one.pk for one in contacts]).order_by("id"))


def attachment_of(key: UUID, staff: Staff, *, now: datetime) -> Attachment | None:
    """A stored file of a private message that this person may read; None where there is none."""
    kept = Attachment.objects.filter(key=key, state=AttachmentState.STORED)
    return kept.filter(contact__private__in=visible_to(staff, now=now)).first()


def see(one: Found, staff: Staff, *, now: datetime) -> None:
    """Remember that somebody opened the message, and in whose place."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [one.message.pk, staff.pk, one.part.acts_as, now, now])


def sights(one: Found) -> list[PrivateSight]:
    """Everybody who has opened it, the first first."""
    seen = PrivateSight.objects.filter(message=one.message).select_related("staff")
    return list(seen.order_by("first_at", "id"))


@transaction.atomic
def keep(one: Found, *, by: Staff, now: datetime) -> None:
    """Leave it private and take it off the list of what waits. Raises SettledError."""
    message = _locked(one, {PrivateState.OPEN})
    _settle(message, PrivateState.KEPT, one.part, by, now)
    _tell("private.kept", one, by, now)


@transaction.atomic
def answered(one: Found, *, by: Staff, now: datetime) -> None:
    """It has its answer. Call it in the transaction that writes the answer. Raises SettledError."""
    if not one.part.may_answer:
        raise NotAllowedError("this part does not include answering")
    message = _locked(one, {PrivateState.OPEN, PrivateState.KEPT, PrivateState.ANSWERED})
    _settle(message, PrivateState.ANSWERED, one.part, by, now)


@transaction.atomic
def unanswered(failed: Mapping[int, int], *, now: datetime) -> None:
    """Answers that did not arrive, by contact the delivery: each waits for a decision once more.

    Call it in the transaction that writes the failure. What was decided otherwise since stays as it is.
    """
    if not failed:
        return
    rows = PrivateMessage.objects.select_for_update().filter(
        contact__in=list(failed), state=PrivateState.ANSWERED
    )
    found = list(rows.order_by("id"))
    PrivateMessage.objects.filter(pk__in=[one.pk for one in found]).update(
        state=PrivateState.OPEN, settled_by=None, settled_at=None, settled_as=""
    )
    record(
        Happening(
            kind="private.unanswered",
            subject=f"endpoint:{one.endpoint_id}",
            actor="system",
            at=now,
            data={"contact_id": one.contact_id, "delivery_id": failed[one.contact_id]},
        )
        for one in found
    )


@transaction.atomic
def answered_after_all(arrived: Mapping[int, int | None], *, now: datetime) -> None:
    """Answers in doubt that did arrive, by contact who gave them: nothing waits any more because of them.

    Call it in the transaction that writes the arrival. What was decided otherwise since stays as it is.
    """
    if not arrived:
        return
    waiting = PrivateMessage.objects.select_for_update().filter(
        contact__in=list(arrived), state=PrivateState.OPEN
    )
    found = list(waiting.order_by("id"))
    for one in found:
        one.state, one.settled_at = PrivateState.ANSWERED, now
        one.settled_by_id = arrived[one.contact_id]
    PrivateMessage.objects.bulk_update(found, ["state", "settled_at", "settled_by"])


@transaction.atomic
def again(one: Found, *, by: Staff, now: datetime) -> None:
    """Undo "keep private" or a taken-back answer: it waits for a decision once more. Raises SettledError."""
    message = _locked(one, {PrivateState.KEPT, PrivateState.ANSWERED})
    _settle(message, PrivateState.OPEN, one.part, None, None)
    _tell("private.opened_again", one, by, now)


@transaction.atomic
def file(one: Found, *, by: Staff, now: datetime, to: Handing | None = None) -> None:
    """Make it an ordinary contact: triage reads it after the time for undoing, and a case follows.

    Raises NotAllowedError, SettledError.
    """
    if not one.part.may_file:
        raise NotAllowedError("this part does not include filing")
    message = _locked(one, {PrivateState.OPEN, PrivateState.KEPT, PrivateState.ANSWERED})
    to = to or Handing()
    filed: dict[str, Any] = {
        "by": by.pk,
        "as": one.part.acts_as,
        "unit_id": to.unit_id,
        "staff_id": to.staff_id,
    }
    contact = Contact.objects.select_for_update().get(pk=message.contact_id)
    contact.details = {**contact.details, "filed": filed}
    contact.state, contact.tries, contact.handled_at = ContactState.WAITING, 0, None
    contact.due_at = now + timedelta(seconds=settings.UNDO_S)
    contact.lease, contact.leased_until = None, None
    contact.save(update_fields=["details", "state", "tries", "handled_at", "due_at", "lease", "leased_until"])
    _settle(message, PrivateState.FILED, one.part, by, now)
    _tell("private.filed", one, by, now, unit_id=to.unit_id, staff_id=to.staff_id)


@transaction.atomic
def unfile(one: Found, *, by: Staff, now: datetime) -> None:
    """Undo filing while triage has not read it. Raises SettledError once it has."""
    message = _locked(one, {PrivateState.FILED})
    contact = Contact.objects.select_for_update().get(pk=message.contact_id)
    leased = contact.leased_until is not None and contact.leased_until > now
    if contact.state != ContactState.WAITING or leased:
        raise SettledError(f"{contact} is a case already")
    contact.details = {name: value for name, value in contact.details.items() if name != "filed"}
    contact.state, contact.handled_at = ContactState.HANDLED, now
    contact.save(update_fields=["details", "state", "handled_at"])
    _settle(message, PrivateState.OPEN, one.part, None, None)
    _tell("private.opened_again", one, by, now)


def acts_on(endpoint_ids: Sequence[int], *, limit: int = 50) -> list[Event]:
    """What was done with these accounts and their delegations, the latest first."""
    subjects = [f"endpoint:{pk}" for pk in endpoint_ids]
    return list(Event.objects.filter(subject__in=subjects).order_by("-id")[:limit])


def people_of(events: Sequence[Event]) -> dict[str, str]:
    """The names of who acted and of who is meant, by "staff:3"."""
    ids = {event.actor.partition(":")[2] for event in events if event.actor.startswith("staff:")}
    ids |= {str(event.data["staff_id"]) for event in events if event.data.get("staff_id")}
    found = Staff.objects.filter(pk__in={int(pk) for pk in ids}).values_list("pk", "name")
    return {f"staff:{pk}": name for pk, name in found}


def _locked(one: Found, wanted: set[PrivateState]) -> PrivateMessage:
    message = PrivateMessage.objects.select_for_update().get(pk=one.message.pk)
    if PrivateState(message.state) not in wanted:
        raise SettledError(f"private message {message.pk} is {message.state}")
    return message


def _settle(
    message: PrivateMessage, state: PrivateState, part: Part, by: Staff | None, at: datetime | None
) -> None:
    message.state, message.settled_by, message.settled_at = state, by, at
    message.settled_as = part.acts_as if by else ""
    message.save(update_fields=["state", "settled_by", "settled_at", "settled_as"])


def _tell(kind: str, one: Found, by: Staff, now: datetime, **data: Any) -> None:
    facts = {"contact_id": one.contact.pk, "as": one.part.acts_as, **data}
    subject = f"endpoint:{one.message.endpoint_id}"
    record([Happening(kind=kind, subject=subject, actor=f"staff:{by.pk}", at=now, data=facts)])
