"""Whatever dies, and however badly a provider behaves: nothing accepted is lost, nothing happens twice.

`make check` tells a short form of these stories, `make faults` the whole length. All stories share one
installation and one ledger, and each is judged by everything that the ledger holds by then.
"""

import random
import time
from collections import Counter

import psycopg
import pytest

from tests.faults.disk import Disk
from tests.faults.hand import Hand
from tests.faults.ledger import Ledger
from tests.faults.neighbours import MOODS as NEIGHBOURS_MOODS
from tests.faults.report import REPORT, WHOLE
from tests.faults.tables import Tables, contacts_in
from tests.faults.town import Machine, judge, residents
from tests.wiring.machine import eventually
from vefa.inbox.claiming import MAX_DEATHS
from vefa.kit.claim import MAX_TRIES

pytestmark = pytest.mark.faults
LONG = {"web": 20, "work": 20, "postgres": 5, "all": 3}
KILLS = LONG if WHOLE else dict.fromkeys(LONG, 1)
BREATH_S = (1.0, 4.0) if WHOLE else (0.5, 1.5)
# In this order: 429 with Retry-After, cut off, unreadable, taken and never answered, 500; `deaf` neither
# takes nor answers.
EVERY_MOOD = Counter({"429": 5, "drop": 5, "garbage": 5, "silence": 2, "deaf": 2, "500": 5})
MOODS = EVERY_MOOD if WHOLE else Counter({"429": 1, "drop": 2, "garbage": 1, "silence": 1, "500": 1})
# Many chats where there is poison: its own chat waits for it.
MANY = ["--chats", "150", "--forms", "6", "--talks", "6", "--calls", "4", "--pause", "2.5"]
FEW = ["--chats", "12", "--forms", "2", "--talks", "2", "--calls", "2", "--pause", "0.4"]
LOAD = MANY if WHOLE else FEW
MESSAGES, POISON_EVERY = (10_000, 1000) if WHOLE else (300, 150)
STUCK_S = 0.5
IN_THE_ACT_S = 20.0  # at most: the provider may have asked for patience
FIRST_ID = 100  # of updates far below the driver's


def test_nothing_is_lost_or_doubled_while_processes_are_killed(machine: Machine):
    began = time.monotonic()
    victims = [name for name, times in KILLS.items() for _ in range(times)]
    random.shuffle(victims)

    with (
        residents(machine, *LOAD),
        machine.neighbours.writing(machine.ledger),
        Hand.of(machine, 3 * FIRST_ID) as hand,
    ):
        for name in victims:
            time.sleep(random.uniform(*BREATH_S))
            if WHOLE:
                machine.provider.misbehave(random.choice([*MOODS]))
                machine.neighbours.misbehave(random.choice(NEIGHBOURS_MOODS))
            _kill_in_the_act(machine, name, hand)
        time.sleep(1)
        machine.provider.behave()
        machine.neighbours.behave()
        eventually(hand.all_taken)

    assert machine.kills == KILLS
    evidence = judge(machine)
    assert evidence.ledger.marked("photo")
    REPORT.add("kill -9 under load", seconds=time.monotonic() - began)


@pytest.fixture(scope="module")
def storm(machine: Machine) -> Ledger:
    """Many messages with some poison among them, while the provider of their answers has every bad mood.

    What comes in and what goes out meet only in the tables, so the two stories after it share it.
    """
    began, provider = time.monotonic(), machine.provider
    before, provider.impatient = Counter(provider.trouble), 0
    for mood, times in MOODS.items():
        provider.misbehave(mood, times=times, retry_after=2)
    words = ["--pause", "0", "--messages", str(MESSAGES), "--poison-every", str(POISON_EVERY)]
    with residents(machine, "--chats", "40", "--forms", "1", *words) as driver:
        assert driver.wait(600) == 0
    ledger = Ledger.read(machine.ledger)

    poison = ledger.marked("poison")
    slow = {ledger.sent[key]["chat"] for key in poison}  # what follows poison in its chat keeps its order
    others = {key for key, line in ledger.sent.items() if line.get("chat") not in slow}
    eventually(lambda: not contacts_in("waiting", machine.database) & others)
    eventually(lambda: poison.keys() <= _parked_by_now(machine))
    eventually(lambda: provider.trouble - before == MOODS, why=lambda: str(provider.trouble))
    assert provider.impatient == 0
    REPORT.add("a storm of messages", seconds=time.monotonic() - began, messages=MESSAGES)
    return ledger


def test_poison_is_parked_and_holds_up_nobody_else(machine: Machine, storm: Ledger):
    began, poison = time.monotonic(), storm.marked("poison")
    judge(machine)
    # Not by tries: a sound message may need the fifth, where its worker was killed four times.
    rows = Tables.read(machine.database).contacts
    parked = {row["external_id"]: row for row in rows if row["state"] == "parked"}

    assert len(poison) >= MESSAGES // POISON_EVERY
    assert parked.keys() == poison.keys()
    # A try that its worker did not live through is a death, no failure: it counts among the tries.
    assert {row["tries"] for row in parked.values()} <= set(range(MAX_TRIES, MAX_DEATHS + 1))
    assert all("poison" in row["trouble"] for row in parked.values())
    assert all(poison[key] in bytes(row["raw"]).decode() for key, row in parked.items())
    machine.cure()
    judge(machine)
    assert not contacts_in("parked", machine.database)
    REPORT.add("poison in it", seconds=time.monotonic() - began, parked=len(parked))


@pytest.mark.usefixtures("storm")
def test_a_provider_in_a_bad_mood_loses_nothing(machine: Machine):
    began = time.monotonic()
    evidence = judge(machine)
    doubtful = [row for row in evidence.tables.deliveries if row["state"] == "uncertain"]
    # None of them left again by itself: see "sent twice blindly".
    assert len(doubtful) >= sum(MOODS.values()) - MOODS["429"] - MOODS["500"]
    REPORT.add("a provider in every bad mood", seconds=time.monotonic() - began, uncertain=len(doubtful))


def test_a_database_that_hangs_gets_no_false_receipt(machine: Machine):
    began = time.monotonic()
    with Hand.of(machine, FIRST_ID) as hand:
        assert hand.push() == 200
        with machine.frozen():
            refused_at = time.monotonic()
            status = hand.push()
            took_s = time.monotonic() - refused_at
        assert status == 503
        assert hand.last is not None
        assert hand.last.headers["retry-after"]
        assert took_s < 10
        eventually(hand.all_taken)
    judge(machine)
    REPORT.add("a database that hangs", seconds=time.monotonic() - began, refused_s=round(took_s, 1))


def test_a_full_disk_gets_no_false_receipt(machine_on_small_disk: Machine, disk: Disk):
    machine, began = machine_on_small_disk, time.monotonic()
    with Hand.of(machine, 2 * FIRST_ID) as hand:
        disk.fill()
        try:
            taken = _until_refused(hand)
            full = Counter(push() for _ in range(10) for push in (hand.push_large, hand.fill_in))
            died = _died_of_it(machine)
            dead = Counter(push() for _ in range(5) for push in (hand.push_large, hand.fill_in))
        finally:
            disk.free()
        eventually(lambda: hand.push() == 200)
        eventually(lambda: hand.fill_in() == 201)
        eventually(hand.all_taken)
    assert (full, died, dead) == ({503: 20}, True, {503: 10})
    judge(machine)
    REPORT.add("a full disk", seconds=time.monotonic() - began, refused=30, taken_before=taken)


def _kill_in_the_act(machine: Machine, name: str, hand: Hand) -> None:
    """The worker while a provider has its parcel and does not answer; the web while the database is stuck."""
    if name == "work":
        before = machine.provider.trouble["silence"]
        machine.provider.misbehave("silence")
        hand.push()
        deadline = time.monotonic() + IN_THE_ACT_S
        while machine.provider.trouble["silence"] == before and time.monotonic() < deadline:
            time.sleep(0.02)
        machine.kill(name)
    elif name == "web":
        with machine.frozen():
            time.sleep(STUCK_S)
            machine.strike(name)
        machine.heal(name)
    else:
        machine.kill(name)
    if name in {"work", "all"}:  # whoever only ever starts would be killed at nothing
        before = len(contacts_in("handled", machine.database))
        eventually(lambda: len(contacts_in("handled", machine.database)) > before)


def _parked_by_now(machine: Machine) -> set[str]:
    machine.retry_now()
    return contacts_in("parked", machine.database)


def _until_refused(hand: Hand) -> int:
    """Use up the blocks that the database had in hand; how many arrivals it honestly took with them."""
    statuses: list[int] = []
    while not statuses or set(statuses[-6:]) != {503}:
        assert len(statuses) < 1000, "the disk is not full"
        statuses += [hand.push_large(), hand.fill_in()]
    return len(statuses) - statuses.count(503)


def _died_of_it(machine: Machine) -> bool:
    """Let the log find no room either, which ends the server and keeps it from starting again."""
    try:
        for _ in range(100):  # segments that it kept to use them again
            machine.execute("SELECT pg_logical_emit_message(true, '', ''); SELECT pg_switch_wal()")
    except psycopg.OperationalError:
        return True
    return False
