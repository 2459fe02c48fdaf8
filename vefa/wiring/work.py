"""The worker: everything that happens between a message's receipt and its answer's departure.

Any number of workers may run; each may die at any moment. What it held is found again by its lease.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import httpx
import psycopg
from django.conf import settings
from django.db import Error, connection

from vefa.calls import dialling
from vefa.cases import proofs
from vefa.cases.incidents import detecting, orders
from vefa.cases.promises import sweep_broken
from vefa.cases.queries import places_of
from vefa.cases.rewording import reword_some
from vefa.channels import looking, templates
from vefa.channels.models import Endpoint
from vefa.channels.registry import network_client
from vefa.citizens import matching
from vefa.dialogue import enclosing, outbox, receipts, sweeping, to_all, watching
from vefa.directory import sessions
from vefa.inbox import attachments, claiming, collect, heard, naming, orphans, posts
from vefa.inbox.bulk import keep_plans
from vefa.inbox.doors import adapter_of
from vefa.inbox.intake import WAKE
from vefa.journal import replay
from vefa.journal.models import Heartbeat
from vefa.triage import keeping, readiness
from vefa.triage.groups.sweeping import sweep_talk
from vefa.triage.meaning import storing
from vefa.triage.suggesting import asking
from vefa.wiring.flow import REACTIONS
from vefa.wiring.handling import Hands
from vefa.wiring.learning import SHIPPED, Apprentice
from vefa.wiring.loops import Bell, Loop, each_by_itself
from vefa.wiring.tables import connection_words

POLL_S = 1.0  # what the bell is for, found without it
REST_S = 0.1  # from one look to the next
FETCH_REST_S = 0.5  # photos, posts and names: three questions each time, and nobody waits for the second
BEAT_S = 5.0
SWEEP_S = 15.0
LOOK_S = 5.0  # to which account somebody wants a look
WATCH_S = 60.0
LEARN_S = 30.0  # to whether a model is due
TALLY_S = 300.0
REWORD_REST_S = 1.0  # half a thousand cases of an older version each time; later there are none
MEANING_REST_S = 2.0  # eight texts of 30 ms: a tenth of a core while anything is due
STUCK_S = 180.0  # a batch in hand for so long hangs: this process ends, its leases run out
FAREWELL_S = 25.0
EVENTS = 500
PARCELS = 20  # of one endpoint in one go
FILES = 20

log = logging.getLogger(__name__)


@dataclass
class Crew:
    """Threads that each serve one endpoint, started where one is wanted and has none."""

    name: str
    work: Callable[[int], None]
    _threads: dict[int, threading.Thread] = field(default_factory=dict)

    def send_to(self, endpoint_ids: list[int]) -> None:
        """Start a thread for each endpoint that has none at work."""
        self._threads = {number: thread for number, thread in self._threads.items() if thread.is_alive()}
        for endpoint_id in endpoint_ids:
            if endpoint_id not in self._threads:
                name = f"{self.name}-{endpoint_id}"
                thread = threading.Thread(target=self.work, args=[endpoint_id], name=name, daemon=True)
                self._threads[endpoint_id] = thread
                thread.start()

    def join(self, seconds: float) -> None:
        """Wait for those at work."""
        for thread in self._threads.values():
            thread.join(seconds)


class Worker:
    """One process's loops and what they share."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.bell = Bell()
        self.name = f"worker:{socket.gethostname()}:{os.getpid()}"
        self.http: httpx.Client = network_client()
        # The second pair takes part where the first does not keep up: one reckons while the other's rows are
        # written.
        self.hands = (Hands(clock, settings.WORKER_BATCH), Hands(clock, settings.WORKER_BATCH))
        self.senders = Crew("outbox", self._send)
        self.collectors = Crew("collect", self._collect)
        self.lookers = Crew("look", self._look)
        self.apprentice = Apprentice()
        self.loops = (
            Loop("contacts", self.hands[0].handle_some, POLL_S, self.bell, REST_S),
            Loop("more contacts", self.hands[1].handle_some, POLL_S),
            Loop("readiness", self._make_ready, BEAT_S),
            Loop("events", self._react, POLL_S, self.bell, REST_S),
            Loop("outbox", self._send_crew, POLL_S, self.bell, REST_S),
            Loop("dialling", self._dial, POLL_S, self.bell, REST_S),
            Loop("files", self._fetch, POLL_S, self.bell, FETCH_REST_S),
            Loop("collectors", self._collect_crew, BEAT_S),
            Loop("sweeping", self._sweep, SWEEP_S),
            Loop("looking", self._look_crew, LOOK_S),
            Loop("watching", self._watch, WATCH_S),
            Loop("learning", self._learn, LEARN_S),
            Loop("incidents", self._propose, WATCH_S),
            Loop("orders", self._carry_out, BEAT_S),
            Loop("meaning", self._read_meaning, WATCH_S, rest_s=MEANING_REST_S),
            Loop("tally", self._tally, TALLY_S),
            Loop("words", reword_some, TALLY_S, rest_s=REWORD_REST_S),
            Loop("heartbeat", self._beat, BEAT_S),
            Loop("bell", self._listen, 0.0),
            *self._suggesting(),
        )

    def run(self) -> None:
        """Work until `stop` is set, then finish what is in hand."""
        threads = [
            threading.Thread(target=loop.run, args=[self.stop], name=loop.name, daemon=True)
            for loop in self.loops
        ]
        for thread in threads:
            thread.start()
        self.stop.wait()
        self._ring_all()
        for thread in threads:
            thread.join(FAREWELL_S)
        self.senders.join(FAREWELL_S)
        self.apprentice.stop()
        self.http.close()
        self._sign_off()

    def _suggesting(self) -> list[Loop]:
        """A thread of its own where the city named a language model: a slow one holds up nothing else."""
        return [Loop("suggesting", self._suggest, POLL_S, self.bell, REST_S)] if asking.available() else []

    def _suggest(self) -> bool:
        return asking.suggest_due(http=self.http, clock=clock)

    def _ring_all(self) -> None:
        for loop in self.loops:
            loop.bell.ring()

    def _react(self) -> bool:
        return replay.react(REACTIONS, now=clock(), limit=EVENTS) > 0

    def _send_crew(self) -> bool:
        self.senders.send_to([endpoint.pk for endpoint in outbox.endpoints_with_work(now=clock())])
        return False

    def _send(self, endpoint_id: int) -> None:
        """Send what is due on one endpoint, in its own thread: a slow provider holds up no other."""
        keep_plans()
        try:
            endpoint = Endpoint.objects.get(id=endpoint_id)
            adapter = adapter_of(endpoint, self.http)
            while not self.stop.is_set():
                tried = outbox.deliver_due(endpoint=endpoint, adapter=adapter, clock=clock, limit=PARCELS)
                if tried < PARCELS:
                    break
        except Exception:  # what was leased becomes uncertain by the sweeper; the endpoint is tried again
            log.exception("Sending on endpoint %s stumbled", endpoint_id)
            self.stop.wait(POLL_S)
        finally:
            connection.close()

    def _collect_crew(self) -> bool:
        self.collectors.send_to(collect.endpoints_to_collect())
        return False

    def _collect(self, endpoint_id: int) -> None:
        try:
            collect.keep_collecting(endpoint_id, http=self.http, clock=clock, stop=self.stop)
        except Exception:  # the crew starts it again
            log.exception("Collecting endpoint %s stumbled", endpoint_id)
        finally:
            connection.close()

    def _look_crew(self) -> bool:
        self.lookers.send_to(looking.due(now=clock()))
        return False

    def _look(self, endpoint_id: int) -> None:
        """Look at one account, in its own thread: a slow provider holds up nobody's look but its own."""
        try:
            endpoint = looking.take(endpoint_id, now=clock())
            if endpoint is not None:
                with looking.client() as http:
                    looking.keep(endpoint_id, looking.look(endpoint, http), now=clock())
                    templates.refresh(endpoint, http=http, now=clock())
                watching.note_measures(endpoint_id, now=clock())
                watching.watch(now=clock())
        except Exception:  # it is looked at again within the hour
            log.exception("Looking at endpoint %s stumbled", endpoint_id)
        finally:
            connection.close()

    def _make_ready(self) -> bool:
        readiness.make_ready(now=clock())
        return False

    def _watch(self) -> bool:
        watching.watch(now=clock())
        return False

    def _propose(self) -> bool:
        detecting.detect(now=clock())
        return False

    def _carry_out(self) -> bool:
        now = clock()
        return orders.carry_out(answer=partial(to_all.answer, now=now), now=now)

    def _learn(self) -> bool:
        return self.apprentice.look(now=clock())

    def _read_meaning(self) -> bool:
        return storing.store_due(now=clock(), shipped=SHIPPED)

    def _tally(self) -> bool:
        each_by_itself((name, partial(sweep, now=clock())) for name, sweep in SLOW_SWEEPS.items())
        return False

    def _dial(self) -> bool:
        return dialling.dial_due(http=self.http, clock=clock)

    def _fetch(self) -> bool:
        looked_up = posts.look_up_due(http=self.http, clock=clock, limit=FILES)
        named = naming.ask_due(http=self.http, clock=clock, limit=FILES)
        fetched = attachments.fetch_due(http=self.http, clock=clock, limit=FILES)
        return FILES in {looked_up, named, fetched}

    def _sweep(self) -> bool:
        each_by_itself((name, partial(sweep, now=clock())) for name, sweep in SWEEPS.items())
        return False

    def _beat(self) -> bool:
        Heartbeat.objects.update_or_create(name=self.name, defaults={"at": clock()})
        held_s = max(hands.held_s() for hands in self.hands)
        if held_s > STUCK_S:
            log.critical("A batch has been in hand for %.0f s: ending this process", held_s)
            os._exit(70)
        return False

    def _listen(self) -> bool:
        """Hear the database's notifications and ring, until the connection is lost; then listen anew."""
        with psycopg.connect(connection_words(), autocommit=True) as listening:
            listening.execute(f"LISTEN {WAKE}")
            while not self.stop.is_set():
                for _ in listening.notifies(timeout=POLL_S, stop_after=1):
                    self.bell.ring()
        return False

    def _sign_off(self) -> None:
        with suppress(Error):
            Heartbeat.objects.filter(name=self.name).delete()
        connection.close()


def _kept_beside(keys: Iterable[UUID]) -> set[UUID]:
    """Files that no contact names and that are still somebody's."""
    wanted = set(keys)
    return proofs.named(wanted) | enclosing.named(wanted)


SWEEPS: Mapping[str, Callable[..., object]] = {
    "parking": claiming.park_dead,
    "early receipts": receipts.apply_early,
    "abandoned deliveries": sweeping.doubt_abandoned,
    "doubtful deliveries": sweeping.resend_doubtful,
    "deliveries of retired accounts": sweeping.fail_retired,
    "broken promises": sweep_broken,
    "likenesses": partial(matching.suggest, places=places_of),
    "talk of groups": sweep_talk,
    "what was kept long enough": keeping.erase_old,
    "suggestions": asking.forget,
    "sessions": sessions.erase_over,
    "files of nobody": partial(orphans.sweep, elsewhere=_kept_beside),
}

SLOW_SWEEPS: Mapping[str, Callable[..., object]] = {  # what looks at days takes its time
    "tally": heard.tally,
    "deliveries without a report": sweeping.doubt_unreported,
}


def clock() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def run_worker(*, stop: threading.Event) -> None:
    """Work until `stop` is set; returns within half a minute after that."""
    Worker(stop).run()
