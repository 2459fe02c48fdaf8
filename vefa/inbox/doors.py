"""What a door must know about an endpoint: who may knock, and how to read what is handed in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.db.models import Q

from vefa.channels import accounts
from vefa.channels.manners import Answer, Greeter, Mannered
from vefa.channels.models import Endpoint
from vefa.channels.port import Adapter
from vefa.channels.registry import channel_of
from vefa.channels.sealing import unseal
from vefa.channels.sharing import Shared, is_behind, shared_by
from vefa.directory.queries import NotLoadedError, municipality

_POST = frozenset({"POST"})


@dataclass(frozen=True)
class Door:
    """One endpoint as a door sees it. `secrets` prove that the caller is the provider."""

    endpoint_id: int
    channel: str
    adapter: Adapter
    secrets: tuple[str, ...]
    shared: Shared  # who else gets what comes here
    methods: frozenset[str] = _POST
    thanks: Answer | None = None  # None: our own words
    greeter: Greeter | None = None
    row: tuple[Any, ...] = ()  # of what it was made: while that is the same, so is the door


def doors(key: str, beside: Mapping[str, Door]) -> dict[str, Door | None]:
    """The door of the active endpoint of that key, None where there is none, and those `beside` it; by key.

    Of those beside it the ones that are what they were are given back as they are. The others are left out,
    to be asked for by themselves, so that one that cannot be opened troubles no other. Two statements for
    all of them. Raises UnsealableError.
    """
    found = Endpoint.objects.filter(key__in=[key, *beside], active=True, retired_at=None)
    rows = {row.key: row for row in found if not is_behind(row)}
    shared = shared_by(rows.values())
    same = {
        name: known
        for name, known in beside.items()
        if name in rows and known.row == _facts(rows[name]) and known.shared == shared[name]
    }
    return {**same, key: _door(rows[key], shared[key]) if key in rows else None}


def _door(endpoint: Endpoint, shared: Shared) -> Door:
    sealed = unseal(endpoint.sealed)
    secrets = tuple(sealed[name] for name in channel_of(endpoint.channel).proofs if sealed.get(name))
    adapter = accounts.adapter_of(endpoint, _no_network, country="")  # a door only cuts; it reads no number
    own = adapter if isinstance(adapter, Mannered) else None
    return Door(
        endpoint.id,
        endpoint.channel,
        adapter,
        secrets,
        shared,
        methods=own.methods if own else _POST,
        thanks=own.thanks if own else None,
        greeter=adapter if isinstance(adapter, Greeter) else None,
        row=_facts(endpoint),
    )


def _facts(endpoint: Endpoint) -> tuple[Any, ...]:
    return endpoint.pk, endpoint.channel, endpoint.settings, bytes(endpoint.sealed)


def adapter_of(endpoint: Endpoint, http: httpx.Client) -> Adapter:
    """The endpoint's adapter, at home in the municipality. Raises UnsealableError, UnknownChannelError."""
    return adapters_of([endpoint], http)[endpoint.pk]


def adapters_of(endpoints: Collection[Endpoint], http: httpx.Client) -> dict[int, Adapter]:
    """The adapters of these endpoints by their ids; numbers without a plus are those of the municipality's
    country unless an account names another. Raises UnsealableError, UnknownChannelError.
    """
    return accounts.adapters_of(endpoints, http, country=_country())


def _country() -> str:
    """The municipality's country; "" before one is described."""
    try:
        return municipality().country
    except NotLoadedError:
        return ""


def note_heard(endpoint_ids: Collection[int], *, now: datetime) -> None:
    """Remember that these endpoints are alive; to the second, so that busy ones are not always written."""
    quiet = Q(last_in_at=None) | Q(last_in_at__lt=now - timedelta(seconds=1))
    Endpoint.objects.filter(quiet, id__in=endpoint_ids).update(last_in_at=now)


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("a door never calls anybody", request=request)


_no_network = httpx.Client(transport=httpx.MockTransport(_refuse))
