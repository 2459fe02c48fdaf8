"""Messages of the house that belong to no case: alarms to colleagues, a trial of an account."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vefa.channels.models import Endpoint
from vefa.channels.port import Sender
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.directory.models import Staff
from vefa.inbox import people
from vefa.inbox.models import Conversation
from vefa.kit.ids import token


@dataclass(frozen=True, kw_only=True)
class Note:
    """One message, to one address of one account. A `cause` makes it unique; `space` is the address's."""

    endpoint: Endpoint
    space: str
    to: str
    text: str
    language: str
    cause: str | None = None


@transaction.atomic
def leave(note: Note, *, now: datetime, by: Staff | None = None) -> Delivery | None:
    """Lay a message down for the outbox; None where its cause has been answered before."""
    if note.cause and Reply.objects.filter(cause=note.cause).exists():
        return None
    reply = Reply.objects.create(
        staff=by,
        text=note.text,
        language=note.language,
        automatic=by is None,
        cause=note.cause,
        written_at=now,
    )
    talk = _conversation(note, now)
    dead = talk.address.unreachable_at is not None
    return Delivery.objects.create(
        reply=reply,
        conversation=talk,
        endpoint=note.endpoint,
        key=token(),
        state=DeliveryState.FAILED if dead else DeliveryState.QUEUED,
        trouble=talk.address.unreachable_why if dead else "",
        due_at=now,
        queued_at=now,
        ended_at=now if dead else None,
    )


def _conversation(note: Note, now: datetime) -> Conversation:
    """Between the account and that address; both are made where they are new."""
    one = people.person(note.space, Sender(address=note.to), verified=None)
    (address,) = people.known_addresses([one], now=now).values()
    talk = (note.endpoint.pk, address.pk, "")
    (conversation,) = people.known_conversations({talk: people.Opened()}, [address], now=now).values()
    return conversation
