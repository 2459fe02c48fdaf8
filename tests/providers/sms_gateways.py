"""SMS gateways that speak HTTP, on loopback: strict about our requests, honest about what residents received.

    with SmsGateway.running("twilio") as gateway:     # or "kannel", "netgsm", "smsc"
        gateway.url                                   # the endpoint's address of the gateway
        gateway.misbehave("429")                      # "500", "503", "garbage", "silence", "drop", "deaf"
        gateway.refuses = "21610"                     # a code of that gateway, for every send
        gateway.heard()                               # texts on telephones, in order
        gateway.sent                                  # with receiver, sender and the whole request
        gateway.faults                                # requests that break the documented form: stays empty

Forms as the providers document them (Twilio: Messages resource; Netgsm: REST v2; SMSC: send.php; Kannel: its
user guide on sendsms), read 2026-11-22. Kannel itself is tested too, see tests/channels/sms/kannel.py.
"""

import base64
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from tests.channels.trouble import GATEWAYS, RETRY_AFTER_S

ACCOUNT, PASSWORD = "AC00000000000000000000000000000001", "an-auth-token-for-tests"
_PATHS = {
    "twilio": f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
    "kannel": "/cgi-bin/sendsms",
    "netgsm": "/sms/rest/v2/send",
    "smsc": "/sys/send.php",
}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Sms:
    """One message on a telephone."""

    to: str
    text: str
    sender: str
    request: dict[str, Any]


@dataclass
class SmsGateway:
    """One account; see the module's docstring."""

    style: str
    base: str = ""
    refuses: str = ""
    sent: list[Sms] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    _mischief: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    @contextmanager
    def running(cls, style: str) -> "Iterator[SmsGateway]":
        """Serve on a free port in a thread until the block ends."""
        gateway = cls(style)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"gateway": gateway}))
        server.daemon_threads = True
        gateway.base = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield gateway
        finally:
            gateway.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(5)

    @property
    def url(self) -> str:
        """What the endpoint's settings name."""
        return self.base if self.style == "twilio" else self.base + _PATHS[self.style]

    def behave(self) -> None:
        """Forget planned trouble."""
        with self._lock:
            self._mischief.clear()

    def misbehave(self, kind: str, *, times: int = 1) -> None:
        """Plan trouble for the next sends."""
        with self._lock:
            self._mischief += [kind] * times

    def heard(self) -> list[str]:
        """What residents received."""
        return [one.text for one in self.sent]

    def planned(self) -> str:
        with self._lock:
            return self._mischief.pop(0) if self._mischief else ""

    def take(self, call: "Call") -> tuple[int, bytes]:
        """Status and body for one request in the documented form."""
        if call.path != _PATHS[self.style]:
            return 404, b"not found"
        return _STYLES[self.style](self, call)

    def deliver(self, to: str, text: str, sender: str, request: dict[str, Any]) -> int:
        """A telephone rings."""
        if not text.strip():
            self.faults.append("an empty text")
        if not to.lstrip("+").isdecimal():
            self.faults.append(f"no telephone number: {to}")
        with self._lock:
            self.sent.append(Sms(to, text, sender, request))
        return next(_numbers)


@dataclass(frozen=True)
class Call:
    """One request of ours."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def basic(self) -> str:
        return base64.b64decode(self.headers.get("authorization", "").removeprefix("Basic ")).decode()


class _Handler(BaseHTTPRequestHandler):
    gateway: ClassVar[SmsGateway]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Stay quiet: the ledger is the log."""

    def do_GET(self) -> None:
        self._take()

    def do_HEAD(self) -> None:
        self._give(405, b"")

    def do_POST(self) -> None:
        self._take()

    def _take(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # who spoke was killed in the middle: no gateway takes half a request
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, self.path.partition("?")[0], headers, body)
        kind = self.gateway.planned() if self.command == "POST" else ""
        if kind.isdecimal() and kind not in GATEWAYS:
            self._give(int(kind), b"", retry_after=RETRY_AFTER_S if kind == "429" else 0)
            return
        if kind != "deaf":
            status, answer = self.gateway.take(call)
        if kind in {"silence", "deaf"}:
            self.gateway.stopping.wait(30)
        if kind in {"silence", "deaf", "drop"}:
            self.close_connection = True
        elif kind in GATEWAYS:
            self._give(int(kind), b"<html>bad gateway</html>")
        elif kind == "garbage":
            self._give(200, b"<html>welcome to the hotel</html>")
        else:
            self._give(status, answer)

    def _give(self, status: int, body: bytes, *, retry_after: int = 0) -> None:
        self.send_response(status)
        if retry_after:
            self.send_header("Retry-After", str(retry_after))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _twilio(gateway: SmsGateway, call: Call) -> tuple[int, bytes]:
    if call.basic() != f"{ACCOUNT}:{PASSWORD}":
        return 401, b'{"code": 20003, "message": "Authenticate", "status": 401}'
    form = call.form()
    if strange := form.keys() - {"To", "From", "MessagingServiceSid", "Body", "StatusCallback"}:
        gateway.faults.append(f"unknown parameters {sorted(strange)}")
    if ("From" in form) == ("MessagingServiceSid" in form):
        gateway.faults.append("either From or MessagingServiceSid")
    if len(form.get("Body", "")) > 1600:
        return 400, b'{"code": 21617, "message": "too long", "status": 400}'
    if gateway.refuses:
        status = 429 if gateway.refuses == "20429" else 400
        return status, json.dumps({"code": int(gateway.refuses), "message": "no", "status": status}).encode()
    sender = form.get("From") or form.get("MessagingServiceSid", "")
    number = gateway.deliver(form.get("To", ""), form.get("Body", ""), sender, dict(form))
    answer = {"sid": f"SM{number:032d}", "status": "queued", "error_code": None, "error_message": None}
    return 201, json.dumps(answer).encode()


def _kannel(gateway: SmsGateway, call: Call) -> tuple[int, bytes]:
    found = {name.removeprefix("x-kannel-"): value for name, value in call.headers.items()}
    if (found.get("username"), found.get("password")) != (ACCOUNT, PASSWORD):
        return 403, b"Authorization failed for sendsms"
    if not found.get("to"):
        return 400, b"Empty receiver number not allowed, rejected"
    if gateway.refuses:
        return 400, b"Sender missing and no global set, rejected"
    gateway.deliver(found.get("to", ""), call.body.decode(), found.get("from", ""), found)
    return 202, b"0: Accepted for delivery"


def _netgsm(gateway: SmsGateway, call: Call) -> tuple[int, bytes]:
    if call.basic() != f"{ACCOUNT}:{PASSWORD}":
        return 406, b'{"code": "30", "description": "invalid username or password"}'
    if gateway.refuses:
        return 406, json.dumps({"code": gateway.refuses, "description": "no"}).encode()
    told = json.loads(call.body)
    if strange := told.keys() - {"msgheader", "encoding", "messages", "iysfilter", "partnercode", "appname"}:
        gateway.faults.append(f"unknown fields {sorted(strange)}")
    (message,) = told["messages"]
    number = gateway.deliver(message["no"], message["msg"], told["msgheader"], told)
    return 200, json.dumps({"code": "00", "jobid": str(number), "description": "queued"}).encode()


def _smsc(gateway: SmsGateway, call: Call) -> tuple[int, bytes]:
    form = call.form()
    if (form.get("login"), form.get("psw")) != (ACCOUNT, PASSWORD):
        return 200, b'{"error": "authorise error", "error_code": 2}'
    if gateway.refuses:
        return 200, json.dumps({"error": "no", "error_code": int(gateway.refuses)}).encode()
    if (form.get("fmt"), form.get("charset")) != ("3", "utf-8"):
        gateway.faults.append("fmt and charset")
    gateway.deliver(form.get("phones", ""), form.get("mes", ""), form.get("sender", ""), dict(form))
    return 200, json.dumps({"id": form.get("id"), "cnt": 1}).encode()


_STYLES: dict[str, Callable[[SmsGateway, Call], tuple[int, bytes]]] = {
    "twilio": _twilio,
    "kannel": _kannel,
    "netgsm": _netgsm,
    "smsc": _smsc,
}
