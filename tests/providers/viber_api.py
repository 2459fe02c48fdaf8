"""Viber on loopback, strict about our requests and honest about what residents received.

Written from developers.viber.com/docs/api/rest-bot-api.

    with ViberServer.running(token="445-abc") as viber:
        viber.base                                  # the endpoint's setting api_base
        viber.push(said("Merhaba"), url=…)          # POST to a door, signed; gives the status
        viber.misbehave("429", times=2)             # the next sends; also "500", "503", "garbage", "silence",
                                                    # "deaf", "drop"
        viber.status(6)                             # the next send is refused with this status
        viber.files["/dl/1.jpg"] = b"…"             # what a download gives
        viber.sent                                  # everything that residents received
        viber.faults                                # requests that break the documented form: stays empty
"""

import hashlib
import hmac
import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import httpx

from tests.channels.trouble import GATEWAYS, RETRY_AFTER_S

DERYA = "01234567890A="
_tokens = itertools.count(4912661846655238145)
_NEEDED = {"receiver", "min_api_version", "sender", "tracking_data", "type"}
_FIELDS = {"text": {"text"}, "location": {"location"}}


@dataclass
class ViberServer:
    """The state of one bot; see the module's docstring."""

    token: str = "4453b6ac12345678-e02c5f12174805f9"
    base: str = ""
    webhook: str = ""
    event_types: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    planned: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @classmethod
    @contextmanager
    def running(cls, **settings: Any) -> "Iterator[ViberServer]":
        """Serve on a free port in a thread until the block ends."""
        viber = cls(**settings)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"viber": viber}))
        server.daemon_threads = True
        viber.base = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield viber
        finally:
            viber.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(5)

    def behave(self) -> None:
        """Forget planned trouble."""
        self.planned.clear()

    def misbehave(self, kind: str, *, times: int = 1) -> None:
        """Plan trouble for the next sends."""
        self.planned += [kind] * times

    def status(self, number: int) -> None:
        """Refuse the next send in Viber's own way: HTTP says 200."""
        self.statuses.append(number)

    def heard(self) -> list[str]:
        """The texts that residents received."""
        return [one["text"] for one in self.sent if one["type"] == "text"]

    def push(self, event: dict[str, Any], *, url: str, times: int = 1) -> int:
        """Deliver an event, `times` over; the last status."""
        body = json.dumps(event).encode()
        proof = hmac.new(self.token.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Viber-Content-Signature": proof}
        return [httpx.post(url, content=body, headers=headers).status_code for _ in range(times)][-1]

    def receive(self, body: dict[str, Any]) -> dict[str, Any]:
        """Show a message to a resident. Raises ValueError when the request is not of the documented form."""
        kind = str(body.get("type"))
        if kind not in _FIELDS or not _NEEDED | _FIELDS[kind] <= body.keys():
            raise ValueError(f"fields are missing: {sorted(body)}")
        if strange := body.keys() - _NEEDED - _FIELDS[kind] - {"keyboard"}:
            raise ValueError(f"unknown fields: {sorted(strange)}")
        if not 0 < len(body["sender"]["name"]) <= 28:
            raise ValueError("the sender's name has 1 to 28 letters")
        if kind == "text" and not 0 < len(body["text"]) <= 7000:
            raise ValueError("a text has 1 to 7,000 letters")
        self.sent.append(body)
        return {"message_token": next(_tokens), "chat_hostname": "SN-CALLBACK-05_", "billing_status": 1}


class Handler(BaseHTTPRequestHandler):
    """One connection; a subclass names the bot."""

    viber: ClassVar[ViberServer]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        content = self.viber.files.get(self.path)
        self.give(404 if content is None else 200, content or b"")

    def do_POST(self) -> None:
        viber = self.viber
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.headers.get("X-Viber-Auth-Token") != viber.token:
            self.tell(2, status_message="invalidAuthToken")
        elif self.path == "/pa/set_webhook":
            viber.webhook, viber.event_types = body["url"], body.get("event_types", [])
            self.tell(0, event_types=viber.event_types)
        elif self.path == "/pa/get_account_info":
            self.tell(
                0, name="Pınarova", uri="pinarova", webhook=viber.webhook, event_types=viber.event_types
            )
        elif self.path == "/pa/send_message":
            self.send(body)
        else:
            self.give(404, b"")

    def send(self, body: dict[str, Any]) -> None:
        viber = self.viber
        if viber.statuses:
            self.tell(viber.statuses.pop(0), status_message="refused")
            return
        kind = viber.planned.pop(0) if viber.planned else ""
        if kind.isdecimal() and kind not in GATEWAYS:
            self.give(int(kind), b"")
            return
        if kind == "deaf":
            viber.stopping.wait(30)
            self.close_connection = True
            return
        try:
            made = viber.receive(body)
        except (ValueError, KeyError, TypeError) as error:
            viber.faults.append(str(error))
            self.tell(3, status_message=str(error))
            return
        self.end(kind, made)

    def end(self, kind: str, made: dict[str, Any]) -> None:
        """The message is taken; the answer is what was planned."""
        if kind == "garbage":
            self.give(200, b"<html>welcome to the hotel</html>")
        elif kind in GATEWAYS:
            self.give(int(kind), b"<html>bad gateway</html>")
        elif kind in {"silence", "drop"}:
            if kind == "silence":
                self.viber.stopping.wait(30)
            self.close_connection = True
        else:
            self.tell(0, status_message="ok", **made)

    def tell(self, status: int, **more: Any) -> None:
        self.give(200, json.dumps({"status": status, **more}).encode())

    def give(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", str(RETRY_AFTER_S))
        self.end_headers()
        self.wfile.write(body)


def said(text: str = "", *, kind: str = "text", **parts: Any) -> dict[str, Any]:
    """A message of a resident."""
    person = {"id": DERYA, "name": "Derya Aksu", "avatar": "https://x", "country": "TR", "language": "tr"}
    return {
        "event": "message", "timestamp": 1795249000000, "message_token": next(_tokens), "silent": False,
        "sender": {**person, "api_version": 8},
        "message": {"type": kind, **({"text": text} if text else {}), **parts},
    }  # fmt: skip


def event(name: str, **parts: Any) -> dict[str, Any]:
    """Anything else that Viber pushes."""
    return {"event": name, "timestamp": 1795249000000, "message_token": next(_tokens), **parts}
