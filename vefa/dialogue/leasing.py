"""The right to deliver one item: taken just before sending, given up with what became of it.

Both are single statements whose plans the sender's connection keeps: composed by the ORM and planned anew
they cost more than the sending itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from vefa.channels.port import Sent
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.waiting import Message, Waiting, waiting
from vefa.inbox import bulk
from vefa.kit.ids import token

LEASE = timedelta(seconds=90)
_SEEN = timedelta(seconds=5)  # how exactly an account knows when something last went out
_TAKE = """
UPDATE dialogue_delivery AS mine
SET state = 'leased', lease = %s, leased_until = %s, tries = tries + 1
WHERE id = %s AND state = 'queued' AND due_at <= %s
AND EXISTS (
    SELECT FROM channels_endpoint AS account WHERE account.id = mine.endpoint_id
    AND NOT account.outbound_paused AND (account.paused_until IS NULL OR account.paused_until <= %s)
)
AND NOT EXISTS (
    SELECT FROM dialogue_delivery AS older WHERE older.conversation_id = mine.conversation_id
    AND older.state IN ('queued', 'leased') AND older.id < mine.id
)
RETURNING tries, parts
"""
_HAND_OVER = """
WITH mine AS (
    UPDATE dialogue_delivery SET state = 'handed_over', provider_id = %s, parts = %s::jsonb,
    handed_over_at = %s, trouble = '', lease = NULL, leased_until = NULL
    WHERE id = %s AND lease = %s AND state = 'leased' RETURNING endpoint_id
), account AS (
    UPDATE channels_endpoint SET last_out_at = %s, trouble = '', refusals = 0
    WHERE id IN (SELECT endpoint_id FROM mine)
    AND (last_out_at IS NULL OR last_out_at < %s OR trouble <> '' OR refusals <> 0)
)
SELECT endpoint_id FROM mine
"""

S = DeliveryState


@dataclass(frozen=True)
class Lease:
    """The right to deliver one item, whatever else happens to it."""

    delivery: Delivery
    token: UUID
    earlier: Sequence[Message]


def take(one: Waiting, *, now: datetime) -> Lease | None:
    """The lease of a delivery, if it is still due and no older one of its conversation stands before it.

    None too while the account rests: what waits may have been read before its provider asked for patience,
    or before a person paused it.
    """
    row, right, until = one.delivery, token(), now + LEASE
    taken = bulk.run(_TAKE, [right, until, row.pk, now, now])
    if not taken:
        return None
    row.state, row.lease, row.leased_until = S.LEASED, right, until
    row.tries, row.parts = taken[0][0], json.loads(taken[0][1])
    return Lease(row, right, one.earlier)


def lease_next(*, endpoint_id: int, now: datetime) -> Lease | None:
    """Take the oldest due delivery that no older one of its conversation stands before."""
    return next((take(one, now=now) for one in waiting(endpoint_id=endpoint_id, now=now, most=1)), None)


def hand_over(lease: Lease, sent: Sent, *, now: datetime) -> None:
    """The provider has it; the account is well. A receipt may have come first and is not undone."""
    parts = list(sent.parts or (sent.provider_id,))
    asked = [sent.provider_id, json.dumps(parts), now, lease.delivery.pk, lease.token, now, now - _SEEN]
    if not bulk.run(_HAND_OVER, asked):
        kept = {"provider_id": sent.provider_id, "parts": parts, "handed_over_at": now}
        Delivery.objects.filter(id=lease.delivery.pk, lease=lease.token).update(**kept)


def settle(lease: Lease, facts: dict[str, object]) -> bool:
    """Write what became of it, if the lease still stands."""
    mine = Q(id=lease.delivery.pk, lease=lease.token)
    rows = Delivery.objects.filter(mine, state=S.LEASED)
    return bool(rows.update(**facts, lease=None, leased_until=None))
