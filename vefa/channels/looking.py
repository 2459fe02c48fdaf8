"""Look at an account as its provider sees it, and repair what the provider forgot. The worker does it."""

import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.db import transaction
from django.db.models import Q

from vefa.channels.accounts import adapter_of, door_url, secrets_of
from vefa.channels.manners import Channel, Expiring, Introduced, Subscriber
from vefa.channels.models import Endpoint, Subscription
from vefa.channels.port import Adapter, Finding, SendError, is_yes
from vefa.channels.registry import CHANNELS, UnknownChannelError, channel_of
from vefa.channels.sealing import UnsealableError
from vefa.channels.sharing import is_behind
from vefa.journal.record import Happening, record
from vefa.kit.saying import Sentence, gettext_noop, parts_of

EVERY = timedelta(hours=1)
AGAIN = timedelta(minutes=10)  # while something is wrong
CONFIRM = timedelta(minutes=2)  # after a first bad look
PATIENCE = httpx.Timeout(10, connect=5)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look found. `subscribed` is None where nobody need push to us."""

    asked: str = ""  # what the account wanted of its provider when the look began
    findings: tuple[Finding, ...] = ()
    locked: bool = False
    subscribed: bool | None = None
    subscription: str = ""  # what the account wants from now on
    told: bool = False  # the provider was told to push to us just now
    why_not: str = ""  # why it could not be
    expires_at: datetime | None = None
    whereto: str = ""

    @property
    def bad(self) -> str:
        """The first finding that is bad."""
        return next((one.text for one in self.findings if not one.ok), "")


def client() -> httpx.Client:
    """The client for one look: a provider that is slow is as good as away."""
    return httpx.Client(timeout=PATIENCE, follow_redirects=False)


def due(*, now: datetime) -> list[int]:
    """The accounts to look at now: hourly, sooner while something is wrong, at once where it is asked for."""
    by_hand = [channel.key for channel in CHANNELS.values() if channel.by_hand]
    in_use = Q(active=True, retired_at=None) | Q(subscription=Subscription.OFF)
    rows = Endpoint.objects.filter(in_use, _wanted(now)).exclude(channel__in=by_hand).order_by("id")
    return list(rows.values_list("pk", flat=True))


def _wanted(now: datetime) -> Q:
    ailing = Q(alarmed_at__isnull=False, looked_at__lt=now - AGAIN)
    doubtful = Q(health__look__bad_looks=1, looked_at__lt=now - CONFIRM)
    return Q(looked_at=None) | Q(looked_at__lt=now - EVERY) | ailing | doubtful


def take(endpoint_id: int, *, now: datetime) -> Endpoint | None:
    """The account, unless another worker has taken this look."""
    taken = Endpoint.objects.filter(_wanted(now), pk=endpoint_id).update(looked_at=now)
    return Endpoint.objects.get(pk=endpoint_id) if taken else None


def ask_for_look(endpoint_ids: Collection[int]) -> None:
    """Have these accounts looked at as soon as a worker comes by."""
    Endpoint.objects.filter(pk__in=endpoint_ids).update(looked_at=None)


def pushes(endpoint: Endpoint) -> bool:
    """Whether its provider pushes to a door of its own here."""
    fetched = is_yes(str(endpoint.settings.get("polling", "")))
    return channel_of(endpoint.channel).pushed and not fetched and not is_behind(endpoint)


def _told(endpoint: Endpoint) -> bool:
    """Whether a door stands open for it: its own, or another's that accounts of its channel join."""
    return pushes(endpoint) or (is_behind(endpoint) and channel_of(endpoint.channel).joins)


def subscribes(endpoint: Endpoint) -> bool:
    """Whether its provider must be told where to push."""
    try:
        return _told(endpoint) and isinstance(adapter_of(endpoint, _no_network, country=""), Subscriber)
    except (UnsealableError, UnknownChannelError):
        return False


def look(endpoint: Endpoint, http: httpx.Client) -> Look:
    """Ask the provider. Never raises, and touches no table but for an account behind another's door."""
    asked = Look(asked=endpoint.subscription, subscription=endpoint.subscription)
    try:
        if lacking := missing_keys(endpoint):
            text = Sentence("It waits for its keys: %(names)s.", names=", ".join(lacking))
            return replace(asked, findings=(Finding(ok=False, text=text),))
        adapter = adapter_of(endpoint, http, country="")
        found = _with_subscription(asked, endpoint, adapter)
        return _with_particulars(replace(found, findings=tuple(adapter.check())), adapter)
    except UnsealableError:
        return replace(asked, locked=True)
    except UnknownChannelError as error:
        return replace(asked, findings=(Finding(ok=False, text=str(error)),))
    except Exception as error:  # a fault of an adapter must be seen on the page, not only in a log
        log.exception("Looking at endpoint %s stumbled", endpoint.pk)
        text = Sentence("The look itself failed: %(kind)s.", kind=type(error).__name__)
        return replace(asked, findings=(Finding(ok=False, text=text),))


def missing_keys(endpoint: Endpoint) -> list[str]:
    """The secrets without which its provider need not be asked. Raises UnsealableError."""
    if is_behind(endpoint):
        return []
    held = secrets_of(endpoint)
    wanted = [line for line in channel_of(endpoint.channel).fields if line.required and line.secret]
    return [line.name for line in wanted if not held.get(line.name)]


def _with_particulars(found: Look, adapter: Adapter) -> Look:
    """Who the account is and when its key ends, where the provider tells."""
    if found.bad:
        return found
    expires_at, whereto = None, ""
    with suppress(SendError):
        expires_at = adapter.expires_at() if isinstance(adapter, Expiring) else None
    with suppress(SendError):
        whereto = adapter.whereto() if isinstance(adapter, Introduced) else ""
    return replace(found, expires_at=expires_at, whereto=whereto)


def _with_subscription(found: Look, endpoint: Endpoint, adapter: Adapter) -> Look:
    """See to it that the provider pushes to us, or no longer does."""
    if not isinstance(adapter, Subscriber):
        return found
    if endpoint.subscription != Subscription.OFF and not _told(endpoint):
        return found
    try:
        return _subscribed(found, endpoint, adapter)
    except SendError as error:
        return replace(found, subscribed=False, why_not=error.reason)


def _subscribed(found: Look, endpoint: Endpoint, adapter: Subscriber) -> Look:
    wanted, url = endpoint.subscription, door_url(endpoint)
    if wanted == Subscription.OFF:
        adapter.unsubscribe()
        return replace(found, subscribed=False, subscription="")
    if wanted != Subscription.ANEW and adapter.subscribed(url):
        return replace(found, subscribed=True, subscription=Subscription.KEEP.value)
    if not wanted:
        return replace(found, subscribed=False)
    secret = secrets_of(endpoint).get("secret", "")
    if not secret and _makes_secret(channel_of(endpoint.channel)):
        return replace(found, subscribed=False, why_not=gettext_noop("no secret of the webhook is set"))
    adapter.subscribe(url, secret=secret)
    return replace(found, subscribed=True, subscription=Subscription.KEEP.value, told=True)


def _makes_secret(channel: Channel) -> bool:
    return any(line.name == "secret" for line in channel.fields)


@transaction.atomic
def keep(endpoint_id: int, found: Look, *, now: datetime) -> None:
    """Write down what a look found, and tell the journal of a repair."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    before = endpoint.health.get("look", {})
    repaired = found.told and found.asked == Subscription.KEEP
    endpoint.health = {**endpoint.health, "look": _as_json(found, before, now=now, repaired=repaired)}
    if endpoint.subscription == found.asked:  # else somebody wished for something else meanwhile
        endpoint.subscription = found.subscription
    endpoint.save(update_fields=["health", "subscription"])
    if found.told:
        record([_told_now(endpoint, now, repaired=repaired)])


def _told_now(endpoint: Endpoint, now: datetime, *, repaired: bool) -> Happening:
    return Happening(
        kind="endpoint.repaired" if repaired else "endpoint.subscribed",
        subject=f"endpoint:{endpoint.pk}",
        actor="system",
        at=now,
        data={"url": door_url(endpoint)},
    )


def _as_json(found: Look, before: dict[str, Any], *, now: datetime, repaired: bool) -> dict[str, Any]:
    bad = bool(found.bad or found.why_not)
    return {
        "at": now.isoformat(),
        "findings": [{"ok": one.ok, "text": one.text, "said": parts_of(one.text)} for one in found.findings],
        "bad_looks": int(before.get("bad_looks", 0)) + 1 if bad else 0,
        "locked": found.locked,
        "subscribed": found.subscribed,
        "why_not": found.why_not,
        "expires_at": found.expires_at.isoformat() if found.expires_at else "",
        "whereto": found.whereto or before.get("whereto", ""),
        "repaired_at": now.isoformat() if repaired else before.get("repaired_at", ""),
    }


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("only the worker asks a provider", request=request)


_no_network = httpx.Client(transport=httpx.MockTransport(_refuse))
