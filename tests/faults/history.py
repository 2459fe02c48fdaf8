"""What must be true after any number of faults, judged from ledger, provider, tables and disk."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.ledger import Ledger
from tests.faults.moods import MoodyBotApi
from tests.faults.neighbours import Neighbours

FINAL = {"handed_over", "delivered", "read", "failed", "uncertain", "taken_back", "shown"}
DOUBT_LASTS_S = 600.0  # what is in doubt may leave once more, but not before
HONEST = {0, 503}  # nobody there, or "later": every other refusal is a defect
Row = dict[str, Any]
Wrong = dict[str, list[Any]]
_UNDONE = """
SELECT (SELECT count(*) FROM inbox_contact WHERE state = 'waiting')
    + (SELECT count(*) FROM journal_event WHERE handled_at IS NULL AND parked_at IS NULL)
    + (SELECT count(*) FROM dialogue_delivery WHERE state IN ('queued', 'leased'))
"""
_CONTACTS = """
SELECT c.id, external_id, reference, state, handled_at, tries, trouble, raw
FROM inbox_contact c ORDER BY c.id
"""
_DELIVERIES = """
SELECT d.id, d.state, d.due_at > now() AS scheduled, d.resent, d.provider_id, r.cause
FROM dialogue_delivery d JOIN dialogue_reply r ON r.id = reply_id
"""
_PHOTOS = """
SELECT external_id, a.state, a.sha256, a.path
FROM inbox_attachment a JOIN inbox_contact c ON c.id = contact_id
"""


@dataclass(frozen=True)
class Tables:
    """What the database says."""

    contacts: list[Row]
    cases: list[Row]
    events: list[Row]
    deliveries: list[Row]
    photos: list[Row]

    @classmethod
    def read(cls, url: str) -> "Tables":
        with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
            ask = connection.execute
            return cls(
                contacts=ask(_CONTACTS).fetchall(),
                cases=ask("SELECT case_id, contact_id FROM cases_casecontact WHERE opened").fetchall(),
                events=ask("SELECT id, kind, handled_at, parked_at FROM journal_event").fetchall(),
                deliveries=ask(_DELIVERIES).fetchall(),
                photos=ask(_PHOTOS).fetchall(),
            )


def at_rest(url: str) -> bool:
    """Whether nothing is left to do."""
    with psycopg.connect(url) as connection:
        row = connection.execute(_UNDONE).fetchone()
    return row == (0,)


def contacts_in(state: str, url: str) -> set[str]:
    """The external ids of the contacts in this state."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT external_id FROM inbox_contact WHERE state = %s", [state])
        return {row[0] for row in rows}


@dataclass(frozen=True)
class Evidence:
    """Everything that a verdict rests on."""

    ledger: Ledger
    tables: Tables
    provider: MoodyBotApi
    neighbours: Neighbours
    files: Path

    def faults(self) -> Wrong:
        """Everything that is wrong, by name; all lists are empty when nothing is."""
        return {
            **self._arrivals(),
            "out of order": self._out_of_order(),
            **self._reactions(),
            **self._outbox(),
            **self._photos(),
        }

    def _arrivals(self) -> Wrong:
        ledger, contacts = self.ledger, self.tables.contacts
        stored = Counter(contact["external_id"] for contact in contacts)
        opened = Counter(row["contact_id"] for row in self.tables.cases)
        numbers = {row["external_id"]: row["reference"] for row in contacts}
        poison = ledger.marked("poison")
        return {
            "lost": sorted(ledger.acked - stored.keys()),
            "never sent": sorted(stored.keys() - ledger.sent.keys()),
            "stored twice": [key for key, count in stored.items() if count > 1],
            "two cases of one contact": [key for key, count in opened.items() if count > 1],
            "another receipt": [key for key, told in ledger.references.items() if told != {numbers.get(key)}],
            "refused otherwise": [status for status in ledger.refused if status not in HONEST],
            "not handled": [row["external_id"] for row in contacts if row["state"] == "waiting"],
            "parked though sound": [
                row["external_id"]
                for row in contacts
                if row["state"] == "parked" and row["external_id"] not in poison
            ],
        }

    def _out_of_order(self) -> list[str]:
        """Messages kept or handled before an older one of their chat; poison is parked and blocks nobody."""
        found = {row["external_id"]: row for row in self.tables.contacts if row["state"] == "handled"}
        wrong = []
        for said in self.ledger.chats().values():
            kept = [found[key] for key in said if key in found and not self.ledger.sent[key].get("poison")]
            wrong += [
                late["external_id"]
                for early, late in pairwise(kept)
                if early["id"] > late["id"] or early["handled_at"] > late["handled_at"]
            ]
        return wrong

    def _reactions(self) -> Wrong:
        """Each opened case is answered once; one reply of one cause has one delivery."""
        events = self.tables.events
        causes = Counter(row["cause"] for row in self.tables.deliveries if row["cause"])
        wanted = {f"event:{event['id']}:0" for event in events if event["kind"] == "case.opened"}
        return {
            "reaction twice": [key for key, count in causes.items() if count > 1],
            "reaction missing": sorted(wanted - causes.keys()),
            "event parked": [row["id"] for row in events if row["parked_at"]],
            "event not handled": [row["id"] for row in events if not row["handled_at"]],
        }

    def _outbox(self) -> Wrong:
        deliveries = self.tables.deliveries
        seen = {str(received.message_id) for received in self.provider.sent} | self.neighbours.ids()
        doubled = [*self.provider.doubled(DOUBT_LASTS_S), *self.neighbours.doubled(DOUBT_LASTS_S)]
        return {
            "delivery without an end": [
                row["id"]
                for row in deliveries
                if row["state"] not in FINAL and not (row["state"] == "queued" and row["scheduled"])
            ],
            "said to be sent, never seen": [
                row["id"]
                for row in deliveries
                if row["state"] == "handed_over" and row["provider_id"] not in seen
            ],
            "sent twice blindly": doubled,
            "broke the provider's form": [*self.provider.faults, *self.neighbours.faults()],
        }

    def _photos(self) -> Wrong:
        """A receipt for a photo means one row, one file, and the very bytes."""
        sent = self.ledger.marked("photo")
        rows = Counter(row["external_id"] for row in self.tables.photos)
        whole = {row["external_id"] for row in self.tables.photos if self._is_whole(row, sent)}
        return {
            "photo lost": sorted(sent.keys() - whole),
            "photo twice": [key for key, count in rows.items() if count > 1],
        }

    def _is_whole(self, row: Row, sent: dict[str, Any]) -> bool:
        file = self.files / row["path"]
        if row["state"] != "stored" or not row["path"] or not file.is_file():
            return False
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        return bool(digest == row["sha256"] == sent.get(row["external_id"]))

    def strays(self) -> int:
        """Files on the disk that no row names: whoever died between file and row leaves one."""
        known = {row["path"] for row in self.tables.photos}
        files = (file for file in self.files.rglob("*") if file.is_file())
        return sum(file.relative_to(self.files).as_posix() not in known for file in files)
