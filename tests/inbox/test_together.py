"""Residents who press the button at the same moment share one commit, and nobody suffers for another."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection

from vefa.inbox import together
from vefa.inbox.intake import Accepted, Incoming
from vefa.inbox.models import Contact
from vefa.inbox.together import LostError

pytestmark = pytest.mark.django_db(transaction=True)
RESIDENTS = 6


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    """Threads as the web process has them; each leaves its connection behind closed."""
    with ThreadPoolExecutor(RESIDENTS + 1) as threads:
        yield threads
        everybody = threading.Barrier(RESIDENTS + 1)

        def leave(_: int) -> None:
            everybody.wait(10)
            connection.close()

        list(threads.map(leave, range(RESIDENTS + 1)))


@pytest.fixture
def shut() -> Iterator[Callable[[], None]]:
    """The table takes nothing in until the door is opened."""
    other = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor})
    other.execute("LOCK TABLE inbox_contact IN EXCLUSIVE MODE")
    yield other.rollback
    other.close()


def arrival(town: Any, now: Any, number: int, **changes: Any) -> Incoming:
    facts = {"endpoint_id": town.web.id, "external_id": f"form:{number}", "lane": "", "raw": b"{}"}
    return Incoming(**{**facts, "received_at": now, **changes})


def gathered(row: together.Row, crowd: ThreadPoolExecutor, arrivals: list[Incoming]) -> list[Any]:
    """The first one leads; all others are in the row before it is done."""
    futures = [crowd.submit(row.keep, arrivals[0])]
    _until(lambda: row._led and not row._waiting)
    futures += [crowd.submit(row.keep, one) for one in arrivals[1:]]
    _until(lambda: len(row._waiting) == len(arrivals) - 1)
    return futures


def _until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 10
    while not holds():
        assert monotonic() < end
        sleep(0.005)


def test_who_comes_alone_is_kept_at_once(town, now):
    row = together.Row()

    first, again = row.keep(arrival(town, now, 1)), row.keep(arrival(town, now, 1))

    assert (first.fresh, again.fresh) == (True, False)
    assert first.contact_id == again.contact_id == Contact.objects.get().id


def test_who_waits_while_another_commits_shares_the_next_commit(town, now, crowd, shut):
    row = together.Row()
    futures = gathered(row, crowd, [arrival(town, now, number) for number in range(RESIDENTS)])
    shut()

    answers: list[Accepted] = [future.result(10) for future in futures]

    names = [Contact.objects.get(id=answer.contact_id).external_id for answer in answers]
    assert names == [f"form:{number}" for number in range(RESIDENTS)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM inbox_contact")
        assert cursor.fetchone() == (2,)


def test_an_arrival_that_the_database_refuses_takes_nobody_along(town, now, crowd, shut):
    row = together.Row()
    taken = [arrival(town, now, number, reference="26-00001-2") for number in (0, 3)]
    others = [arrival(town, now, number) for number in (1, 2)]
    futures = gathered(row, crowd, [taken[0], others[0], taken[1], others[1]])
    shut()

    with pytest.raises(IntegrityError):
        futures[2].result(10)
    assert all(futures[number].result(10).fresh for number in (0, 1, 3))
    assert Contact.objects.count() == 3


def test_who_waited_too_long_leaves_the_row_to_the_others(town, now, crowd, shut, monkeypatch):
    monkeypatch.setattr(together, "MOMENT_S", 1.5)
    row = together.Row()
    futures = gathered(row, crowd, [arrival(town, now, number) for number in range(4)])
    for future in futures[1:]:
        with pytest.raises(LostError):
            future.result(10)
    monkeypatch.undo()

    shut()
    assert futures[0].result(10).fresh
    assert row.keep(arrival(town, now, 9)).fresh
    assert set(Contact.objects.values_list("external_id", flat=True)) == {"form:0", "form:9"}


def test_the_row_goes_on_after_a_failure(town, now):
    row = together.Row()
    with pytest.raises(IntegrityError):
        row.keep(arrival(town, now, 1, endpoint_id=-1))

    assert row.keep(arrival(town, now, 2)).fresh
