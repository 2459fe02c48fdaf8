"""What an administrator does with an account; each act is in the journal with its doer, never a secret.

An `Act` says who and when: "staff:3". Names of fields and settings are told, values of secrets are not.
"""

import hashlib
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from vefa.channels import accounts
from vefa.channels.accounts import OLD, AccountError, NewEndpoint
from vefa.channels.looking import ask_for_look, missing_keys, subscribes
from vefa.channels.models import Endpoint, Owner, Subscription
from vefa.channels.queries import forget
from vefa.channels.registry import channel_of
from vefa.channels.sealing import UnsealableError, seal, unseal
from vefa.channels.sharing import DOOR
from vefa.journal.record import Happening, record


@dataclass(frozen=True)
class Act:
    """Who does it, and when."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What every account has, whatever its channel."""

    names: Mapping[str, str] = field(default_factory=dict)
    language: str = "tr"
    owner: str = Owner.INSTITUTION.value
    unit_key: str = ""
    default_unit_key: str = ""
    personal: bool = False
    retention_days: int | None = None


class RepeatedError(Exception):
    """It was done already, by somebody else or by pressing twice."""


@transaction.atomic
def create(new: NewEndpoint, particulars: Particulars, act: Act) -> Endpoint:
    """Add an account, and have its provider told where to push. Raises AccountError."""
    endpoint = accounts.add(new)
    for name, value in _columns(particulars).items():
        setattr(endpoint, name, value)
    endpoint.subscription = Subscription.ANEW if subscribes(endpoint) else Subscription.NONE
    endpoint.looked_at = None
    endpoint.save(update_fields=[*_columns(particulars), "subscription", "looked_at"])
    _tell(endpoint, "endpoint.added", act, {"channel": endpoint.channel, "key": endpoint.key})
    return endpoint


@transaction.atomic
def describe(endpoint_id: int, particulars: Particulars, act: Act) -> Endpoint:
    """Change what every account has."""
    return _change(_locked(endpoint_id), _columns(particulars), act)


@transaction.atomic
def set_hours(endpoint_id: int, opening_hours: Mapping[str, Any], act: Act) -> Endpoint:
    """When somebody reads what comes; an empty week: always."""
    return _change(_locked(endpoint_id), {"opening_hours": dict(opening_hours)}, act)


@transaction.atomic
def configure(
    endpoint_id: int, *, settings: Mapping[str, str], secrets: Mapping[str, str], act: Act
) -> Endpoint:
    """Change settings, and enter secrets anew that are given. Raises AccountError, UnsealableError.

    Secrets that would go to another address than before are given with it: see `needed_anew`. An account
    that waited for its keys begins to work once they are there.
    """
    endpoint = _locked(endpoint_id)
    accounts.check_secret(secrets.get("secret", ""))
    if needed_anew(endpoint, settings, held=_held(endpoint) - secrets.keys()):
        raise AccountError("The address has changed: enter the secrets that are sent there anew.")
    kept = {name: value for name, value in {**endpoint.settings, **settings}.items() if value != ""}
    if rival_anew(endpoint, kept):
        raise AccountError("Another account has the door for it.")
    wanted: dict[str, Any] = {"settings": kept}
    if secrets:
        held = unseal(endpoint.sealed)
        endpoint.sealed = seal({**held, **accounts.outgoing(endpoint.channel, held, secrets), **secrets})
    if not endpoint.active and not missing_keys(endpoint):
        wanted["active"] = True
    if secrets or "active" in wanted:
        endpoint.subscription = Subscription.ANEW if subscribes(endpoint) else Subscription.NONE
    endpoint.looked_at = None
    endpoint.save(update_fields=["sealed", "subscription", "looked_at"])
    for name in sorted(secrets):
        _tell(endpoint, "endpoint.secret_entered", act, {"secret": name})
    return _change(endpoint, wanted, act)


def rival_anew(endpoint: Endpoint, settings: Mapping[str, str]) -> str:
    """Whose door these settings would bring it in conflict with; "" where they change nothing of that."""
    channel = channel_of(endpoint.channel)
    names = (channel.one_door, DOOR)
    if all(settings.get(name, "") == endpoint.settings.get(name, "") for name in names):
        return ""
    return accounts.rival(channel, settings, besides=endpoint.key)


def needed_anew(
    endpoint: Endpoint, settings: Mapping[str, str], *, held: frozenset[str]
) -> list[tuple[str, str]]:
    """Each held secret that these settings would send elsewhere, with the line that says where.

    Nobody reads a secret that was entered, and nobody has it sent to a machine of their own.
    """
    lines = [line for line in channel_of(endpoint.channel).fields if line.name in settings]
    moved = [line for line in lines if settings[line.name] != str(endpoint.settings.get(line.name, ""))]
    return [(secret, line.name) for line in moved for secret in line.leads if secret in held]


@transaction.atomic
def rotate(endpoint_id: int, *, seal_of: str, act: Act) -> str:
    """A new webhook secret, good at once beside the one before; it is given out here and never again.

    `seal_of` is what `fingerprint` said when the page was drawn. Raises RepeatedError, AccountError.
    """
    endpoint = _locked(endpoint_id)
    held = unseal(endpoint.sealed)
    if fingerprint(endpoint) != seal_of or held.get("old_secret"):
        raise RepeatedError(endpoint.key)
    if not makes_secret(endpoint):
        raise AccountError("The provider gives the secrets of this account; enter them anew.")
    fresh = randomness.token_urlsafe(32)
    endpoint.sealed = seal({**held, "secret": fresh, "old_secret": held.get("secret", "")})
    if subscribes(endpoint):
        endpoint.subscription, endpoint.looked_at = Subscription.ANEW, None
    endpoint.save(update_fields=["sealed", "subscription", "looked_at"])
    _tell(endpoint, "endpoint.secret_rotated", act)
    return fresh


@transaction.atomic
def end_old_secret(endpoint_id: int, act: Act) -> None:
    """From now on only the new secret is good. Raises RepeatedError where there is no old one."""
    endpoint = _locked(endpoint_id)
    held = unseal(endpoint.sealed)
    kept = {name: value for name, value in held.items() if not name.startswith(OLD)}
    if kept == held:
        raise RepeatedError(endpoint.key)
    endpoint.sealed = seal(kept)
    endpoint.save(update_fields=["sealed"])
    _tell(endpoint, "endpoint.old_secret_ended", act)


@transaction.atomic
def pause(endpoint_id: int, act: Act) -> None:
    """Stop sending; arrivals are taken as before."""
    endpoint = _once(endpoint_id, {"outbound_paused": True})
    _tell(endpoint, "endpoint.paused", act)


@transaction.atomic
def resume(endpoint_id: int, act: Act) -> None:
    """Send again, also what a provider asked to hold back."""
    facts = {"outbound_paused": False, "paused_until": None, "refusals": 0}
    _tell(_once(endpoint_id, facts), "endpoint.resumed", act)


@transaction.atomic
def retire(endpoint_id: int, act: Act) -> None:
    """Take nothing more and send nothing more; what was said stays."""
    endpoint = _locked(endpoint_id)
    wish = Subscription.OFF if endpoint.subscription else Subscription.NONE
    facts = {"retired_at": act.now, "active": False, "subscription": wish, "looked_at": None}
    _tell(_once(endpoint_id, facts), "endpoint.retired", act)


@transaction.atomic
def restore(endpoint_id: int, act: Act) -> None:
    """Undo the retiring. Raises AccountError where another account took over its door."""
    endpoint = _locked(endpoint_id)
    accounts.check_alone(channel_of(endpoint.channel), endpoint.settings, besides=endpoint.key)
    wish = Subscription.ANEW if subscribes(endpoint) else Subscription.NONE
    active = bool(endpoint.sealed) or not _needs_keys(endpoint.channel)
    facts = {"retired_at": None, "active": active, "subscription": wish, "looked_at": None}
    _tell(_once(endpoint_id, facts), "endpoint.restored", act)


@transaction.atomic
def subscribe(endpoint_id: int, act: Act) -> None:
    """Have the provider told, once more, to push to us; the worker does it. Raises AccountError."""
    if not subscribes(_locked(endpoint_id)):
        raise AccountError("This channel has nothing to subscribe.")
    Endpoint.objects.filter(pk=endpoint_id).update(subscription=Subscription.ANEW, looked_at=None)
    _tell(_locked(endpoint_id), "endpoint.subscription_asked", act)


def look_again(endpoint_id: int, _act: Act) -> None:
    """Have a worker look at the account now."""
    ask_for_look([endpoint_id])


def _held(endpoint: Endpoint) -> frozenset[str]:
    """The names of its secrets; none where they cannot be opened: then they are sent nowhere."""
    try:
        return frozenset(unseal(endpoint.sealed))
    except UnsealableError:
        return frozenset()


def fingerprint(endpoint: Endpoint) -> str:
    """Tells one state of the secrets from another and nothing else."""
    return hashlib.sha256(bytes(endpoint.sealed)).hexdigest()[:16]


def has_old_secret(endpoint: Endpoint) -> bool:
    """Whether a secret that was replaced is still good. Raises UnsealableError."""
    return any(name.startswith(OLD) for name in unseal(endpoint.sealed))


def makes_secret(endpoint: Endpoint) -> bool:
    """Whether the webhook's secret of this account is one that we choose."""
    return channel_of(endpoint.channel).makes_secret(endpoint.settings)


def takes_secret(endpoint: Endpoint) -> bool:
    """Whether its provider proves itself by a secret of its own that stands here. Raises UnsealableError."""
    proofs, held = channel_of(endpoint.channel).proofs, unseal(endpoint.sealed)
    return not makes_secret(endpoint) and any(held.get(name) for name in proofs)


def _needs_keys(channel: str) -> bool:
    return any(line.secret and line.required for line in channel_of(channel).fields)


def _locked(endpoint_id: int) -> Endpoint:
    return Endpoint.objects.select_for_update().get(pk=endpoint_id)


def _columns(particulars: Particulars) -> dict[str, Any]:
    return {
        "names": {code: name for code, name in particulars.names.items() if name},
        "language": particulars.language,
        "owner": particulars.owner,
        "unit_key": particulars.unit_key,
        "default_unit_key": particulars.default_unit_key,
        "personal": particulars.personal,
        "retention_days": particulars.retention_days,
    }


def _change(endpoint: Endpoint, wanted: Mapping[str, Any], act: Act) -> Endpoint:
    """Write what differs and tell of it; nothing where nothing does."""
    changes = {
        name: [getattr(endpoint, name), value]
        for name, value in wanted.items()
        if getattr(endpoint, name) != value
    }
    if changes:
        for name, (_, value) in changes.items():
            setattr(endpoint, name, value)
        endpoint.save(update_fields=list(changes))
        _tell(endpoint, "endpoint.changed", act, {"changes": changes})
        forget()
    return endpoint


def _once(endpoint_id: int, facts: Mapping[str, Any]) -> Endpoint:
    """Write it, unless it is so already. Raises RepeatedError."""
    endpoint = _locked(endpoint_id)
    first = next(iter(facts))
    if bool(getattr(endpoint, first)) == bool(facts[first]):
        raise RepeatedError(endpoint.key)
    Endpoint.objects.filter(pk=endpoint_id).update(**facts)
    forget()
    return endpoint


def _tell(endpoint: Endpoint, kind: str, act: Act, data: Mapping[str, Any] | None = None) -> None:
    subject = f"endpoint:{endpoint.pk}"
    record([Happening(kind=kind, subject=subject, actor=act.by, at=act.now, data=dict(data or {}))])
