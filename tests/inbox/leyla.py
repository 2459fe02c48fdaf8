"""The mayor's own telephone: a personal account of Leyla's, on which people write to her alone."""

import json
from datetime import datetime
from typing import Any

from vefa.channels.models import Endpoint, Owner
from vefa.directory.models import Staff
from vefa.inbox import private
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Contact, PrivateMessage
from vefa.inbox.private import Found
from vefa.journal import replay
from vefa.wiring.flow import REACTIONS
from vefa.wiring.handling import Hands

ALI = 7001


def line(owner: str = Owner.MAYOR, *, key: str = "leylas-line", unit_key: str = "") -> Endpoint:
    """A Telegram account on which only its owner reads."""
    return Endpoint.objects.create(
        key=key, channel="telegram", names={"en": "Leyla's own line"}, owner=owner, unit_key=unit_key,
        personal=True, default_unit_key="contact", language="tr",
    )  # fmt: skip


def update(text: str, *, number: int, account: int = ALI, **more: Any) -> bytes:
    """What Telegram pushes for one message."""
    message = {
        "message_id": number, "date": 1774749600, "text": text,
        "chat": {"id": account, "type": "private", "first_name": "Ali"},
        "from": {"id": account, "first_name": "Ali", "last_name": "Demir", "language_code": "tr"},
    } | more  # fmt: skip
    return json.dumps({"update_id": number, "message": message}).encode()


def push(endpoint: Endpoint, raw: bytes, *, now: datetime, lane: str = str(ALI)) -> Contact:
    """One message at the door, handled by nobody yet."""
    number = str(json.loads(raw)["update_id"])
    arrival = Incoming(
        endpoint_id=endpoint.pk, external_id=number, lane=lane, raw=raw, received_at=now, due_at=now
    )
    from_door = accept([arrival])[0]
    return Contact.objects.get(pk=from_door.contact_id)


def work(now: datetime) -> None:
    """Handle every contact that is due and react to every event."""
    hands = Hands(lambda: now, 200)
    while hands.handle_some():
        pass
    while replay.react(REACTIONS, now=now, limit=200):
        pass


def write(endpoint: Endpoint, text: str, *, now: datetime, number: int = 1, **more: Any) -> PrivateMessage:
    """Somebody writes to the personal account, and it is handled."""
    contact = push(endpoint, update(text, number=number, **more), now=now)
    work(now)
    return PrivateMessage.objects.get(contact=contact)


def seen_by(staff: Staff, message: PrivateMessage, *, now: datetime) -> Found:
    """The message as this person may read it."""
    found = private.found(staff, message.pk, now=now)
    assert found is not None
    return found
