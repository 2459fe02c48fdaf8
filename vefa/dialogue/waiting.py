"""What waits to leave by one account, read for several deliveries at once: nothing is taken by reading it.

To plan and compose these statements for every single delivery cost more than all the rest of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from vefa.channels.port import Form
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.inbox import bulk
from vefa.kit.prepared import Prepared

FEW = 25  # deliveries that are read at once
THREAD = 20  # how many earlier messages a mail names
_AWAKE = Q(endpoint__paused_until=None)
_EARLIER = """
SELECT talk.id, contact.message_id, contact.subject
FROM unnest(%s::bigint[]) AS talk (id) CROSS JOIN LATERAL (
    SELECT message_id, subject, said_at, sequence, id FROM inbox_contact
    WHERE conversation_id = talk.id AND form = %s AND message_id <> ''
    ORDER BY said_at DESC, sequence DESC, id DESC LIMIT %s
) AS contact ORDER BY talk.id, contact.said_at DESC, contact.sequence DESC, contact.id DESC
"""

Message = tuple[str, str]  # the provider's id of a message, and its subject
S = DeliveryState


@dataclass(frozen=True)
class Waiting:
    """A delivery that may leave, with the messages that it answers, the last one first."""

    delivery: Delivery
    earlier: Sequence[Message]


# What makes a parcel of a delivery: most of what these rows hold is never sent.
_READ = (
    *("key", "tries", "parts", "state", "reply_id", "conversation_id", "endpoint_id", "endpoint__settings"),
    *(
        f"reply__{name}"
        for name in ("text", "language", "automatic", "way", "extras", "case_id", "answers_id", "staff_id")
    ),
    *(f"reply__case__{name}" for name in ("reference", "title", "conversation_id")),
    "reply__answers__message_id",
    *(f"conversation__{name}" for name in ("thread", "public", "last_contact_at", "address_id")),
    "conversation__address__value",
)


def _few(endpoint_id: int, now: datetime) -> QuerySet[Delivery]:
    # A value, looked up for each row: as an anti-join it was planned by figures that are old in a storm, and
    # read all that waits for every row of it.
    oldest = Delivery.objects.filter(
        conversation=OuterRef("conversation"), state__in=(S.QUEUED, S.LEASED)
    ).order_by("id")
    first = Q(conversation=None) | Q(id=Subquery(oldest.values("id")[:1]))
    return (
        Delivery.objects.select_related("reply__case", "reply__answers", "conversation__address", "endpoint")
        .only(*_READ)
        .filter(_AWAKE | Q(endpoint__paused_until__lte=now), endpoint__outbound_paused=False)
        .filter(first, endpoint_id=endpoint_id, state=S.QUEUED, due_at__lte=now)
        .order_by("due_at", "id")[:FEW]
    )


_FEW = Prepared(_few, int, datetime, run=bulk.run)


def waiting(*, endpoint_id: int, now: datetime, most: int = FEW) -> list[Waiting]:
    """The oldest due deliveries, of each conversation the oldest alone; none while the account rests.

    At most `most` of them, and never more than FEW.
    """
    rows = _FEW(endpoint_id, now)[:most]
    talks = [row.conversation_id for row in rows if row.conversation_id is not None]
    earlier = earlier_of(talks) if talks else {}
    return [Waiting(row, earlier.get(row.conversation_id or 0, ())) for row in rows]


def earlier_of(conversation_ids: Sequence[int]) -> dict[int, list[Message]]:
    """By conversation what the resident wrote, the last first, at most THREAD messages."""
    found = defaultdict(list)
    for conversation_id, message_id, subject in bulk.run(
        _EARLIER, [list(conversation_ids), Form.MESSAGE.value, THREAD]
    ):
        found[conversation_id].append((message_id, subject))
    return found
