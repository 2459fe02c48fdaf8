"""The wire of the simulated Cloud API: paths, bodies, refusals, and the ways to misbehave."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, urlsplit

from tests.channels.trouble import GATEWAYS
from tests.providers.telegram_wire import parameters


@dataclass
class Mischief:
    """Trouble for the next `times` messages."""

    kind: str
    times: int
    code: int = 0
    status: int = 400


class RefusalError(Exception):
    """An error answer as the Graph API words it."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Cloud(Protocol):
    """What the wire needs to know of the account behind it."""

    token: str
    files: dict[str, tuple[bytes, str]]
    stopping: threading.Event

    def mischief(self) -> Mischief | None: ...

    def answer(self, method: str, path: str, body: dict[str, Any], files: dict[str, Any]) -> Any: ...


class CloudHandler(BaseHTTPRequestHandler):
    """One connection; a subclass names the account."""

    cloud: ClassVar[Cloud]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Stay quiet: the ledger is the log."""

    def do_GET(self) -> None:
        self.take("GET")

    def do_POST(self) -> None:
        self.take("POST")

    def do_DELETE(self) -> None:
        self.take("DELETE")

    def take(self, method: str) -> None:
        """One call."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        if self.headers.get("Authorization") != f"Bearer {self.cloud.token}":
            self.give(401, {"error": {"code": 190, "message": "Invalid OAuth access token"}})
            return
        if parts.path.startswith("/files/"):
            self.file(parts.path.removeprefix("/files/"))
            return
        planned = self.cloud.mischief() if parts.path.endswith("/messages") else None
        if planned and not self.taken_although(planned):
            return
        body, files = parameters(self.headers.get("Content-Type", ""), raw)
        try:
            path = parts.path.removeprefix("/v24.0/")
            answer = self.cloud.answer(method, path, body | dict(parse_qsl(parts.query)), files)
        except RefusalError as refusal:
            self.give(refusal.status, {"error": {"code": refusal.code, "message": refusal.message}})
            return
        if planned is None:
            self.give(200, answer)
        else:
            self.spoil(planned)

    def taken_although(self, planned: Mischief) -> bool:
        """Does the resident get the message in spite of the trouble?"""
        if planned.kind == "refuse":
            message = {"message": f"(#{planned.code}) refused", "code": planned.code}
            details = {"error_data": {"messaging_product": "whatsapp", "details": "told in full"}}
            self.give(planned.status, {"error": message | details})
        elif planned.kind == "429":
            self.give(429, {"error": {"code": 4, "message": "Too many calls"}}, {"Retry-After": "17"})
        elif planned.kind in {"500", "503"}:
            self.give(int(planned.kind), {"error": {"code": 2, "message": "Service unavailable"}})
        elif planned.kind == "deaf":
            self.cloud.stopping.wait(30)
            self.close_connection = True
        else:
            return True
        return False

    def spoil(self, planned: Mischief) -> None:
        """The message is taken; the answer is not what it should be."""
        if planned.kind in GATEWAYS:
            self.send(int(planned.kind), b"<html>bad gateway</html>", {})
            return
        if planned.kind == "garbage":
            self.send(200, b"<html>welcome to the hotel</html>", {})
            return
        if planned.kind == "silence":
            self.cloud.stopping.wait(30)
        self.close_connection = True

    def file(self, media_id: str) -> None:
        """A file's bytes."""
        content, kind = self.cloud.files.get(media_id, (b"", ""))
        self.send(200 if kind else 404, content, {"Content-Type": kind or "text/plain"})

    def give(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        """An answer in JSON."""
        self.send(status, json.dumps(answer).encode(), headers or {})

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """An answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
