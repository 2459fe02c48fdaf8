"""Who may take what: order in a lane, several workers at once, what fails, what kills."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction

from vefa.channels.models import Endpoint
from vefa.inbox import claiming, meetings
from vefa.inbox.claiming import LeaseLostError, claim_contacts, claim_retries
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.lines import Line
from vefa.inbox.meetings import Occasion
from vefa.inbox.models import Contact
from vefa.inbox.quarantine import NotParkedError, parked, retry
from vefa.journal.models import Event
from vefa.kit.claim import MAX_TRIES

LATER = timedelta(minutes=2)


@pytest.fixture
def send(town, now):
    """Let messages arrive: `send("a", "a", "b")` in these lanes."""

    def arrive(*lanes):
        first = Contact.objects.count()
        facts = {"endpoint_id": town.bot.id, "raw": b"{}", "received_at": now}
        accept([Incoming(external_id=str(first + n), lane=lane, **facts) for n, lane in enumerate(lanes)])

    return arrive


def sure(claim):
    assert claim
    return claim


def numbers(claim):
    return [int(contact.external_id) for contact in claim.contacts] if claim else []


def test_all_of_a_lane_may_come_in_one_batch_and_in_order(send, now):
    send("a", "b", "a")

    assert numbers(claim_contacts(now=now, limit=10)) == [0, 1, 2]
    assert claim_contacts(now=now, limit=10) is None


def test_nothing_newer_is_taken_while_something_older_of_its_lane_is_in_hand(send, now):
    send("a", "b", "a", "b", "c")
    first = sure(claim_contacts(now=now, limit=2))

    assert numbers(first) == [0, 1]
    assert numbers(claim_contacts(now=now, limit=10)) == [4]
    claiming.finish(first.lease, first.contacts[:1], now=now)
    assert numbers(claim_contacts(now=now, limit=10)) == [2]


def test_a_postponed_one_holds_its_lane_and_nobody_else_until_it_is_parked(send, now):
    send("a", "a", "b")
    claim = sure(claim_contacts(now=now, limit=1))
    claiming.postpone(claim.lease, claim.contacts[0], trouble="ValueError: no", now=now)

    other = sure(claim_contacts(now=now, limit=10))
    assert numbers(other) == [2]
    claiming.finish(other.lease, other.contacts, now=now)
    moment = now
    for _ in range(MAX_TRIES - 1):
        moment += timedelta(hours=1)
        claim = sure(claim_retries(now=moment, limit=10))
        assert numbers(claim) == [0]
        claiming.postpone(claim.lease, claim.contacts[0], trouble="ValueError: no", now=moment)

    assert [(contact.external_id, contact.trouble) for contact in parked()] == [("0", "ValueError: no")]
    assert Event.objects.get().kind == "contact.parked"
    assert numbers(claim_contacts(now=moment, limit=10)) == [1]


def test_a_worker_that_was_killed_leaves_its_contacts_to_others_in_smaller_company(send, now):
    send(*"abcdefghij" * 12)
    assert len(numbers(claim_contacts(now=now, limit=200))) == 120
    assert claim_retries(now=now + timedelta(seconds=30), limit=200) is None

    sizes = []
    moment = now
    for _ in range(5):
        moment += LATER
        sizes.append(len(numbers(claim_retries(now=moment, limit=200))))
        Contact.objects.exclude(lease=None).exclude(tries=len(sizes) + 1).update(state="handled")
    assert sizes == [100, 25, 5, 1, 1]


def test_what_ends_every_worker_is_parked(send, now):
    send("a", "a")
    moment = now
    claim_contacts(now=now, limit=1)
    for _ in range(claiming.MAX_DEATHS - 1):
        moment += LATER
        assert numbers(claim_retries(now=moment, limit=10)) == [0]

    assert claim_retries(now=moment + LATER, limit=10) is None
    assert claiming.park_dead(now=moment + LATER) == 1
    assert "ended while" in parked()[0].trouble
    assert numbers(claim_contacts(now=moment + LATER, limit=10)) == [1]


def test_workers_that_are_ended_for_other_reasons_do_not_convict_the_same_message(send, now):
    send(*"abcdefghijklmnopqrstuvwxyz")
    claim_contacts(now=now, limit=100)
    moment = now
    for _ in range(8):
        moment += LATER
        claim_retries(now=moment, limit=100)

    assert claiming.park_dead(now=moment + LATER) == 0
    assert max(Contact.objects.values_list("tries", flat=True)) < claiming.MAX_DEATHS


def test_whoever_comes_too_late_writes_nothing(send, now):
    send("a")
    slow = sure(claim_contacts(now=now, limit=10))
    quick = sure(claim_retries(now=now + LATER, limit=10))

    with pytest.raises(LeaseLostError):
        claiming.finish(slow.lease, slow.contacts, now=now + LATER)
    claiming.postpone(slow.lease, slow.contacts[0], trouble="late", now=now + LATER)
    claiming.give_back(slow.lease, slow.contacts)
    claiming.finish(quick.lease, quick.contacts, now=now + LATER)
    assert Contact.objects.get().state == "handled"


def test_what_a_person_took_back_meanwhile_is_not_handled_after_all(town, send, now):
    Endpoint.objects.create(key="meetings", channel="meeting")
    meeting = meetings.begin(
        Occasion(name="Muhtarlar", place="Konak", day=now.date()), by=town.derya, now=now
    )
    line = meetings.say(meeting, Line(text="Yol bozuk"), token=uuid4(), by=town.derya, now=now)
    send("a")
    begun = now + timedelta(seconds=settings.UNDO_S)
    slow = sure(claim_contacts(now=begun, limit=10))
    assert len(slow.contacts) == 2

    meetings.take_back(meeting, line.pk, by=town.derya, now=begun + LATER)
    with pytest.raises(LeaseLostError), transaction.atomic():
        claiming.finish(slow.lease, slow.contacts, now=begun + LATER)
    line.contact.refresh_from_db()
    claiming.postpone(slow.lease, line.contact, trouble="late", now=begun + LATER)

    line.contact.refresh_from_db()
    assert (line.contact.state, line.contact.trouble) == ("handled", "")
    (other,) = sure(claim_retries(now=begun + LATER, limit=10)).contacts
    assert other.external_id != line.contact.external_id


def test_what_was_given_back_is_free_at_once_and_was_not_tried(send, now):
    send("a")
    claim = sure(claim_contacts(now=now, limit=10))
    claiming.give_back(claim.lease, claim.contacts)

    assert numbers(claim_contacts(now=now, limit=10)) == [0]
    assert Contact.objects.get().tries == 1


def test_lanes_that_fail_differently_do_not_wait_for_each_other_for_ever(send, now):
    send("a", "a")
    older, newer = Contact.objects.order_by("id")
    Contact.objects.filter(id=older.id).update(tries=2)
    Contact.objects.filter(id=newer.id).update(tries=1)

    assert numbers(claim_retries(now=now, limit=10)) == [0]


def test_a_parked_contact_gets_another_chance(send, now):
    send("a")
    Contact.objects.update(state="parked", tries=MAX_TRIES, handled_at=now)
    contact = Contact.objects.get()

    retry(contact.id, by="staff:3", now=now)

    assert numbers(claim_contacts(now=now, limit=10)) == [0]
    assert Event.objects.get().actor == "staff:3"
    with pytest.raises(NotParkedError):
        retry(contact.id, by="staff:3", now=now)
