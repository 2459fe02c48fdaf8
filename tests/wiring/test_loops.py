"""Rounds that rest and are woken."""

import threading
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.utils import timezone

from tests.cases.stories import opened
from vefa.cases import rewording
from vefa.cases.models import Case
from vefa.cases.search import search
from vefa.wiring.loops import Bell, Loop, each_by_itself
from vefa.wiring.work import Worker


def walks_of(bell: Bell, *, rest_s: float, seconds: float) -> int:
    """How often a round is walked that finds nothing to do, while the bell rings all the time."""
    stop, walks = threading.Event(), []

    def walk() -> bool:
        walks.append(1)
        return False

    loop = Loop("outbox", walk, 60.0, bell, rest_s)
    thread = threading.Thread(target=loop.run, args=[stop])
    thread.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        bell.ring()
        time.sleep(0.002)
    stop.set()
    bell.ring()
    thread.join(10)
    assert not thread.is_alive()
    return len(walks)


def test_a_round_that_rests_is_not_walked_at_every_ring():
    assert walks_of(Bell(), rest_s=0.0, seconds=0.6) > 10
    assert 1 < walks_of(Bell(), rest_s=0.2, seconds=0.6) <= 4


def test_whoever_rests_hears_afterwards_that_it_rang():
    stop, bell, walked = threading.Event(), Bell(), threading.Semaphore(0)

    def walk() -> bool:
        walked.release()
        return False

    loop = Loop("outbox", walk, 60.0, bell, 0.1)
    thread = threading.Thread(target=loop.run, args=[stop])
    thread.start()
    assert walked.acquire(timeout=10)
    bell.ring()  # while it rests

    assert walked.acquire(timeout=10)

    stop.set()
    bell.ring()
    thread.join(10)


def test_a_job_that_fails_every_time_holds_up_no_other(caplog):
    done = []

    def spoilt() -> None:
        raise ValueError("a row that nobody foresaw")

    each_by_itself([("parking", spoilt), ("broken promises", lambda: done.append("told"))])

    assert done == ["told"]
    assert "parking stumbled" in caplog.text


def test_a_lost_connection_ends_the_round():
    done = []

    def silent() -> None:
        raise OperationalError("the connection is lost")

    with pytest.raises(OperationalError):
        each_by_itself([("parking", silent), ("broken promises", lambda: done.append("told"))])

    assert done == []


@pytest.mark.django_db
def test_the_worker_erases_sessions_that_are_over(town):
    now = timezone.now()
    for key, hours in (("unsent", -1), ("typing", 1)):
        Session.objects.create(session_key=key, session_data="x", expire_date=now + timedelta(hours=hours))

    Worker(threading.Event())._sweep()

    assert [one.session_key for one in Session.objects.all()] == ["typing"]


@pytest.mark.django_db
def test_the_worker_sets_names_apart_in_cases_of_an_older_version(town, now, monkeypatch):
    """Until it has, only those who may see names find them."""
    monkeypatch.setattr(rewording, "AT_ONCE", 2)
    cases = [opened(town, f"Yolda çukur {number}", now=now) for number in range(3)]
    older = "'ali' 'veli' 'yolda' 'cukur'"
    Case.objects.update(search=older)
    assert search(town.orhan, "çukur").rows == search(town.orhan, "ali").rows == []
    assert len(search(town.derya, "ali çukur").rows) == 3
    assert _newest_older() == cases[-1].pk

    (words,) = (loop for loop in Worker(threading.Event()).loops if loop.name == "words")
    assert [words.walk(), words.walk(), words.walk()] == [True, False, False]

    assert len(search(town.orhan, "çukur").rows) == len(search(town.derya, "ali çukur").rows) == 3
    assert search(town.orhan, "ali").rows == []
    assert _newest_older() is None


def _newest_older() -> int | None:
    """What stands first in the index of those that wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM cases_case WHERE NOT (search @@ '''@'''::tsquery)")
        row = cursor.fetchone()
    return row[0] if row else None
