"""Doors that remember nothing of earlier stories, and files that go nowhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.portal.resident import Resident
from vefa.channels import queries as endpoints
from vefa.web.portal import limits


@pytest.fixture(autouse=True)
def _fresh_doors(settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    endpoints.forget()
    for limit in (*limits.LOOKING, limits.photographs, limits.reports):
        limit.forget()
    yield
    endpoints.forget()


@pytest.fixture
def ayse(town) -> Resident:
    """Ayşe, whose browser speaks English today."""
    return Resident()
