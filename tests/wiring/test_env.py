"""The address of the database: what it says, and what it need not say."""

import pytest
from django.db import connection

from vefa.wiring.env import PATIENCE, database


@pytest.mark.parametrize("url", ["postgresql://vefa@db.example/vefa", "postgresql:///vefa?host=/run/db"])
def test_a_database_that_falls_silent_is_given_up(url):
    assert database(url)["OPTIONS"] == PATIENCE


def test_the_address_may_be_more_patient():
    told = database("postgresql://vefa@db.example/vefa?connect_timeout=30&sslmode=verify-full")["OPTIONS"]
    assert told == {**PATIENCE, "connect_timeout": "30", "sslmode": "verify-full"}


@pytest.mark.django_db
def test_our_own_connections_are_made_so():
    connection.ensure_connection()
    assert connection.connection is not None
    kept = connection.connection.info.get_parameters()
    assert {name: kept[name] for name in PATIENCE} == PATIENCE
