"""Several accounts behind one door: the groups of one bot, the numbers of one app.

An account that has no door of its own names the endpoint that has one in its setting `door`, and itself as
the provider calls it in the setting that its channel's `account` tells. It uses that endpoint's secrets.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from vefa.channels.models import Endpoint
from vefa.channels.port import Arrival
from vefa.channels.registry import channel_of

DOOR = "door"  # the setting


@dataclass(frozen=True)
class Shared:
    """The endpoint of a door and those behind it, by the provider's names of their accounts."""

    endpoint_id: int
    accounts: Mapping[str, int] = field(default_factory=dict)

    def knows(self, arrival: Arrival) -> bool:
        """Whether some endpoint has the account that it came to."""
        return not arrival.account or arrival.account in self.accounts or arrival.moved_to in self.accounts

    def meant(self, arrival: Arrival) -> int | None:
        """The endpoint that it came to; the door's own where nobody has that account; None: drop it."""
        if not arrival.account:
            return self.endpoint_id
        found = self.accounts.get(arrival.account) or self.accounts.get(arrival.moved_to)
        return found or (None if arrival.strict else self.endpoint_id)


def shared(endpoint: Endpoint) -> Shared:
    """Who stands behind the door of this endpoint: the active ones. One statement."""
    return shared_by([endpoint])[endpoint.key]


def shared_by(endpoints: Collection[Endpoint]) -> dict[str, Shared]:
    """Who stands behind each of these doors, by the keys of their endpoints. One statement for all."""
    names: dict[str, dict[str, int]] = {endpoint.key: {} for endpoint in endpoints}
    behind = Endpoint.objects.filter(settings__door__in=list(names), active=True, retired_at=None)
    for row in behind.order_by("-key") if names else ():
        names[row.settings[DOOR]][_name(row)] = row.pk
    for endpoint in endpoints:
        names[endpoint.key][_name(endpoint)] = endpoint.pk
        names[endpoint.key].pop("", None)
    return {endpoint.key: Shared(endpoint.pk, names[endpoint.key]) for endpoint in endpoints}


def is_behind(endpoint: Endpoint) -> bool:
    """Whether what it gets comes through another endpoint's door."""
    return bool(endpoint.settings.get(DOOR))


def mains(endpoints: Iterable[Endpoint]) -> dict[int, Endpoint]:
    """Whose door each of these uses, by their own ids; those with one of their own are not among them."""
    keys = {endpoint.pk: str(endpoint.settings[DOOR]) for endpoint in endpoints if is_behind(endpoint)}
    if not keys:
        return {}
    found = {row.key: row for row in Endpoint.objects.filter(key__in=set(keys.values()), retired_at=None)}
    return {pk: found[key] for pk, key in keys.items() if key in found}


def follow(known: Shared, arrivals: Iterable[Arrival]) -> bool:
    """Write down new names that the provider gave to accounts; whether there were any."""
    moved = False
    for arrival in arrivals:
        pk = known.accounts.get(arrival.account) if arrival.moved_to else None
        if pk is not None:
            moved = True
            _rename(pk, arrival.moved_to)
    return moved


def _rename(endpoint_id: int, name: str) -> None:
    endpoint = Endpoint.objects.get(pk=endpoint_id)
    endpoint.settings = {**endpoint.settings, channel_of(endpoint.channel).account: name}
    endpoint.save(update_fields=["settings"])


def _name(endpoint: Endpoint) -> str:
    setting = channel_of(endpoint.channel).account
    return str(endpoint.settings.get(setting, "")).strip() if setting else ""
