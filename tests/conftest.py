"""The settings under which every story is told, and the moment at which it begins."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as properties

from tests.town import town
from vefa.channels import queries
from vefa.triage.learned import serving

__all__ = ["town"]
pytest_plugins = ["tests.architecture.rendered", "tests.database", "tests.order"]

# The same examples in every run, and no verdict about the machine's mood.
properties.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
properties.load_profile("steady")


def pytest_configure() -> None:
    settings.SECRET_KEY = "a secret for tests that nobody else uses"
    settings.PUBLIC_URL = "http://testserver"
    settings.LEARNING = False  # stories that want a model ask for it


@pytest.fixture(autouse=True)
def _accounts_anew() -> None:
    """What another test's accounts were is remembered for some seconds; that test took them with it."""
    queries.forget()


@pytest.fixture(autouse=True)
def _no_model_of_others() -> None:
    """The model of another test's city, held by its process: two cities may stand at the same version."""
    serving._held.service = serving._held.stamp = None


@pytest.fixture
def now() -> datetime:
    """The morning in 2026 on which European clocks were put forward, an hour after that."""
    return datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
