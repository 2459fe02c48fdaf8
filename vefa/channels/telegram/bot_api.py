"""Call the Bot API and say honestly what became of the call.

The token never stands in a URL that httpx knows: it travels as the request target only, so neither a log line
nor an error can show it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from vefa.channels.cleaning import clean_line
from vefa.channels.gateways import check_gateway
from vefa.channels.port import BusyError, RejectedError, TooLargeError, UnsureError, because
from vefa.channels.telegram.shapes import Answer

REPAIR_PAUSE_S = 300  # a refused token or a wrong address waits for a person; meanwhile nothing is given up
DEFAULT_PAUSE_S = 5
_GONE = (
    "chat not found",
    "user is deactivated",
    "user not found",
    "peer_id_invalid",
    "have no rights to send",
)
_TOO_BIG = ("file is too big",)

type Uploads = dict[str, tuple[str, bytes, str]]


@dataclass(frozen=True, kw_only=True)
class BotApi:
    """One bot at one server."""

    http: httpx.Client
    base: str  # scheme, host and an optional path, no slash at the end
    token: str

    def ask(self, method: str, params: Mapping[str, Any], *, wait_s: float = 0) -> Any:
        """The result of a call that nobody sees and may be repeated. Raises BusyError or RejectedError."""
        try:
            return self._call(method, wait_s=wait_s, json=dict(params))
        except UnsureError as error:
            raise BusyError(error.reason) from None

    def tell(self, method: str, params: Mapping[str, Any], *, uploads: Uploads | None = None) -> Any:
        """The result of a call that a resident sees. Raises BusyError, RejectedError or UnsureError."""
        if uploads is None:
            return self._call(method, json=dict(params))
        return self._call(method, data=dict(params), files=uploads)

    @contextmanager
    def download(self, path: str, *, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """Open a file that `getFile` named, as a stream of at most `max_bytes`."""
        target = self._target(f"file/bot{self.token}/{quote(path)}")
        try:
            with self.http.stream(
                "GET", self.base, timeout=self._timeout(), extensions={"target": target}
            ) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise _file_refusal(answer.status_code)
                yield _capped(answer.iter_bytes(), max_bytes)
        except httpx.HTTPError as error:
            raise BusyError(because("the file did not come", type(error).__name__)) from None

    def _timeout(self, wait_s: float = 0) -> httpx.Timeout:
        """The client's own patience, longer by what the call itself may wait."""
        usual = self.http.timeout
        read_s = None if usual.read is None else usual.read + wait_s
        return httpx.Timeout(connect=usual.connect, read=read_s, write=usual.write, pool=usual.pool)

    def _target(self, path: str) -> bytes:
        return httpx.URL(self.base).raw_path.rstrip(b"/") + b"/" + path.encode()

    def _call(self, method: str, *, wait_s: float = 0, **body: Any) -> Any:
        target = self._target(f"bot{self.token}/{method}")
        try:
            answer = self.http.post(
                self.base,
                timeout=self._timeout(wait_s),
                follow_redirects=False,
                extensions={"target": target},
                **body,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise BusyError(because("no connection", type(error).__name__)) from None
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise BusyError(because("the address cannot work", error), retry_after_s=REPAIR_PAUSE_S) from None
        except httpx.HTTPError as error:
            raise UnsureError(because("no answer", method, type(error).__name__)) from None
        return _result(answer, method)


def _result(answer: httpx.Response, method: str) -> Any:
    """The result, or the error that the status and the body together mean."""
    told = _body(answer)
    if told is not None and told.ok and answer.is_success:
        return told.result
    status = told.error_code if told and told.error_code else answer.status_code
    said = clean_line(told.description) if told else ""
    if answer.is_success and (told is None or not told.error_code):
        raise UnsureError(because("the answer is unreadable", method, answer.status_code))
    check_gateway(status)
    raise _refusal(status, said, pause_s=_pause_s(answer, told), moved_to=_moved_to(told))


def _body(answer: httpx.Response) -> Answer | None:
    try:
        return msgspec.json.decode(answer.content, type=Answer)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _refusal(status: int, said: str, *, pause_s: float, moved_to: str) -> BusyError | RejectedError:
    """Which errors pass with time, which need a person, which are final."""
    theirs = f"{status} {said}".strip()
    reason = because("Telegram refuses it", theirs)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return BusyError(
            because("too many requests at once", theirs), retry_after_s=pause_s or DEFAULT_PAUSE_S
        )
    if status >= 500:
        return BusyError(because("broken there for now", theirs), retry_after_s=pause_s)
    if status in {401, 404} or status < 400:
        hint = because("the bot token or the API address is wrong", theirs)
        return BusyError(hint, retry_after_s=REPAIR_PAUSE_S)
    if status == httpx.codes.CONFLICT:
        return BusyError(reason, retry_after_s=DEFAULT_PAUSE_S)
    gone = status == httpx.codes.FORBIDDEN or any(sign in said.lower() for sign in _GONE)
    if any(sign in said.lower() for sign in _TOO_BIG):
        return TooLargeError(because("the file is larger than allowed", theirs))
    if gone:
        reason = because("this person or group cannot be reached any more", theirs)
    return RejectedError(reason, unreachable=gone and not moved_to, moved_to=moved_to)


def _pause_s(answer: httpx.Response, told: Answer | None) -> float:
    """Seconds to wait, from the body or from the Retry-After header; 0 when neither says."""
    if told and told.parameters.retry_after > 0:
        return told.parameters.retry_after
    header = answer.headers.get("retry-after", "")
    return float(header) if header.isascii() and header.isdigit() else 0


def _moved_to(told: Answer | None) -> str:
    chat_id = told.parameters.migrate_to_chat_id if told else None
    return "" if chat_id is None else str(chat_id)


def _file_refusal(status: int) -> BusyError | RejectedError:
    if status in {400, 403, 404, 410}:
        return RejectedError(because("the file is gone", status))
    return BusyError(because("the file did not come", status), retry_after_s=DEFAULT_PAUSE_S)


def _capped(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    """The same stream, cut off with an error as soon as it grows too long."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise TooLargeError(because("the file is larger than allowed", max_bytes))
        yield chunk
