"""Plans are kept where nobody is shown a page, and never at the cost of those who are."""

import threading

import pytest
from django.db import connection

from vefa.directory.models import Unit
from vefa.inbox import bulk
from vefa.kit.prepared import Prepared

PLANS = "SELECT count(*) FROM pg_prepared_statements"
pytestmark = pytest.mark.django_db(transaction=True)


def plans():
    with connection.cursor() as cursor:
        cursor.execute(PLANS)
        return cursor.fetchone()[0]


def elsewhere(work):
    """What `work` finds in a thread, and on a connection, of its own."""
    found = []

    def run():
        try:
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    return found[0]


def units(key):
    return Unit.objects.filter(key=key)


def test_a_page_finds_its_plan_after_a_rollback_beside_arrivals():
    """Once the driver kept plans on the connection of a page, a rollback took the page's plan with them."""
    read = Prepared(units, str, planned=True)

    def work():
        bulk.run("SELECT %b::int", [1])
        assert read("roads") == []
        connection.connection.rollback()
        return read("roads"), plans()

    assert elsewhere(work) == ([], 1)


def test_a_thread_that_serves_no_page_keeps_the_plans_of_arrivals():
    read = Prepared(units, str, planned=True)

    def work():
        bulk.keep_plans()
        bulk.run("SELECT %b::int", [1])
        kept = plans()
        assert read("roads") == []
        connection.connection.rollback()
        return kept, read("roads"), bulk.run("SELECT %b::int", [7])

    assert elsewhere(work) == (1, [], [(7,)])
