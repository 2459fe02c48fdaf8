"""An exchange of the town: what it pushes goes through the inbox and the worker's hands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from django.utils import timezone

from tests.town import Town
from vefa.calls import seats
from vefa.calls.models import Call
from vefa.channels.models import Endpoint
from vefa.channels.port import Account
from vefa.channels.port import Call as Knock
from vefa.channels.sealing import seal
from vefa.channels.telephony.adapter import build
from vefa.inbox.intake import Incoming, accept
from vefa.wiring.handling import Hands

ALI = "+905321112233"
ADAPTER = build(Account(settings={"region": "TR"}, secrets={}, http=httpx.Client()))


@dataclass
class Exchange:
    """Pushes steps of calls; `step` seconds lie between two pushes unless a test says when."""

    endpoint: Endpoint
    start: datetime
    by_the_clock: bool = False  # the worker's moment is the real one, as the pages' is
    _numbers: Iterator[int] = field(default_factory=count)

    def push(self, call: str, event: str, *, at_s: float = 0, **facts: Any) -> None:
        """One push, taken by the worker at once."""
        self.push_all([(call, event, at_s, facts)])

    def push_all(self, news: list[tuple[str, str, float, dict[str, Any]]]) -> None:
        """Several pushes that the worker takes together."""
        accept([self._incoming(*one) for one in news])
        self.work(max(at_s for _, _, at_s, _ in news))

    def work(self, at_s: float = 0) -> None:
        """The worker takes what waits."""
        told = self.start + timedelta(seconds=at_s + 1)
        hands = Hands(lambda: max(told, timezone.now()) if self.by_the_clock else told, limit=100)
        while hands.handle_some():
            pass

    def _incoming(self, call: str, event: str, at_s: float, facts: dict[str, Any]) -> Incoming:
        plain = {
            "from": "05321112233",
            "to": "02325550137",
            "direction": "in",
            "callId": call,
            "event": event,
        }
        fields = {**plain, **{name.replace("from_", "from"): value for name, value in facts.items()}}
        body = urlencode({name: value for name, value in fields.items() if value is not None}, doseq=True)
        (arrival,) = ADAPTER.arrivals(Knock(headers={}, body=body.encode()))
        at = self.start + timedelta(seconds=at_s)
        return Incoming(
            endpoint_id=self.endpoint.pk, external_id=arrival.external_id, lane=arrival.lane,
            raw=arrival.raw, received_at=at,
        )  # fmt: skip

    def call(self, name: str) -> Call:
        """The register's row."""
        return Call.objects.get(endpoint=self.endpoint, call=name)


@pytest.fixture
def exchange(town: Town, now: datetime) -> Exchange:
    """The exchange, with two colleagues at its telephones."""
    endpoint = Endpoint.objects.create(
        id=1100, key="exchange", channel="telephony", names={"en": "Exchange"}, default_unit_key="contact",
        language="tr", sealed=seal({"secret": "word"}), settings={"region": "TR"},
    )  # fmt: skip
    seats.claim(staff=town.derya, extension="201", queues=["hotline"], now=now)
    seats.claim(staff=town.reza, extension="202", queues=["hotline"], now=now)
    return Exchange(endpoint, now)
