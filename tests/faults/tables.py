"""What the database says, read without a line of the product."""

from dataclasses import dataclass
from email import message_from_bytes
from typing import Any

import psycopg

Row = dict[str, Any]
_UNDONE = """
SELECT (SELECT count(*) FROM inbox_contact WHERE state = 'waiting')
    + (SELECT count(*) FROM journal_event WHERE handled_at IS NULL AND parked_at IS NULL)
    + (SELECT count(*) FROM dialogue_delivery WHERE state IN ('queued', 'leased'))
"""
_CONTACTS = """
SELECT c.id, external_id, reference, state, handled_at, tries, c.trouble, raw, text, e.channel
FROM inbox_contact c JOIN channels_endpoint e ON e.id = endpoint_id ORDER BY c.id
"""
_DELIVERIES = """
SELECT d.id, d.state, d.due_at > now() AS scheduled, d.resent, d.provider_id, r.cause, e.channel
FROM dialogue_delivery d JOIN dialogue_reply r ON r.id = reply_id
LEFT JOIN channels_endpoint e ON e.id = endpoint_id
"""
_PHOTOS = """
SELECT external_id, a.state, a.sha256, a.path
FROM inbox_attachment a JOIN inbox_contact c ON c.id = contact_id
"""
_CASES = """
SELECT case_id, contact_id, opened, c.reference FROM cases_casecontact JOIN cases_case c ON c.id = case_id
"""
_EVENTS = "SELECT id, kind, subject, handled_at, parked_at FROM journal_event"
_CALLS = "SELECT call, state, answered_by, rung, ended_at FROM calls_call"


@dataclass(frozen=True)
class Tables:
    """What stood there at one moment. A mail is called by its Message-ID."""

    contacts: list[Row]
    cases: list[Row]  # a row for each contact of a case
    events: list[Row]
    deliveries: list[Row]
    photos: list[Row]
    calls: list[Row]

    @classmethod
    def read(cls, url: str) -> "Tables":
        with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            asked = (_CONTACTS, _CASES, _EVENTS, _DELIVERIES, _PHOTOS, _CALLS)
            found = cls(*(connection.execute(statement).fetchall() for statement in asked))
        for row in found.contacts:
            row["external_id"] = _name(row)
        return found


def _name(row: Row) -> str:
    if row["channel"] != "email":
        return str(row["external_id"])
    return f"mail:{message_from_bytes(bytes(row['raw']))['Message-ID']}"


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


def are_kept(names: set[str], url: str) -> bool:
    """Whether there is a contact of each of these names."""
    with psycopg.connect(url) as connection:
        query = "SELECT count(DISTINCT external_id) FROM inbox_contact WHERE external_id = ANY(%s)"
        row = connection.execute(query, [list(names)]).fetchone()
    return row == (len(names),)
