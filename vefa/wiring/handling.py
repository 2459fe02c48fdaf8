"""Contacts in hand: read, thought about, acted upon, marked as handled, all in one transaction per batch."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from django.db import Error, InterfaceError, OperationalError, ProgrammingError, connection, transaction

from vefa.calls import applying
from vefa.directory.queries import NotLoadedError, is_loaded
from vefa.inbox import claiming, reading
from vefa.inbox.claiming import Claim, LeaseLostError
from vefa.inbox.doors import note_heard
from vefa.inbox.models import Contact
from vefa.kit.claim import MAX_TRIES, Lease, is_too_much
from vefa.triage import pipeline

EVERY_S = 1.0

Clock = Callable[[], datetime]
Lane = tuple[int, str]

log = logging.getLogger(__name__)


@dataclass
class Hands:
    """What a worker holds at this moment; `since` (monotonic seconds) shows that it is stuck."""

    clock: Clock
    limit: int
    since: float | None = field(default=None, init=False)
    _looked: float = field(default=float("-inf"), init=False)  # for fresh ones, monotonic seconds
    _looked_again: float = field(default=float("-inf"), init=False)  # for the others
    _blocked: bool = field(default=False, init=False)  # nothing fresh was free beside those that failed
    _unloaded: bool = field(default=False, init=False)  # a contact met a house that nobody has moved into

    def handle_some(self) -> bool:
        """Handle a batch of fresh contacts and one of those that failed before; whether there was any.

        The latter are looked for when nothing fresh is there, and once a second. What is fresh may wait
        behind them: while they are worked off it is looked for once a second, for many that wait are passed
        over one by one. Before a municipality is described nothing can be: then there is no hurry.
        """
        if self._unloaded and not is_loaded():
            return False
        self._unloaded = False
        fresh = retried = None
        if not self._blocked or self._since(self._looked):
            fresh = self._fresh()
        if fresh is None or self._since(self._looked_again):
            retried = claiming.claim_retries(now=self.clock(), limit=self.limit)
            self._looked_again = time.monotonic()
        if fresh is None and retried is None and self._blocked:
            fresh = self._fresh()
        self._blocked = fresh is None and retried is not None
        for claim in (fresh, retried):
            if claim:
                self._handle(claim)
        return bool(fresh or retried) and not self._unloaded

    def _fresh(self) -> Claim | None:
        self._looked = time.monotonic()
        return claiming.claim_contacts(now=self.clock(), limit=self.limit)

    @staticmethod
    def _since(moment: float) -> bool:
        return time.monotonic() - moment >= EVERY_S

    def held_s(self) -> float:
        """For how many seconds the batch in hand has been held; 0 when there is none."""
        return 0.0 if self.since is None else time.monotonic() - self.since

    def _handle(self, claim: Claim) -> None:
        self.since = time.monotonic()
        try:
            _handle_all(claim, self.clock)
            note_heard({contact.endpoint_id for contact in claim.contacts}, now=self.clock())
        except LeaseLostError as error:
            log.warning("Somebody else took over: %s", error)
        except NotLoadedError as error:
            claiming.give_back(claim.lease, claim.contacts)
            self._unloaded = True
            log.warning("What arrives is kept and waits: %s", error)
        except (OperationalError, InterfaceError, ProgrammingError):
            connection.close()
            with suppress(Error):
                claiming.give_back(claim.lease, claim.contacts)
            raise
        finally:
            self.since = None


def _handle_all(claim: Claim, clock: Clock) -> None:
    """The batch, halved wherever it fails, until the contact that fails is alone.

    What follows a failed contact in its lane is given back, so that the order is kept.
    """
    blocked: set[Lane] = set()
    parts = [claim.contacts]
    while parts:
        part = parts.pop(0)
        free = [contact for contact in part if _lane(contact) not in blocked]
        if behind := [contact for contact in part if _lane(contact) in blocked]:
            claiming.give_back(claim.lease, behind)
        trouble = _try(claim.lease, free, now=clock()) if free else None
        if trouble is None:
            continue
        if len(free) == 1:
            claiming.postpone(claim.lease, free[0], trouble=_words(trouble), now=clock())
            _log(free[0], trouble)
            blocked.add(_lane(free[0]))
        else:
            parts[:0] = [free[: len(free) // 2], free[len(free) // 2 :]]


def _try(lease: Lease, contacts: Sequence[Contact], *, now: datetime) -> Exception | None:
    """What went wrong, or None. A database that is away or lacks a table, or a house without a
    municipality, is no fault of theirs: raised.

    What is too much for a sound database is theirs: raised, it would hold up its batch for ever.
    """
    try:
        with transaction.atomic():
            reading.read(contacts, now=now)
            applying.apply(contacts, now=now)
            pipeline.handle(contacts, now=now)
            claiming.finish(lease, contacts, now=now)
    except (LeaseLostError, NotLoadedError):
        raise
    except (OperationalError, InterfaceError, ProgrammingError) as error:
        if not is_too_much(error):
            raise
        return error
    except Exception as error:  # noqa: BLE001 - one bad message must not hold up the others; it is kept and shown
        return error
    return None


def _lane(contact: Contact) -> Lane:
    return contact.endpoint_id, contact.lane


def _log(contact: Contact, trouble: Exception) -> None:
    """Where it broke is told once, when it is given up; before that one line is enough."""
    last = trouble if contact.tries >= MAX_TRIES else None
    log.error("Contact %s failed (try %d): %s", contact.pk, contact.tries, _words(trouble), exc_info=last)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
