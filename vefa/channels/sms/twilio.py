"""Twilio: its signature over the address and the parameters, its Messages API, its error codes in words."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import msgspec
from msgspec import structs

from vefa.channels.cleaning import clean_line
from vefa.channels.manners import Answer
from vefa.channels.port import (
    Arrival,
    AttachmentRef,
    BusyError,
    Call,
    Finding,
    ForgedError,
    Form,
    Limits,
    Parcel,
    Reading,
    Receipt,
    RejectedError,
    SendError,
    Sent,
    TooLargeError,
    UnreadableError,
    UnsureError,
    because,
)
from vefa.channels.sms.calling import DEFAULT_PAUSE_S, REPAIR_PAUSE_S, call
from vefa.channels.sms.encoding import normal
from vefa.channels.sms.knocks import arrival, fields, knock_of, reread
from vefa.channels.sms.line import Line, check_sendable
from vefa.channels.sms.twilio_codes import Meaning, meaning
from vefa.kit.saying import Sentence

DEFAULT_BASE = "https://api.twilio.com"
SIGNATURE = "x-twilio-signature"
BODY_DIGEST = "bodySHA256"
TEXT_LENGTH = 1600  # characters of one call
_EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
_STATES = {
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}
MOST_FILES = 10


class _Told(msgspec.Struct):
    """What we read of an answer, good or bad."""

    sid: str = ""
    code: int | None = None
    error_code: int | None = None
    message: str | None = None


@dataclass(frozen=True, kw_only=True)
class Twilio(Line):
    """One number or messaging service (MG…). `secret` is the account's auth token: it signs, and it opens."""

    @property
    def limits(self) -> Limits:
        """Twilio queues what its number cannot send at once."""
        return structs.replace(super().limits, text_length=TEXT_LENGTH)

    @property
    def turkish(self) -> bool:
        """Twilio writes the default alphabet or UCS-2."""
        return False

    @property
    def thanks(self) -> Answer:
        """No answer to the resident from here."""
        return Answer(body=_EMPTY, content_type="text/xml; charset=utf-8")

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """HMAC-SHA1 over the address as Twilio has it and the sorted parameters of a form.

        A body that is no form is signed by its SHA-256 in the address. The address is the one that was
        configured, never the one that a header claims.
        """
        given = call.headers.get(SIGNATURE, "").encode("utf-8", "surrogateescape")
        url = f"{self.account.url}?{call.query}" if call.query else self.account.url
        params = _form(call)
        known = [hmac.compare_digest(given, sign(url, params, one).encode()) for one in secrets if one]
        if not any(known):
            raise ForgedError("the signature is missing or wrong" if known else "no auth token is set")
        _check_digest(call)

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """One message or one step of one of ours; a token stays the same when Twilio tries again."""
        knock = knock_of(call)
        found = fields(knock)
        sid, state = _text(found, "MessageSid", "SmsSid"), _text(found, "MessageStatus")
        if state:
            return (arrival(knock, f"report:{sid}:{state}"[:200], self.lane(_text(found, "To"))),)
        if not _text(found, "From"):
            raise UnreadableError("neither a sender nor a report")
        name = sid or call.headers.get("i-twilio-idempotency-token", "")
        return (arrival(knock, f"message:{name}"[:200] if name else "", self.lane(_text(found, "From"))),)

    def read(self, raw: bytes) -> Reading:
        """See `arrivals`."""
        found = fields(reread(raw))
        if state := _text(found, "MessageStatus"):
            return _report(state, found)
        message = self.message(_text(found, "From"), _text(found, "Body"))
        return structs.replace(message, message_id=_text(found, "MessageSid"), attachments=_files(found))

    def send(self, parcel: Parcel) -> Sent:
        """One call for each 1,600 characters; calls in `parcel.done` are not made again."""
        check_sendable(parcel)
        texts = pieces(normal(parcel.text), TEXT_LENGTH)
        done = list(parcel.done[: len(texts)])
        for text in texts[len(done) :]:
            try:
                done.append(self._send_one(parcel, text, last=len(done) == len(texts) - 1))
            except SendError as error:
                error.done = tuple(done)
                raise
        return Sent(provider_id=done[-1], parts=tuple(done))

    def _send_one(self, parcel: Parcel, text: str, *, last: bool) -> str:
        sender = self.setting("sender")
        form = {"To": parcel.to, "Body": text}
        form |= {"MessagingServiceSid": sender} if sender.startswith("MG") else {"From": sender}
        if last:  # its report is the report of all
            form["StatusCallback"] = f"{self.account.url}?{urlencode({'key': parcel.idempotency_key})}"
        answer = call(self.account.http, "POST", self._url("Messages.json"), data=form, auth=self._key())
        told = _told(answer)
        if answer.is_success and told.sid and not told.error_code:
            return told.sid
        code = told.code or told.error_code or 0
        if answer.is_success and not code:
            raise UnsureError(because("the answer names no message", answer.status_code))
        raise _refusal(answer.status_code, code, clean_line(told.message or "", limit=300))

    @contextmanager
    def fetch(self, provider_ref: str, *, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """A picture of an MMS: Twilio's own address tells where it lies, without a key."""
        if urlsplit(provider_ref)[:2] != urlsplit(self._base())[:2]:
            raise RejectedError("the file lies at an address that is not Twilio's")
        with self._opened(provider_ref) as answer:
            if answer.status_code in {403, 404, 410}:
                raise RejectedError(because("the file is gone", answer.status_code))
            if not answer.is_success:
                raise BusyError(because("the file did not come", answer.status_code))
            yield _capped(answer.iter_bytes(), max_bytes)

    @contextmanager
    def _opened(self, url: str) -> Iterator[httpx.Response]:
        http = self.account.http
        try:
            with http.stream("GET", url, auth=self._key(), follow_redirects=False) as answer:
                if not answer.is_redirect:
                    yield answer
                    return
                where = answer.headers.get("location", "")
            if not _is_theirs(where, self._base()):
                raise RejectedError("the file lies at an address that is not Twilio's")
            with http.stream("GET", where, follow_redirects=False) as found:
                yield found
        except httpx.HTTPError as error:
            raise BusyError(because("the file did not come", type(error).__name__)) from None

    def check(self) -> list[Finding]:
        """Whether the account and its token are good."""
        try:
            answer = call(self.account.http, "GET", f"{self._account_url()}.json", auth=self._key())
        except SendError as error:
            return [
                Finding(ok=False, text=Sentence("Twilio does not answer: %(reason)s.", reason=error.reason))
            ]
        if answer.is_success:
            text = Sentence(
                "Twilio knows the account. Its number must push by POST to %(url)s.", url=self.account.url
            )
            return [Finding(ok=True, text=text)]
        text = Sentence(
            "Twilio refuses the account: the account is AC… of the console, the secret its auth token."
        )
        return [Finding(ok=False, text=text)]

    def _base(self) -> str:
        return self.setting("url", DEFAULT_BASE).rstrip("/")

    def _account_url(self) -> str:
        return f"{self._base()}/2010-04-01/Accounts/{self.setting('account')}"

    def _url(self, resource: str) -> str:
        return f"{self._account_url()}/{resource}"

    def _key(self) -> httpx.BasicAuth:
        return httpx.BasicAuth(self.setting("account"), self.secret("password") or self.secret("secret"))


def sign(url: str, params: Mapping[str, Sequence[str]], token: str) -> str:
    """Twilio's signature: the address, then each parameter's name and values in their order, HMAC-SHA1."""
    told = url + "".join(name + value for name in sorted(params) for value in sorted(set(params[name])))
    return b64encode(hmac.digest(token.encode(), told.encode("utf-8", "replace"), hashlib.sha1)).decode()


def pieces(text: str, length: int) -> list[str]:
    """The text in pieces of at most `length` characters, cut at a blank where there is one."""
    found, rest = [], text.strip()
    while len(rest) > length:
        at = max(rest.rfind("\n", length // 2, length), rest.rfind(" ", length // 2, length))
        at = at if at > 0 else length
        found.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*found, rest]


def _form(call: Call) -> dict[str, list[str]]:
    if not call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        return parse_qs(call.body.decode(), keep_blank_values=True, max_num_fields=200)
    except ValueError as error:  # UnicodeDecodeError is one
        raise ForgedError("no form that Twilio sends") from error


def _check_digest(call: Call) -> None:
    """Raise ForgedError where the address names another body than the one that came, or none."""
    digest = dict(parse_qsl(call.query)).get(BODY_DIGEST, "")
    form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if not digest and (form or not call.body):
        return
    own = hashlib.sha256(call.body).hexdigest()
    if not hmac.compare_digest(digest.encode("utf-8", "surrogateescape"), own.encode()):
        raise ForgedError("the body is not the one that was signed")


def _text(found: Mapping[str, Any], *names: str) -> str:
    return next((str(found[name]) for name in names if found.get(name)), "")


def _report(state: str, found: Mapping[str, Any]) -> Reading:
    """`key` is ours: the report is known by it even before Twilio's own id was written down."""
    code = _text(found, "ErrorCode")
    known = meaning(int(code)) if code.isascii() and code.isdecimal() and len(code) < 8 else Meaning("")
    told = _STATES.get(state.lower(), "delayed")
    sid, to = _text(found, "MessageSid", "SmsSid"), _text(found, "To")
    if not sid:
        raise UnreadableError("a report that names no message")
    receipt = Receipt(
        provider_id=sid, key=_text(found, "key"), state=told, reason=known.text, status=code, recipient=to
    )
    return Reading(form=Form.RECEIPT, receipts=(receipt,))


def _files(found: Mapping[str, Any]) -> tuple[AttachmentRef, ...]:
    count = _text(found, "NumMedia")
    number = min(int(count), MOST_FILES) if count.isascii() and count.isdecimal() and len(count) < 4 else 0
    urls = [(_text(found, f"MediaUrl{at}"), _text(found, f"MediaContentType{at}")) for at in range(number)]
    return tuple(
        AttachmentRef(
            kind="photo" if kind.startswith("image/") else "document", provider_ref=url, content_type=kind
        )
        for url, kind in urls
        if url
    )


def _told(answer: httpx.Response) -> _Told:
    try:
        return msgspec.json.decode(answer.content, type=_Told)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _Told()


def _refusal(status: int, code: int, said: str) -> SendError:
    known = meaning(code)
    number = str(code or status)
    reason = because(known.text, number) if known.text else because("the gateway refuses it", number, said)
    if known.kind == "later":
        return BusyError(reason, retry_after_s=DEFAULT_PAUSE_S)
    if known.kind == "repair" or status in {401, 403, 404}:
        return BusyError(reason, retry_after_s=REPAIR_PAUSE_S)
    return RejectedError(reason, unreachable=known.kind == "gone")


def _is_theirs(where: str, base: str) -> bool:
    """Twilio sends on to its own store, over TLS; a server of tests is itself."""
    parts, own = urlsplit(where), urlsplit(base)
    if parts[:2] == own[:2]:
        return True
    host = parts.hostname or ""
    return parts.scheme == "https" and host.endswith((".twilio.com", ".amazonaws.com", ".twiliocdn.com"))


def _capped(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise TooLargeError(because("the file is larger than allowed", max_bytes))
        yield chunk
