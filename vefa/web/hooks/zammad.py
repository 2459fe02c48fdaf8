"""The address at which Zammad's telephone clients knock, led to our door.

`POST /api/v1/cti/<token>` (docs.zammad.org, Generic CTI): there the token alone says who calls. With us it is
`<endpoint key>.<secret>`, so that clients that know only a host and a token work as they are.
"""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlencode

PATH = "/api/v1/cti/"
CHANNEL = "telephony"

Scope = MutableMapping[str, Any]


def as_hook(scope: Scope) -> Scope:
    """The same request as if it came to `/hooks/telephony/<endpoint key>?token=<secret>`."""
    key, _, secret = str(scope["path"]).removeprefix(PATH).strip("/").partition(".")
    query = urlencode({"token": secret}).encode()
    return {**scope, "path": f"/hooks/{CHANNEL}/{key}", "query_string": query}
