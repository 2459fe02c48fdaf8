"""Talk is kept as long as its group says, then it goes: words, files, and people who only talked."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.deletion import ProtectedError

from vefa.channels.models import Endpoint
from vefa.channels.registry import CHANNELS
from vefa.citizens.models import Address, Citizen
from vefa.inbox import files
from vefa.inbox.models import Attachment, Contact, Conversation
from vefa.journal.record import Happening, record
from vefa.triage.models import GroupMessage, Made

KEPT_DAYS = 30  # where a group says nothing
BATCH = 500


def sweep_talk(*, now: datetime) -> int:
    """Erase a batch of talk whose time is over; how many messages it were."""
    erased = 0
    crowds = [key for key, channel in CHANNELS.items() if channel.crowd]
    for pk, days in Endpoint.objects.filter(channel__in=crowds).values_list("id", "retention_days"):
        until = now - timedelta(days=days or KEPT_DAYS)
        erased += _sweep(pk, until, now=now)
    return erased


@transaction.atomic
def _sweep(endpoint_id: int, until: datetime, *, now: datetime) -> int:
    old = GroupMessage.objects.filter(
        endpoint_id=endpoint_id, made=Made.CHATTER, case=None, said_at__lt=until, contact__links=None
    )
    # What another worker is erasing at this moment, or a person turns into a case, is passed over.
    free = old.order_by("said_at", "id").select_for_update(skip_locked=True, of=("self",))
    rows = list(free.values_list("contact_id", "contact__conversation_id")[:BATCH])
    contacts = {contact_id for contact_id, _ in rows}
    if not contacts:
        return 0
    talks = {talk for _, talk in rows if talk}
    stored = Attachment.objects.filter(contact__in=contacts).exclude(path="")
    paths = list(stored.values_list("path", flat=True))
    Contact.objects.filter(id__in=contacts).delete()
    _forget_people(talks)
    tell_erased({endpoint_id: len(contacts)}, now=now)
    transaction.on_commit(lambda: remove_files(paths))
    return len(contacts)


def tell_erased(counts: Mapping[int, int], *, now: datetime) -> None:
    """One event for each account; under a subject of its own, so that it hides no act of a person."""
    record(
        [
            Happening(kind="talk.erased", subject=f"talk:{pk}", actor="system", at=now, data={"count": count})
            for pk, count in sorted(counts.items())
        ]
    )


def remove_files(paths: Collection[str]) -> None:
    """Remove stored files, after the transaction that forgot them."""
    for path in paths:
        files.remove(path)


def _forget_people(talks: Collection[int]) -> None:
    """Conversations in which nothing is left, and people of whom nothing else is known."""
    empty = Conversation.objects.filter(id__in=talks).exclude(
        Exists(Contact.objects.filter(conversation=OuterRef("pk")))
    )
    for talk in empty.select_related("address__citizen"):
        try:
            with transaction.atomic():
                talk.delete()
        except ProtectedError:
            continue  # something was answered there, or a case came of it
        _forget_person(talk.address)


def _forget_person(address: Address) -> None:
    if address.conversations.exists():
        return
    citizen = address.citizen
    if address.opted_out_at:  # who does not want to be read must be known by number, and by nothing else
        Address.objects.filter(pk=address.pk).update(shown_name="")
        return
    try:
        with transaction.atomic():
            address.delete()
            if not citizen.addresses.exists() and not citizen.absorbed.exists():
                Citizen.objects.filter(pk=citizen.pk).delete()
    except ProtectedError:
        return
