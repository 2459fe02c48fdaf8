"""Each event is handed out once, in the order of its subject, and one that fails holds up nobody else."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from vefa.journal.models import Event
from vefa.journal.record import Happening, record
from vefa.journal.replay import react, retry
from vefa.kit.claim import MAX_TRIES

pytestmark = pytest.mark.django_db


def happen(now, *events):
    record(Happening(kind=kind, subject=subject, actor="system", at=now) for kind, subject in events)


class Listener:
    """Remembers what it was handed; stumbles over the subjects that it is told to."""

    def __init__(self, *, stumbles=()):
        self.heard, self.calls, self.stumbles = [], 0, stumbles

    def __call__(self, events, _now):
        self.calls += 1
        self.heard += [(event.kind, event.subject) for event in events]
        if any(event.subject in self.stumbles for event in events):
            raise ValueError("stumbled")


def test_a_batch_is_handed_out_once_and_by_kind(now):
    happen(now, ("case.opened", "case:1"), ("case.opened", "case:2"), ("case.noted", "case:3"))
    opened = Listener()

    assert react({"case.opened": [opened]}, now=now) == 3
    assert react({"case.opened": [opened]}, now=now) == 0
    assert (opened.calls, opened.heard) == (1, [("case.opened", "case:1"), ("case.opened", "case:2")])
    assert not Event.objects.filter(handled_at=None).exists()


def test_events_of_one_case_come_one_after_the_other(now):
    happen(now, ("case.ended", "case:1"), ("case.opened", "case:1"), ("case.opened", "case:2"))
    listener = Listener()
    flow = {"case.opened": [listener], "case.ended": [listener]}

    assert react(flow, now=now) == 2
    assert react(flow, now=now) == 1
    assert listener.heard[-1] == ("case.opened", "case:1")


def test_one_that_fails_is_left_alone_for_a_while_with_all_that_follow_on_its_case(now):
    happen(now, ("case.opened", "case:1"), ("case.ended", "case:1"), ("case.opened", "case:2"))
    listener = Listener(stumbles={"case:1"})
    flow = {"case.opened": [listener], "case.ended": [listener]}

    react(flow, now=now)

    assert Event.objects.get(subject="case:2").handled_at == now
    failed = Event.objects.get(subject="case:1", kind="case.opened")
    assert (failed.tries, failed.trouble) == (1, "ValueError: stumbled")
    assert react(flow, now=now) == 0
    listener.stumbles = ()
    later = now + timedelta(minutes=1)
    assert (react(flow, now=later), react(flow, now=later), react(flow, now=later)) == (1, 1, 0)


def test_after_five_failures_it_is_parked_and_its_case_goes_on(now):
    happen(now, ("case.opened", "case:1"), ("case.ended", "case:1"))
    opened, ended = Listener(stumbles={"case:1"}), Listener()
    flow = {"case.opened": [opened], "case.ended": [ended]}

    for hour in range(MAX_TRIES):
        react(flow, now=now + timedelta(hours=hour))
    assert not ended.heard
    react(flow, now=now + timedelta(hours=9))

    assert ended.heard == [("case.ended", "case:1")]
    parked = Event.objects.get(kind="case.opened")
    assert (parked.handled_at, parked.tries) == (None, MAX_TRIES)
    assert parked.parked_at


def test_a_parked_event_is_handed_out_again_when_somebody_asks(now):
    happen(now, ("case.opened", "case:1"))
    Event.objects.update(parked_at=now, tries=MAX_TRIES)
    listener = Listener()

    event = Event.objects.get()

    assert retry([event.id], by="staff:3", now=now) == 1
    react({"case.opened": [listener]}, now=now)

    assert listener.heard == [("case.opened", "case:1")]
    told = Event.objects.get(kind="event.retried")
    assert (told.subject, told.actor) == ("case:1", "staff:3")
    assert told.data == {"event_id": event.id, "kind": "case.opened"}
    assert retry([event.id], by="staff:3", now=now) == 0


def test_what_a_failing_reaction_wrote_is_undone(now):
    def writes_and_fails(events, moment):
        happen(moment, ("case.noted", "case:9"))
        raise ValueError

    happen(now, ("case.opened", "case:1"))
    react({"case.opened": [writes_and_fails]}, now=now)

    assert not Event.objects.filter(subject="case:9").exists()


def test_what_is_too_slow_for_the_database_holds_up_nobody_else(now):
    """A statement that is cut off for its time looks like a lost connection: it was tried again for ever."""

    def sleeps(events, _moment):
        if any(event.subject == "case:1" for event in events):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(5)")

    happen(now, ("case.opened", "case:1"), ("case.opened", "case:2"))
    react({"case.opened": [sleeps]}, now=now)

    assert Event.objects.get(subject="case:2").handled_at == now
    slow = Event.objects.get(subject="case:1")
    assert (slow.handled_at, slow.tries) == (None, 1)
    assert slow.trouble.startswith("OperationalError: canceling statement")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal_event",
        "UPDATE journal_event SET data = '{}'",
        "UPDATE journal_event SET actor = 'x'",
    ],
)
def test_history_cannot_be_altered(now, statement):
    happen(now, ("case.opened", "case:1"))

    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().actor == "system"
