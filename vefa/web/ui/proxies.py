"""Who stands between us and a caller: what a trusted proxy says of address and encryption is believed.

Vefa ends no TLS itself. The proxy that does says so in `X-Forwarded-Proto` and names the caller in
`X-Forwarded-For`; from anybody else both words are only words.
"""

import logging
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

LOOPBACK = frozenset({"127.0.0.1", "::1", ""})

log = logging.getLogger(__name__)


class ProxyMiddleware:
    """Marks a request as encrypted where a trusted proxy says that it came so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What Django reads the scheme from is set before anything asks for it."""
        said = request.META.get("HTTP_X_FORWARDED_PROTO", "")
        if not is_proxy(request.META.get("REMOTE_ADDR", "")):
            if said or "HTTP_X_FORWARDED_FOR" in request.META:
                _wonder(settings.PUBLIC_URL)
        elif said:
            encrypted = said.rpartition(",")[2].strip().lower() == "https"
            request.META["wsgi.url_scheme"] = "https" if encrypted else "http"
        return self._get_response(request)


def caller(request: HttpRequest) -> str:
    """The address of whoever asks; behind proxies that we trust, the last one that none of them has."""
    return caller_of(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""))


def caller_of(near: str, forwarded: str) -> str:
    """The same from the nearest address and what it says in `X-Forwarded-For`."""
    if not is_proxy(near):
        return near
    seen = [said.strip() for said in forwarded.split(",") if said.strip()]
    return next((said for said in reversed(seen) if not is_proxy(said)), seen[-1] if seen else near)


def network(address: str) -> str:
    """What one household or office commonly has: 256 addresses of IPv4, 2^64 of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, 24 if found.version == 4 else 64), strict=False))


def is_proxy(address: str) -> bool:
    """Whether what this address says about others is believed: this machine, and what VEFA_PROXIES names."""
    return address in LOOPBACK or _named(address, tuple(settings.PROXIES))


@lru_cache(maxsize=4096)
def _named(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(found) in LOOPBACK or any(found in network for network in networks)


@lru_cache(maxsize=1)
def _wonder(public_url: str) -> None:
    """Say once that somebody speaks as a proxy and is not known as one: likely a setting was forgotten."""
    log.warning(
        "A request says that it passed a proxy which VEFA_PROXIES does not name; that is not believed. If %s "
        "is served by a proxy on another machine, name its address there: docs/operate.md",
        public_url,
    )
