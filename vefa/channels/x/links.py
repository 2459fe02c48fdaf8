"""The address of a post, as people copy it."""

import json
import re
from datetime import datetime

from msgspec import Struct

from vefa.channels.manners import Copied
from vefa.channels.port import Arrival

_POST = re.compile(
    r"(?:https?://)?(?:www\.|mobile\.|m\.)?(?:x|twitter|fxtwitter|vxtwitter)\.com"
    r"/(?P<handle>@?\w{1,50}|i/web)/status(?:es)?/(?P<number>[0-9]{1,19})(?:[/?#].*)?",
    re.IGNORECASE | re.ASCII,
)


class Link(Struct, frozen=True):
    """Which post, and whose; X leads everybody to it by the number alone."""

    number: str
    handle: str


def post_in(text: str) -> Link | None:
    """The post that an address names; None where it is no address of a post."""
    found = _POST.fullmatch(text.strip())
    if found is None:
        return None
    handle = found["handle"].lstrip("@")
    return Link(number=found["number"], handle="" if handle.lower() in {"i", "i/web"} else handle)


def copied(given: Copied) -> Arrival | None:
    """A post that a person copied, under the id that it would be pushed with; None for another network's."""
    link = post_in(given.link)
    if link is None:
        return None
    handle = given.author.strip().lstrip("@") or link.handle
    said = {
        "link": given.link.strip(),
        "author": handle,
        "text": given.text,
        "language": given.language,
        "said_at": _written(given.said_at),
    }
    raw = json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False).encode()
    return Arrival(link.number, f"@{handle.lower()}" if handle else "", raw)


def _written(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
