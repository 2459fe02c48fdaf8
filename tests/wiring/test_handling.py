"""A batch in the worker's hands: one bad message neither stops its neighbours nor lets its chat run ahead."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.wiring.machine import eventually
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.dialogue.models import Delivery
from vefa.directory import queries as directory
from vefa.directory.models import Municipality
from vefa.inbox.intake import Incoming, accept, wake
from vefa.inbox.models import Contact
from vefa.journal import replay
from vefa.journal.models import Heartbeat
from vefa.wiring import handling
from vefa.wiring.flow import REACTIONS
from vefa.wiring.handling import Hands
from vefa.wiring.work import clock, run_worker

POISON = """
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.text LIKE '%zehir%' THEN RAISE EXCEPTION 'poison' USING ERRCODE = '{code}'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER poison BEFORE INSERT ON cases_case FOR EACH ROW EXECUTE FUNCTION poison();
"""


def arrive(town, now, *said):
    """Messages as (lane, words)."""
    Endpoint.objects.filter(id=town.bot.id).update(sealed=seal({"token": "1:a", "secret": "s"}))
    arrivals = []
    for number, (chat, words) in enumerate(said, start=1):
        message = {
            "message_id": number, "date": 1_770_000_000 + number, "text": words,
            "chat": {"id": chat, "type": "private"}, "from": {"id": chat, "first_name": "Aylin"},
        }  # fmt: skip
        raw = json.dumps({"update_id": number, "message": message}).encode()
        facts = {"external_id": f"{chat}/{number}", "lane": str(chat), "received_at": now}
        arrivals.append(Incoming(endpoint_id=town.bot.id, raw=raw, **facts))
    accept(arrivals)


def test_what_waits_behind_a_failed_message_is_not_looked_through_for_each_that_is_worked_off(
    town, now, monkeypatch
):
    monkeypatch.setattr(handling, "EVERY_S", 3600.0)  # however slow the machine
    arrive(town, now, *((chat, f"Çukur {turn}") for chat in range(120) for turn in range(2)))
    first = Contact.objects.order_by("id").values_list("id", flat=True)[::2]
    assert Contact.objects.filter(id__in=first).update(tries=2) == 120  # their worker was killed, twice
    hands = Hands(lambda: now, limit=1000)

    with CaptureQueriesContext(connection) as seen:
        while hands.handle_some():
            pass

    claims = [query["sql"] for query in seen.captured_queries if "WITH free AS" in query["sql"]]
    passed_over = [sql for sql in claims if "tries = 0" in sql]
    assert not Contact.objects.exclude(state="handled").exists()
    assert len(claims) > 6
    assert len(passed_over) <= 3


def test_a_batch_becomes_cases_and_its_endpoint_is_known_to_be_alive(town, now):
    arrive(town, now, (1, "Okulun önünde büyük bir çukur var"), (2, "Sokak lambası yanmıyor"))
    hands = Hands(lambda: now, limit=100)

    assert hands.handle_some()
    assert not hands.handle_some()
    assert hands.held_s() == 0
    assert set(Contact.objects.values_list("state", "language")) == {("handled", "tr")}
    assert Case.objects.count() == 2
    assert Endpoint.objects.get(id=town.bot.id).last_in_at == now


@pytest.mark.parametrize("code", ["check_violation", "program_limit_exceeded", "query_canceled"])
def test_poison_waits_with_what_follows_in_its_chat_and_all_others_go_on(town, now, code):
    said = [(chat, "Sokakta çukur var") for chat in range(10, 20)]
    arrive(town, now, *said[:5], (7, "zehir"), (7, "Lamba da bozuk"), *said[5:])
    with connection.cursor() as cursor:
        cursor.execute(POISON.format(code=code))
    hands = Hands(lambda: now, limit=100)

    hands.handle_some()

    assert Contact.objects.filter(state="handled").count() == Case.objects.count() == 10
    poison, follower = Contact.objects.filter(lane="7").order_by("id")
    assert (poison.state, poison.tries, "poison" in poison.trouble) == ("waiting", 1, True)
    assert (follower.state, follower.tries, follower.lease) == ("waiting", 0, None)

    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION poison CASCADE")
    later = Hands(lambda: now + timedelta(minutes=1), limit=100)
    while later.handle_some():
        pass
    assert not Contact.objects.exclude(state="handled").exists()


def test_what_arrives_before_a_municipality_is_described_waits_for_it(town, now, caplog):
    city = Municipality.objects.get()
    city.delete()
    directory.forget()
    arrive(town, now, (1, "Okulun önünde büyük bir çukur var"), (2, "Sokak lambası yanmıyor"))
    hands = Hands(lambda: now, limit=100)

    looks = [hands.handle_some() for _ in range(10)]

    assert looks == [False] * 10  # whoever walks here rests in between
    assert set(Contact.objects.values_list("state", "tries", "lease")) == {("waiting", 0, None)}
    assert [one.getMessage() for one in caplog.records if "vefa load" in one.getMessage()] == [
        "What arrives is kept and waits: no municipality is described yet: run `vefa load FOLDER`"
    ]

    city.save(force_insert=True)  # `vefa load`
    assert hands.handle_some()
    assert set(Contact.objects.values_list("state", flat=True)) == {"handled"}
    assert Case.objects.count() == 2


def test_many_contacts_take_as_many_statements_as_few(town, now):
    def statements(chats):
        arrive(town, now, *[(chat, "Okulun önünde büyük bir çukur var") for chat in chats])
        with CaptureQueriesContext(connection) as asked:
            Hands(lambda: now, limit=100).handle_some()
            replay.react(REACTIONS, now=now)
        # The directory's stamp is looked at every two seconds.
        return [one["sql"] for one in asked if "directory_municipality" not in one["sql"]]

    statements([1])  # the directory and the phrases are known by then
    few, many = statements([2, 3]), statements(range(10, 40))

    assert Case.objects.count() == Delivery.objects.count() == 33
    assert len(many) == len(few) <= 45


@pytest.mark.django_db(transaction=True)
def test_a_worker_finds_what_waits_and_leaves_no_sign_of_life_behind(town, now):
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, kwargs={"stop": stop})
    worker.start()
    try:
        arrive(town, clock(), (1, "Okulun önünde büyük bir çukur var"))
        wake()
        eventually(lambda: Case.objects.filter(conversation__address__value="1").exists())
        eventually(Heartbeat.objects.exists)
    finally:
        stop.set()
        worker.join(40)
    assert not worker.is_alive()
    assert not Heartbeat.objects.exists()
