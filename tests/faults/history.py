"""What must be true after any number of faults, judged from the driver's ledger and from the tables alone."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

FINAL = {"handed_over", "delivered", "read", "failed", "uncertain", "taken_back", "shown"}


@dataclass(frozen=True)
class Ledger:
    """What the driver wrote down."""

    sent: set[str]
    acked: set[str]
    refused: Counter[int]

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        of = defaultdict(set)
        for line in lines:
            of[line["op"]].add(line["id"])
        refused = Counter(line["status"] for line in lines if line["op"] == "refused")
        return cls(of["sent"], of["acked"], refused)


@dataclass(frozen=True)
class Tables:
    """What the database says."""

    contacts: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    events: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]

    @classmethod
    def read(cls, url: str) -> "Tables":
        with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
            ask = connection.execute
            return cls(
                ask(
                    "SELECT c.id, external_id, lane, sequence, state, handled_at, tries"
                    " FROM inbox_contact c JOIN channels_endpoint e ON e.id = endpoint_id"
                    " WHERE e.key IN ('bot', 'web') AND length(external_id) > 5 ORDER BY id"
                ).fetchall(),
                ask("SELECT case_id, contact_id FROM cases_casecontact WHERE opened").fetchall(),
                ask("SELECT id, kind, subject, handled_at, parked_at FROM journal_event").fetchall(),
                ask(
                    "SELECT d.id, d.state, d.due_at, d.resent, d.tries, r.cause, r.text, c.channel"
                    " FROM dialogue_delivery d JOIN dialogue_reply r ON r.id = reply_id"
                    " LEFT JOIN cases_case c ON c.id = r.case_id"
                ).fetchall(),
            )


def at_rest(tables: Tables) -> bool:
    """Whether nothing is left to do but what waits for its moment."""
    return (
        all(contact["state"] != "waiting" for contact in tables.contacts)
        and all(event["handled_at"] or event["parked_at"] for event in tables.events)
        and all(delivery["state"] in FINAL for delivery in tables.deliveries)
    )


def faults(ledger: Ledger, tables: Tables) -> dict[str, list[Any]]:
    """Everything that is wrong, by name; all lists are empty when nothing is."""
    stored = Counter(contact["external_id"] for contact in tables.contacts)
    opened = Counter(row["contact_id"] for row in tables.cases)
    causes = Counter(row["cause"] for row in tables.deliveries if row["cause"])
    wanted = {f"event:{event['id']}:0" for event in tables.events if event["kind"] == "case.opened"}
    return {
        "lost": sorted(ledger.acked - stored.keys()),
        "never sent": sorted(stored.keys() - ledger.sent),
        "stored twice": [key for key, count in stored.items() if count > 1],
        "two cases of one contact": [key for key, count in opened.items() if count > 1],
        "out of order": _out_of_order(tables),
        "not handled": [row["external_id"] for row in tables.contacts if row["state"] == "waiting"],
        "reaction twice": [key for key, count in causes.items() if count > 1],
        "reaction missing": sorted(wanted - causes.keys()),
        "parked": [row["id"] for row in tables.events if row["parked_at"]],
        "delivery without an end": [row["id"] for row in tables.deliveries if row["state"] not in FINAL],
    }


def _out_of_order(tables: Tables) -> list[str]:
    """Contacts of a chat that were kept or handled before an older one; what was parked blocks nobody."""
    parked = {row["subject"] for row in tables.events if row["kind"] == "contact.parked"}
    last: dict[str, tuple[int, Any]] = {}
    wrong = []
    for contact in tables.contacts:
        if contact["state"] != "handled" or f"contact:{contact['id']}" in parked:
            continue
        sequence, handled_at = last.get(contact["lane"], (0, None))
        if contact["sequence"] < sequence or (handled_at and contact["handled_at"] < handled_at):
            wrong.append(contact["external_id"])
        last[contact["lane"]] = (contact["sequence"], contact["handled_at"])
    return wrong


def table(title: str, ledger: Ledger, tables: Tables, wrong: dict[str, list[Any]]) -> str:
    """A few lines for people."""
    states = Counter(row["state"] for row in tables.deliveries)
    lines = [
        f"\n{title}",
        f"  sent {len(ledger.sent)}, acknowledged {len(ledger.acked)}, refused {dict(ledger.refused)}",
        f"  stored {len(tables.contacts)}, cases {len(tables.cases)}, deliveries {dict(states)}",
        *(f"  {name:<26}{len(found)}" for name, found in wrong.items()),
    ]
    return "\n".join(lines)
