"""The bus: each event is handed once to whoever reacts, in the order of its subject.

Reactions only write rows, so the claim, what they write and the mark "handled" are committed together.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from django.db import InterfaceError, OperationalError, connection, transaction

from vefa.journal.models import Event
from vefa.journal.record import Happening, record
from vefa.kit.claim import MAX_TRIES, is_too_much, wait_after

Reaction = Callable[[Sequence[Event], datetime], None]
Reactions = Mapping[str, Sequence[Reaction]]

log = logging.getLogger(__name__)

# Of each subject only the oldest unhandled event is taken: what follows waits for it, unless it is parked.
# OFFSET 0 keeps the test a look-up by subject: as a join it would read all that is unhandled for every event.
_CLAIM = """
SELECT event.* FROM journal_event AS event
WHERE handled_at IS NULL AND parked_at IS NULL AND due_at <= %s AND NOT EXISTS (
    SELECT 1 FROM journal_event AS older
    WHERE older.subject = event.subject AND older.id < event.id
        AND older.handled_at IS NULL AND older.parked_at IS NULL
    OFFSET 0
)
ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_DONE = "UPDATE journal_event SET handled_at = %s, trouble = '' WHERE id = ANY(%s::bigint[])"


def react(reactions: Reactions, *, now: datetime, limit: int = 200) -> int:
    """Hand out up to `limit` events; how many were taken, 0 when nothing is due.

    A batch that fails is tried one by one; an event that fails is tried again later, five times in all,
    then parked.
    """
    with transaction.atomic():
        events = _claim(now, limit)
        if not events:
            return 0
        done = events if _succeeds(reactions, events, now) else _one_by_one(reactions, events, now)
        _mark(done, now)
    return len(events)


@transaction.atomic
def retry(event_ids: Collection[int], *, by: str, now: datetime) -> int:
    """Hand parked events out again, in their old order; `by` is "staff:3". How many were still parked."""
    parked = Event.objects.filter(id__in=event_ids, parked_at__isnull=False).order_by("id")
    again = list(parked.select_for_update())
    Event.objects.filter(id__in=[one.pk for one in again]).update(parked_at=None, tries=0, due_at=now)
    record(
        Happening(
            kind="event.retried",
            subject=one.subject,
            actor=by,
            at=now,
            data={"event_id": one.pk, "kind": one.kind},
        )
        for one in again
    )
    return len(again)


def _claim(now: datetime, limit: int) -> list[Event]:
    return list(Event.objects.raw(_CLAIM, [now, limit]))


def _mark(events: Sequence[Event], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [now, [event.id for event in events]])


def _succeeds(reactions: Reactions, events: Sequence[Event], now: datetime) -> bool:
    try:
        with transaction.atomic():
            _run(reactions, events, now)
    except (OperationalError, InterfaceError) as error:
        if not is_too_much(error):
            raise
        return False
    except Exception:  # noqa: BLE001 - a reaction's mistake stops neither its neighbours nor the bus
        if len(events) > 1:
            log.info("A batch of %d events failed; trying them one by one", len(events))
        return False
    return True


def _run(reactions: Reactions, events: Sequence[Event], now: datetime) -> None:
    """Each kind's reactions get all events of the kind, oldest first."""
    wanted = sorted((event for event in events if event.kind in reactions), key=lambda event: event.kind)
    for kind, group in groupby(wanted, key=lambda event: event.kind):
        batch = list(group)
        for reaction in reactions[kind]:
            reaction(batch, now)


def _one_by_one(reactions: Reactions, events: Sequence[Event], now: datetime) -> list[Event]:
    """Those that succeeded; the others get another moment or are parked."""
    done = []
    for event in events:
        try:
            with transaction.atomic():
                _run(reactions, [event], now)
        except (OperationalError, InterfaceError) as error:
            if not is_too_much(error):
                raise
            _postpone(event, error, now)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is kept with the event for a person
            _postpone(event, error, now)
        else:
            done.append(event)
    return done


def _postpone(event: Event, error: Exception, now: datetime) -> None:
    event.tries += 1
    event.trouble = f"{type(error).__name__}: {error}"[:2000]
    if event.tries >= MAX_TRIES:
        event.parked_at = now
    else:
        event.due_at = now + wait_after(event.tries)
    log.error("%s failed (try %d): %s", event, event.tries, event.trouble, exc_info=error)
    event.save(update_fields=["tries", "trouble", "parked_at", "due_at"])
