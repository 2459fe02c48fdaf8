"""A group of neighbours as the provider tells of it: updates, taken through door, reading and triage."""

import itertools
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.channels.telegram import arriving
from vefa.inbox import claiming, reading
from vefa.inbox.models import Contact
from vefa.triage import pipeline

CHAT = -100_500
_people: dict[str, int] = {}


def number_of(who: str) -> int:
    """The account of a person who is called so."""
    return _people.setdefault(who, 5000 + len(_people))


def group(key: str = "street", *, chat: int = CHAT, **settings: str) -> Endpoint:
    """A group endpoint behind the town's bot."""
    Endpoint.objects.filter(key="city-bot").update(sealed=seal({"token": "1:a", "secret": "right"}))
    language = settings.pop("language", "tr")
    facts = {"door": "city-bot", "chat_id": str(chat), **settings}
    return Endpoint.objects.create(
        key=key, channel="telegram_group", settings=facts, default_unit_key="contact", language=language,
        names={"en": key},
    )  # fmt: skip


class Street:
    """Who speaks in one group, and what becomes of it."""

    def __init__(self, endpoint: Endpoint, *, now: datetime, chat: int = CHAT) -> None:
        self.endpoint, self.now, self.chat = endpoint, now, chat
        self.numbers = itertools.count(1)
        self.waiting: list[dict[str, Any]] = []

    def say(self, who: str, text: str = "", *, after: float = 0, **parts: Any) -> int:
        """One message `after` minutes from the last one; its number."""
        self.now += timedelta(minutes=after)
        number = next(self.numbers)
        body: dict[str, Any] = {
            "message_id": number,
            "from": {"id": number_of(who), "is_bot": False, "first_name": who},
            "chat": {"id": self.chat, "type": "supergroup", "title": "Çarşı komşular"},
            "date": int(self.now.timestamp()),
        }
        if text:
            body["text"] = text
        if answers := parts.pop("answers", None):
            body["reply_to_message"] = {"message_id": answers, "chat": body["chat"], "date": 1}
        self.waiting.append({"update_id": number, "message": body | parts})
        return number

    def photo(self, who: str, *, after: float = 0, **parts: Any) -> int:
        """A photo without words."""
        sizes = [{"file_id": f"photo-{who}", "width": 90, "height": 60}]
        return self.say(who, after=after, photo=sizes, **parts)

    def update(self, kind: str, body: Mapping[str, Any]) -> None:
        """Anything else that happens in the group."""
        self.waiting.append({"update_id": next(self.numbers), kind: dict(body)})

    def edit(self, number: int, who: str, text: str) -> None:
        """Somebody changes what they said."""
        body = {
            "message_id": number, "date": int(self.now.timestamp()), "edit_date": int(self.now.timestamp()),
            "chat": {"id": self.chat, "type": "supergroup"}, "text": text,
            "from": {"id": number_of(who), "is_bot": False, "first_name": who},
        }  # fmt: skip
        self.update("edited_message", body)

    def thumb(self, who: str, number: int, emoji: str = "👍") -> None:
        """Somebody reacts to a message."""
        person = {"id": number_of(who), "is_bot": False, "first_name": who}
        reaction = [{"type": "emoji", "emoji": emoji}] if emoji else []
        body = {
            "chat": {"id": self.chat, "type": "supergroup"}, "message_id": number, "user": person,
            "date": int(self.now.timestamp()), "old_reaction": [], "new_reaction": reaction,
        }  # fmt: skip
        self.update("message_reaction", body)

    def listen(self, *, at_once: int = 10_000) -> list[Contact]:
        """Hand in what waits, and let a worker handle it."""
        handled = []
        while self.waiting:
            some, self.waiting = self.waiting[:at_once], self.waiting[at_once:]
            keep(self.endpoint, some, now=self.now)
            handled += handle(now=self.now)
        return handled


def keep(endpoint: Endpoint, updates: list[dict[str, Any]], *, now: datetime) -> None:
    """What the door does, without the door."""
    rows = []
    for update in updates:
        raw = json.dumps(update).encode()
        arrival = arriving.arrival(raw)
        rows.append(
            Contact(
                endpoint=endpoint, external_id=arrival.external_id, lane=arrival.lane, received_at=now,
                due_at=now, raw=raw,
            )
        )  # fmt: skip
    Contact.objects.bulk_create(rows)


def handle(*, now: datetime) -> list[Contact]:
    """What a worker does with all that waits."""
    claim = claiming.claim_contacts(now=now, limit=10_000)
    if claim is None:
        return []
    with transaction.atomic():
        reading.read(claim.contacts, now=now)
        pipeline.handle(claim.contacts, now=now)
        claiming.finish(claim.lease, claim.contacts, now=now)
    return list(claim.contacts)
