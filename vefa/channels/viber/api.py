"""Call Viber and say honestly what became of the call. It answers 200 and keeps the truth in `status`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from vefa.channels.cleaning import clean_line
from vefa.channels.gateways import check_gateway
from vefa.channels.port import BusyError, RejectedError, TooLargeError, UnsureError, because

REPAIR_PAUSE_S = 300  # a refused token waits for a person; meanwhile nothing is given up
RATE_PAUSE_S = 30
_OK, _TOO_MANY = 0, 12
_REPAIR = frozenset({2, 7, 8, 9, 10, 15, 23, 24})
_GONE = frozenset({5, 6, 11})
_GENERAL = 25  # this and above have no meaning of their own


class Told(msgspec.Struct, frozen=True):
    """What every answer has in common."""

    status: int
    status_message: str = ""


@dataclass(frozen=True, kw_only=True)
class ViberApi:
    """One bot; the token travels in a header, which no log line shows."""

    http: httpx.Client
    base: str  # scheme and host, no slash at the end
    token: str

    def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a call that may be repeated. Raises BusyError or RejectedError."""
        try:
            return self.tell(method, params)
        except UnsureError as error:
            raise BusyError(error.reason) from None

    def tell(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a call that a resident sees. Raises BusyError, RejectedError or UnsureError."""
        try:
            answer = self.http.post(
                f"{self.base}/pa/{method}",
                json=dict(params),
                headers={"X-Viber-Auth-Token": self.token},
                follow_redirects=False,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise BusyError(because("no connection", type(error).__name__)) from None
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL):
            raise BusyError("the address of Viber cannot work", retry_after_s=REPAIR_PAUSE_S) from None
        except httpx.HTTPError as error:
            raise UnsureError(because("no answer", method, type(error).__name__)) from None
        return _result(answer, method)

    @contextmanager
    def download(self, url: str, *, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """Open a file that Viber keeps, as a stream of at most `max_bytes`."""
        try:
            host, own = httpx.URL(url).host, httpx.URL(self.base).host
        except httpx.InvalidURL:
            raise RejectedError("the address of the file is none") from None
        if host != own and not host.endswith(".viber.com"):
            raise RejectedError("the file does not lie at Viber")
        try:
            with self.http.stream("GET", url, follow_redirects=False) as answer:
                if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.status_code >= 500:
                    raise BusyError(because("the file did not come", answer.status_code))
                if answer.status_code != httpx.codes.OK:
                    raise RejectedError(because("the file is not there", answer.status_code))
                yield _capped(answer.iter_bytes(), max_bytes)
        except httpx.HTTPError as error:
            raise BusyError(because("the file did not come", type(error).__name__)) from None


def _result(answer: httpx.Response, method: str) -> dict[str, Any]:
    """The answer, or the error that HTTP's status and Viber's own mean together."""
    if not answer.is_success:
        check_gateway(answer.status_code)
        raise _refused(answer)
    try:
        found = msgspec.json.decode(answer.content)
        told = msgspec.convert(found, Told, strict=False)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise UnsureError(because("the answer is unreadable", method)) from None
    if told.status != _OK:
        raise _refusal(told)
    return dict(found)


def _refused(answer: httpx.Response) -> BusyError | RejectedError:
    status = answer.status_code
    pause = answer.headers.get("retry-after", "")
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        return BusyError(
            because("broken there for now", status), retry_after_s=float(pause) if pause.isdecimal() else 0
        )
    if status in {401, 403, 404} or status < 400:
        return BusyError(because("the token or the address is wrong", status), retry_after_s=REPAIR_PAUSE_S)
    return RejectedError(because("Viber refuses it", status))


def _refusal(told: Told) -> BusyError | RejectedError:
    """Which of Viber's refusals pass with time, which need a person, which are final."""
    theirs = f"{told.status} {clean_line(told.status_message)}".strip()
    reason = because("Viber refuses it", theirs)
    if told.status == _TOO_MANY:
        return BusyError(because("too many requests at once", theirs), retry_after_s=RATE_PAUSE_S)
    if told.status in _REPAIR:
        return BusyError(
            because("the token or the bot's account is wrong", theirs), retry_after_s=REPAIR_PAUSE_S
        )
    if told.status >= _GENERAL or told.status < 0:
        return BusyError(reason)
    if told.status in _GONE:
        return RejectedError(because("this person takes no messages now", theirs), unreachable=True)
    return RejectedError(reason)


def _capped(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise TooLargeError(because("the file is larger than allowed", max_bytes))
        yield chunk
