"""How this process meets its database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from vefa.wiring.tables import connection_words, give_up_after


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
