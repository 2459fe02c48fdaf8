"""The other providers of the town: WhatsApp, Messenger and an SMS gateway, and what residents write there."""

import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.faults.letters import SECRET, Letter
from tests.providers.meta_graph import MetaGraph
from tests.providers.sms_gateways import ACCOUNT, PASSWORD, SmsGateway
from tests.providers.whatsapp_cloud import NUMBER as NUMBER_ID
from tests.providers.whatsapp_cloud import WhatsAppCloud

MOODS = ("429", "500", "garbage", "silence", "drop")


class Dated[T](list[T]):
    """A list that remembers when each of its things came, in monotonic seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[float] = []

    def append(self, one: T) -> None:
        self.at.append(time.monotonic())
        super().append(one)


@dataclass(frozen=True)
class Neighbours:
    """Three providers that answer for as long as the town is there."""

    cloud: WhatsAppCloud
    graph: MetaGraph
    gateway: SmsGateway

    @classmethod
    @contextmanager
    def running(cls) -> "Iterator[Neighbours]":
        """Serve until the block ends."""
        with (
            WhatsAppCloud.running(secret=SECRET, received=Dated()) as cloud,
            MetaGraph.running(app_secret=SECRET, sent=Dated()) as graph,
            SmsGateway.running("kannel") as gateway,
        ):
            gateway.sent = Dated()
            yield cls(cloud, graph, gateway)

    def accounts(self) -> list[list[str]]:
        """How each is added, as words behind `vefa endpoint add`."""
        cloud, graph = self.cloud, self.graph
        return [
            ["whatsapp", "--key", "wa", "--phone-number-id", NUMBER_ID, "--waba-id", "9",
             "--token", cloud.token, "--secret", SECRET, "--api-base", cloud.base],
            ["messenger", "--key", "page", "--page-id", graph.account, "--token", graph.token,
             "--secret", SECRET, "--api-base", graph.base],
            ["sms", "--key", "line", "--gateway", "kannel", "--sender", "5454", "--account", ACCOUNT,
             "--password", PASSWORD, "--secret", SECRET, "--url", self.gateway.url],
        ]  # fmt: skip

    def misbehave(self, kind: str) -> None:
        """The next send to each goes wrong."""
        for provider in (self.cloud, self.graph, self.gateway):
            provider.misbehave(kind)

    def ids(self) -> set[str]:
        """What they call everything that residents received."""
        keys = (
            sms.request.get("dlr-url", "").partition("key=")[2].partition("&")[0] for sms in self.gateway.sent
        )
        return {*(one.wamid for one in self.cloud.received), *(one.mid for one in self.graph.sent), *keys}

    def faults(self) -> list[str]:
        """Requests that break a documented form."""
        return [*self.cloud.faults, *self.graph.faults, *self.gateway.faults]

    def read(self) -> list[tuple[str, str, float]]:
        """Who read what, and when."""
        return [
            (one.to, one.text, at)
            for heard in (self.cloud.received, self.graph.sent, self.gateway.sent)
            if isinstance(heard, Dated)
            for one, at in zip([*heard], [*heard.at], strict=False)
        ]

    def doubled(self, within_s: float) -> list[str]:
        """Texts that a resident read again so soon after the first time, or more than twice."""
        times: dict[tuple[str, str], list[float]] = {}
        for to, text, at in self.read():
            times.setdefault((to, text), []).append(at)
        return [
            text
            for (_, text), seen in times.items()
            if len(seen) > 2 or (len(seen) == 2 and seen[1] - seen[0] < within_s)
        ]

    def read_twice(self) -> int:
        """How often a resident read something again."""
        seen = Counter((to, text) for to, text, _ in self.read())
        return sum(count - 1 for count in seen.values())


def whatsapp(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """A text on WhatsApp."""
    person, said_at = f"90532{chat:07}", str(int(time.time()))
    message = {
        "from": person,
        "id": f"wamid.{number}",
        "timestamp": said_at,
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "902329992822", "phone_number_id": NUMBER_ID},
        "contacts": [{"profile": {"name": f"Sakin {chat}"}, "wa_id": person}],
        "messages": [message],
    }
    entry = {"id": "9", "changes": [{"field": "messages", "value": value}]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    return _signed("/hooks/whatsapp/wa", f"wamid.{number}", body, {"chat": chat, **facts})


def messenger(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """A message to the city's page."""
    moment = int(time.time() * 1000)
    event = {
        "sender": {"id": str(5_000_000 + chat)},
        "recipient": {"id": MetaGraph.account},
        "timestamp": moment,
        "message": {"mid": f"m_{number}", "text": text},
    }
    body = {"object": "page", "entry": [{"id": MetaGraph.account, "time": moment, "messaging": [event]}]}
    return _signed("/hooks/messenger/page", f"m_{number}", body, {"chat": chat, **facts})


def sms(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """An SMS, which Kannel hands over by GET."""
    told = {"secret": SECRET, "from": f"+90533{chat:07}", "to": "5454", "text": text, "id": str(number)}
    path = f"/hooks/sms/line?{urlencode(told | {'at': str(int(time.time()))})}"
    return Letter(f"message:{number}", path, 200, {}, {"chat": chat, **facts}, method="GET")


def _signed(path: str, external_id: str, body: dict[str, Any], facts: dict[str, Any]) -> Letter:
    raw = json.dumps(body).encode()
    proof = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={proof}"}
    return Letter(external_id, path, 200, {"content": raw, "headers": headers}, facts)
