"""Mailboxes and bots that nobody can push to: one thread per endpoint asks, keeps, and only then moves on.

Of several workers one collects an endpoint (an advisory lock of its connection); should two ever do it at
once, every arrival is still kept once.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import httpx
from django.db import Error, InterfaceError, OperationalError, connection

from vefa.channels.models import Endpoint
from vefa.channels.port import Arrival, BusyError, Catch, Collector, RejectedError, is_yes
from vefa.channels.sealing import UnsealableError
from vefa.channels.sharing import Shared, follow, is_behind, shared
from vefa.inbox import intake
from vefa.inbox.doors import adapter_of
from vefa.inbox.intake import Incoming
from vefa.kit.claim import is_too_much

LOCKS = 0x7EFB  # the space of advisory locks that collectors use
WAIT_S = 20.0  # a question that waits at the provider
PAUSES_S = (1, 5, 15, 60, 300)
SHORTEST_ROUND_S = 1.0  # a provider that does not hold a question open is not asked more often
REPAIR_S = 300  # what a person must repair first
TAKEN_S = 15  # another worker has it
HOLD_S = 0.5  # from one try to the next to keep what nobody tells again

Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


@dataclass
class Patience:
    """How long to rest after failures that follow each other."""

    failures: int = 0

    def after(self, seconds: float = 0) -> float:
        """Seconds to rest after one more failure; never less than the provider asked for."""
        pause = PAUSES_S[min(self.failures, len(PAUSES_S) - 1)]
        self.failures += 1
        return max(seconds, pause)


def endpoints_to_collect() -> list[int]:
    """The active endpoints whose arrivals must be fetched."""
    rows = Endpoint.objects.filter(active=True, retired_at=None).order_by("id")
    return [endpoint.pk for endpoint in rows if collects(endpoint)]


def collects(endpoint: Endpoint) -> bool:
    """Whether we must ask: a mailbox always, a bot where its settings say `polling: yes`, SMS over SMPP."""
    settings = endpoint.settings
    asked = endpoint.channel in {"email", "asterisk"} or is_yes(str(settings.get("polling", "")))
    return (asked or settings.get("gateway") == "smpp") and not is_behind(endpoint)


def keep_collecting(endpoint_id: int, *, http: httpx.Client, clock: Clock, stop: threading.Event) -> None:
    """Collect until `stop` is set or the endpoint no longer wants it; a thread's whole life."""
    patience, locked = Patience(), None
    while not stop.is_set():
        try:
            locked = _lock(endpoint_id, locked)
            endpoint = Endpoint.objects.get(id=endpoint_id)
            if not endpoint.active or not collects(endpoint):
                break
            pause = _round(endpoint, http=http, clock=clock, stop=stop) if locked else TAKEN_S
            patience.failures = 0
        except (BusyError, RejectedError, UnsealableError, Error) as error:
            pause = _troubled(endpoint_id, error, patience, clock)
        stop.wait(pause)
    connection.close()


def _round(endpoint: Endpoint, *, http: httpx.Client, clock: Clock, stop: threading.Event) -> float:
    """Ask once and keep what comes; the seconds until the next question."""
    adapter, began = adapter_of(endpoint, http), time.monotonic()
    cursor = str(endpoint.cursor.get("at", ""))
    for catch in cast("Collector", adapter).collect(cursor, wait_s=WAIT_S):
        ours = _hold(endpoint, catch, clock=clock, stop=stop)
        del catch  # what was kept, before more is fetched
        if stop.is_set() or not ours:
            break
    Endpoint.objects.filter(id=endpoint.pk).exclude(trouble="").update(trouble="", trouble_at=None)
    return max(0.0, SHORTEST_ROUND_S - (time.monotonic() - began))


def _hold(endpoint: Endpoint, catch: Catch, *, clock: Clock, stop: threading.Event) -> bool:
    """Keep a handful, however long the database is away; whether the endpoint is still ours then.

    What an exchange says is said once: while we hold on, its next words wait in our memory and on the line.
    """
    ours, away = True, False
    while True:
        try:
            if away:
                ours = _lock(endpoint.pk, None) is not None
            keep(endpoint, catch, now=clock())
            break
        except (OperationalError, InterfaceError) as error:
            if stop.is_set() or is_too_much(error):
                raise
            log.warning("Endpoint %s: %s arrivals wait: %s", endpoint.pk, len(catch.arrivals), error)
            connection.close()
            away = True
            stop.wait(HOLD_S)
    return ours


def keep(endpoint: Endpoint, catch: Catch, *, now: datetime) -> None:
    """Keep a handful for good, then remember where we stand, then tell the provider that it may forget."""
    intake.accept(_incoming(endpoint, catch.arrivals, now=now))
    Endpoint.objects.filter(id=endpoint.pk).update(cursor={"at": catch.cursor})
    catch.accepted()
    if catch.arrivals:
        intake.wake()


def _incoming(endpoint: Endpoint, arrivals: Sequence[Arrival], *, now: datetime) -> list[Incoming]:
    """Each for the endpoint whose account it came to, where one door serves several."""
    known = Shared(endpoint.pk)
    if any(arrival.account for arrival in arrivals):
        known = shared(endpoint)
        follow(known, arrivals)
    return [
        Incoming(
            endpoint_id=endpoint_id,
            external_id=arrival.external_id,
            lane=arrival.lane,
            raw=arrival.raw,
            received_at=now,
        )
        for arrival in arrivals
        if (endpoint_id := known.meant(arrival)) is not None
    ]


def _troubled(endpoint_id: int, error: Exception, patience: Patience, clock: Clock) -> float:
    """Write down what is wrong, where the desk sees it; how long to rest."""
    log.warning("Endpoint %s cannot be collected: %s", endpoint_id, error)
    if isinstance(error, Error):
        connection.close()
        return patience.after()
    Endpoint.objects.filter(id=endpoint_id).update(trouble=str(error)[:2000], trouble_at=clock())
    if isinstance(error, BusyError):
        return patience.after(error.retry_after_s)
    return REPAIR_S


def _lock(endpoint_id: int, held: Any) -> Any:
    """The connection that holds the lock, None while another worker has it; a lost one lost its lock."""
    connection.ensure_connection()
    if held is not None and connection.connection is held:
        return held
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, endpoint_id])
        (ours,) = cursor.fetchone()
    return connection.connection if ours else None
