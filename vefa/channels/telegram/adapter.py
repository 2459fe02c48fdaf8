"""Telegram: translates both ways, stores nothing, decides nothing."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from vefa.channels.cleaning import clean_file_name, clean_line
from vefa.channels.manners import Freight, Standing, Terms
from vefa.channels.port import (
    Account,
    Arrival,
    BusyError,
    Call,
    Catch,
    Finding,
    ForgedError,
    Limits,
    Parcel,
    ParcelFile,
    Reading,
    RejectedError,
    SendError,
    Sent,
    TooLargeError,
    UnreadableError,
    UnsureError,
    because,
    is_yes,
)
from vefa.channels.telegram import arriving, updates
from vefa.channels.telegram.bot_api import BotApi
from vefa.channels.telegram.checkup import findings, findings_of_chat
from vefa.channels.telegram.cutting import MESSAGE_UNITS, cut

DEFAULT_BASE = "https://api.telegram.org"
PROOF_HEADER = "x-telegram-bot-api-secret-token"
WANTED = (
    "message", "edited_message", "channel_post", "edited_channel_post",
    "callback_query", "message_reaction", "my_chat_member",
)  # fmt: skip
PRIVATE = "private"  # the way of an answer to a person alone
MOVED_S = 30  # until the house knows a group's new number
_FILES = 20 * 1024 * 1024
_FREIGHT = Freight(
    each=50 * 1024 * 1024
)  # what a bot may upload; https://core.telegram.org/bots/api, 2026-11
_LIMITS = Limits(per_second=30, per_address_per_second=1, text_length=MESSAGE_UNITS, file_bytes=_FILES)
_MANY = Limits(per_second=1, per_minute=20, text_length=MESSAGE_UNITS, file_bytes=_FILES)


@dataclass(frozen=True, kw_only=True)
class Telegram:
    """One bot and its private chats, or one group or channel in which it takes part (`chat`).

    settings  api_base, dialect ("telegram" or "bale"), polling ("yes" or ""), chat_id
    secrets   token
    """

    api: BotApi
    dialect: str = "telegram"
    polling: bool = False
    chat: str = ""  # of a group or channel: whatever the thread says, for a group may have moved

    @property
    def limits(self) -> Limits:
        """30 messages a second, 1 per chat, 20 a minute in a group: the provider answers 429 above it."""
        return _MANY if self.chat else _LIMITS

    @property
    def freight(self) -> Freight:
        """Every file as a message of its own."""
        return _FREIGHT

    @property
    def address_space(self) -> str:
        """A person's id is the same for every bot of one messenger."""
        return self.dialect

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """The shared secret that `setWebhook` was given; the body is not signed."""
        given = call.headers.get(PROOF_HEADER, "").encode("utf-8", "surrogateescape")
        known = [hmac.compare_digest(given, secret.encode()) for secret in secrets if secret]
        if not any(known):
            raise ForgedError("the secret is missing or wrong" if known else "no secret is set")

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """A webhook brings one update a time."""
        return (arriving.arrival(call.body),)

    def read(self, raw: bytes) -> Reading:
        """See `updates`."""
        return updates.read(raw)

    def send(self, parcel: Parcel) -> Sent:
        """Send the text, cut where it is too long, then the files; parts in `parcel.done` are skipped."""
        steps: list[str | ParcelFile] = [*cut(parcel.text), *parcel.attachments]
        if not steps:
            raise RejectedError("there is nothing to send")
        done = list(parcel.done[: len(steps)])
        for step in steps[len(done) :]:
            try:
                done.append(self._send_step(parcel, step, first=not done))
            except RejectedError as error:
                raise _of_many(error, tuple(done)) if self.chat else _with(error, tuple(done)) from None
            except SendError as error:
                raise _with(error, tuple(done)) from None
        return Sent(provider_id=done[0], parts=tuple(done))

    def _send_step(self, parcel: Parcel, step: str | ParcelFile, *, first: bool) -> str:
        to = self._heading(parcel, answering=first)
        if isinstance(step, str):
            result = self.api.tell("sendMessage", {**to, "text": step, **self._quiet_links()})
        else:
            result = self._send_file(to, step)
        message_id = result.get("message_id") if isinstance(result, dict) else None
        if message_id is None:
            raise UnsureError("the answer names no message")
        return str(message_id)

    def _send_file(self, to: dict[str, Any], file: ParcelFile) -> Any:
        photo = file.content_type in {"image/jpeg", "image/png"} and len(file.content) <= 10 * 1024 * 1024
        method, field = ("sendPhoto", "photo") if photo else ("sendDocument", "document")
        form = {
            key: value if isinstance(value, str) else msgspec.json.encode(value).decode()
            for key, value in to.items()
        }
        name = clean_file_name(file.name) or "file"
        return self.api.tell(method, form, uploads={field: (name, file.content, file.content_type)})

    def _heading(self, parcel: Parcel, *, answering: bool) -> dict[str, Any]:
        """Whereto, and under which message. A topic of a forum stands behind the slash of `thread`.

        Raises RejectedError for what is meant for one person and would be read by a group.
        """
        private = parcel.way == PRIVATE
        if private and _is_of_many(parcel.to):
            raise RejectedError("this address is a whole group or channel: nobody reads there alone")
        heading: dict[str, Any] = {"chat_id": _number(parcel.to if private else self.chat or parcel.to)}
        _, slash, topic = parcel.thread.partition("/")
        if slash and topic.isdecimal() and not private:
            heading["message_thread_id"] = int(topic)
        if answering and not private and parcel.in_reply_to.isdecimal():
            heading |= self._answering(int(parcel.in_reply_to))
        return heading

    def _answering(self, message_id: int) -> dict[str, Any]:
        if self.dialect == "bale":
            return {"reply_to_message_id": message_id}
        return {"reply_parameters": {"message_id": message_id, "allow_sending_without_reply": True}}

    def _quiet_links(self) -> dict[str, Any]:
        """No preview of a linked page: Telegram would fetch a resident's tracking page to draw it."""
        return {} if self.dialect == "bale" else {"link_preview_options": {"is_disabled": True}}

    @contextmanager
    def fetch(self, provider_ref: str, *, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """Ask where the file lies, then stream it."""
        found = self.api.ask("getFile", {"file_id": provider_ref})
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or path.startswith("/") or ".." in path:
            raise RejectedError("the file has no path that can be fetched")
        if isinstance(found.get("file_size"), int) and found["file_size"] > max_bytes:
            raise TooLargeError(because("the file is larger than allowed", found["file_size"]))
        with self.api.download(path, max_bytes=max_bytes) as chunks:
            yield chunks

    def check(self) -> list[Finding]:
        """Who the bot is, and how its messages come; of a group, whether it hears and may speak there."""
        if self.chat:
            return findings_of_chat(self.api, _number(self.chat))
        return findings(self.api, polling=self.polling)

    def whereto(self) -> str:
        """The bot's name, as residents look for it."""
        me = self.api.ask("getMe", {})
        name = clean_line(str(me.get("username", ""))) if isinstance(me, dict) else ""
        return f"@{name}" if name else ""

    def collect(self, cursor: str, *, wait_s: float) -> Iterator[Catch]:
        """Long polling: Telegram forgets what lies before the offset of the next call, never earlier."""
        wait = wait_s
        while True:
            raws = self._poll(cursor, wait_s=wait)
            if not raws:
                return
            catch, taken = _catch(raws, cursor)
            yield catch
            if not taken or catch.cursor == cursor:
                return
            cursor, wait = catch.cursor, 0

    def _poll(self, cursor: str, *, wait_s: float) -> list[bytes]:
        params: dict[str, Any] = {"timeout": int(wait_s), "limit": 100, "allowed_updates": list(WANTED)}
        if cursor:
            params["offset"] = int(cursor)
        found = self.api.ask("getUpdates", params, wait_s=wait_s)
        return [msgspec.json.encode(update) for update in found] if isinstance(found, list) else []

    def subscribe(self, url: str, *, secret: str) -> None:
        """Have messages pushed to `url`, `secret` in the header. Raises BusyError or RejectedError."""
        self.api.ask("setWebhook", {"url": url, "secret_token": secret, "allowed_updates": list(WANTED)})

    def unsubscribe(self) -> None:
        """End the pushing; what is waiting stays for polling. Raises BusyError or RejectedError."""
        self.api.ask("deleteWebhook", {"drop_pending_updates": False})

    def subscribed(self, url: str) -> bool:
        """Whether the bot's messages are pushed there, all kinds that we want."""
        hook = self.api.ask("getWebhookInfo", {})
        if not isinstance(hook, dict) or hook.get("url") != url:
            return False
        kinds = hook.get("allowed_updates")
        return self.dialect != "telegram" or (isinstance(kinds, list) and set(WANTED) <= set(kinds))


@dataclass(frozen=True, kw_only=True)
class Gathering(Telegram):
    """A group or a channel: what is said there, everybody reads."""

    def terms(self, standing: Standing, /) -> Terms:
        """In the thread; or in private, where the person has written to the bot alone.

        Who hides behind the group's name has its number: what is sent there, everybody reads.
        """
        hidden = _is_of_many(standing.address)
        if standing.alone and not hidden:
            return Terms(counted="utf16", ways=("thread", PRIVATE), notices=("public",))
        why = "private_hidden" if hidden else "private_unstarted"
        return Terms(counted="utf16", ways=("thread",), notices=("public", why))


def build(account: Account) -> Telegram:
    """The adapter of one endpoint."""
    base = account.settings.get("api_base") or DEFAULT_BASE
    dialect = account.settings.get("dialect") or ("bale" if "bale" in base else "telegram")
    api = BotApi(http=account.http, base=base.rstrip("/"), token=account.secrets.get("token", ""))
    chat = account.settings.get("chat_id", "").strip()
    kind = Gathering if chat else Telegram
    polling = is_yes(account.settings.get("polling", ""))
    return kind(api=api, dialect=dialect, polling=polling, chat=chat)


def _catch(raws: list[bytes], cursor: str) -> tuple[Catch, list[bool]]:
    """The arrivals of one poll; the list gets an entry once they are accepted."""
    taken: list[bool] = []
    arrivals = tuple(_arrival(raw) for raw in raws)
    numbers = [int(arrival.external_id) for arrival in arrivals if arrival.external_id.isdecimal()]
    following = str(max(numbers) + 1) if numbers else cursor
    catch = Catch(arrivals=arrivals, cursor=following, accepted=lambda: taken.append(True))
    return catch, taken


def _arrival(raw: bytes) -> Arrival:
    """An update without a number is named by its content, so that it neither stops the poll nor is lost."""
    try:
        return arriving.arrival(raw)
    except UnreadableError:
        return Arrival(f"sha256:{hashlib.sha256(raw).hexdigest()}", "", raw)


def _with[Error: SendError](error: Error, done: tuple[str, ...]) -> Error:
    error.done = done
    return error


def _of_many(error: RejectedError, done: tuple[str, ...]) -> SendError:
    """A refusal in a group is no person's: nobody becomes unreachable, and a moved group is tried again."""
    if error.moved_to:
        return BusyError(
            because("the group goes on under another number", error.moved_to, error.reason),
            retry_after_s=MOVED_S,
            done=done,
        )
    return RejectedError(error.reason, done=done)


def _is_of_many(address: str) -> bool:
    """Whether it is the number of a group or a channel, or a channel's name: no person's."""
    return address.startswith(("-", "@"))


def _number(address: str) -> int | str:
    """Chat ids are numbers; a channel's @name stays text."""
    return int(address) if address.removeprefix("-").isdecimal() else address
