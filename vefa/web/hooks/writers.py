"""Group commit: arrivals that wait at the same moment share one transaction, and the disk is asked once.

No timer is needed: while a commit runs, the next batch gathers by itself.
"""

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Sequence

from django.db import Error, InterfaceError, OperationalError, connection
from msgspec import Struct

from vefa.inbox import bulk, intake
from vefa.inbox.intake import Bare

WRITERS = 1  # a second one halves the batches and costs a tenth of the accepts on two cores
LARGEST_BATCH = 512  # one turn of the event loop may bring a few more
LONGEST_QUEUE = 20_000  # arrivals; more than this waits at the provider
WAKE_EVERY_S = 0.05
LOOK_EVERY_S = 0.25  # how exactly patience is kept

log = logging.getLogger(__name__)


class FullError(Exception):
    """So much waits that another arrival would be answered too late."""


class Parcel(Struct, frozen=True):
    """What one request handed in, who waits for it, and until when (the event loop's clock)."""

    arrivals: Sequence[Bare]
    done: "asyncio.Future[None]"
    until: float


class Bell:
    """Wakes the workers at once, then at most every so often: from a thread and a connection of its own.

    A notification waits for whoever notifies at the same moment, and for that one's disk: no arrival should.
    """

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._serve, name="hooks-bell", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Something came."""
        self._rung.set()

    def end(self) -> None:
        """Stop; what was not told yet is found a second later without."""
        self._over = True
        self._rung.set()
        self._thread.join()

    def _serve(self) -> None:
        while not self._over:
            self._rung.wait()
            self._rung.clear()
            self._tell()
            time.sleep(WAKE_EVERY_S)
        connection.close()

    def _tell(self) -> None:
        """A hint only: without it the workers find everything a second later."""
        try:
            intake.wake()
        except Error:
            connection.close()


class Writers:
    """Threads with a database connection each; made and used in one event loop.

    What comes in one turn of the loop is handed over at once: each hand-over wakes a thread, which then
    contends with the loop for the interpreter.
    """

    def __init__(self, *, patience_s: float = 60.0) -> None:
        self._patience_s = patience_s
        self._queue: queue.SimpleQueue[list[Parcel] | None] = queue.SimpleQueue()
        self._turn: list[Parcel] = []  # this, and the next two, are touched by the event loop only
        self._owed: deque[Parcel] = deque()
        self._waiting = 0
        self._loop = asyncio.get_running_loop()
        self._threads = [
            threading.Thread(target=self._write, name=f"hooks-{number}", daemon=True)
            for number in range(WRITERS)
        ]
        self._bell = Bell()
        for thread in self._threads:
            thread.start()

    async def keep(self, arrivals: Sequence[Bare]) -> None:
        """Return when the arrivals are committed.

        Raises FullError, django.db.Error when they are not, TimeoutError when nobody can say yet.
        """
        if self._waiting + len(arrivals) > LONGEST_QUEUE:
            raise FullError
        if not self._turn:
            self._loop.call_soon(self._hand_over)
        if not self._owed:
            self._loop.call_later(LOOK_EVERY_S, self._lose_patience)
        parcel = Parcel(arrivals, self._loop.create_future(), self._loop.time() + self._patience_s)
        self._turn.append(parcel)
        self._owed.append(parcel)
        self._waiting += len(arrivals)
        try:
            await parcel.done
        finally:
            self._waiting -= len(arrivals)

    async def close(self) -> None:
        """Write what waits, then end the threads."""
        self._hand_over()
        for _ in self._threads:
            self._queue.put(None)
        await asyncio.to_thread(self._join)

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()
        self._bell.end()

    def _hand_over(self) -> None:
        """Give the threads what this turn of the loop brought."""
        if self._turn:
            self._queue.put(self._turn)
            self._turn = []

    def _lose_patience(self) -> None:
        """One look at all that is owed costs less than an alarm for each."""
        now = self._loop.time()
        while self._owed and (self._owed[0].done.done() or self._owed[0].until <= now):
            done = self._owed.popleft().done
            if not done.done():
                done.set_exception(TimeoutError())
        if self._owed:
            self._loop.call_later(LOOK_EVERY_S, self._lose_patience)

    def _write(self) -> None:
        """A thread's life: gather, commit, tell."""
        bulk.keep_plans()
        open_ = True
        while open_:
            parcels, open_ = self._gather()
            if parcels and self._commit(parcels):
                self._bell.ring()
        connection.close()

    def _gather(self) -> tuple[list[Parcel], bool]:
        """All that waits, about a batch at most; the flag is False once no more will come."""
        parcels: list[Parcel] = []
        try:
            found = self._queue.get()
            while found is not None:
                parcels += found
                if len(parcels) >= LARGEST_BATCH:
                    return parcels, True
                found = self._queue.get_nowait()
        except queue.Empty:
            return parcels, True
        return parcels, False

    def _commit(self, parcels: list[Parcel], *, again: bool = True) -> bool:
        """Whether something was kept. A batch that the database refuses is tried one by one.

        After a restart of the database the first batch meets a dead connection: it is tried once more on a
        new one. Had it been committed after all, nothing would be kept twice.
        """
        try:
            intake.keep([one for parcel in parcels for one in parcel.arrivals])
        except (OperationalError, InterfaceError) as error:
            if again and _is_lost():
                connection.close()
                return self._commit(parcels, again=False)
            self._fail(parcels, error)
            return False
        except Error as error:
            if len(parcels) > 1:
                kept = [self._commit([parcel]) for parcel in parcels]
                return any(kept)
            self._fail(parcels, error)
            return False
        self._loop.call_soon_threadsafe(_tell, parcels)
        return True

    def _fail(self, parcels: list[Parcel], error: Exception) -> None:
        log.warning("%d arrivals were not kept: %s", len(parcels), error)
        connection.close()
        self._loop.call_soon_threadsafe(_refuse, parcels, error)


def _is_lost() -> bool:
    """Whether the connection has died; one that could not be made at all has not."""
    raw = connection.connection
    return raw is not None and bool(raw.closed)


def _tell(parcels: list[Parcel]) -> None:
    for parcel in parcels:
        if not parcel.done.done():
            parcel.done.set_result(None)


def _refuse(parcels: list[Parcel], error: Exception) -> None:
    for parcel in parcels:
        if not parcel.done.done():
            parcel.done.set_exception(error)
            parcel.done.exception()  # nobody may be waiting any more
