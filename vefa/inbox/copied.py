"""A public post that a person copied out of a network: kept under the name with which it would be pushed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from vefa.channels.manners import Copied
from vefa.channels.models import Endpoint
from vefa.channels.port import Arrival
from vefa.channels.registry import CHANNELS
from vefa.directory.models import Staff
from vefa.inbox import intake
from vefa.inbox.delegating import parts_of
from vefa.inbox.intake import Incoming
from vefa.inbox.models import Contact


class StrangeLinkError(Exception):
    """No network that the city has an account on knows this address."""


@dataclass(frozen=True)
class Taken:
    """The contact of a post, and whether it is new: pushed, copied or archived before, it is the same one."""

    contact_id: int
    fresh: bool


def take(given: Copied, *, by: Staff, now: datetime, account: int = 0) -> Taken:
    """Keep a copied post for good, at `account` where its network has several.

    What one of them has already stays there. Nobody asked us there: it is not acknowledged, only a person
    answers. Raises StrangeLinkError, django.db.Error.
    """
    endpoint, arrival = _home(given, accounts(by, now=now), account)
    if known := _known_already(endpoint.channel, arrival, by, now=now):
        return Taken(known, fresh=False)
    details = {"taken_by": by.pk, "link": given.link.strip()[:400], "imported": True}
    incoming = Incoming(
        endpoint_id=endpoint.pk,
        external_id=arrival.external_id,
        lane=arrival.lane,
        raw=arrival.raw,
        received_at=now,
        details=details,
    )
    accepted = intake.accept([incoming])[0]
    return Taken(accepted.contact_id, accepted.fresh)


def accounts(staff: Staff, *, now: datetime) -> list[Endpoint]:
    """The active accounts at which this person may keep a copied post, personal ones last.

    What is kept at somebody's own account is theirs alone to read: only who has a part in it keeps any there.
    """
    keys = [key for key, channel in CHANNELS.items() if channel.copied]
    mine = Q(personal=False) | Q(pk__in=list(parts_of(staff, now=now)))
    active = Endpoint.objects.filter(mine, channel__in=keys, active=True, retired_at=None)
    return list(active.order_by("personal", "key"))


def _home(given: Copied, homes: Sequence[Endpoint], account: int) -> tuple[Endpoint, Arrival]:
    """The account of the network that knows the link, and the post as it arrives there."""
    for key, arrival in _known(given):
        there = [one for one in homes if one.channel == key]
        if there:
            return next((one for one in there if one.pk == account), there[0]), arrival
    raise StrangeLinkError(given.link)


def _known_already(channel: str, arrival: Arrival, by: Staff, *, now: datetime) -> int | None:
    """The contact of the same post at any account; of a personal one only for who may read it there."""
    open_to_all = Q(endpoint__personal=False) | Q(details__has_key="filed")
    mine = Q(endpoint__in=list(parts_of(by, now=now)))
    same = Contact.objects.filter(endpoint__channel=channel, external_id=arrival.external_id)
    found = same.filter(open_to_all | mine).order_by("endpoint__personal", "id")
    return found.values_list("pk", flat=True).first()


def _known(given: Copied) -> Iterator[tuple[str, Arrival]]:
    for key, channel in CHANNELS.items():
        arrival = channel.copied(given) if channel.copied else None
        if arrival is not None:
            yield key, arrival
