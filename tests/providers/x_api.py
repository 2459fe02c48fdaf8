"""X on loopback, strict about our requests and honest about what people could read. Written from docs.x.com.

with XApiServer.running() as x:
    x.base                                       # the endpoint's setting api_base
    x.secrets                                    # the keys of the account, as the endpoint seals them
    x.push(mention("900", "…"), url=…)           # POST to a door, signed; gives the status
    x.challenge(url)                             # the GET with crc_token; whether the answer is right
    x.misbehave("429", times=2)                  # the next two posts or messages; also "500", "503",
                                                 # "garbage", "silence", "deaf", "drop"
    x.refuse(403, "… duplicate content.")        # the next one
    x.files["/media/1.jpg"] = b"…"               # pictures, only for who signs
    x.posts, x.direct                            # what people read in public and in private
    x.faults                                     # requests that break the documented form: stays empty
"""

import base64
import hashlib
import hmac
import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import httpx

from tests.channels.trouble import GATEWAYS, RETRY_AFTER_S

OWN, DERYA, MAYOR = "1111111111111111111", "2222222222222222222", "3333333333333333333"
HANDLES = {OWN: "PinarovaBld", MAYOR: "PinarovaBaskan"}
_DIRECT = re.compile(r"/2/dm_conversations/with/(\d+)/messages")
_ACCOUNT = re.compile(r"/2/account_activity/webhooks/(\d+)/subscriptions/all")
_LEAVING = re.compile(r"/2/account_activity/webhooks/(\d+)/subscriptions/(\d+)/all")
_ids = itertools.count(2090000000000000000)


@dataclass(frozen=True)
class Read:
    """One text that people could read: under which post, or to whom."""

    id: str
    where: str
    text: str


@dataclass
class XApiServer:
    """The state of one application and its account; see the module's docstring."""

    base: str = ""
    posts: list[Read] = field(default_factory=list)
    direct: list[Read] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    hooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscribed: set[tuple[str, str]] = field(default_factory=set)  # webhook and account: Account Activity
    activity: list[dict[str, Any]] = field(default_factory=list)
    may_subscribe: bool = True
    problem: str = "resource-not-found"  # that is told of a post or a person who is not there
    files: dict[str, bytes] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # of posts that can be asked for
    handles: dict[str, str] = field(default_factory=lambda: {"derya": DERYA})
    keys: dict[str, str] = field(  # of both accounts of the app: access token and its secret
        default_factory=lambda: {f"{OWN}-access": "access-secret", f"{MAYOR}-access": "mayor-secret"}
    )
    stopping: threading.Event = field(default_factory=threading.Event)
    planned: list[str] = field(default_factory=list)
    refusals: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    secrets: dict[str, str] = field(
        default_factory=lambda: {
            "api_key": "consumer-key",
            "api_secret": "consumer-secret",
            "access_token": f"{OWN}-access",
            "access_token_secret": "access-secret",
            "bearer_token": "AAAA%3Dbearer",
        }
    )

    @classmethod
    @contextmanager
    def running(cls) -> "Iterator[XApiServer]":
        """Serve on a free port in a thread until the block ends."""
        x = cls()
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"x": x}))
        server.daemon_threads = True
        x.base = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield x
        finally:
            x.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(5)

    def behave(self) -> None:
        """Forget planned trouble."""
        self.planned.clear()

    def misbehave(self, kind: str, *, times: int = 1) -> None:
        """Plan trouble for the next posts and messages."""
        self.planned += [kind] * times

    def refuse(self, status: int, detail: str, **more: Any) -> None:
        """Refuse the next post or message in X's own words."""
        self.refusals.append((status, {"title": "Forbidden", "detail": detail, "status": status, **more}))

    def heard(self) -> list[str]:
        """Everything that people could read."""
        return [one.text for one in (*self.posts, *self.direct)]

    def sign(self, body: bytes, secret: str = "") -> str:
        key = (secret or self.secrets["api_secret"]).encode()
        return "sha256=" + base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()

    def push(self, event: dict[str, Any] | bytes, *, url: str, times: int = 1) -> int:
        """Deliver an event, `times` over; the last status."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = {"Content-Type": "application/json", "x-twitter-webhooks-signature": self.sign(body)}
        return [httpx.post(url, content=body, headers=headers).status_code for _ in range(times)][-1]

    def receive(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Show a text to people. Raises ValueError when the request is not of the documented form."""
        text = body.get("text")
        if not isinstance(text, str) or not text.strip():
            raise ValueError("there is no text")
        number = str(next(_ids))
        if found := _DIRECT.fullmatch(path):
            if body.keys() != {"text"} or len(text) > 10_000:
                raise ValueError(f"a message has a text of at most 10,000 letters: {sorted(body)}")
            self.direct.append(Read(number, found[1], text))
            return {"dm_conversation_id": f"{found[1]}-{OWN}", "dm_event_id": number}
        if body.keys() != {"text", "reply"} or body["reply"].keys() != {"in_reply_to_tweet_id"}:
            raise ValueError(f"an answer has a text and what it answers: {sorted(body)}")
        if sum(1 if ord(letter) <= 0x10FF else 2 for letter in re.sub(r"https?://\S+", "x" * 23, text)) > 280:
            raise ValueError("the post is too long")
        self.posts.append(Read(number, body["reply"]["in_reply_to_tweet_id"], text))
        return {"id": number, "text": text}


class Handler(BaseHTTPRequestHandler):
    """One connection; a subclass names the account."""

    x: ClassVar[XApiServer]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        x, path = self.x, urlsplit(self.path).path
        if path in x.files:
            self.give(200, x.files[path]) if self.is_account() else self.error(401)
        elif path == "/2/users/me":
            own = self.account()
            self.data({"id": own, "name": "Pınarova", "username": HANDLES.get(own)}, may=bool(own))
        elif path.startswith("/2/tweets/"):
            text = x.texts.get(path.rpartition("/")[2])
            shown = {"id": "1", "text": text, "created_at": "2026-11-20T08:00:00.000Z"}
            self.data(shown, may=self.is_account()) if text else self.missing("tweet", path)
        elif path.startswith("/2/users/by/username/"):
            number = x.handles.get(path.rpartition("/")[2].lower())
            self.data({"id": number}, may=self.is_account()) if number else self.missing("user", path)
        elif path == "/2/webhooks":
            self.data(list(x.hooks.values()), may=self.is_app())
        elif path == "/2/activity/subscriptions":
            self.data(x.activity, may=self.is_app())
        elif found := _ACCOUNT.fullmatch(path):
            own = self.account()
            self.data({"subscribed": (found[1], own) in x.subscribed}, may=bool(own))
        else:
            self.error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        x = self.x
        if self.path == "/2/webhooks":
            self.register(json.loads(body)["url"])
        elif found := _ACCOUNT.fullmatch(self.path):
            if not x.may_subscribe:
                self.error(403, detail="This app has no access to this product.")
                return
            own = self.account()
            x.subscribed |= {(found[1], own)} if own else set()
            self.data({"subscribed": True}, may=bool(own))
        elif self.path == "/2/tweets" or _DIRECT.fullmatch(self.path):
            self.speak(json.loads(body))
        else:
            self.error(404)

    def do_PUT(self) -> None:
        hook = self.x.hooks.get(self.path.rpartition("/")[2])
        if hook is None or not self.is_app():
            self.error(400, detail="WebhookIdInvalid")
            return
        hook["valid"] = True
        self.data({"valid": True}, may=True)

    def do_DELETE(self) -> None:
        x, number = self.x, self.path.rpartition("/")[2]
        if not self.is_app():
            self.error(401)
        elif found := _LEAVING.fullmatch(self.path):
            x.subscribed.discard((found[1], found[2]))
            self.data({"subscribed": False}, may=True)
        elif self.path.startswith("/2/activity/subscriptions/"):
            x.activity = [row for row in x.activity if row.get("subscription_id") != number]
            self.data({"deleted": True}, may=True)
        else:
            gone = x.hooks.pop(number, None)
            x.subscribed = {one for one in x.subscribed if one[0] != number}
            self.data({"deleted": gone is not None}, may=True)

    def register(self, url: str) -> None:
        if any(hook["url"] == url for hook in self.x.hooks.values()):
            self.error(400, detail="DuplicateUrlFailed")
            return
        hook = {"id": str(next(_ids)), "url": url, "valid": True, "created_at": "2026-11-22T09:00:00.000Z"}
        self.x.hooks[hook["id"]] = hook  # type: ignore[index]  # the id is a text
        self.data(hook, may=self.is_app())

    def missing(self, sort: str, path: str) -> None:
        """What X says of a post or a person that is gone: 200, and no data."""
        detail = f"Could not find {sort}: [{path.rpartition('/')[2]}]."
        kind = f"https://api.twitter.com/2/problems/{self.x.problem}"
        told = {"title": "Not Found Error", "detail": detail, "resource_type": sort, "type": kind}
        self.give(200, json.dumps({"errors": [told]}).encode())

    def speak(self, body: dict[str, Any]) -> None:
        """A post or a message, with the trouble that was planned."""
        x = self.x
        if not self.is_account():
            self.error(401)
            return
        if x.refusals:
            status, said = x.refusals.pop(0)
            self.give(status, json.dumps(said).encode())
            return
        kind = x.planned.pop(0) if x.planned else ""
        if kind.isdecimal() and kind not in GATEWAYS:
            self.error(int(kind))
            return
        if kind == "deaf":
            x.stopping.wait(30)
            self.close_connection = True
            return
        try:
            made = x.receive(self.path, body)
        except (ValueError, AttributeError) as error:
            x.faults.append(str(error))
            self.error(400, detail=str(error))
            return
        self.end(kind, made)

    def end(self, kind: str, made: dict[str, Any]) -> None:
        if kind == "garbage":
            self.give(200, b"<html>welcome to the hotel</html>")
        elif kind in GATEWAYS:
            self.give(int(kind), b"<html>bad gateway</html>")
        elif kind in {"silence", "drop"}:
            if kind == "silence":
                self.x.stopping.wait(30)
            self.close_connection = True
        else:
            self.give(201, json.dumps({"data": made}).encode())

    def is_account(self) -> bool:
        return bool(self.account())

    def account(self) -> str:
        """Whose request it is, signed as RFC 5849 demands, reckoned anew from the request; "" for nobody."""
        given = self.headers.get("Authorization", "")
        if not given.startswith("OAuth "):
            return ""
        said = {
            name: unquote(value.strip('"'))
            for name, _, value in (part.strip().partition("=") for part in given[6:].split(","))
        }
        signature = said.pop("oauth_signature", "")
        url = urlsplit(self.x.base + self.path)
        pairs = sorted(
            (quote(name, safe="~"), quote(value, safe="~"))
            for name, value in (*said.items(), *parse_qsl(url.query))
        )
        parameters = "&".join(f"{name}={value}" for name, value in pairs)
        base_url = f"{url.scheme}://{url.netloc}{url.path}"
        message = "&".join(quote(part, safe="~") for part in (self.command, base_url, parameters))
        secrets = self.x.secrets
        token = said.get("oauth_token", "")
        held = self.x.keys.get(token, "")
        key = f"{quote(secrets['api_secret'], safe='~')}&{quote(held, safe='~')}"
        right = base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha1).digest()).decode()
        good = bool(held) and signature == right and said.get("oauth_consumer_key") == secrets["api_key"]
        return token.partition("-")[0] if good else ""

    def is_app(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {self.x.secrets['bearer_token']}"

    def data(self, found: Any, *, may: bool) -> None:
        self.give(200, json.dumps({"data": found}).encode()) if may else self.error(401)

    def error(self, status: int, *, detail: str = "") -> None:
        said = {"title": "Unauthorized" if status == 401 else "Problem", "detail": detail, "status": status}
        self.give(status, json.dumps(said).encode())

    def give(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        now = int(time())
        self.send_header("Date", formatdate(now, usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("x-rate-limit-limit", "100")
            self.send_header("x-rate-limit-remaining", "0")
            self.send_header("x-rate-limit-reset", str(now + RETRY_AFTER_S))
        self.end_headers()
        self.wfile.write(body)


def person(number: str = DERYA, name: str = "Derya Aksu", handle: str = "derya") -> dict[str, Any]:
    """An account as the newer interface shows it."""
    return {"id": number, "name": name, "username": handle, "protected": False}


def mention(number: str, text: str, **more: Any) -> dict[str, Any]:
    """Somebody mentions the city: the newer interface."""
    post = {
        "id": number, "text": text, "author_id": DERYA, "conversation_id": number, "lang": "tr",
        "created_at": "2026-11-21T08:15:00.000Z", "edit_history_tweet_ids": [number],
    }  # fmt: skip
    includes = more.pop("includes", {"users": [person(), person(OWN, "Pınarova", "PinarovaBld")]})
    return _event("post.mention.create", {**post, **more}, includes=includes)


def own_post(number: str, text: str, **more: Any) -> dict[str, Any]:
    """The city's own account posts, with whatever tool."""
    post = {"id": number, "text": text, "author_id": OWN, "conversation_id": number}
    return _event(
        "post.create", {**post, **more}, includes={"users": [person(OWN, "Pınarova", "PinarovaBld")]}
    )


def direct(number: str, text: str, *, sender: str = DERYA, to: str = OWN, **data: Any) -> dict[str, Any]:
    """A direct message: the newer interface."""
    kind = "dm.sent" if sender == OWN else "dm.received"
    payload = {
        "direct_message_events": [direct_event(number, text, sender=sender, to=to, **data)],
        "users": {DERYA: {"data": person()}},
    }
    return _event(kind, payload)


def direct_event(
    number: str, text: str, *, sender: str = DERYA, to: str = OWN, **data: Any
) -> dict[str, Any]:
    """One direct message as both interfaces shape it."""
    return {
        "type": "message_create",
        "id": number,
        "created_timestamp": "1795249000000",
        "message_create": {
            "target": {"recipient_id": to},
            "sender_id": sender,
            "message_data": {"text": text, "entities": {"urls": []}, **data},
        },
    }


def older(kind: str, *events: Any, **more: Any) -> dict[str, Any]:
    """A body of the older interface (Account Activity)."""
    return {"for_user_id": OWN, kind: list(events)} | more


def older_post(number: str, text: str, **more: Any) -> dict[str, Any]:
    """A post as the older interface shapes it."""
    return {
        "id": int(number), "id_str": number, "text": text, "lang": "tr", "source": "",
        "created_at": "Sat Nov 21 08:15:00 +0000 2026", "in_reply_to_status_id": None, "geo": None,
        "coordinates": None, "entities": {"urls": [], "user_mentions": []},
        "user": {"id": int(DERYA), "id_str": DERYA, "name": "Derya Aksu", "screen_name": "derya"},
    } | more  # fmt: skip


def _event(kind: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    data = {"event_uuid": str(next(_ids)), "filter": {"user_id": OWN}, "event_type": kind, "tag": "vefa"}
    return {"data": {**data, "payload": payload, **more}}
