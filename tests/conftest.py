"""One PostgreSQL for the whole run, and the moment at which every story begins."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from os import environ
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as properties

from tests.town import town
from vefa.channels import queries
from vefa.wiring.env import database
from vefa.wiring.postgres.cluster import ready_cluster
from vefa.wiring.postgres.server import start

__all__ = ["town"]
pytest_plugins = ["tests.architecture.rendered"]

# Nobody needs the test database after a crash.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


# The same examples in every run, and no verdict about the machine's mood.
properties.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
properties.load_profile("steady")


def pytest_configure() -> None:
    settings.SECRET_KEY = "a secret for tests that nobody else uses"
    settings.PUBLIC_URL = "http://testserver"
    settings.LEARNING = False  # stories that want a model ask for it


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
        yield server.cluster.url()
    finally:
        server.stop()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_url: str) -> None:
    """Point Django at the server before pytest-django makes its test database."""
    connections.settings["default"].update(
        {name: value for name, value in database(database_url).items() if name != "ENGINE"}
    )


@pytest.fixture(autouse=True)
def _accounts_anew() -> None:
    """What another test's accounts were is remembered for some seconds; that test took them with it."""
    queries.forget()


@pytest.fixture
def now() -> datetime:
    """The morning in 2026 on which European clocks were put forward, an hour after that."""
    return datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
