"""A public post that a person copied out of a network: kept under the name with which it would be pushed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from vefa.channels.manners import Copied
from vefa.channels.models import Endpoint
from vefa.channels.port import Arrival
from vefa.channels.registry import CHANNELS
from vefa.inbox import intake
from vefa.inbox.intake import Incoming


class StrangeLinkError(Exception):
    """No network that the city has an account on knows this address."""


@dataclass(frozen=True)
class Taken:
    """The contact of a post, and whether it is new: pushed, copied or archived before, it is the same one."""

    contact_id: int
    fresh: bool


def take(given: Copied, *, taken_by: int, now: datetime) -> Taken:
    """Keep a copied post for good. Raises StrangeLinkError, django.db.Error.

    Nobody asked us there: it is not acknowledged, only a person answers.
    """
    endpoint, arrival = _home(given)
    details = {"taken_by": taken_by, "link": given.link.strip()[:400], "imported": True}
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


def networks() -> list[str]:
    """The channels whose posts can be copied in: those that have an active account."""
    keys = [key for key, channel in CHANNELS.items() if channel.copied]
    active = Endpoint.objects.filter(channel__in=keys, active=True, retired_at=None)
    return sorted(set(active.values_list("channel", flat=True)))


def _home(given: Copied) -> tuple[Endpoint, Arrival]:
    """The account of the network that knows the link, and the post as it arrives there."""
    for key, arrival in _known(given):
        accounts = Endpoint.objects.filter(channel=key, active=True, retired_at=None)
        endpoint = accounts.order_by("key").first()
        if endpoint is not None:
            return endpoint, arrival
    raise StrangeLinkError(given.link)


def _known(given: Copied) -> Iterator[tuple[str, Arrival]]:
    for key, channel in CHANNELS.items():
        arrival = channel.copied(given) if channel.copied else None
        if arrival is not None:
            yield key, arrival
