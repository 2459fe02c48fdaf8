"""The Graph API on loopback for a page or an Instagram account: strict about our requests, honest about what
residents received. Written from the documentation.

    with MetaGraph.running() as graph:
        graph.base                                   # "http://127.0.0.1:41234/v24.0", the setting api_base
        graph.push(body, url=…)                      # POST a signed webhook; gives the status
        graph.greet(url)                             # the GET with hub.challenge; gives the answer
        graph.misbehave("429", times=2)              # the next sends; also 500, 503, garbage, silence,
                                                     # drop, deaf
        graph.refuse(10, 2018278, "outside of allowed window")   # the next send, in the provider's words
        graph.gone.add("9001")                       # that person takes no messages: 551
        graph.posts["1001_5"] = {"message": "…"}     # what GET /{post} gives
        graph.files["photo"] = b"…"                  # what a download gives: graph.file_url("photo")
        graph.sent                                   # messages in private, in order
        graph.comments                               # what stands in public, in order
        graph.faults                                 # requests that break the documented form: stays empty
"""

import hashlib
import hmac
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.providers.graph_wire import GraphHandler, RefusalError
from vefa.channels.graph.door import signature

_numbers = itertools.count(700_000)
_MESSAGE_KEYS = {"text", "attachment", "quick_replies", "metadata"}
_BODY_KEYS = {"recipient", "message", "messaging_type", "tag"}


@dataclass(frozen=True)
class Received:
    """One message on a resident's screen. `to` is a person, or the comment because of which it came."""

    to: str
    text: str
    mid: str
    body: dict[str, Any]
    files: dict[str, tuple[str, bytes]]


@dataclass(frozen=True)
class Comment:
    """One answer under a comment, for everybody to read."""

    under: str
    text: str
    id: str


@dataclass
class MetaGraph:
    """The state of one account; see the module's docstring."""

    account: str = "1001"
    owner: str = ""  # the page behind an Instagram account
    token: str = "EAAB-token-of-the-page"
    app_id: str = "5005"
    app_secret: str = "0123456789abcdef0123456789abcdef"
    verify_token: str = "pinarova-hub"
    instagram: bool = False
    base: str = ""
    sent: list[Received] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)  # comments that had their private answer
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, dict[str, str]] = field(default_factory=dict)  # who wrote, by number; "name" is theirs
    files: dict[str, bytes] = field(default_factory=dict)
    page_fields: list[str] = field(default_factory=list)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    expires_at: int = 0
    token_is_valid: bool = True
    calls: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _mischief: list[str] = field(default_factory=list)
    _refusals: list[RefusalError] = field(default_factory=list)

    @classmethod
    @contextmanager
    def running(cls, **settings: Any) -> "Iterator[MetaGraph]":
        """Serve on a free port in a thread until the block ends."""
        graph = cls(**settings)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (GraphHandler,), {"graph": graph}))
        server.daemon_threads = True
        graph.base = f"http://127.0.0.1:{server.server_address[1]}/v24.0"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield graph
        finally:
            graph.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(5)

    def behave(self) -> None:
        """Forget planned trouble."""
        with self.lock:
            self._mischief.clear()

    def misbehave(self, kind: str, *, times: int = 1) -> None:
        """Plan trouble for the next `times` calls that a resident sees."""
        with self.lock:
            self._mischief += [kind] * times

    def refuse(self, code: int, subcode: int = 0, message: str = "", *, status: int = 400) -> None:
        """Refuse the next call that a resident sees."""
        with self.lock:
            self._refusals.append(RefusalError(status, code, subcode, message))

    def heard(self) -> list[str]:
        """Every text that residents received, in private and in public."""
        return [one.text for one in self.sent] + [one.text for one in self.comments]

    def texts_to(self, person: str) -> list[str]:
        """What one person read in private, in order."""
        return [one.text for one in self.sent if one.to == person]

    def under(self, comment: str) -> list[str]:
        """What everybody reads under a comment."""
        return [one.text for one in self.comments if one.under == comment]

    def file_url(self, name: str) -> str:
        """Where a pushed file lies."""
        return f"{self.base.removesuffix('/v24.0')}/files/{name}"

    def push(self, body: dict[str, Any] | bytes, *, url: str, secret: str = "", times: int = 1) -> int:
        """Deliver a webhook (`times` over, as after a lost answer); the last status code."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()  # escaped, as the provider signs
        proof = signature(raw, secret or self.app_secret).decode()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": proof}
        return [httpx.post(url, content=raw, headers=headers).status_code for _ in range(times)][-1]

    def greet(self, url: str, *, token: str = "") -> httpx.Response:
        """The handshake before the first push."""
        asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
        return httpx.get(f"{url}?{urlencode({**asked, 'hub.verify_token': token or self.verify_token})}")

    # What the wire asks

    def next_mischief(self) -> str:
        with self.lock:
            return self._mischief.pop(0) if self._mischief else ""

    def check_caller(self, authorization: str, query: dict[str, str]) -> None:
        """The token, and the proof that the app demands. Raises RefusalError."""
        app = f"Bearer {self.app_id}|{self.app_secret}"
        if authorization == app:
            return
        if authorization != f"Bearer {self.token}" or not self.token_is_valid:
            raise RefusalError(401, 190, 463, "Error validating access token: Session has expired")
        proof = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        if query.get("appsecret_proof") != proof:
            raise self.fault(100, "Invalid appsecret_proof provided in the API argument")
        if "access_token" in query:
            raise self.fault(100, "the token stands in the address")

    def fault(self, code: int, message: str) -> RefusalError:
        """A request that breaks the documented form."""
        self.faults.append(message)
        return RefusalError(400, code, 0, message)

    def get(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """Everything that is read. Raises RefusalError."""
        if path == "me":
            return {"id": self.owner or self.account, "name": "Pınarova Belediyesi"}
        if path == "debug_token":
            data = {"app_id": self.app_id, "is_valid": self.token_is_valid, "expires_at": self.expires_at}
            return {"data": data}
        if path == f"{self.app_id}/subscriptions":
            return {"data": self.hooks}
        if path.endswith("/subscribed_apps"):
            row = {"id": self.app_id, "name": "Vefa", "subscribed_fields": self.page_fields}
            return {"data": [row] if self.page_fields else []}
        if path in self.people:
            return {"id": path, **self._profile(path, query.get("fields", ""))}
        if path not in self.posts or "fields" not in query:
            raise RefusalError(
                400, 100, 33, f"Unsupported get request. Object with ID '{path}' does not exist"
            )
        return {"id": path, **self.posts[path]}

    def _profile(self, person: str, fields: str) -> dict[str, str]:
        """The User Profile interface: Messenger knows first and last names, Instagram names and handles."""
        known = {"name", "username"} if self.instagram else {"first_name", "last_name", "profile_pic"}
        asked = set(fields.split(","))
        if not asked or asked - known:
            raise self.fault(100, f"(#100) Tried accessing nonexisting field on {person}: {fields}")
        return {name: value for name, value in self.people[person].items() if name in asked}

    def post(self, path: str, query: dict[str, str], body: dict[str, Any], files: Any) -> dict[str, Any]:
        """Everything that is written. Raises RefusalError."""
        if path.endswith("/subscribed_apps"):
            self.page_fields = query["subscribed_fields"].split(",")
            return {"success": True}
        if path == f"{self.app_id}/subscriptions":
            names = [{"name": name, "version": "v24.0"} for name in query["fields"].split(",")]
            row = {"object": query["object"], "callback_url": query["callback_url"], "active": True}
            self.hooks = [{**row, "fields": names}]
            return {"success": True}
        if self._refusals:
            raise self._refusals.pop(0)
        if path == "me/messages":
            return self._message(body, files)
        under, _, edge = path.partition("/")
        if edge == ("replies" if self.instagram else "comments"):
            return self._comment(under, body)
        if edge == "mentions" and self.instagram:
            return self._comment(f"mention/{body.get('media_id')}/{body.get('comment_id')}", body)
        raise self.fault(100, f"Unsupported post request: {path}")

    def delete(self, path: str) -> dict[str, Any]:
        """Only the pushing can be ended."""
        if not path.endswith("/subscribed_apps"):
            raise self.fault(100, f"Unsupported delete request: {path}")
        self.page_fields = []
        return {"success": True}

    def _message(self, body: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> dict[str, Any]:
        recipient, message = body.get("recipient", {}), body.get("message", {})
        self._check_form(body, recipient, message, files)
        to = next(iter(recipient.values()))
        if to in self.gone:
            raise RefusalError(400, 551, 1545041, "This person isn't available right now.")
        if "comment_id" in recipient or "post_id" in recipient:
            if to in self.answered:
                raise RefusalError(400, 10900, 0, "Activity already replied to")
            self.answered.add(to)
        mid = f"m_{next(_numbers)}"
        with self.lock:
            self.sent.append(Received(to, message.get("text", ""), mid, body, files))
        return {"recipient_id": to, "message_id": mid}

    def _check_form(self, body: Any, recipient: Any, message: Any, files: Any) -> None:
        """The documented form of a call. Raises RefusalError."""
        text = message.get("text", "")
        kind = body.get("messaging_type")
        good = {
            "unknown parameters": body.keys() <= _BODY_KEYS and message.keys() <= _MESSAGE_KEYS,
            "param recipient must name exactly one": len(recipient) == 1
            and recipient.keys() <= {"id", "comment_id", "post_id"},
            "param messaging_type is required": kind in {"RESPONSE", "MESSAGE_TAG"},
            "invalid message tag": (kind == "MESSAGE_TAG") == (body.get("tag") == "HUMAN_AGENT"),
            "exactly one: text or attachment": ("text" in message) != ("attachment" in message),
            "the attachment has no file": "attachment" not in message or "filedata" in files,
            "Instagram takes no file": not (self.instagram and "attachment" in message),
            "Instagram knows no metadata": not (self.instagram and "metadata" in message),
            "message[text] is too long": (
                len(text.encode()) <= 1000 if self.instagram else len(text) <= 2000
            ),
        }
        for words, holds in good.items():
            if not holds:
                raise self.fault(100, words)

    def _comment(self, under: str, body: dict[str, Any]) -> dict[str, Any]:
        text = body.get("message", "")
        if not text or body.keys() - {"message", "media_id", "comment_id"}:
            raise self.fault(100, "a comment has a message and nothing else")
        if under in self.gone:
            raise RefusalError(400, 100, 33, "Unsupported post request. Object does not exist")
        comment = Comment(under, text, f"{self.account}_{next(_numbers)}")
        with self.lock:
            self.comments.append(comment)
        return {"id": comment.id}


# Webhooks, written from the documentation


def _now_ms() -> int:
    return int(time.time() * 1000)


def talk(person: str, *, account: str = "1001", instagram: bool = False, **event: Any) -> dict[str, Any]:
    """A body with one message event; `event` replaces or adds parts."""
    at = event.pop("timestamp", _now_ms())
    base = {"sender": {"id": person}, "recipient": {"id": account}, "timestamp": at}
    entry = {"id": account, "time": at, "messaging": [{**base, **event}]}
    return {"object": "instagram" if instagram else "page", "entry": [entry]}


def message(person: str, text: str = "", *, mid: str = "", **more: Any) -> dict[str, Any]:
    """A body with one private message; `account`, `instagram`, `timestamp` as for `talk`."""
    where = {name: more.pop(name) for name in ("account", "instagram", "timestamp") if name in more}
    said: dict[str, Any] = {"mid": mid or f"m_{next(_numbers)}"}
    if text:
        said["text"] = text
    return talk(person, message={**said, **more}, **where)


def echo(person: str, text: str, *, mid: str = "", account: str = "1001", **more: Any) -> dict[str, Any]:
    """What the account said, pushed back to us."""
    instagram, at = more.pop("instagram", False), more.pop("timestamp", _now_ms())
    said = {"mid": mid or f"m_{next(_numbers)}", "text": text, "is_echo": True, **more}
    event = {"sender": {"id": account}, "recipient": {"id": person}, "timestamp": at, "message": said}
    entry = {"id": account, "time": at, "messaging": [event]}
    return {"object": "instagram" if instagram else "page", "entry": [entry]}


def change(
    field: str, value: dict[str, Any], *, account: str = "1001", instagram: bool = False
) -> dict[str, Any]:
    """A body with one change."""
    entry = {"id": account, "time": int(time.time()), "changes": [{"field": field, "value": value}]}
    return {"object": "instagram" if instagram else "page", "entry": [entry]}


def comment(person: str, text: str, *, id: str, **more: Any) -> dict[str, Any]:  # noqa: A002 - the provider's name
    """A comment under a post of the page; `account` and further parts of its value."""
    account = more.pop("account", "1001")
    post = more.pop("post_id", f"{account}_5")
    value = {
        "from": {"id": person, "name": more.pop("name", "Derya Aksoy")},
        "post": {
            "id": post,
            "permalink_url": f"https://www.facebook.com/{post}",
            "status_type": "added_photos",
        },
        "message": text,
        "post_id": post,
        "comment_id": id,
        "created_time": int(time.time()),
        "item": "comment",
        "parent_id": post,
        "verb": "add",
        **more,
    }
    return change("feed", value, account=account)


def instagram_comment(person: str, text: str, *, id: str, **more: Any) -> dict[str, Any]:  # noqa: A002 - as above
    """A comment under a post of the Instagram account."""
    account, field = more.pop("account", "1784"), more.pop("field", "comments")
    value = {
        "id": id,
        "from": {"id": person, "username": "derya.pinarova"},
        "text": text,
        "media": {"id": "5551", "media_product_type": "FEED"},
        **more,
    }
    return change(field, value, account=account, instagram=True)
