"""A Bot API on loopback, strict about our requests and honest about what residents received.

    with TelegramBotApi.running(token="123:abc") as bot:
        bot.base                                     # "http://127.0.0.1:41234", the endpoint's api_base
        bot.updates.append(message(7, "Merhaba"))    # the next getUpdates gives it; `offset` forgets it
        bot.push(message(7, "Merhaba"))              # POST to the webhook of setWebhook; gives the status
        bot.push(update, url=..., secret=...)        # or to any door
        bot.misbehave("429", times=2, retry_after=3) # the next two sends; also: "500", "garbage", "slow",
                                                     # "silence" (taken, never answered), "deaf" (neither),
                                                     # "drop" (taken, connection closed)
        bot.misbehave("garbage", method="getUpdates")
        bot.blocked.add(7)                           # that resident blocked the bot: 403
        bot.files["photo-1"] = b"..."                # what getFile and the download give
        bot.sent                                     # every message that a resident received, in order
        bot.texts_to(7)                              # its texts for one chat
        bot.faults                                   # requests that break the documented form: stays empty

A message is in `sent` as soon as the resident would see it, also when our side never heard of it.
"""

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

import httpx

from tests.providers.telegram_wire import BotApiHandler, Mischief, RefusalError

_COMMON = {"chat_id", "message_thread_id", "reply_parameters", "reply_to_message_id"}
_KNOWN = {
    "sendMessage": _COMMON | {"text", "link_preview_options", "parse_mode", "entities"},
    "sendPhoto": _COMMON | {"photo", "caption"},
    "sendDocument": _COMMON | {"document", "caption"},
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "setWebhook": {"url", "secret_token", "allowed_updates", "max_connections", "drop_pending_updates"},
    "deleteWebhook": {"drop_pending_updates"},
    "getFile": {"file_id"},
    "getMe": set(),
    "getChat": {"chat_id"},
    "getChatMember": {"chat_id", "user_id"},
    "getWebhookInfo": set(),
}
GROUP_MINUTE = 20
_numbers = itertools.count(1000)


@dataclass(frozen=True)
class Received:
    """One message on a resident's screen."""

    chat_id: int
    text: str
    message_id: int
    method: str
    params: dict[str, Any]
    files: dict[str, tuple[str, bytes]]
    at: float  # time.monotonic


@dataclass
class TelegramBotApi:
    """The state of one bot; see the module's docstring."""

    token: str = "123456:test-token"
    base: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Received] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    unknown_chats: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    chats: dict[int, dict[str, Any]] = field(default_factory=dict)  # groups and channels: title, type
    member: dict[int, dict[str, Any]] = field(default_factory=dict)  # what the bot is there
    hears_all: bool = False  # privacy mode is off
    webhook: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _mischief: list[Mischief] = field(default_factory=list)

    @classmethod
    @contextmanager
    def running(cls, **settings: Any) -> "Iterator[TelegramBotApi]":
        """Serve on a free port in a thread until the block ends."""
        bot = cls(**settings)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (BotApiHandler,), {"bot": bot}))
        server.daemon_threads = True
        bot.base = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield bot
        finally:
            bot.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(5)

    def misbehave(
        self,
        kind: str,
        *,
        method: str = "sendMessage",
        times: int = 1,
        retry_after: int = 1,
        delay_s: float = 1,
    ) -> None:
        """Plan trouble for the next `times` calls of `method`."""
        with self.lock:
            self._mischief.append(Mischief(kind, method, times, retry_after, delay_s))

    def behave(self) -> None:
        """Forget planned trouble."""
        with self.lock:
            self._mischief.clear()

    def texts_to(self, chat_id: int) -> list[str]:
        """What one resident read, in order."""
        return [message.text for message in self.sent if message.chat_id == chat_id]

    def push(
        self, update: dict[str, Any] | bytes, *, url: str = "", secret: str | None = None, times: int = 1
    ) -> int:
        """Deliver an update to the webhook (`times` over, as after a lost answer); the last status code."""
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        proof = self.webhook.get("secret_token", "") if secret is None else secret
        headers = {"Content-Type": "application/json"}
        if proof:
            headers["X-Telegram-Bot-Api-Secret-Token"] = proof
        status = 0
        for _ in range(times):
            status = httpx.post(url or self.webhook["url"], content=body, headers=headers).status_code
        return status

    def mischief_for(self, method: str) -> Mischief | None:
        with self.lock:
            for planned in self._mischief:
                if planned.method == method and planned.times > 0:
                    planned.times -= 1
                    return planned
        return None

    def answer(self, method: str, params: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        """The result of a call in the documented form. Raises RefusalError."""
        self.calls.append(method)
        if method not in _KNOWN:
            raise RefusalError(404, "Not Found")
        if strange := params.keys() - _KNOWN[method]:
            self.faults.append(f"{method}: unknown parameters {sorted(strange)}")
            raise RefusalError(400, f"Bad Request: unknown parameters {sorted(strange)}")
        if method.startswith("send"):
            return self._receive(method, params, files)
        return _ANSWERS[method](self, params)

    def _receive(self, method: str, params: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        chat_id = self._check_chat(params)
        text = params.get("text", params.get("caption", ""))
        if method == "sendMessage" and not (isinstance(text, str) and text.strip()):
            self.faults.append("sendMessage: empty text")
            raise RefusalError(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            self.faults.append("sendMessage: text too long")
            raise RefusalError(400, "Bad Request: message is too long")
        if method != "sendMessage" and not files:
            raise RefusalError(400, "Bad Request: there is no file in the request")
        self._check_flood(chat_id)
        message_id = next(_numbers)
        received = Received(chat_id, text, message_id, method, params, files, time.monotonic())
        with self.lock:
            self.sent.append(received)
        return {"message_id": message_id, "date": 1, "chat": {"id": chat_id, "type": "private"}, "text": text}

    def _check_flood(self, chat_id: int) -> None:
        """At most 20 messages a minute in one group (core.telegram.org/bots/faq, read 2026-11)."""
        since = time.monotonic() - 60
        if (
            chat_id < 0
            and sum(one.chat_id == chat_id and one.at > since for one in self.sent) >= GROUP_MINUTE
        ):
            self.faults.append(f"more than {GROUP_MINUTE} messages a minute in group {chat_id}")

    def _there(self, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        chat_id = int(params.get("chat_id", 0))
        if chat_id not in self.chats:
            raise RefusalError(400, "Bad Request: chat not found")
        return chat_id, self.chats[chat_id]

    def _get_chat(self, params: dict[str, Any]) -> dict[str, Any]:
        chat_id, facts = self._there(params)
        return {"id": chat_id, "type": "supergroup", **facts}

    def _get_member(self, params: dict[str, Any]) -> dict[str, Any]:
        chat_id, _ = self._there(params)
        return {"user": {"id": params["user_id"], "is_bot": True}, "status": "member"} | self.member.get(
            chat_id, {}
        )

    def _me(self) -> dict[str, Any]:
        named = {"id": 123456, "is_bot": True, "username": "pinarova_bot"}
        return named | {"can_join_groups": True, "can_read_all_group_messages": self.hears_all}

    def _check_chat(self, params: dict[str, Any]) -> int:
        try:
            chat_id = int(params["chat_id"])
        except (KeyError, TypeError, ValueError):
            self.faults.append("no chat_id")
            raise RefusalError(400, "Bad Request: chat_id is empty") from None
        if chat_id in self.blocked:
            raise RefusalError(403, "Forbidden: bot was blocked by the user")
        if chat_id in self.unknown_chats:
            raise RefusalError(400, "Bad Request: chat not found")
        if chat_id in self.moved:
            to = self.moved[chat_id]
            raise RefusalError(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=to)
        return chat_id

    def _give_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook.get("url"):
            raise RefusalError(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, until = int(params.get("offset", 0)), time.monotonic() + float(params.get("timeout", 0))
        while True:
            with self.lock:
                self.updates[:] = [update for update in self.updates if update["update_id"] >= offset]
                found = self.updates[: int(params.get("limit", 100))]
            if found or time.monotonic() >= until or self.stopping.is_set():
                return found
            time.sleep(0.02)

    def _set_webhook(self, params: dict[str, Any]) -> bool:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", params.get("secret_token", "")):
            self.faults.append("setWebhook: no secret_token of the documented form")
            raise RefusalError(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = params
        return True

    def _delete_webhook(self, _params: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    def _file(self, params: dict[str, Any]) -> dict[str, Any]:
        file_id = params.get("file_id", "")
        if file_id not in self.files:
            raise RefusalError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[file_id]) > 20 * 1024 * 1024:
            raise RefusalError(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_size": len(self.files[file_id]), "file_path": f"media/{file_id}"}


def _webhook_info(webhook: dict[str, Any]) -> dict[str, Any]:
    """`allowed_updates` is told where it was set."""
    asked = webhook.get("allowed_updates")
    kinds = {"allowed_updates": json.loads(asked) if isinstance(asked, str) else asked} if asked else {}
    return {"url": webhook.get("url", ""), "pending_update_count": 0, **kinds}


_ANSWERS: dict[str, Callable[[TelegramBotApi, dict[str, Any]], Any]] = {
    "getUpdates": TelegramBotApi._give_updates,
    "setWebhook": TelegramBotApi._set_webhook,
    "deleteWebhook": TelegramBotApi._delete_webhook,
    "getFile": TelegramBotApi._file,
    "getMe": lambda bot, _params: bot._me(),
    "getChat": TelegramBotApi._get_chat,
    "getChatMember": TelegramBotApi._get_member,
    "getWebhookInfo": lambda bot, _params: _webhook_info(bot.webhook),
}


def message(chat_id: int, text: str = "", **more: Any) -> dict[str, Any]:
    """An update with one message of a resident in a private chat; `more` replaces or adds parts."""
    person = {"id": chat_id, "is_bot": False, "first_name": "Derya", "language_code": "tr"}
    parts: dict[str, Any] = {
        "message_id": next(_numbers),
        "from": person,
        "chat": {"id": chat_id, "first_name": "Derya", "type": "private"},
        "date": 1774749600,
    }
    if text:
        parts["text"] = text
    return {"update_id": next(_numbers), "message": parts | more}


def said_in(chat_id: int, who: int, text: str = "", *, bale: bool = False, **more: Any) -> dict[str, Any]:
    """An update with one message of somebody in a group; Bale writes null where Telegram leaves out."""
    chat = {"id": chat_id, "type": "group" if bale else "supergroup", "title": "Komşular"}
    person = {"id": who, "is_bot": False, "first_name": f"Komşu {who}"}
    update = message(who, text, chat=chat, **{"from": person}, **more)
    if bale:
        update["message"] |= {
            "reply_to_message": more.get("reply_to_message"),
            "caption": None,
            "photo": None,
        }
    return update
