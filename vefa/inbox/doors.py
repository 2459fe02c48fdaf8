"""What a door must know about an endpoint: who may knock, and how to read what is handed in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from django.db.models import Q

from vefa.channels import registry
from vefa.channels.models import Endpoint
from vefa.channels.port import Account, Adapter
from vefa.channels.sealing import unseal

SECRET_NAMES = ("secret", "old_secret")  # both are good while one replaces the other


@dataclass(frozen=True)
class Door:
    """One endpoint as a door sees it. `secrets` prove that the caller is the provider."""

    endpoint_id: int
    channel: str
    adapter: Adapter
    secrets: tuple[str, ...]


def door(key: str) -> Door | None:
    """The door of the active endpoint of that key, None where there is none. Raises UnsealableError."""
    endpoint = Endpoint.objects.filter(key=key, active=True, retired_at=None).first()
    if endpoint is None:
        return None
    sealed = unseal(endpoint.sealed)
    secrets = tuple(sealed[name] for name in SECRET_NAMES if sealed.get(name))
    return Door(endpoint.id, endpoint.channel, adapter_of(endpoint, _no_network), secrets)


def adapter_of(endpoint: Endpoint, http: httpx.Client) -> Adapter:
    """The endpoint's adapter. Raises UnsealableError, registry.UnknownChannelError."""
    settings = {name: str(value) for name, value in endpoint.settings.items()}
    account = Account(settings=settings, secrets=unseal(endpoint.sealed), http=http)
    return registry.build(endpoint.channel, account)


def note_heard(endpoint_ids: Collection[int], *, now: datetime) -> None:
    """Remember that these endpoints are alive; to the second, so that busy ones are not always written."""
    quiet = Q(last_in_at=None) | Q(last_in_at__lt=now - timedelta(seconds=1))
    Endpoint.objects.filter(quiet, id__in=endpoint_ids).update(last_in_at=now)


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("a door never calls anybody", request=request)


_no_network = httpx.Client(transport=httpx.MockTransport(_refuse))
