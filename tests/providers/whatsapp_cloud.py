"""The Cloud API on loopback, strict about our requests and honest about what residents received.

    with WhatsAppCloud.running() as cloud:
        cloud.base                                   # "http://127.0.0.1:41234/v24.0", the endpoint's api_base
        cloud.push(body, url=…)                      # POST to a door, signed with the app's secret
        cloud.misbehave("429", times=2)              # the next two messages; also "500", "503", "garbage",
                                                     # "silence" (taken, never answered), "deaf" (neither),
                                                     # "drop" (taken, connection closed)
        cloud.refuse(131026)                         # the next message is refused with this code
        cloud.files["media-1"] = (b"…", "image/jpeg")
        cloud.texts.append(template("received", "tr", "Başvurunuz: {{1}}"))
        cloud.received                               # every message that a resident received, in order
        cloud.heard()                                # its words
        cloud.faults                                 # requests that break the documented form: stays empty
        statuses(wamid, "sent", "delivered")         # bodies of reports to push

Written from the documentation, https://developers.facebook.com/docs/whatsapp/cloud-api, in November 2026.
"""

import hashlib
import hmac
import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

import httpx

from tests.providers.whatsapp_wire import CloudHandler, Mischief, RefusalError

NUMBER, ACCOUNT, DERYA = "106540352242922", "102290129340398", "905325550142"
SECRET, TOKEN, VERIFY = "f00dfeed00112233", "EAAG-very-secret-token", "pinarova-handshake"
_numbers = itertools.count(1000)
_KINDS = {"text", "image", "video", "audio", "document", "location", "interactive", "template"}
_HEADING = {
    "messaging_product", "recipient_type", "to", "recipient", "context", "type", "biz_opaque_callback_data",
}  # fmt: skip


@dataclass(frozen=True)
class Received:
    """One message on a resident's screen."""

    to: str
    kind: str
    content: dict[str, Any]
    body: dict[str, Any]
    wamid: str

    @property
    def text(self) -> str:
        """Its words, as far as it has any; of an approved text its name and what fills its gaps."""
        if self.kind == "template":
            parts = self.content.get("components", [])
            values = [one["text"] for part in parts for one in part["parameters"]]
            return " ".join([self.content["name"], self.content["language"]["code"], *values])
        if self.kind == "interactive":
            return str(self.content["body"]["text"])
        return str(self.content.get("body", self.content.get("filename", self.kind)))


@dataclass
class WhatsAppCloud:
    """The state of one business account with one number; see the module's docstring."""

    base: str = ""
    token: str = TOKEN
    secret: str = SECRET
    numbers: tuple[str, ...] = (NUMBER,)
    received: list[Received] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    texts: list[dict[str, Any]] = field(default_factory=list)
    pages: int = 100  # texts on one page of the list
    override: str = ""
    subscribed: bool = False
    expires_at: int = 0  # of the token, in seconds since 1970; 0: never
    may_ask_itself: bool = True
    limit: str = "TIER_2K"
    newest: bool = True  # version 24 or later
    groups: tuple[str, ...] = ()
    calls: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _mischief: list[Mischief] = field(default_factory=list)

    @classmethod
    @contextmanager
    def running(cls, **settings: Any) -> "Iterator[WhatsAppCloud]":
        """Serve on a free port in a thread until the block ends."""
        cloud = cls(**settings)
        handler = type("Handler", (CloudHandler,), {"cloud": cloud})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        cloud.base = f"http://127.0.0.1:{server.server_address[1]}/v24.0"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield cloud
        finally:
            cloud.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(5)

    def behave(self) -> None:
        """Forget planned trouble."""
        with self.lock:
            self._mischief.clear()

    def misbehave(self, kind: str, *, times: int = 1) -> None:
        """Plan trouble for the next messages."""
        with self.lock:
            self._mischief.append(Mischief(kind, times))

    def refuse(self, code: int, *, times: int = 1, status: int = 400) -> None:
        """Refuse the next messages with an error code."""
        with self.lock:
            self._mischief.append(Mischief("refuse", times, code=code, status=status))

    def mischief(self) -> Mischief | None:
        """What was planned for this message."""
        with self.lock:
            for planned in self._mischief:
                if planned.times > 0:
                    planned.times -= 1
                    return planned
        return None

    def heard(self) -> list[str]:
        """The words that residents received, in order."""
        return [one.text for one in self.received]

    def push(
        self, body: dict[str, Any] | bytes, *, url: str, secret: str | None = None, times: int = 1
    ) -> int:
        """Deliver a body to a door (`times` over, as after a lost answer); the last status code."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": signed(raw, self.secret if secret is None else secret),
        }
        status = 0
        for _ in range(times):
            status = httpx.post(url, content=raw, headers=headers).status_code
        return status

    def answer(self, method: str, path: str, body: dict[str, Any], files: dict[str, Any]) -> Any:
        """The result of a call in the documented form. Raises RefusalError."""
        self.calls.append(f"{method} {path}")
        head, _, tail = path.partition("/")
        if head in self.numbers:
            return self._number(method, tail, body, files, head)
        if path == "debug_token":
            if not self.may_ask_itself:
                raise RefusalError(100, "You must provide an app access token, or a token of a developer")
            return {"data": {"is_valid": body["input_token"] == self.token, "expires_at": self.expires_at}}
        if head == ACCOUNT:
            return self._account(method, tail, body)
        if head in self.files and method == "GET":
            content, kind = self.files[head]
            where = f"{self.base.removesuffix('/v24.0')}/files/{head}"
            return {"url": where, "mime_type": kind, "file_size": len(content), "id": head}
        raise RefusalError(100, f"Unsupported {method.lower()} request: {head} does not exist")

    def _number(
        self, method: str, tail: str, body: dict[str, Any], files: dict[str, Any], number: str
    ) -> Any:
        if (method, tail) == ("POST", "messages"):
            return self._message(body)
        if (method, tail) == ("POST", "media"):
            return self._media(body, files)
        if (method, tail) == ("GET", ""):
            limits = {"whatsapp_business_manager_messaging_limit": self.newest, "messaging_limit_tier": True}
            if (asked := body.get("fields", "")) in limits:
                if not limits[asked]:
                    raise RefusalError(100, f"(#100) Tried accessing nonexisting field ({asked})")
                return {"id": number, asked: self.limit}
            return {
                "id": number, "display_phone_number": "+90 232 555 01 37", "quality_rating": "GREEN",
                "verified_name": "Pınarova Belediyesi", "status": "CONNECTED",
            }  # fmt: skip
        raise RefusalError(100, f"no such edge: {tail}")

    def _message(self, body: dict[str, Any]) -> Any:
        kind = body.get("type", "")
        if strange := body.keys() - _HEADING - {kind}:
            self.fault(f"messages: unknown {sorted(strange)}")
        if body.get("messaging_product") != "whatsapp" or kind not in _KINDS or kind not in body:
            self.fault(f"messages: no message of the kind {kind!r}")
        to = body.get("to") or body.get("recipient") or ""
        group = body.get("recipient_type") == "group"
        if group != (to in self.groups) or (group and kind in {"interactive", "location"}):
            self.fault(f"messages: {kind} as {body.get('recipient_type')!r} to {to!r}")
        if not to or ("to" in body and not to.isdigit() and not group):
            self.fault(f"messages: nobody to write to: {to!r}")
        if "context" in body and not str(body["context"].get("message_id")).startswith("wamid."):
            self.fault("messages: a context without a wamid")
        self._check(kind, body[kind])
        wamid = f"wamid.HBgM{next(_numbers)}"
        with self.lock:
            self.received.append(Received(to, kind, body[kind], body, wamid))
        who = {"input": to, "wa_id": to} if "to" in body else {"input": to, "user_id": to}
        return {"messaging_product": "whatsapp", "contacts": [who], "messages": [{"id": wamid}]}

    def _check(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "text" and not 0 < len(content.get("body", "").strip()) <= 4096:
            self.fault("text: empty or longer than 4096")
        if kind in {"image", "video", "audio", "document"} and content.get("id") not in self.files:
            self.fault(f"{kind}: no file of the id {content.get('id')!r}")
        if kind == "interactive":
            self._check_interactive(content)
        if kind == "template":
            self._check_template(content)

    def _check_interactive(self, content: dict[str, Any]) -> None:
        if content["type"] == "list":
            (section,) = content["action"]["sections"]
            titles = [one["title"] for one in section["rows"]]
            if not 1 <= len(titles) <= 10 or any(not 0 < len(title) <= 24 for title in titles):
                self.fault(f"interactive: a list of {titles}")
            if not 0 < len(content["action"]["button"]) <= 20:
                self.fault("interactive: a list without a button")
        else:
            buttons = [one["reply"] for one in content["action"]["buttons"]]
            titles = [one["title"] for one in buttons]
            if not 1 <= len(buttons) <= 3 or any(not 0 < len(title) <= 20 for title in titles):
                self.fault(f"interactive: {len(buttons)} buttons {titles}")
        if not 0 < len(content["body"]["text"]) <= 1024:
            self.fault("interactive: body empty or longer than 1024")

    def _check_template(self, content: dict[str, Any]) -> None:
        name, language = content["name"], content["language"]["code"]
        known = next((one for one in self.texts if (one["name"], one["language"]) == (name, language)), None)
        if known is None or known["status"] != "APPROVED":
            raise RefusalError(132001, "Template name does not exist in the translation")
        parts = content.get("components", [])
        values = [one for part in parts if part["type"] == "body" for one in part["parameters"]]
        if len(values) != known["gaps"]:
            raise RefusalError(132000, "Number of parameters does not match")
        self._check_parts(known, parts)
        if any("\n" in one["text"] or "    " in one["text"] or not one["text"] for one in values):
            self.fault("template: a parameter with a new line, or an empty one")

    def _check_parts(self, known: dict[str, Any], parts: list[dict[str, Any]]) -> None:
        """Heading and buttons, each with exactly what the approved text wants there."""
        told = {(part["type"], str(part.get("index", ""))): part for part in parts if part["type"] != "body"}
        for one in known["components"]:
            if one["type"] == "HEADER":
                self._check_heading(one, told)
            for index, button in enumerate(one.get("buttons", [])):
                asked = {"URL": "url", "COPY_CODE": "copy_code"}.get(button["type"], "")
                wanted = asked and (asked != "url" or "{{" in button["url"])
                if wanted and told.pop(("button", str(index)), {}).get("sub_type") != asked:
                    raise RefusalError(131008, f"buttons: Button at index {index} requires a parameter")
        if told:
            self.fault(f"template: parts that it does not have: {sorted(told)}")

    def _check_heading(self, one: dict[str, Any], told: dict[tuple[str, str], dict[str, Any]]) -> None:
        kind = one.get("format", "").lower()
        if kind in {"image", "video", "document"}:
            (value,) = told.pop(("header", ""), {}).get("parameters", [{}])
            if value.get("type") != kind or not value[kind].get("link", "").startswith("https://"):
                raise RefusalError(132012, "Parameter format does not match format in the template")
        elif "{{" in one.get("text", ""):
            (value,) = told.pop(("header", ""), {}).get("parameters", [{}])
            if not value.get("text"):
                raise RefusalError(132000, "Number of parameters does not match")

    def _media(self, body: dict[str, Any], files: dict[str, Any]) -> Any:
        if body.get("messaging_product") != "whatsapp" or "file" not in files:
            self.fault(f"media: {sorted(body)} {sorted(files)}")
        media_id = f"media-{next(_numbers)}"
        self.files[media_id] = (files["file"][1], body.get("type", ""))
        return {"id": media_id}

    def _account(self, method: str, tail: str, body: dict[str, Any]) -> Any:
        if tail.startswith("message_templates"):
            start = int(body.get("after") or 0)
            page = [{name: value for name, value in one.items() if name != "gaps"} for one in self.texts]
            found: dict[str, Any] = {"data": page[start : start + self.pages]}
            if start + self.pages < len(page):
                found["paging"] = {"cursors": {"after": str(start + self.pages)}, "next": "https://…"}
            return found
        if tail != "subscribed_apps":
            raise RefusalError(100, f"no such edge: {tail}")
        if method == "POST":
            self.subscribed, self.override = True, body.get("override_callback_uri", "")
        elif method == "DELETE":
            self.subscribed, self.override = False, ""
        else:
            row = {"whatsapp_business_api_data": {"id": "1", "name": "Pınarova"}}
            if self.override:
                row["override_callback_uri"] = self.override  # type: ignore[assignment]
            return {"data": [row] if self.subscribed else []}
        return {"success": True}

    def fault(self, what: str) -> None:
        """Note a request that breaks the documented form, and refuse it."""
        self.faults.append(what)
        raise RefusalError(100, f"Invalid parameter: {what}")


def signed(body: bytes, secret: str) -> str:
    """What the header says of a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def said(text: str = "", *, sender: str = DERYA, number: str = NUMBER, **more: Any) -> dict[str, Any]:
    """A body with one message of a resident; `more` adds parts, such as `type` and what belongs to it."""
    message = {
        "from": sender, "id": f"wamid.HBgI{next(_numbers)}", "timestamp": str(1_774_749_600), "type": "text",
    }  # fmt: skip
    if text:
        message["text"] = {"body": text}  # type: ignore[assignment]
    return pushed({"messages": [message | more]}, sender=sender, number=number)


def pushed(
    value: dict[str, Any], *, sender: str = DERYA, number: str = NUMBER, change: str = "messages"
) -> dict[str, Any]:
    """A body with any content."""
    frame: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "902325550137", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Derya Aksu"}, "wa_id": sender}],
    }
    changes = [{"field": change, "value": frame | value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": changes}]}


def statuses(wamid: str, *states: str, key: str = "", code: int = 0) -> list[dict[str, Any]]:
    """A body for each report on a message of ours."""
    found = []
    for state in states:
        one: dict[str, Any] = {
            "id": wamid, "status": state, "timestamp": "1774749700", "recipient_id": DERYA,
            "pricing": {"billable": True, "pricing_model": "PMP", "category": "service"},
        }  # fmt: skip
        if key:
            one["biz_opaque_callback_data"] = key
        if code:
            one["errors"] = [{"code": code, "title": "failed", "error_data": {"details": "because"}}]
        found.append(pushed({"statuses": [one]}))
    return found


def template(
    name: str, language: str, body: str, *, gaps: int = 0, status: str = "APPROVED"
) -> dict[str, Any]:
    """An approved text of the account; `gaps` is what the provider counts."""
    return {
        "name": name, "language": language, "status": status, "category": "UTILITY", "gaps": gaps,
        "components": [{"type": "BODY", "text": body}],
    }  # fmt: skip
