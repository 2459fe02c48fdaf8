"""The wire of a simulated Graph API: paths, bodies, refusals in the provider's words, ways to misbehave."""

import json
import threading
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, urlsplit

from tests.channels.trouble import GATEWAYS

RETRY_AFTER_S = 17


class RefusalError(Exception):
    """An error answer."""

    def __init__(self, status: int, code: int, subcode: int = 0, message: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.subcode, self.message = status, code, subcode, message


class Simulated(Protocol):
    """What the wire needs to know of the account behind it."""

    files: dict[str, bytes]
    calls: list[str]
    stopping: threading.Event

    def next_mischief(self) -> str: ...

    def check_caller(self, authorization: str, query: dict[str, str]) -> None: ...

    def get(self, path: str, query: dict[str, str]) -> dict[str, Any]: ...

    def post(self, path: str, query: dict[str, str], body: dict[str, Any], files: Any) -> dict[str, Any]: ...

    def delete(self, path: str) -> dict[str, Any]: ...


class GraphHandler(BaseHTTPRequestHandler):
    """One connection; a subclass names the account."""

    graph: ClassVar[Simulated]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Stay quiet: the ledger is the log."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/files/"):
            content = self.graph.files.get(parts.path.removeprefix("/files/"))
            self.give(404 if content is None else 200, content or b"URL signature expired")
            return
        self._answer(self.graph.get)

    def do_DELETE(self) -> None:
        self._answer(lambda path, _query: self.graph.delete(path))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body, files = _parameters(self.headers.get("Content-Type", ""), raw)
        seen = "/subscri" not in self.path
        kind = self.graph.next_mischief() if seen else ""
        if kind and self._spoils_before(kind):
            return
        self._answer(lambda path, query: self.graph.post(path, query, body, files), spoiled=kind)

    def _answer(self, act: Any, *, spoiled: str = "") -> None:
        parts = urlsplit(self.path)
        path, query = parts.path.removeprefix("/v24.0/"), dict(parse_qsl(parts.query))
        self.graph.calls.append(f"{self.command} {path}")
        try:
            self.graph.check_caller(self.headers.get("Authorization", ""), query)
            result = act(path, query)
        except RefusalError as refusal:
            self.refuse(refusal)
            return
        if spoiled:
            self._spoil_after(spoiled)
        else:
            self.give(200, json.dumps(result).encode())

    def _spoils_before(self, kind: str) -> bool:
        """Trouble in which the resident gets nothing."""
        if kind == "429":
            self.refuse(RefusalError(429, 613, 0, "Calls to this api have exceeded the rate limit."))
        elif kind in {"500", "503"}:
            self.refuse(RefusalError(int(kind), 2, 0, "An unexpected error has occurred."))
        elif kind == "deaf":
            self.graph.stopping.wait(30)
            self.close_connection = True
        return kind in {"429", "500", "503", "deaf"}

    def _spoil_after(self, kind: str) -> None:
        """The message is taken; the answer is not what it should be."""
        if kind in GATEWAYS:
            self.give(int(kind), b"<html>bad gateway</html>")
            return
        if kind == "garbage":
            self.give(200, b"<html>welcome to the hotel</html>")
            return
        if kind == "silence":
            self.graph.stopping.wait(30)
        self.close_connection = True

    def refuse(self, refusal: RefusalError) -> None:
        error = {
            "message": f"(#{refusal.code}) {refusal.message}",
            "type": "OAuthException",
            "code": refusal.code,
            "error_subcode": refusal.subcode,
            "fbtrace_id": "BLBz/WZt8dN",
        }
        retry = RETRY_AFTER_S if refusal.status == 429 else 0
        self.give(refusal.status, json.dumps({"error": error}).encode(), retry_after_s=retry)

    def give(self, status: int, body: bytes, *, retry_after_s: int = 0) -> None:
        self.send_response(status)
        if retry_after_s:
            self.send_header("Retry-After", str(retry_after_s))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _parameters(content_type: str, raw: bytes) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    """Parameters and files of a JSON or a multipart call; what is JSON inside a form is unfolded."""
    if content_type.startswith("application/json"):
        return json.loads(raw), {}
    if not content_type.startswith("multipart/form-data"):
        return {}, {}
    params: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw).walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename():
            files[name] = (str(part.get_filename()), content)
        else:
            text = content.decode()
            params[name] = json.loads(text) if text.startswith("{") else text
    return params, files
