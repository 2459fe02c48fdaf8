"""When an access token ends: the provider tells who asks, and warns nobody by itself.

https://developers.facebook.com/docs/graph-api/reference/debug_token, read in November 2026.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from vefa.channels.graph.api import Graph
from vefa.channels.port import Finding, RejectedError, SendError
from vefa.kit.saying import Sentence

_ENDS = ("expires_at", "data_access_expires_at")


def as_app(graph: Graph, app_id: str) -> Graph:
    """The app itself speaks with its number and its secret. Raises RejectedError where that is missing."""
    if not graph.app_secret:
        raise RejectedError("the app secret is missing: it is needed to say where to push")
    return replace(graph, token=f"{app_id}|{graph.app_secret}", app_secret="")


def ends(asking: Graph, token: str) -> datetime | None:
    """When the token ends, UTC; None: never. Raises BusyError, and RejectedError where it has ended."""
    found = asking.ask("GET", "debug_token", {"input_token": token}).get("data")
    data: dict[str, Any] = found if isinstance(found, dict) else {}
    if data.get("is_valid") is False:
        raise RejectedError("the access token is not good any more: connect the account again")
    return min((one for name in _ENDS if (one := _moment(data.get(name)))), default=None)


def finding(asking: Graph, token: str) -> Finding:
    """The same in words. Never raises."""
    try:
        end = ends(asking, token)
    except SendError as error:
        return Finding(ok=False, text=Sentence("The token was looked at: %(reason)s.", reason=error.reason))
    if end is None:
        return Finding(ok=True, text=Sentence("The token does not expire."))
    words = Sentence("The token expires on %(ends)s UTC; renew it before.", ends=f"{end:%Y-%m-%d at %H:%M}")
    return Finding(ok=True, text=words)


def _moment(seconds: Any) -> datetime | None:
    """Seconds since 1970; 0 for a token that never ends."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
