"""An app at the simulated X: its account, and a second one that shares it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.providers.x_api import MAYOR, XApiServer
from vefa.channels.port import Account
from vefa.channels.x.adapter import X, build

URL = "https://pinarova.example.org/hooks/x/city"


@pytest.fixture
def x() -> Iterator[XApiServer]:
    with XApiServer.running() as running:
        yield running
        assert running.faults == []


def adapter(x: XApiServer, *, url: str = URL, door: str = "", **secrets: str) -> X:
    http = httpx.Client(timeout=0.4)
    settings = {"api_base": x.base, "door": door}
    return build(Account(settings=settings, secrets=x.secrets | secrets, http=http, url=url))


def mayor(x: XApiServer, *, url: str = URL, door: str = "city") -> X:
    """A second account of the same app."""
    keys = {"access_token": f"{MAYOR}-access", "access_token_secret": "mayor-secret"}
    return adapter(x, url=url, door=door, **keys)
