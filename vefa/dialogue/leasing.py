"""The right to deliver one item: taken just before sending, given up with what became of it.

One statement, whose plan the sender's connection keeps, gives up the one and takes the next: composed by the
ORM and planned anew it cost more than the sending itself, and a commit for each of the two made the disk the
slowest of all.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from vefa.channels.port import Sent
from vefa.dialogue.enclosing import count_of
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.waiting import Message, Waiting, waiting
from vefa.inbox import bulk
from vefa.kit.ids import token

LEASE = timedelta(seconds=90)
LONGER = timedelta(seconds=60)  # for each file that goes along
_SEEN = timedelta(seconds=5)  # how exactly an account knows when something last went out
# Whoever was slow still holds the token of an item in doubt, also where it waits to leave once more: until it
# is taken anew, what went counts. What went is written first, and the row of the next one is not waited for
# while that is held: whoever has it, to take an answer back for instance, may be waiting for the one that
# went.
_TURN = """
WITH gone AS (
    UPDATE dialogue_delivery SET state = 'handed_over', provider_id = %s, parts = %s::jsonb,
    handed_over_at = %s, trouble = '', ended_at = NULL, lease = NULL, leased_until = NULL
    WHERE id = %s AND lease = %s AND state IN ('leased', 'uncertain', 'queued') RETURNING endpoint_id
), account AS (
    UPDATE channels_endpoint SET last_out_at = %s, trouble = '', refusals = 0
    WHERE id IN (SELECT endpoint_id FROM gone)
    AND (last_out_at IS NULL OR last_out_at < %s OR trouble <> '' OR refusals <> 0)
), free AS (
    SELECT id FROM dialogue_delivery AS mine
    WHERE (SELECT count(*) FROM gone) >= 0 AND id = %s AND state = 'queued' AND due_at <= %s
    AND EXISTS (
        SELECT FROM channels_endpoint AS account WHERE account.id = mine.endpoint_id
        AND NOT account.outbound_paused AND (account.paused_until IS NULL OR account.paused_until <= %s)
    )
    AND NOT EXISTS (
        SELECT FROM dialogue_delivery AS older WHERE older.conversation_id = mine.conversation_id
        AND older.state IN ('queued', 'leased') AND older.id < mine.id
    )
    FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE dialogue_delivery AS mine SET state = 'leased', lease = %s, leased_until = %s, tries = tries + 1
    FROM free WHERE mine.id = free.id RETURNING tries, parts
)
SELECT settled.known, taken.tries, taken.parts
FROM (SELECT count(*) AS known FROM gone) AS settled LEFT JOIN taken ON true
"""
_NOTHING_GONE = (None,) * 7
_NOTHING_NEXT = (None,) * 5

S = DeliveryState


@dataclass(frozen=True)
class Lease:
    """The right to deliver one item, whatever else happens to it."""

    delivery: Delivery
    token: UUID
    earlier: Sequence[Message]


@dataclass(frozen=True)
class Gone:
    """What the provider has taken and nobody has written down yet."""

    lease: Lease
    sent: Sent


def take(one: Waiting, gone: Gone | None = None, *, now: datetime) -> Lease | None:
    """The lease of a delivery, if it is still due and no older one of its conversation stands before it.

    None too while the account rests (what waits may have been read before its provider asked for patience,
    or before a person paused it) and while somebody else holds the row. Does what `hand_over` does with
    what has `gone`, in another conversation, in the same commit: the disk makes one wait long.
    """
    right, until = token(), now + LEASE + LONGER * count_of(one.delivery.reply)
    settled = _facts(gone, now=now) if gone else _NOTHING_GONE
    (known, tries, parts), *_ = bulk.run(_TURN, [*settled, one.delivery.pk, now, now, right, until])
    if gone and not known:
        _name(gone, now=now)
    if tries is None:
        return None
    row = one.delivery
    row.state, row.lease, row.leased_until = S.LEASED, right, until
    row.tries, row.parts = tries, json.loads(parts)
    return Lease(row, right, one.earlier)


def lease_next(*, endpoint_id: int, now: datetime) -> Lease | None:
    """Take the oldest due delivery that no older one of its conversation stands before."""
    return next((take(one, now=now) for one in waiting(endpoint_id=endpoint_id, now=now, most=1)), None)


def hand_over(gone: Gone, *, now: datetime) -> None:
    """The provider has it; the account is well. A receipt may have come first and is not undone."""
    if not bulk.run(_TURN, [*_facts(gone, now=now), *_NOTHING_NEXT])[0][0]:
        _name(gone, now=now)


def _facts(gone: Gone, *, now: datetime) -> list[object]:
    """What `_TURN` asks about what has gone."""
    row, sent = gone.lease.delivery, gone.sent
    return [sent.provider_id, json.dumps(_parts(sent)), now, row.pk, gone.lease.token, now, now - _SEEN]


def _name(gone: Gone, *, now: datetime) -> None:
    """Where a receipt came first, what it did not know."""
    kept = {"provider_id": gone.sent.provider_id, "parts": _parts(gone.sent), "handed_over_at": now}
    Delivery.objects.filter(id=gone.lease.delivery.pk, lease=gone.lease.token).update(**kept)


def _parts(sent: Sent) -> list[str]:
    return list(sent.parts or (sent.provider_id,))


def settle(lease: Lease, facts: dict[str, object]) -> bool:
    """Write what became of it, if nobody has taken it or settled it since."""
    mine = Q(id=lease.delivery.pk, lease=lease.token)
    rows = Delivery.objects.filter(mine, state__in=(S.LEASED, S.UNCERTAIN))
    return bool(rows.update(**facts, lease=None, leased_until=None))
