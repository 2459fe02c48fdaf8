"""The tables that the invented history fills, column by column, and their fresh keys."""

import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from vefa.cases.models import Case, CaseContact, Note, Pause, Promise, Sight, Supporter
from vefa.citizens.models import Address, Citizen
from vefa.dialogue.models import Delivery, Reply
from vefa.inbox import numbers
from vefa.inbox.models import Contact, Conversation
from vefa.journal.models import Event
from vefa.triage.models import Finding
from vefa.wiring.demo.copying import Table

BLOCK = 1_000  # keys drawn at once
SECRET_BYTES, SECRET_SIGNS = 18, 24

CITIZENS = Table(
    Citizen,
    "id", "name", "folded_name", "language", "created_at", "compared_at",
)  # fmt: skip
ADDRESSES = Table(
    Address,
    "id", "space", "value", "citizen_id", "shown_name", "last_digits", "verified_at", "created_at",
)  # fmt: skip
CONVERSATIONS = Table(
    Conversation,
    "id", "endpoint_id", "address_id", "thread", "language", "created_at", "public",
)  # fmt: skip
CONTACTS = Table(
    Contact,
    "id", "endpoint_id", "external_id", "lane", "received_at", "raw", "reference", "secret", "form",
    "conversation_id", "citizen_id", "message_id", "said_at", "subject", "text", "language", "lat",
    "lon", "place_text", "details", "state", "due_at", "handled_at",
)  # fmt: skip
CASES = Table(
    Case,
    "id", "reference", "secret", "title", "text", "language", "kind", "urgency", "service_id",
    "area_id", "place_text", "lat", "lon", "citizen_id", "conversation_id", "channel", "private",
    "public", "state", "outcome", "unit_id", "staff_id", "agency_id", "master_id", "unsure",
    "opened_at", "changed_at", "said_at", "first_answered_at", "ended_at", "due_at", "answer_due_at",
    "planned_date", "reopened", "supporters", "unread", "version", "search",
)  # fmt: skip
LINKS = Table(
    CaseContact,
    "case_id", "contact_id", "opened", "at",
)  # fmt: skip
SUPPORTERS = Table(
    Supporter,
    "case_id", "citizen_id", "contact_id", "conversation_id", "at",
)  # fmt: skip
PROMISES = Table(
    Promise,
    "id", "case_id", "kind", "by", "legal_basis", "minutes", "started_at", "running_since",
    "worked_min", "due_at", "held_due_at", "kept_at", "broken_at", "broken_why", "dropped_at",
)  # fmt: skip
PAUSES = Table(
    Pause,
    "case_id", "reason", "by", "began_at", "ended_at",
)  # fmt: skip
NOTES = Table(
    Note,
    "id", "case_id", "staff_id", "text", "at",
)  # fmt: skip
SIGHTS = Table(
    Sight,
    "case_id", "staff_id", "role", "first_at", "last_at",
)  # fmt: skip
EVENTS = Table(
    Event,
    "at", "kind", "subject", "actor", "data", "handled_at", "due_at",
)  # fmt: skip
REPLIES = Table(
    Reply,
    "id",
    "case_id",
    "staff_id",
    "text",
    "language",
    "phrase_key",
    "answers_id",
    "automatic",
    "written_at",
)
DELIVERIES = Table(
    Delivery,
    "reply_id", "conversation_id", "endpoint_id", "key", "state", "due_at", "provider_id", "trouble",
    "queued_at", "handed_over_at", "delivered_at", "ended_at",
)  # fmt: skip
FINDINGS = Table(
    Finding,
    "contact_id", "case_id", "version", "language", "kind", "service_id", "area_id", "urgency",
    "confidence", "sure", "matter", "evidence", "suggestions", "found_at",
)  # fmt: skip

# In the order in which rows may be written: what is pointed at comes first.
ORDER = (
    CITIZENS, ADDRESSES, CONVERSATIONS, CONTACTS, CASES, LINKS, SUPPORTERS, PROMISES, PAUSES, NOTES,
    SIGHTS, EVENTS, REPLIES, DELIVERIES, FINDINGS,
)  # fmt: skip


class Numbers:
    """Endless fresh keys and public numbers; what is drawn and not used leaves a gap."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._references: dict[int, Iterator[str]] = {}
        self.citizens = _endless(CITIZENS)
        self.addresses = _endless(ADDRESSES)
        self.conversations = _endless(CONVERSATIONS)
        self.contacts = _endless(CONTACTS)
        self.cases = _endless(CASES)
        self.promises = _endless(PROMISES)
        self.notes = _endless(NOTES)
        self.replies = _endless(REPLIES)
        self.secrets = _secrets()
        self.keys = _keys()

    def reference(self, at: datetime) -> str:
        """The next public number of the year."""
        year = at.astimezone(self._zone).year
        if year not in self._references:
            self._references[year] = _references(at)
        return next(self._references[year])


def _endless(table: Table) -> Iterator[int]:
    while True:
        yield from table.ids(BLOCK)


def _secrets() -> Iterator[str]:
    """Secrets as `kit.ids.secret` makes them, drawn many at once: each draw is a call of the system."""
    while True:
        drawn = urlsafe_b64encode(os.urandom(SECRET_BYTES * BLOCK)).decode()
        yield from (drawn[at : at + SECRET_SIGNS] for at in range(0, len(drawn), SECRET_SIGNS))


def _keys() -> Iterator[str]:
    """Random keys in the hexadecimal form of a UUID."""
    while True:
        drawn = os.urandom(16 * BLOCK).hex()
        yield from (drawn[at : at + 32] for at in range(0, len(drawn), 32))


def _references(at: datetime) -> Iterator[str]:
    while True:
        yield from numbers.draw(BLOCK, at=at)
