"""Group commit: arrivals that wait at the same moment share one transaction, and the disk is asked once.

No timer is needed: while a commit runs, the next batch gathers by itself.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection

from vefa.inbox import intake
from vefa.inbox.intake import Accepted, Incoming

WRITERS = 1  # a second one halves the batches and costs a tenth of the accepts on two cores
LARGEST_BATCH = 512
LONGEST_QUEUE = 20_000  # arrivals; more than this waits at the provider
WAKE_EVERY_S = 0.05

log = logging.getLogger(__name__)


class FullError(Exception):
    """So much waits that another arrival would be answered too late."""


@dataclass(frozen=True)
class Parcel:
    """What one request handed in, and who waits for it."""

    incoming: Sequence[Incoming]
    done: "asyncio.Future[list[Accepted]]" = field(repr=False)


class Writers:
    """Threads with a database connection each; made and used in one event loop."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Parcel | None] = queue.SimpleQueue()
        self._waiting = 0  # touched by the event loop only
        self._loop = asyncio.get_running_loop()
        self._threads = [
            threading.Thread(target=self._write, name=f"hooks-{number}", daemon=True)
            for number in range(WRITERS)
        ]
        for thread in self._threads:
            thread.start()

    async def keep(self, incoming: Sequence[Incoming], *, patience_s: float = 60.0) -> list[Accepted]:
        """Return when the arrivals are committed.

        Raises FullError, django.db.Error when they are not, TimeoutError when nobody can say yet.
        """
        if self._waiting + len(incoming) > LONGEST_QUEUE:
            raise FullError
        self._waiting += len(incoming)
        done: asyncio.Future[list[Accepted]] = self._loop.create_future()
        self._queue.put(Parcel(incoming, done))
        alarm = self._loop.call_later(patience_s, _give_up, done)  # a tenth of the cost of asyncio.timeout
        try:
            return await done
        finally:
            alarm.cancel()
            self._waiting -= len(incoming)

    async def close(self) -> None:
        """Write what waits, then end the threads."""
        for _ in self._threads:
            self._queue.put(None)
        await asyncio.to_thread(self._join)

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        """A thread's life: gather, commit, tell, wake the workers now and then."""
        woken_at, owed, open_ = 0.0, False, True
        while open_:
            parcels, open_ = self._gather(WAKE_EVERY_S if owed else None)
            if parcels:
                owed = self._commit(parcels) or owed
            if owed and time.monotonic() - woken_at >= WAKE_EVERY_S:
                _wake()
                woken_at, owed = time.monotonic(), False
        connection.close()

    def _gather(self, patience_s: float | None) -> tuple[list[Parcel], bool]:
        """All that waits, at most a batch; the flag is False once no more will come."""
        parcels: list[Parcel] = []
        size = 0
        try:
            found = self._queue.get(timeout=patience_s)
            while found is not None:
                parcels.append(found)
                size += len(found.incoming)
                if size >= LARGEST_BATCH:
                    return parcels, True
                found = self._queue.get_nowait()
        except queue.Empty:
            return parcels, True
        return parcels, False

    def _commit(self, parcels: list[Parcel]) -> bool:
        """Whether something was kept. A batch that the database refuses is tried one by one."""
        try:
            answers = intake.accept([one for parcel in parcels for one in parcel.incoming])
        except (OperationalError, InterfaceError) as error:
            self._fail(parcels, error)
            return False
        except Error as error:
            if len(parcels) > 1:
                kept = [self._commit([parcel]) for parcel in parcels]
                return any(kept)
            self._fail(parcels, error)
            return False
        self._loop.call_soon_threadsafe(_tell, parcels, answers)
        return True

    def _fail(self, parcels: list[Parcel], error: Exception) -> None:
        log.warning("%d arrivals were not kept: %s", len(parcels), error)
        connection.close()
        self._loop.call_soon_threadsafe(_refuse, parcels, error)


def _tell(parcels: list[Parcel], answers: list[Accepted]) -> None:
    begin = 0
    for parcel in parcels:
        end = begin + len(parcel.incoming)
        if not parcel.done.done():
            parcel.done.set_result(answers[begin:end])
        begin = end


def _give_up(done: "asyncio.Future[list[Accepted]]") -> None:
    if not done.done():
        done.set_exception(TimeoutError())


def _refuse(parcels: list[Parcel], error: Exception) -> None:
    for parcel in parcels:
        if not parcel.done.done():
            parcel.done.set_exception(error)
            parcel.done.exception()  # nobody may be waiting any more


def _wake() -> None:
    """A hint only: without it the workers find everything a second later."""
    try:
        intake.wake()
    except DatabaseError:
        connection.close()
