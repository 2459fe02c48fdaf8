"""What every journey needs: a worker that can be told to work, and doors without a memory."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

import pytest

from tests.journeys.meta import endpoint_of
from tests.providers.meta_graph import MetaGraph
from vefa.channels import queries as endpoints
from vefa.channels.models import Endpoint
from vefa.channels.port import Collector
from vefa.channels.registry import network_client
from vefa.dialogue import outbox
from vefa.inbox import collect
from vefa.inbox.doors import adapter_of
from vefa.journal import replay
from vefa.web.portal import limits
from vefa.wiring.flow import REACTIONS
from vefa.wiring.handling import Hands


def clock() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


class Worker:
    """What `vefa work` does, once, in this very thread."""

    def work(self) -> None:
        """Handle every contact, react to every event, deliver every answer that is due."""
        hands = Hands(clock, 200)
        while hands.handle_some():
            pass
        while replay.react(REACTIONS, now=clock(), limit=200):
            pass
        with network_client() as http:
            for endpoint in outbox.endpoints_with_work(now=clock()):
                outbox.deliver_due(
                    endpoint=endpoint, adapter=adapter_of(endpoint, http), clock=clock, limit=20
                )


@pytest.fixture
def worker() -> Worker:
    """A worker of the city."""
    return Worker()


@pytest.fixture(autouse=True)
def _fresh_doors() -> Iterator[None]:
    endpoints.forget()
    for limit in (*limits.LOOKING, limits.photographs, limits.reports):
        limit.forget()
    yield
    endpoints.forget()


def fetch(endpoint: Endpoint) -> None:
    """What a collector does in one round: ask the provider, keep what it has, let it forget."""
    endpoint.refresh_from_db()
    with network_client() as http:
        adapter = cast("Collector", adapter_of(endpoint, http))
        for catch in adapter.collect(str(endpoint.cursor.get("at", "")), wait_s=0):
            collect.keep(endpoint, catch, now=clock())


@pytest.fixture
def facebook(town, settings) -> Iterator[tuple[Endpoint, MetaGraph]]:
    """The institution's page."""
    settings.UNDO_S = 0
    with MetaGraph.running() as graph:
        yield endpoint_of(graph, "page", human_agent="yes"), graph
        assert graph.faults == []


@pytest.fixture
def instagram(town, settings) -> Iterator[tuple[Endpoint, MetaGraph]]:
    """The institution's Instagram account."""
    settings.UNDO_S = 0
    with MetaGraph.running(account="1784", owner="1001", instagram=True) as graph:
        yield endpoint_of(graph, "insta", human_agent="yes"), graph
        assert graph.faults == []
