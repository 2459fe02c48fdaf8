"""Call a gateway over HTTP and say honestly what became of the call.

A password that travels in a query stands in the request target only: httpx, its log and its errors know no
more than the host.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from vefa.channels.gateways import check_gateway
from vefa.channels.port import BusyError, UnsureError, because

REPAIR_PAUSE_S = 300  # a refused password or a wrong address waits for a person; nothing is given up
DEFAULT_PAUSE_S = 5


def call(
    http: httpx.Client, method: str, url: str, *, query: Mapping[str, str] | None = None, **more: Any
) -> httpx.Response:
    """The gateway's answer, any status below 500 but 429. Raises BusyError or UnsureError."""
    try:
        address = httpx.URL(url)
        target = _target(address, query or {})
        base = address.copy_with(raw_path=b"/")
        extensions = {"target": target}
        answer = http.request(method, base, follow_redirects=False, extensions=extensions, **more)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise BusyError(because("no connection", type(error).__name__)) from None
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as error:
        raise BusyError(because("the address cannot work", error), retry_after_s=REPAIR_PAUSE_S) from None
    except httpx.HTTPError as error:
        raise UnsureError(because("no answer", type(error).__name__)) from None
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise BusyError(
            because("too many requests at once", 429), retry_after_s=_pause_s(answer) or DEFAULT_PAUSE_S
        )
    check_gateway(answer.status_code)
    if answer.status_code >= 500:
        raise BusyError(because("broken there", answer.status_code), retry_after_s=_pause_s(answer))
    if answer.is_redirect:
        raise BusyError(because("the address has moved", answer.status_code), retry_after_s=REPAIR_PAUSE_S)
    return answer


def _target(address: httpx.URL, query: Mapping[str, str]) -> bytes:
    path, mark, own = address.raw_path.partition(b"?")
    given = urlencode(query).encode()
    whole = b"&".join(part for part in (own if mark else b"", given) if part)
    return path + (b"?" + whole if whole else b"")


def _pause_s(answer: httpx.Response) -> float:
    """Seconds from the Retry-After header, 0 where it names none."""
    header = answer.headers.get("retry-after", "")
    return float(header) if header.isascii() and header.isdigit() else 0
