"""How this process meets its database."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from tools import tables
from vefa.wiring.tables import LAYOUT, bring_up_to_date, connection_words, give_up_after, missing_steps

EMPTY = "an empty one"


@pytest.fixture
def options() -> Iterator[dict[str, str]]:
    """The options of new connections; put back afterwards."""
    before = connections.settings["default"]["OPTIONS"]
    connections.settings["default"]["OPTIONS"] = {**before}
    yield connections.settings["default"]["OPTIONS"]
    connections.settings["default"]["OPTIONS"] = before


def asked() -> str:
    """The time limit of a connection that is opened now."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return str(cursor.fetchone()[0])
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_nobody_waits_for_any_more_is_given_up(options):
    options["options"] = "-c work_mem=9MB"
    give_up_after(7)
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(asked).result() == "7s"
    assert "work_mem=9MB" in options["options"]
    assert "statement_timeout=7s" in connection_words()


@pytest.fixture
def empty(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A database without a single table in the place of ours."""
    facts = connection.settings_dict
    usual = facts["NAME"]
    with django_db_blocker.unblock():
        on_server(f'CREATE DATABASE "{EMPTY}" TEMPLATE template0')
        facts["NAME"] = EMPTY
        try:
            yield
        finally:
            connection.close()
            facts["NAME"] = usual
            on_server(f'DROP DATABASE "{EMPTY}"')


def on_server(statement: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def test_a_new_installation_begins_with_what_the_migrations_do(empty):
    assert tables.layout() == LAYOUT.read_text(encoding="utf-8"), "run `make tables`"


@pytest.fixture
def behind(empty) -> None:
    """A city's tables, before the last indexes of its cases were thought of."""
    bring_up_to_date()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX case_public_ended, case_older_words")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'cases' AND name > '0005'")


WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX%'"
)
VALID = (
    "SELECT bool_and(indisvalid) AND count(*) = 2 FROM pg_index WHERE indexrelid::regclass::text = ANY(%s)"
)


def one(asked: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(asked, values or None)
        return cursor.fetchone()[0]


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def start() -> None:
    try:
        bring_up_to_date()
    finally:
        connection.close()


def test_the_city_goes_on_writing_while_an_index_is_built_and_others_wait_their_turn(behind):
    with ThreadPoolExecutor(2) as threads:
        with psycopg.connect(connection_words()) as first, psycopg.connect(connection_words()) as second:
            first.execute("LOCK TABLE cases_case IN ROW EXCLUSIVE MODE")  # as who writes a case
            starts = [threads.submit(start)]
            until(lambda: one(WAITING))
            starts.append(threads.submit(start))
            second.execute("SET lock_timeout = '2s'")
            second.execute("LOCK TABLE cases_case IN ROW EXCLUSIVE MODE")
            time.sleep(1)
        assert [each.result(20) for each in starts] == [None, None]
    assert one(VALID, ["case_public_ended", "case_older_words"])
    assert missing_steps() == 0


def test_an_index_whose_building_was_killed_is_built_anew(behind):
    with psycopg.connect(connection_words()) as writer:
        writer.execute("LOCK TABLE cases_case IN ROW EXCLUSIVE MODE")
        with psycopg.connect(connection_words(), autocommit=True) as killed:
            killed.execute("SET statement_timeout = '300ms'")
            with pytest.raises(psycopg.errors.QueryCanceled):
                killed.execute("CREATE INDEX CONCURRENTLY case_older_words ON cases_case (id)")
            killed.execute("SET statement_timeout = 0")
    assert not one("SELECT indisvalid FROM pg_index WHERE indexrelid = 'case_older_words'::regclass")
    with connection.cursor() as cursor:  # this one was whole when its process died, before it wrote so down
        cursor.execute("CREATE INDEX case_public_ended ON cases_case (ended_at DESC, id DESC)")
    bring_up_to_date()
    assert one(VALID, ["case_public_ended", "case_older_words"])
    assert "search" in str(one("SELECT pg_get_indexdef('case_older_words'::regclass)"))
