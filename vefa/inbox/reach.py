"""Whether an address can be reached: blocked, unblocked, moved; and when its conversation last spoke."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Substr

from vefa.channels.port import AddressChange, Form, Reading
from vefa.citizens.models import Address
from vefa.inbox import bulk
from vefa.inbox.models import Contact, Conversation

_SPOKE = """
UPDATE inbox_conversation AS conversation SET last_contact_at = given.at
FROM (SELECT * FROM unnest(%s::bigint[], %s::timestamptz[]) AS pairs (id, at) ORDER BY id) AS given
WHERE conversation.id = given.id
    AND (conversation.last_contact_at IS NULL OR conversation.last_contact_at < given.at)
"""
SILENT = {
    Form.RECEIPT,
    Form.BOUNCE,
    Form.AUTO_REPLY,
    Form.EVENT,
    Form.ECHO,
    Form.DELETION,
    Form.CALL,
}  # not the resident's own word

Place = tuple[str, str]  # address space and value
Heard = tuple[str, Contact, Reading]  # address space, contact, reading


def is_word(reading: Reading) -> bool:
    """Whether its provider counts it as the resident's last word."""
    return reading.opens or reading.form not in SILENT


def note_moves(readings: Iterable[tuple[str, Reading]]) -> dict[Place, str]:
    """Give moved chats their new address, before anybody is looked up; the new value by the old place."""
    moves = {}
    for space, reading in readings:
        if change := reading.address_change:
            _move(space, change)
            moves[(space, change.old)] = change.new
    return moves


def note_reach(heard: Sequence[Heard], *, now: datetime) -> None:
    """Keep what these arrivals say about where people can be reached: of each address, the latest."""
    _note_spoken([contact for _, contact, reading in heard if is_word(reading)])
    for (space, value), why in _gone(heard).items():
        Address.objects.filter(space=space, value=value, unreachable_at=None).update(
            unreachable_at=now, unreachable_why=why
        )


def _gone(heard: Sequence[Heard]) -> dict[Place, str]:
    """Who cannot be reached any more, and why; who has spoken since then can."""
    gone: dict[Place, str] = {}
    for space, contact, reading in sorted(heard, key=_moment):
        if is_word(reading) and contact.conversation:
            gone.pop((contact.conversation.address.space, contact.conversation.address.value), None)
        if reading.unreachable and reading.unreachable.about is None:
            gone[(space, reading.unreachable.address)] = reading.unreachable.reason
    return gone


def _moment(one: Heard) -> tuple[datetime, int]:
    _, contact, _ = one
    return contact.said_at or contact.received_at, contact.pk


def _note_spoken(contacts: Sequence[Contact]) -> None:
    """A provider's window opens with the last word or call; who speaks can be reached."""
    last: dict[int, datetime] = {}
    back = set()
    for contact in contacts:
        conversation = contact.conversation
        if conversation is None:
            continue
        said_at = contact.said_at or contact.received_at
        known_at = conversation.last_contact_at
        if known_at is None or known_at < said_at:  # a new conversation was made with its words
            conversation.last_contact_at = last[conversation.pk] = said_at
        if conversation.address.unreachable_at:
            back.add(conversation.address_id)
    if last:
        bulk.run(_SPOKE, [list(last), list(last.values())])
    if back:
        Address.objects.filter(id__in=back).update(unreachable_at=None, unreachable_why="")


def _move(space: str, change: AddressChange) -> None:
    """The same chat under another id. Where the new one is known already, that one is used from now on."""
    moved = Address.objects.filter(space=space, value=change.old)
    # Whoever spoke in a group speaks in the same one; a chat of one person goes with its address.
    talks = Conversation.objects.filter(Q(address__in=moved) | Q(public=True, address__space=space))
    there = Conversation.objects.filter(
        endpoint=OuterRef("endpoint"), address=OuterRef("address"), thread=change.new
    )
    talks.filter(~Exists(there), thread=change.old).update(thread=change.new)
    talks.filter(thread__startswith=f"{change.old}/").update(
        thread=Concat(Value(change.new), Substr(F("thread"), len(change.old) + 1))
    )
    if not Address.objects.filter(space=space, value=change.new).exists():
        moved.update(value=change.new)
