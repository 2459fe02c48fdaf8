"""Call X and say honestly what became of the call.

What an account does (post, write, read its own profile) is signed with OAuth 1.0a: its keys do not end by
themselves, while a token of OAuth 2 ends after two hours and would have to be written down anew each time.
What the application does (its webhooks) takes the bearer token. X names both for these calls.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec
from oauthlib.oauth1 import Client

from vefa.channels.cleaning import clean_line
from vefa.channels.gateways import check_gateway
from vefa.channels.port import BusyError, RejectedError, TooLargeError, UnsureError, because
from vefa.kit.saying import gettext_noop

REPAIR_PAUSE_S = 300  # refused keys or an empty purse wait for a person; meanwhile nothing is given up
WINDOW_S = 900  # X counts in quarters of an hour
_OWN_HOSTS = ("twimg.com", "ton.x.com", "ton.twitter.com")
_SIGNED_HOSTS = ("ton.x.com", "ton.twitter.com")  # pictures in direct messages
_RESETS = (
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
    ("x-user-limit-24hour-remaining", "x-user-limit-24hour-reset"),
    ("x-app-limit-24hour-remaining", "x-app-limit-24hour-reset"),
)
_KEYS = gettext_noop("the keys of the account are wrong or may not do this: see the README of this channel")
_PLAN = (
    "client-not-enrolled",
    "usage-capped",
    "credits",
    "not-authorized-for-resource",
    "oauth1-permissions",
)
# What X tells with 200 of a post or a person that is gone, suspended or closed to us: of that one alone.
_NOT_THERE = frozenset({"resource-not-found", "not-authorized-for-resource", "client-forbidden"})
_DOUBLE = "duplicate content"
_GONE = ("suspended", "blocked")


class Told(msgspec.Struct, frozen=True):
    """An error as X words it, in any of its forms."""

    title: str = ""
    detail: str = ""
    type: str = ""
    reason: str = ""
    errors: tuple["Told", ...] = ()
    message: str = ""

    def words(self) -> str:
        """Everything that it says."""
        own = [self.title, self.detail, self.message, self.reason]
        return clean_line(". ".join([*(word for word in own if word), *(one.words() for one in self.errors)]))

    def kinds(self) -> str:
        """By what name programs know it."""
        return " ".join([self.type, self.reason, *(one.kinds() for one in self.errors)])


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What proves to X who calls; shown by no `repr`."""

    consumer: str
    consumer_secret: str
    access: str
    access_secret: str
    bearer: str

    def __repr__(self) -> str:
        return "Keys(…)"


@dataclass(frozen=True, kw_only=True)
class XApi:
    """One account of one application."""

    http: httpx.Client
    base: str  # scheme and host, no slash at the end
    keys: Keys

    @property
    def account(self) -> str:
        """The account's number, which its access token begins with; "" where it does not."""
        number = self.keys.access.partition("-")[0]
        return number if number.isascii() and number.isdecimal() else ""

    def tell(self, path: str, body: Mapping[str, Any]) -> Any:
        """`data` of a call that people see. Raises BusyError, RejectedError or UnsureError."""
        return self._call("POST", path, self._signed("POST", path), body)

    def ask(self, path: str, *, method: str = "GET") -> Any:
        """`data` of a call on behalf of the account that may be repeated. Raises BusyError, RejectedError."""
        return _repeatable(lambda: self._call(method, path, self._signed(method, path), None))

    def manage(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """`data` of a call on behalf of the application. Raises BusyError or RejectedError."""
        headers = {"authorization": f"Bearer {self.keys.bearer}"}
        return _repeatable(lambda: self._call(method, path, headers, body))

    @contextmanager
    def download(self, url: str, *, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """Open a picture that X keeps, as a stream of at most `max_bytes`."""
        try:
            host = httpx.URL(url).host
        except httpx.InvalidURL:
            raise RejectedError("the address of the file is none") from None
        own = httpx.URL(self.base).host
        if not (host == own or any(host == one or host.endswith(f".{one}") for one in _OWN_HOSTS)):
            raise RejectedError("the file does not lie at X")
        headers = self._signed("GET", url, whole=True) if host in (*_SIGNED_HOSTS, own) else {}
        try:
            with self.http.stream("GET", url, headers=headers, follow_redirects=False) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise _file_refusal(answer)
                yield _capped(answer.iter_bytes(), max_bytes)
        except httpx.HTTPError as error:
            raise BusyError(because("the file did not come", type(error).__name__)) from None

    def _signed(self, method: str, path: str, *, whole: bool = False) -> dict[str, str]:
        """The header of OAuth 1.0a; a body of JSON is not part of what is signed."""
        client = Client(
            self.keys.consumer,
            client_secret=self.keys.consumer_secret,
            resource_owner_key=self.keys.access,
            resource_owner_secret=self.keys.access_secret,
        )
        _, headers, _ = client.sign(path if whole else self.base + path, http_method=method)
        return {"authorization": str(headers["Authorization"])}

    def _call(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Any:
        try:
            answer = self.http.request(
                method,
                self.base + path,
                headers=dict(headers),
                json=dict(body) if body is not None else None,
                follow_redirects=False,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise BusyError(because("no connection", type(error).__name__)) from None
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL):
            raise BusyError("the address of X cannot work", retry_after_s=REPAIR_PAUSE_S) from None
        except httpx.HTTPError as error:
            raise UnsureError(because("no answer from X", type(error).__name__)) from None
        return _data(answer)


def _repeatable(call: Any) -> Any:
    try:
        return call()
    except UnsureError as error:
        raise BusyError(error.reason) from None


def _data(answer: httpx.Response) -> Any:
    """`data`, or the error that status and body together mean."""
    if not answer.is_success:
        check_gateway(answer.status_code)
        raise _refusal(answer)
    try:
        found = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict) or found.get("data") is None:
        told = _told(answer)
        if told.errors and all(one.type.rpartition("/")[2] in _NOT_THERE for one in told.errors):
            raise RejectedError(because("X refuses it", told.words()))
        raise UnsureError(because("the answer is unreadable", answer.status_code))
    return found["data"]


def _refusal(answer: httpx.Response) -> BusyError | RejectedError:
    """Which errors pass with time, which need a person, which are final."""
    told, status = _told(answer), answer.status_code
    theirs = f"{status} {told.words()}".strip()
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return BusyError(because("too many requests at once", theirs), retry_after_s=_pause_s(answer))
    if status >= 500:
        return BusyError(because("broken there for now", theirs), retry_after_s=_named_pause_s(answer))
    kinds = told.kinds().lower()
    if status in {401, 402} or status < 400 or any(sign in kinds for sign in _PLAN):
        return BusyError(because(_KEYS, theirs), retry_after_s=REPAIR_PAUSE_S)
    said = theirs.lower()
    if _DOUBLE in said:
        return RejectedError("X has this very text from us already: look there before it is sent again")
    if status == 403 and any(sign in said for sign in _GONE):
        return RejectedError(because("this person takes no messages now", theirs), unreachable=True)
    return RejectedError(because("X refuses it", theirs))


def _told(answer: httpx.Response) -> Told:
    try:
        return msgspec.json.decode(answer.content, type=Told, strict=False)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Told()


def _pause_s(answer: httpx.Response) -> float:
    """Seconds until the limit that is used up begins anew, by X's clock; a window where it says nothing."""
    named = _named_pause_s(answer)
    if named:
        return named
    now = _moment(answer)
    resets = [
        answer.headers[reset]
        for remaining, reset in _RESETS
        if answer.headers.get(remaining, "0") == "0" and answer.headers.get(reset, "").isdecimal()
    ]
    if now is None or not resets:
        return WINDOW_S
    return max(1.0, max(float(reset) for reset in resets) - now.timestamp())


def _named_pause_s(answer: httpx.Response) -> float:
    header = answer.headers.get("retry-after", "")
    return float(header) if header.isdecimal() else 0


def _moment(answer: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return None


def _file_refusal(answer: httpx.Response) -> BusyError | RejectedError:
    status = answer.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        return BusyError(because("the file did not come", status), retry_after_s=_named_pause_s(answer))
    return RejectedError(because("the file is not there", status))


def _capped(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise TooLargeError(because("the file is larger than allowed", max_bytes))
        yield chunk
