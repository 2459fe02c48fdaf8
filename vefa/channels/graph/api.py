"""Call the Graph API and say honestly what became of the call.

The token travels in a header, never in an address, so neither a log line nor an error can show it.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from msgspec import Struct

from vefa.channels.cleaning import clean_line
from vefa.channels.gateways import check_gateway
from vefa.channels.graph.codes import Refused, judged
from vefa.channels.port import BusyError, RejectedError, SendError, TooLargeError, UnsureError, because

DEFAULT_BASE = "https://graph.facebook.com/v24.0"
_JSON = "application/json"
REPAIR_PAUSE_S = 300  # a wrong address waits for a person; meanwhile nothing is given up
_FILE_HOSTS = (
    "fbcdn.net", "fbsbx.com", "facebook.com", "cdninstagram.com", "instagram.com", "whatsapp.net",
)  # fmt: skip

type Uploads = dict[str, tuple[str, bytes, str]]
type Params = Mapping[str, str]
type Judge = Callable[[Refused], SendError | None]


class _Error(Struct):
    message: str = ""
    code: int = 0
    error_subcode: int = 0
    is_transient: bool = False
    error_user_msg: str = ""
    error_data: Any = None


class _Answer(Struct):
    error: _Error | None = None


@dataclass(frozen=True, kw_only=True)
class Graph:
    """One account at one server. `judge` knows what a channel's own error codes mean; None: the usual."""

    http: httpx.Client
    token: str
    base: str = DEFAULT_BASE  # scheme, host and version, no slash at the end
    app_secret: str = ""  # proves each call, where the app demands it
    judge: Judge | None = None

    def ask(self, method: str, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The answer to a call that nobody sees and may be repeated. Raises BusyError or RejectedError."""
        try:
            return self._call(method, path, params=dict(params or {}))
        except UnsureError as error:
            raise BusyError(error.reason) from None

    def tell(self, path: str, body: Mapping[str, Any], *, uploads: Uploads | None = None) -> Any:
        """The answer to a call that a resident sees. Raises BusyError, RejectedError or UnsureError."""
        if uploads is None:
            return self._call("POST", path, content=msgspec.json.encode(body), kind=_JSON)
        return self._call("POST", path, data=_form(body), files=uploads)

    def upload(self, path: str, body: Mapping[str, Any], uploads: Uploads) -> Any:
        """Hand over a file that nobody sees yet. Raises BusyError or RejectedError."""
        try:
            return self.tell(path, body, uploads=uploads)
        except UnsureError as error:
            raise BusyError(error.reason) from None

    @contextmanager
    def download(self, url: str, *, max_bytes: int, signed: bool = False) -> Iterator[Iterator[bytes]]:
        """Open a file that the provider keeps, at most `max_bytes`; `signed`: it wants the token.

        Raises BusyError or RejectedError; an address elsewhere is not called at all.
        """
        if not self._is_theirs(url):
            raise RejectedError("the file lies at an address that is not the provider's")
        headers = self._headers() if signed else {}
        try:
            with self.http.stream("GET", url, headers=headers, follow_redirects=False) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise _file_refusal(answer.status_code)
                yield _capped(answer.iter_bytes(), max_bytes)
        except httpx.HTTPError as error:
            raise BusyError(because("the file did not come", type(error).__name__)) from None

    def _is_theirs(self, url: str) -> bool:
        """Only over TLS and only to the provider's houses, or to the server that we talk to anyway."""
        try:
            parts, own = urlsplit(url), urlsplit(self.base)
            host = parts.hostname or ""
            if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
                return True
        except ValueError:
            return False
        plain = not (parts.username or parts.password or parts.port)
        known = any(host == name or host.endswith(f".{name}") for name in _FILE_HOSTS)
        return parts.scheme == "https" and plain and known

    def _headers(self, kind: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | ({"Content-Type": kind} if kind else {})

    def _call(
        self, method: str, path: str, *, params: Params | None = None, kind: str = "", **body: Any
    ) -> Any:
        asked = {**(params or {}), **self._proof()}
        try:
            answer = self.http.request(
                method,
                _address(f"{self.base}/{path.lstrip('/')}"),
                params=asked or None,
                headers=self._headers(kind),
                follow_redirects=False,
                **body,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise BusyError(because("no connection", type(error).__name__)) from None
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as error:
            words = because("the address or the token cannot work", type(error).__name__)
            raise BusyError(words, retry_after_s=REPAIR_PAUSE_S) from None
        except httpx.HTTPError as error:
            raise UnsureError(because("no answer", type(error).__name__)) from None
        return self._result(answer)

    def _proof(self) -> dict[str, str]:
        """`appsecret_proof`, which an app may demand of every call of a server."""
        if not (self.app_secret and self.token):
            return {}
        proof = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        return {"appsecret_proof": proof}

    def _result(self, answer: httpx.Response) -> Any:
        """The result, or the error that the status and the body together mean."""
        found = _decoded(answer)
        error = _error_of(found)
        if error is None and answer.is_success:
            if isinstance(found, dict):
                return found
            raise UnsureError(because("the answer is unreadable", answer.status_code))
        if error is None:
            check_gateway(answer.status_code)
        refused = _refused(answer, error or _Error())
        raise (self.judge and self.judge(refused)) or judged(refused)


@lru_cache(maxsize=64)
def _address(url: str) -> httpx.URL:
    """Read once: most messages go to the same few addresses. Raises httpx.InvalidURL."""
    return httpx.URL(url)


def _decoded(answer: httpx.Response) -> Any:
    try:
        return msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _error_of(found: Any) -> _Error | None:
    try:
        return msgspec.convert(found, _Answer, strict=False).error
    except msgspec.ValidationError:
        return None


def _refused(answer: httpx.Response, error: _Error) -> Refused:
    said = clean_line(error.error_user_msg or error.message)
    details = error.error_data.get("details") if isinstance(error.error_data, dict) else ""
    return Refused(
        status=answer.status_code,
        code=error.code,
        subcode=error.error_subcode,
        said=f"{said} {clean_line(details) if isinstance(details, str) else ''}".strip(),
        transient=error.is_transient,
        pause_s=_pause_s(answer),
    )


def _pause_s(answer: httpx.Response) -> float:
    """Seconds to wait: Retry-After, or the minutes that the usage header estimates; 0 when neither says."""
    header = answer.headers.get("retry-after", "")
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        usage = msgspec.json.decode(
            answer.headers.get("x-business-use-case-usage", "{}"), type=dict[str, list[dict[str, Any]]]
        )
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return 0
    minutes = [one.get("estimated_time_to_regain_access") for many in usage.values() for one in many]
    return 60 * max((float(one) for one in minutes if isinstance(one, int | float)), default=0)


def _form(body: Mapping[str, Any]) -> dict[str, str]:
    """In a form, what is no text travels as JSON."""
    return {
        key: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for key, value in body.items()
    }


def _file_refusal(status: int) -> BusyError | RejectedError:
    if status in {400, 403, 404, 410}:
        return RejectedError(because("the file is gone", status))
    return BusyError(because("the file did not come", status))


def _capped(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    """The same stream, cut off with an error as soon as it grows too long."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise TooLargeError(because("the file is larger than allowed", max_bytes))
        yield chunk
