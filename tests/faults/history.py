"""What must be true after any number of faults, judged from ledger, providers, tables and disk."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.faults.ledger import Ledger
from tests.faults.moods import MoodyBotApi
from tests.faults.neighbours import Neighbours, Read, doubled
from tests.faults.tables import Row, Tables

FINAL = {"handed_over", "delivered", "read", "failed", "uncertain", "taken_back", "shown"}
DOUBT_LASTS_S = 600.0  # what is in doubt may leave once more, but not before
HONEST = {0, 503}  # nobody there, or "later": every other refusal is a defect
LONGEST_TEXT = 4000  # letters; longer ones may be cut by whoever reads them
Wrong = dict[str, list[Any]]
_REFERENCE = re.compile(r"\d[\d-]{5,}\d")


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
            **self._receipts(),
            **self._arrivals(),
            "out of order": self._out_of_order(),
            **self._matters(),
            **self._calls(),
            **self._reactions(),
            **self._outbox(),
            **self._photos(),
        }

    @cached_property
    def read(self) -> list[Read]:
        """Everything that residents read."""
        bot = (Read("telegram", str(one.chat_id), one.text, one.at) for one in [*self.provider.sent])
        return [*bot, *self.neighbours.read()]

    @cached_property
    def by_id(self) -> dict[int, Row]:
        """Contacts by their row's id."""
        return {row["id"]: row for row in self.tables.contacts}

    @cached_property
    def poison(self) -> dict[str, object]:
        """What nobody can handle; asked for every word of forty thousand."""
        return self.ledger.marked("poison")

    def _receipts(self) -> Wrong:
        """What was sent has its receipt in the end, and each repetition too; none tells another story."""
        ledger = self.ledger
        numbers = {row["external_id"]: row["reference"] for row in self.tables.contacts}
        asked = {key for key, line in ledger.sent.items() if line["way"] != "asterisk"}
        return {
            "never acknowledged": sorted(asked - ledger.acked),
            "repetition without receipt": [
                key for key in ledger.acked if ledger.again[key] < ledger.sent.get(key, {}).get("copies", 0)
            ],
            "another receipt": [key for key, told in ledger.references.items() if told != {numbers.get(key)}],
            "refused otherwise": [status for status in ledger.refused if status not in HONEST],
        }

    def _arrivals(self) -> Wrong:
        ledger, contacts = self.ledger, self.tables.contacts
        stored = Counter(contact["external_id"] for contact in contacts if not _is_seat(contact))
        poison = ledger.marked("poison")
        return {
            "held by its provider": self.neighbours.held(),
            "lost": sorted(ledger.acked - stored.keys()),
            "never sent": sorted(stored.keys() - ledger.sent.keys()),
            "stored twice": [key for key, count in stored.items() if count > 1],
            "other words": [row["external_id"] for row in contacts if not self._says_so(row)],
            "not handled": [row["external_id"] for row in contacts if row["state"] == "waiting"],
            "parked though sound": [
                row["external_id"]
                for row in contacts
                if row["state"] == "parked" and row["external_id"] not in poison
            ],
        }

    def _says_so(self, row: Row) -> bool:
        """Whether what was read from a message is what was said."""
        said = str(self.ledger.sent.get(row["external_id"], {}).get("text", ""))
        if row["state"] != "handled" or len(said) > LONGEST_TEXT:
            return True
        return " ".join(said.split()) in " ".join(row["text"].split())

    def _out_of_order(self) -> list[str]:
        """Messages kept or handled before an older one of their chat; poison is parked and blocks nobody.

        Of what was sent at once the one that was kept first is the older one.
        """
        found = {row["external_id"]: row for row in self.tables.contacts if row["state"] == "handled"}
        wrong = []
        for said in self.ledger.chats().values():
            kept = [found[key] for key in said if key in found and not self.ledger.sent[key].get("poison")]
            kept.sort(key=self._age)
            wrong += [
                late["external_id"]
                for early, late in pairwise(kept)
                if early["id"] > late["id"] or early["handled_at"] > late["handled_at"]
            ]
        return wrong

    def _age(self, row: Row) -> tuple[int, int]:
        """Where a message stands in its chat, by `since` and, of what was sent at once, as it was kept."""
        return self._since[row["external_id"]], row["id"]

    @cached_property
    def _since(self) -> dict[str, int]:
        """The place of each message in what its chat said; those that were sent at once share one."""
        places = {}
        for said in self.ledger.chats().values():
            place, last = -1, None
            for key in said:
                since = self.ledger.sent[key].get("since", key)
                place, last = place + (since != last), since
                places[key] = place
        return places

    def _matters(self) -> Wrong:
        """Whatever somebody said belongs to one case, which the first of its words opened."""
        cases: dict[int, list[Row]] = defaultdict(list)
        for row in self.tables.cases:
            if row["contact_id"] in self.by_id:
                cases[row["case_id"]].append(row)
        opened = Counter(row["contact_id"] for row in self.tables.cases if row["opened"])
        belongs = Counter(row["contact_id"] for row in self.tables.cases)
        words = [
            row
            for row in self.tables.contacts
            if row["state"] == "handled" and self.ledger.sent.get(row["external_id"], {}).get("text")
        ]
        first = {case_id: self._first(rows) for case_id, rows in cases.items()}
        return {
            "two cases of one contact": [key for key, count in opened.items() if count > 1],
            "words of no case": [row["external_id"] for row in words if not belongs[row["id"]]],
            "words of two cases": [row["external_id"] for row in words if belongs[row["id"]] > 1],
            "opened by a later word": [
                self.by_id[row["contact_id"]]["external_id"]
                for case_id, rows in cases.items()
                for row in rows
                if row["opened"] != (row["contact_id"] == first[case_id])
            ],
        }

    def _first(self, rows: list[Row]) -> int:
        """The contact of a case that was kept first; poison comes to its case when it is cured."""
        ids: list[int] = [row["contact_id"] for row in rows]
        sound = [key for key in ids if self.by_id[key]["external_id"] not in self.poison]
        return min(sound or ids) if len(ids) > 1 else ids[0]

    def _calls(self) -> Wrong:
        """A call whose every step is ours stands once in the register, with its end."""
        rows = Counter(row["call"] for row in self.tables.calls)
        found = {row["call"]: row for row in self.tables.calls}
        whole = {name for name, keys in self.ledger.calls().items() if self.ledger.acked >= set(keys)}
        ends = {str(line["call"]): line["ends"] for line in self.ledger.sent.values() if "call" in line}
        return {
            "call lost": sorted(whole - found.keys()),
            "call twice": [name for name, count in rows.items() if count > 1],
            "call that nobody made": sorted(found.keys() - ends.keys()),
            "call with another end": [
                name
                for name in whole & found.keys()
                if found[name]["state"] != ends[name] or found[name]["ended_at"] is None
            ],
        }

    def _reactions(self) -> Wrong:
        """Each opened case is told once and answered once; one reply of one cause has one delivery."""
        events = self.tables.events
        causes = Counter(row["cause"] for row in self.tables.deliveries if row["cause"])
        opened = [event for event in events if event["kind"] == "case.opened"]
        wanted = {f"event:{event['id']}:0" for event in opened}
        told = Counter(event["subject"] for event in opened)
        return {
            "case that was not told": sorted(
                {f"case:{row['case_id']}" for row in self.tables.cases} - told.keys()
            ),
            "case told twice": [subject for subject, count in told.items() if count > 1],
            "reaction twice": [key for key, count in causes.items() if count > 1],
            "reaction missing": sorted(wanted - causes.keys()),
            "event parked": [row["id"] for row in events if row["parked_at"]],
            "event not handled": [row["id"] for row in events if not row["handled_at"]],
        }

    def _outbox(self) -> Wrong:
        deliveries = self.tables.deliveries
        seen = self.neighbours.ids()
        seen["telegram"] |= {str(received.message_id) for received in self.provider.sent}
        return {
            "delivery without an end": [
                row["id"]
                for row in deliveries
                if row["state"] not in FINAL and not (row["state"] == "queued" and row["scheduled"])
            ],
            "said to be sent, never seen": [
                f"{row['channel']}: {row['provider_id']}"
                for row in deliveries
                if row["state"] == "handed_over" and row["provider_id"] not in seen.get(row["channel"], ())
            ],
            "sent twice blindly": doubled(self.read, DOUBT_LASTS_S),
            "read by a stranger": [f"{one.way} {one.to}: {number}" for one, number in self._strange()],
            "broke the provider's form": [*self.provider.faults, *self.neighbours.faults()],
        }

    def numbers_read(self) -> Iterator[tuple[Read, str, str]]:
        """Every reference number of a case that somebody read, with whoever opened that case."""
        owners = {
            row["reference"]: str(self._said(row["contact_id"]).get("who", ""))
            for row in self.tables.cases
            if row["opened"]
        }
        for one in self.read:
            for number in _REFERENCE.findall(one.text):
                if number in owners:
                    yield one, number, owners[number]

    def _strange(self) -> Iterator[tuple[Read, str]]:
        for one, number, owner in self.numbers_read():
            if one.to.lstrip("+") != owner.lstrip("+"):
                yield one, number

    def _said(self, contact_id: int) -> dict[str, Any]:
        return self.ledger.sent.get(self.by_id.get(contact_id, {}).get("external_id", ""), {})

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


def _is_seat(row: Row) -> bool:
    """What an exchange tells of its seats when it is asked; nobody sent it."""
    return str(row["external_id"]).startswith("seat:")
