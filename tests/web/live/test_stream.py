"""Open screens hear which cases have changed: at once, staff only, nothing lost when they come back."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client

from vefa.calls import screens
from vefa.journal.record import Happening, record
from vefa.web.live import doorman
from vefa.web.live import stream as live
from vefa.web.live.hub import Hub
from vefa.wiring.tables import connection_words

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = {"within_s": 2.0}  # where few screens are open


@pytest.fixture
def cookie(town):
    """The cookie of Derya, who is signed in at the desk."""
    return cookie_of(town.derya)


def cookie_of(staff):
    client = Client()
    client.force_login(staff)
    session = client.session
    session.update({"epoch": staff.session_epoch, "second": True})
    session.save()
    return f"other=1; {settings.SESSION_COOKIE_NAME}={session.session_key}"


async def wait(true):
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another thread or process
            await asyncio.sleep(0.01)


class Screen:
    """A browser's open stream."""

    def __init__(self, cookie, *, last_id="", path="/live/desk", method="GET"):
        headers = [(b"cookie", cookie.encode()), (b"last-event-id", last_id.encode())]
        self.scope = {"type": "http", "method": method, "path": path, "headers": headers}
        self.status, self.text, self.gone, self.ended = 0, "", asyncio.Event(), False

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.text += message["body"].decode()
            self.ended = not message.get("more_body", False)

    async def watch(self, until):
        """Keep it open until its text satisfies `until`."""
        task = asyncio.create_task(live.stream(self.scope, self.receive, self.send))
        await wait(lambda: task.done() or until(self.text))
        return task

    @property
    def events(self):
        found = []
        for block in self.text.split("\n\n"):
            facts = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if facts.get("event"):
                found.append((facts["event"], json.loads(facts["data"])))
        return found

    @property
    def last_id(self):
        return self.text.rsplit("id: ", 1)[1].split("\n", 1)[0]


def change(*cases):
    now = datetime.now(UTC)
    record(Happening(kind="case.noted", subject=f"case:{pk}", actor="system", at=now) for pk in cases)
    connection.close()


def ring(*staff_ids):
    screens.tell_people(staff_ids)
    connection.close()


def cut_listener():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
    connection.close()


@contextmanager
def nobody_answers() -> Iterator[None]:
    """The database takes questions about sessions, and leaves them open."""
    with psycopg.connect(connection_words()) as other:
        other.execute("LOCK TABLE django_session")
        yield


@pytest.fixture
def hasty(monkeypatch):
    """A door at which nobody waits for long."""
    monkeypatch.setattr(doorman, "PATIENCE_S", 0.5)
    monkeypatch.setattr(doorman, "HUNG_S", 0.4)
    monkeypatch.setattr(doorman, "FAREWELL_S", 0.5)


@pytest.fixture
def elsewhere():
    """Where the database is, to be changed; put back afterwards."""
    facts = connection.settings_dict
    before = {**facts}
    yield facts
    facts.update(before)


async def turned_away(cookie, many=20):
    """Many screens come back at once, and none gets in: for how long they waited."""
    clock = asyncio.get_running_loop().time
    began, screens = clock(), [Screen(cookie) for _ in range(many)]
    await asyncio.gather(*(screen.watch(lambda _text: False) for screen in screens))
    assert [screen.status for screen in screens] == [503] * many
    return clock() - began


async def let_in(cookie):
    async with asyncio.timeout(5):
        status = 503
        while status == 503:
            screen = Screen(cookie)
            await screen.watch(lambda text: "event" in text)
            status = screen.status
    assert status == 200


def run(story):
    async def whole():
        await live.open()
        try:
            await story()
        finally:
            await live.close()

    asyncio.run(whole())


def test_a_change_reaches_every_screen_and_one_that_was_away_gets_what_it_missed(cookie):
    async def story():
        screens = [Screen(cookie) for _ in range(3)]
        tasks = [await screen.watch(lambda text: "hello" in text or "resync" in text) for screen in screens]
        await asyncio.sleep(0.3)
        await asyncio.to_thread(change, 4, 9)
        await wait(lambda: all("cases" in screen.text for screen in screens))
        assert all(screen.events[-1] == ("cases", {"cases": [4, 9]}) for screen in screens)

        screens[0].gone.set()
        await tasks[0]
        await asyncio.to_thread(change, 5)
        await asyncio.to_thread(change, 6)
        await wait(lambda: "[6]" in screens[1].text)
        back = Screen(cookie, last_id=screens[0].last_id)
        await back.watch(lambda text: "[6]" in text)
        assert back.events == [("cases", {"cases": [5]}), ("cases", {"cases": [6]})]

        await live.close()
        await asyncio.sleep(0.05)
        assert all(screen.ended for screen in (*screens, back))

    run(story)


def test_who_was_away_too_long_or_met_another_process_looks_at_everything(cookie):
    async def story():
        screen = Screen(cookie, last_id="deadbeef-12")
        await screen.watch(lambda text: "resync" in text)
        assert screen.events[0] == ("resync", AT_ONCE)

    run(story)


def test_a_telephone_that_rings_is_told_to_those_whom_it_concerns(town, cookie):
    rezas = cookie_of(town.reza)

    async def story():
        own, others = Screen(cookie), Screen(rezas)
        for screen in (own, others):
            await screen.watch(lambda text: "event" in text)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(ring, town.derya.pk)
        await wait(lambda: "calls" in own.text)
        await asyncio.to_thread(change, 7)
        await wait(lambda: "[7]" in others.text)
        assert ("calls", {}) in own.events
        assert ("calls", {}) not in others.events

        back = Screen(rezas, last_id=own.last_id.rpartition("-")[0] + "-1")
        await back.watch(lambda text: "[7]" in text or "resync" in text)
        assert ("calls", {}) not in back.events

    run(story)


def test_an_hour_at_which_many_promises_end_is_told_case_by_case_and_a_flood_as_one_word(cookie):
    async def story():
        screen = Screen(cookie)
        await screen.watch(lambda text: "event" in text)
        await asyncio.sleep(0.3)
        seen = len(screen.events)
        late = range(10_000_000, 10_000_500)
        await asyncio.to_thread(change, *late)
        await wait(lambda: len(screen.events) > seen)
        assert screen.events[-1] == ("cases", {"cases": [*late]})
        await asyncio.to_thread(change, *range(10_000_000, 10_001_000))
        await wait(lambda: len(screen.events) > seen + 1)
        assert screen.events[-1] == ("resync", AT_ONCE)

    run(story)


def test_hundreds_of_screens_do_not_look_at_everything_in_the_same_moment():
    hub = Hub()
    screens = [hub.join("") for _ in range(500)]
    hub.tell('{"cases": [1], "more": true}')

    async def told(screen):
        return (await screen.next(), await screen.next())[1]

    (words,) = {asyncio.run(told(screen)) for screen in screens}
    assert b'"within_s": 20.0' in words


def test_screens_that_come_back_at_once_share_a_connection_and_a_dead_one_is_replaced(cookie):
    made = []

    def note(**_facts):
        made.append(threading.current_thread().name.rpartition("_")[0])

    def die():
        connection.connection.close()  # this thread's

    async def story():
        for _ in range(2):
            screens = [Screen(cookie) for _ in range(20)]
            await asyncio.gather(*(screen.watch(lambda text: "event" in text) for screen in screens))
            assert {screen.status for screen in screens} == {200}
        await asyncio.wrap_future(live._doormen[-1]._thread.submit(die))
        screen = Screen(cookie)
        await screen.watch(lambda text: "event" in text)
        assert screen.status == 200

    connection_created.connect(note)
    try:
        run(story)
    finally:
        connection_created.disconnect(note)
    assert made.count("live-doorman") == 2


def test_while_the_database_hangs_all_at_the_door_wait_once_and_its_line_is_given_up(cookie, hasty):
    made = []

    def note(**_facts):
        made.append(threading.current_thread().name.rpartition("_")[0])

    async def story():
        await let_in(cookie)
        with nobody_answers():
            assert await turned_away(cookie) < 2
            await wait(lambda: made.count("live-doorman") == 2)
            assert await turned_away(cookie) < 2
        await let_in(cookie)

    connection_created.connect(note)
    try:
        run(story)
    finally:
        connection_created.disconnect(note)


def test_while_the_database_takes_connections_and_says_nothing_all_wait_once(cookie, hasty, elsewhere):
    right = {**elsewhere}

    async def story():
        with socket.create_server(("127.0.0.1", 0)) as silent:
            options = {**elsewhere["OPTIONS"], "connect_timeout": "2"}
            elsewhere.update(HOST="127.0.0.1", PORT=str(silent.getsockname()[1]), OPTIONS=options)
            assert await turned_away(cookie) < 2
            elsewhere.update(right)
            await let_in(cookie)

    run(story)


def test_who_stands_at_the_door_when_it_closes_is_sent_away_in_good_order(cookie):
    async def story():
        screen = Screen(cookie)
        with nobody_answers():
            task = asyncio.create_task(live.stream(screen.scope, screen.receive, screen.send))
            await wait(lambda: live._doormen[-1]._since is not None)
            closing = asyncio.create_task(live.close())
            await wait(lambda: not live._open)
        async with asyncio.timeout(5):
            await asyncio.gather(task, closing)
        assert screen.ended
        assert screen.events == []

    run(story)


def test_after_a_gap_in_the_hearing_every_screen_looks_anew(cookie):
    async def story():
        screen = Screen(cookie)
        await screen.watch(lambda text: "event" in text)
        await asyncio.sleep(0.3)
        seen = len(screen.events)
        await asyncio.to_thread(cut_listener)
        await wait(lambda: len(screen.events) > seen)
        assert screen.events[-1] == ("resync", AT_ONCE)

    run(story)


def test_only_those_who_are_signed_in_as_the_desk_demands_get_a_stream(town, cookie, settings):
    async def ask(*screens):
        await live.open()
        try:
            await asyncio.gather(*(screen.watch(lambda text: "event" in text) for screen in screens))
        finally:
            await live.close()
        return [screen.status for screen in screens]

    strangers = [Screen(""), Screen("=;;=,"), Screen(f"{settings.SESSION_COOKIE_NAME}=guess")]
    assert asyncio.run(ask(*strangers)) == [401] * 3
    assert asyncio.run(ask(Screen(cookie, path="/live/else"), Screen(cookie, method="POST"))) == [404, 405]
    assert asyncio.run(ask(Screen(cookie))) == [200]
    session = SessionStore(cookie.rpartition("=")[2])
    session["second"] = False
    session.save()
    settings.SECOND_FACTOR = True
    assert asyncio.run(ask(Screen(cookie))) == [401]
    settings.SECOND_FACTOR = False
    assert asyncio.run(ask(Screen(cookie))) == [200]
    town.derya.session_epoch += 1
    town.derya.save(update_fields=["session_epoch"])
    assert asyncio.run(ask(Screen(cookie))) == [401]
