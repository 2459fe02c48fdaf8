"""Add and change endpoints by hand, and build the adapter of one."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import httpx
from django.conf import settings
from django.db import transaction
from msgspec import structs

from vefa.channels.manners import Channel
from vefa.channels.models import Endpoint, Subscription
from vefa.channels.port import Account, Adapter
from vefa.channels.queries import forget
from vefa.channels.registry import build, channel_of
from vefa.channels.sealing import seal, unseal
from vefa.channels.sharing import DOOR, is_behind, mains

OLD = "old_"  # before the name of a secret: it was replaced and is still good
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what the Bot API allows


class AccountError(Exception):
    """What was asked of an endpoint cannot be done; the text says why."""


@dataclass(frozen=True, kw_only=True)
class NewEndpoint:
    """An endpoint as a person describes it; secrets are sealed before they are stored."""

    key: str
    channel: str
    language: str
    names: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


def add(new: NewEndpoint) -> Endpoint:
    """Store a new endpoint. Raises AccountError when the key is taken or a value cannot work."""
    if not _KEY.fullmatch(new.key):
        raise AccountError(f"The key “{new.key}” may have small letters, digits, - and _ only.")
    check_secret(new.secrets.get("secret", ""))
    check_alone(channel_of(new.channel), new.settings, besides=new.key)
    known = Endpoint.objects.filter(key=new.key).first()
    endpoint = _woken(known, new) if known else _made(new)
    forget()
    return endpoint


def _made(new: NewEndpoint) -> Endpoint:
    return Endpoint.objects.create(
        key=new.key,
        channel=new.channel,
        language=new.language,
        names=dict(new.names),
        settings=dict(new.settings),
        sealed=seal(new.secrets),
    )


def _woken(known: Endpoint, new: NewEndpoint) -> Endpoint:
    """An endpoint that the municipality's folder described and that waited for its keys."""
    if known.sealed or known.channel != new.channel or known.retired_at or not new.secrets:
        raise AccountError(f"There is an endpoint “{new.key}” already; choose another key.")
    known.settings = {**known.settings, **new.settings}
    known.sealed, known.active = seal(new.secrets), True
    known.save(update_fields=["settings", "sealed", "active"])
    return known


def endpoints() -> list[Endpoint]:
    """Every endpoint that is not retired, by key."""
    return list(Endpoint.objects.filter(retired_at=None).order_by("key"))


def endpoint_of(key: str) -> Endpoint:
    """The endpoint of that key. Raises AccountError."""
    found = Endpoint.objects.filter(key=key, retired_at=None).first()
    if found is None:
        known = ", ".join(endpoint.key for endpoint in endpoints()) or "none yet"
        raise AccountError(f"There is no endpoint “{key}”. Known: {known}.")
    return found


def pause(key: str) -> None:
    """Stop sending; arrivals are taken as before. Raises AccountError."""
    Endpoint.objects.filter(pk=endpoint_of(key).pk).update(outbound_paused=True)


def resume(key: str) -> None:
    """Send again, also what a provider asked to hold back. Raises AccountError."""
    Endpoint.objects.filter(pk=endpoint_of(key).pk).update(outbound_paused=False, paused_until=None)


def secrets_of(endpoint: Endpoint) -> dict[str, str]:
    """The endpoint's secrets by name. Raises UnsealableError."""
    return unseal(endpoint.sealed)


@transaction.atomic
def set_secrets(key: str, changed: Mapping[str, str]) -> None:
    """Replace some secrets and leave the others. Raises AccountError, UnsealableError."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_of(key).pk)
    check_secret(changed.get("secret", ""))
    endpoint.sealed = seal({**unseal(endpoint.sealed), **changed})
    endpoint.save(update_fields=["sealed"])


def replace_secret(key: str, value: str, *, name: str = "secret") -> bool:
    """A secret anew; whether the one before stays good beside it. Raises AccountError, UnsealableError."""
    endpoint, fresh = endpoint_of(key), {name: value}
    kept = outgoing(endpoint.channel, secrets_of(endpoint), fresh)
    set_secrets(key, {**kept, **fresh})
    return bool(kept)


def outgoing(channel: str, held: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """The proofs that are replaced now: they stay good until somebody ends them."""
    proofs = channel_of(channel).proofs
    return {f"{OLD}{name}": held[name] for name in secrets if held.get(name) and f"{OLD}{name}" in proofs}


def remember_pushing(key: str, *, wanted: bool, public_url: str = "") -> None:
    """Whether the provider shall push to us, and to which address of ours: the worker keeps it so."""
    endpoint = endpoint_of(key)
    own = public_url.rstrip("/")
    if own and own != settings.PUBLIC_URL:
        endpoint.settings = {**endpoint.settings, "public_url": own}
    endpoint.subscription = Subscription.KEEP if wanted else Subscription.NONE
    endpoint.save(update_fields=["settings", "subscription"])


def adapter_of(endpoint: Endpoint, http: httpx.Client, *, country: str) -> Adapter:
    """The endpoint's adapter; `country` as in `adapters_of`. Raises UnsealableError, UnknownChannelError."""
    return adapters_of([endpoint], http, country=country)[endpoint.pk]


def adapters_of(endpoints: Collection[Endpoint], http: httpx.Client, *, country: str) -> dict[int, Adapter]:
    """The adapters of these endpoints by their ids. Raises UnsealableError, UnknownChannelError.

    `country` is the municipality's: its numbers are meant where an account names no other. Who reads with an
    adapter takes it from `inbox/doors`, which knows the municipality.
    """
    doors = mains(endpoints)
    accounts = {one.pk: _account(one, doors.get(one.pk), http) for one in endpoints}
    return {
        one.pk: build(one.channel, structs.replace(accounts[one.pk], country=country)) for one in endpoints
    }


def _account(endpoint: Endpoint, main: Endpoint | None, http: httpx.Client) -> Account:
    """Its own settings and secrets, completed by those of the endpoint whose door it uses."""
    parts = [main, endpoint] if main else [endpoint]
    settings_ = {name: str(value) for part in parts for name, value in part.settings.items()}
    own = unseal(endpoint.sealed)
    secrets = {**(unseal(main.sealed) if main else {}), **own}
    if main:
        settings_ |= _led(main, own)
    return Account(settings=settings_, secrets=secrets, http=http, url=hook_url(main or endpoint))


def _led(main: Endpoint, own: Collection[str]) -> dict[str, str]:
    """Where secrets of the door's endpoint go: as it says; who stands behind it leads none elsewhere."""
    lines = [line for line in channel_of(main.channel).fields if set(line.leads) - set(own)]
    return {line.name: str(main.settings.get(line.name, "")) for line in lines}


def hook_url(endpoint: Endpoint) -> str:
    """Where a provider reaches this endpoint from outside."""
    base = str(endpoint.settings.get("public_url") or settings.PUBLIC_URL).rstrip("/")
    return f"{base}/hooks/{endpoint.channel}/{endpoint.key}"


def door_url(endpoint: Endpoint) -> str:
    """Where a provider reaches it: at its own door, or at that of the endpoint that it stands behind."""
    return hook_url(mains([endpoint]).get(endpoint.pk, endpoint))


def rival(channel: Channel, settings: Mapping[str, str], *, besides: str = "") -> str:
    """Which account has a door for the same business at the provider, which pushes to one alone; "": none."""
    whole = str(settings.get(channel.one_door, "")).strip() if channel.one_door else ""
    if not whole or settings.get(DOOR):
        return ""
    same = {"channel": channel.key, f"settings__{channel.one_door}": whole}
    rows = Endpoint.objects.filter(retired_at=None, **same).exclude(key=besides).order_by("id")
    return next((row.key for row in rows if not is_behind(row)), "")


def check_alone(channel: Channel, settings: Mapping[str, str], *, besides: str) -> None:
    """Whether no other account's door is in the way of this one. Raises AccountError."""
    if key := rival(channel, settings, besides=besides):
        name = channel.one_door
        words = f"The account “{key}” has the door for this {name}, and everything is pushed to one address"
        raise AccountError(f"{words}: name it in the setting door (--door {key}).")


def check_secret(secret: str) -> None:
    """Whether a header can carry a webhook secret. Raises AccountError."""
    if secret and not _WEBHOOK_SECRET.fullmatch(secret):
        raise AccountError("A webhook secret may have Latin letters, digits, - and _ only, 256 at most.")
