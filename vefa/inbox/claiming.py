"""Which contacts a worker may take, and what becomes of them: lease, fencing token, tries, order per lane.

Claims run one after the other (an advisory lock, held for milliseconds): only so can a claim know that
nothing older of a lane is in somebody else's hands. The work itself runs side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from vefa.channels.models import Endpoint
from vefa.inbox import bulk
from vefa.inbox.models import Contact, ContactState
from vefa.journal.record import Happening, record
from vefa.kit.claim import MAX_TRIES, Lease, wait_after
from vefa.kit.ids import token
from vefa.kit.saying import gettext_noop

LOCK = 1_448_429_154  # any number that nothing else locks
LEASE_S = 60
# After its n-th failure a contact is taken with fewer neighbours, so that what kills a worker is found alone.
BATCHES = (10_000, 100, 25, 5, 1, 1, 1, 1)
MAX_DEATHS = len(BATCHES)  # more than failures: who dies alone four times is hardly there by chance
ENDED = gettext_noop("The worker ended while it handled this.")

# Blocked: whatever is older in the lane and not in this batch. The first test passes over lanes that wait, so
# that a long one does not fill the batch; the second catches rows that somebody else holds at this moment.
# OFFSET 0 keeps each a look-up by lane: as a join it would read all that waits for every row of the batch.
_CLAIM = """
WITH free AS (
    SELECT id, endpoint_id, lane FROM inbox_contact AS contact
    WHERE state = 'waiting' AND handled_at IS NULL AND tries = %(tries)s
        AND due_at <= %(now)s
        AND (leased_until IS NULL OR leased_until <= %(now)s)
        AND NOT EXISTS (
            SELECT 1 FROM inbox_contact AS older
            WHERE older.endpoint_id = contact.endpoint_id AND older.lane = contact.lane
                AND older.state = 'waiting' AND older.id < contact.id
                AND (older.leased_until > %(now)s OR older.due_at > %(now)s OR older.tries <> %(tries)s)
            OFFSET 0
        )
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), first AS (
    SELECT id FROM free WHERE NOT EXISTS (
        SELECT 1 FROM inbox_contact AS older
        WHERE older.endpoint_id = free.endpoint_id AND older.lane = free.lane
            AND older.state = 'waiting' AND older.id < free.id AND older.id NOT IN (SELECT id FROM free)
        OFFSET 0
    )
)
UPDATE inbox_contact AS contact SET lease = %(token)s, leased_until = %(until)s, tries = tries + 1
FROM first WHERE contact.id = first.id
RETURNING contact.*
"""
_DEAD = """
UPDATE inbox_contact SET state = 'parked', handled_at = %(now)s, lease = NULL, leased_until = NULL,
    trouble = CASE WHEN trouble = '' THEN %(words)s ELSE trouble END
WHERE state = 'waiting' AND tries >= %(most)s AND (leased_until IS NULL OR leased_until <= %(now)s)
RETURNING id
"""


# What reading and triage fill in memory, with the type of each column.
READ = {
    "form": "text", "conversation_id": "bigint", "citizen_id": "bigint", "message_id": "text",
    "reply_to_id": "text", "sequence": "bigint", "said_at": "timestamptz", "subject": "text", "text": "text",
    "quoted": "text", "html": "text", "language": "text", "lat": "float8", "lon": "float8",
    "place_text": "text", "edited_at": "timestamptz",
    "deleted_at": "timestamptz", "warnings": "jsonb", "details": "jsonb",
}  # fmt: skip
_FINISH = f"""
UPDATE inbox_contact AS contact
SET state = 'handled', handled_at = %s, lease = NULL, leased_until = NULL, trouble = '',
    {", ".join(f"{name} = given.{name}" for name in READ)}
FROM json_to_recordset(%s) AS given (id bigint, {", ".join(f"{name} {kind}" for name, kind in READ.items())})
WHERE contact.id = given.id AND contact.lease = %s AND contact.state = 'waiting'
RETURNING contact.id
"""  # noqa: S608 - made of the names above
_WRITTEN = ("id", *READ)


class LeaseLostError(Exception):
    """Somebody else has taken over: what was done under this lease must not be written."""


@dataclass(frozen=True)
class Claim:
    """Contacts that are ours until the lease ends, oldest first."""

    lease: Lease
    contacts: list[Contact]


def claim_contacts(*, now: datetime, limit: int) -> Claim | None:
    """Take up to `limit` contacts that have never failed, or None when nothing is free."""
    return _claim(now, limit, tries=0)


def claim_retries(*, now: datetime, limit: int) -> Claim | None:
    """Take contacts that failed before, in smaller company each time, or None when none is due."""
    due = Contact.objects.filter(
        state=ContactState.WAITING, tries__range=(1, MAX_DEATHS - 1), due_at__lte=now
    )
    free = due.filter(Q(leased_until=None) | Q(leased_until__lte=now))
    # The least tried first: a worker that is ended for other reasons does not always die of the same ones.
    for tries in free.order_by("tries").values_list("tries", flat=True).distinct():
        if claim := _claim(now, min(limit, BATCHES[tries]), tries=tries):
            return claim
    return None


def finish(lease: Lease, contacts: Sequence[Contact], *, now: datetime) -> None:
    """Write what was read and "handled", in the transaction of the work. LeaseLostError: roll it back.

    Also where a person took one back after its lease was over: the others are free again.
    """
    text = msgspec.json.encode([{name: getattr(contact, name) for name in _WRITTEN} for contact in contacts])
    changed = len(bulk.run(_FINISH, [now, text.decode(), lease.token]))
    if changed != len(contacts):
        raise LeaseLostError(f"{len(contacts) - changed} of {len(contacts)} contacts were taken over or back")


def give_back(lease: Lease, contacts: Sequence[Contact]) -> None:
    """Let go of contacts that were not tried: they are free at once, and it does not count as a try."""
    _ours(lease, contacts).update(lease=None, leased_until=None, tries=F("tries") - 1)


def postpone(lease: Lease, contact: Contact, *, trouble: str, now: datetime) -> None:
    """A try has failed: another one later, or, after the fifth, a person looks at it."""
    changes: dict[str, Any] = {"lease": None, "leased_until": None, "trouble": trouble[:2000]}
    parked = contact.tries >= MAX_TRIES
    if parked:
        changes |= {"state": ContactState.PARKED, "handled_at": now}
    else:
        changes |= {"due_at": now + wait_after(contact.tries)}
    with transaction.atomic():
        if _ours(lease, [contact]).update(**changes) and parked:
            _tell_parked([contact.pk], trouble, now)


def park_dead(*, now: datetime) -> int:
    """Park what was claimed too often and never came back: it ends whoever touches it. How many it were."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DEAD, {"now": now, "most": MAX_DEATHS, "words": ENDED})
            ids = [row[0] for row in cursor.fetchall()]
        _tell_parked(ids, ENDED, now)
    return len(ids)


def _claim(now: datetime, limit: int, *, tries: int) -> Claim | None:
    lease = Lease(token(), now + timedelta(seconds=LEASE_S))
    facts: dict[str, Any] = {
        "now": now, "limit": limit, "tries": tries, "token": lease.token, "until": lease.until,
    }  # fmt: skip
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        contacts = sorted(Contact.objects.raw(_CLAIM, facts), key=lambda contact: contact.pk)
    if not contacts:
        return None
    endpoints = Endpoint.objects.in_bulk({contact.endpoint_id for contact in contacts})
    for contact in contacts:
        contact.endpoint = endpoints[contact.endpoint_id]
    return Claim(lease, contacts)


def _ours(lease: Lease, contacts: Sequence[Contact]) -> QuerySet[Contact]:
    ids = [contact.pk for contact in contacts]
    return Contact.objects.filter(id__in=ids, lease=lease.token, state=ContactState.WAITING)


def _tell_parked(ids: Sequence[int], trouble: str, now: datetime) -> None:
    data = {"trouble": trouble[:2000]}
    record(
        Happening(kind="contact.parked", subject=f"contact:{pk}", actor="system", at=now, data=data)
        for pk in ids
    )
