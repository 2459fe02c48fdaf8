"""The wire of the simulated Bot API: paths, bodies, refusals, and the ways to misbehave."""

import json
import re
import threading
from dataclasses import dataclass
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar, Protocol

from tests.channels.trouble import GATEWAYS

_PATH = re.compile(r"/(?:(?P<file>file)/)?bot(?P<token>[^/]*)/(?P<rest>.+)")


@dataclass
class Mischief:
    kind: str
    method: str
    times: int
    retry_after: int
    delay_s: float


class RefusalError(Exception):
    """An error answer as the Bot API words it."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class Bot(Protocol):
    """What the wire needs to know of the bot behind it."""

    token: str
    files: dict[str, bytes]
    stopping: threading.Event

    def mischief_for(self, method: str) -> Mischief | None: ...

    def answer(self, method: str, params: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any: ...


class BotApiHandler(BaseHTTPRequestHandler):
    """One connection; a subclass names the bot."""

    bot: ClassVar[Bot]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Stay quiet: the ledger is the log."""

    def do_GET(self) -> None:
        found = _PATH.fullmatch(self.path)
        file_id = found["rest"].removeprefix("media/") if found and found["file"] else ""
        if not found or found["token"] != self.bot.token or file_id not in self.bot.files:
            self.give(404, b"not found")
            return
        self.give(200, self.bot.files[file_id])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = _PATH.fullmatch(self.path)
        if not found or found["token"] != self.bot.token:
            self.refuse(RefusalError(401, "Unauthorized"))
            return
        method, planned = found["rest"], self.bot.mischief_for(found["rest"])
        try:
            if planned and not self.taken_although(planned):
                return
            params, files = parameters(self.headers.get("Content-Type", ""), body)
            result = self.bot.answer(method, params, files)
        except RefusalError as refusal:
            self.refuse(refusal)
            return
        if planned is None or planned.kind == "slow":
            self.give(200, json.dumps({"ok": True, "result": result}).encode())
        else:
            self.spoil(planned)

    def taken_although(self, planned: Mischief) -> bool:
        """Does the resident get the message in spite of the trouble?"""
        if planned.kind == "429":
            raise RefusalError(429, "Too Many Requests", retry_after=planned.retry_after)
        if planned.kind == "500":
            raise RefusalError(500, "Internal Server Error")
        if planned.kind == "deaf":
            self.bot.stopping.wait(30)
            self.close_connection = True
            return False
        if planned.kind == "slow":
            self.bot.stopping.wait(planned.delay_s)
        return True

    def spoil(self, planned: Mischief) -> None:
        """The message is taken; the answer is not what it should be."""
        if planned.kind in GATEWAYS:
            self.give(int(planned.kind), b"<html>bad gateway</html>")
            return
        if planned.kind == "garbage":
            self.give(200, b"<html>welcome to the hotel</html>")
            return
        if planned.kind == "silence":
            self.bot.stopping.wait(30)
        self.close_connection = True

    def refuse(self, refusal: RefusalError) -> None:
        answer = {"ok": False, "error_code": refusal.status, "description": refusal.description}
        if refusal.parameters:
            answer["parameters"] = refusal.parameters
        self.give(refusal.status, json.dumps(answer).encode())

    def give(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def parameters(content_type: str, body: bytes) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    """Parameters and files of a JSON or a multipart call."""
    if content_type.startswith("application/json"):
        return json.loads(body), {}
    if not content_type.startswith("multipart/form-data"):
        return {}, {}
    params: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body).walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename():
            files[name] = (str(part.get_filename()), content)
        else:
            params[name] = content.decode()
    return params, files
