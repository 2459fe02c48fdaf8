"""A page and an Instagram account at a simulated provider."""

from collections.abc import Iterator

import httpx
import pytest

from tests.providers.meta_graph import MetaGraph
from vefa.channels.meta.adapter import Meta, build_instagram, build_messenger
from vefa.channels.port import Account

URL = "https://vefa.example/hooks/messenger/page"


@pytest.fixture
def graph() -> Iterator[MetaGraph]:
    """The page's side."""
    with MetaGraph.running() as running:
        yield running
        assert running.faults == []


@pytest.fixture
def instagram() -> Iterator[MetaGraph]:
    """The Instagram account's side; it hangs on the page."""
    with MetaGraph.running(account="1784", owner="1001", instagram=True) as running:
        yield running
        assert running.faults == []


def messenger_at(graph: MetaGraph, **settings: str) -> Meta:
    """The adapter of the page."""
    given = {"page_id": graph.account, "app_id": graph.app_id, "human_agent": "yes"}
    return build_messenger(_account(graph, {**given, **settings}))


def instagram_at(graph: MetaGraph, **settings: str) -> Meta:
    """The adapter of the Instagram account."""
    given = {"instagram_id": graph.account, "page_id": graph.owner, "app_id": graph.app_id}
    return build_instagram(_account(graph, {**given, "human_agent": "yes", **settings}))


def _account(graph: MetaGraph, settings: dict[str, str]) -> Account:
    secrets = {"token": graph.token, "secret": graph.app_secret, "verify_token": graph.verify_token}
    http = httpx.Client(timeout=0.5)
    return Account(settings={"api_base": graph.base, **settings}, secrets=secrets, http=http, url=URL)
