"""The rest of an answer in several messages, where one was in doubt and a report says that it went."""

from datetime import datetime

from vefa.channels.manners import Parted, Ruled, Standing
from vefa.channels.port import SendError
from vefa.channels.registry import UnknownChannelError
from vefa.channels.sealing import UnsealableError
from vefa.dialogue.carrying import freight_now
from vefa.dialogue.enclosing import count_of
from vefa.dialogue.models import Delivery
from vefa.dialogue.parcels import parcel_of
from vefa.inbox.doors import adapter_of
from vefa.inbox.reading import no_network


def has_rest(row: Delivery, *, now: datetime) -> bool:
    """Whether messages of this answer stand behind the one that was in doubt; asks nobody outside."""
    talk = row.conversation
    if talk is None or row.endpoint is None:
        return False
    try:
        adapter = adapter_of(row.endpoint, no_network)
        if not isinstance(adapter, Parted):
            return False
        # As it was when it went: the provider's window may have closed since.
        parcel = parcel_of(row, (), now=row.ended_at or now)
        several = adapter.messages(parcel)
    except (SendError, UnsealableError, UnknownChannelError):
        return False
    standing = Standing(
        now=row.ended_at or now, heard_at=parcel.heard_at, thread=parcel.thread, public=talk.public,
        group=talk.public,
    )  # fmt: skip
    terms = adapter.terms(standing) if isinstance(adapter, Ruled) else None
    files = count_of(row.reply) if freight_now(adapter, terms) else 0
    return several + files > len(row.parts) + 1
