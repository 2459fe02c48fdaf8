"""One PostgreSQL for the whole run: laid out at once, and emptied quickly after a story that commits."""

import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from os import environ
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.test import TransactionTestCase

from vefa.wiring.env import database
from vefa.wiring.postgres.cluster import DATABASE, ready_cluster
from vefa.wiring.postgres.server import start
from vefa.wiring.tables import LAYOUT

# Nobody needs the test database after a crash.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# What Django writes by itself after each migration, the same in every test.
LASTING = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The server named by VEFA_TEST_DATABASE_URL, else one of our own that ends with the run."""
    if named := environ.get("VEFA_TEST_DATABASE_URL"):
        yield named
        return
    home = Path(tempfile.mkdtemp(prefix="vefa-test-"))
    home.chmod(0o711)  # PostgreSQL's account passes through it to its own folder
    server = start(ready_cluster(home, options=HASTY))
    try:
        with psycopg.connect(server.cluster.url()) as opened:
            opened.execute(LAYOUT.read_bytes())
        yield server.cluster.url()
    finally:
        server.stop()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_url: str) -> None:
    """Point Django at the server before pytest-django makes its test database.

    On our own server that is a copy of one that is laid out already: the migrations would take ten seconds.
    That these say the same is held in tests/wiring/test_tables.py.
    """
    settings = connections.settings["default"]
    settings.update({name: value for name, value in database(database_url).items() if name != "ENGINE"})
    if "VEFA_TEST_DATABASE_URL" not in environ:
        settings["TEST"]["TEMPLATE"] = DATABASE


@cache
def _emptying() -> str:
    """Statements that leave the tables as truncating does, which takes a quarter of a second for so many.

    The lock makes them wait, as truncating would, for whoever still writes; the role keeps the journal,
    which refuses to forget, and foreign keys out of it.
    """
    names = [f'"{name}"' for name in connection.introspection.table_names() if name not in LASTING]
    locked = f"LOCK {', '.join(names)} IN EXCLUSIVE MODE"
    return ";".join((
        "SET LOCAL session_replication_role = replica", locked, *(f"DELETE FROM {name}" for name in names)
    ))  # fmt: skip


def _empty(case: TransactionTestCase) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_emptying())


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    """After a story that commits; only on our own server, where we may do everything."""
    with pytest.MonkeyPatch.context() as patch:
        if "VEFA_TEST_DATABASE_URL" not in environ:
            patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        yield
