"""How this process meets its database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from tools import tables
from vefa.wiring.tables import LAYOUT, connection_words, give_up_after

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
