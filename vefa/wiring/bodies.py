"""How much of a request is taken in before anybody asks who sends it.

A page that takes no files gets a small form at most. Those that do may get large ones, which lie in the
folder for temporary files until they are answered; so what all of them hold together is bounded, and what one
caller holds, and a body that does not come forward is let go.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings

from vefa.web.ui.proxies import LOOPBACK, caller_of, network
from vefa.wiring.asgi import Receive, Scope

MEGABYTE = 1_000_000
SMALL = (
    3 * MEGABYTE
)  # of a form without files; Django takes no longer words than `DATA_UPLOAD_MAX_MEMORY_SIZE`
SLACK = 5 * MEGABYTE  # for what stands beside the files
# How many files of the largest size one form carries, by the beginning of its address.
FILES = {
    "/report/what": 5, "/report/send": 5, "/r/": 5, "/chat": 5,
    "/desk/cases/": 10, "/desk/new": 10, "/desk/batch": 10,
}  # fmt: skip
UNCOUNTED = 64 * 1024  # bytes that any form may hold
MOST_AT_ONCE = 1_000 * MEGABYTE  # of all bodies that are being taken in or answered in this process
SHARE = 3  # one caller holds no more than this part of it
STALLED_S = 60  # without a further piece
PACE = 4 * 1024  # bytes a second, on the average, that a large body must come with


class TooLargeError(Exception):
    """The request's body exceeds the limit of its page."""


class GoneError(Exception):
    """The client left before its request was complete."""


class SlowError(Exception):
    """The body does not come forward."""


class CrowdedError(Exception):
    """Others are sending so much that this has no room now."""


class Room:
    """Bytes that are held for requests: of each caller, and of all."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most, self._held = most, Counter[str]()

    @contextmanager
    def hold(self, who: str) -> Iterator["Held"]:
        """A place for one request, empty at first."""
        held = Held(self, who)
        try:
            yield held
        finally:
            self._held[who] -= held.counted
            self._held += Counter()  # forgets whoever holds nothing

    def take(self, who: str, count: int) -> None:
        """Raises CrowdedError where there is no room for so many bytes more."""
        own = self._held[who] + count
        if self._held.total() + count > self._most or (who not in LOOPBACK and own > self._most // SHARE):
            raise CrowdedError
        self._held[who] = own


class Held:
    """What is held for one request."""

    def __init__(self, room: Room, who: str) -> None:
        self._room, self._who, self.counted = room, who, 0

    def grow(self, size: int) -> None:
        """The body has this size by now. Raises CrowdedError."""
        more = max(0, size - UNCOUNTED) - self.counted
        if more > 0:
            self._room.take(self._who, more)
            self.counted += more


def limit_of(path: str) -> int:
    """Bytes of a request to this page."""
    files = next((most for start, most in FILES.items() if path.startswith(start)), 0)
    return settings.UPLOAD_LIMIT_MB * MEGABYTE * files + SLACK if files else SMALL


def who_sends(scope: Scope) -> str:
    """The network of whoever sends, behind proxies that we trust."""
    near = (scope.get("client") or ("", 0))[0]
    said = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    found = caller_of(near, said.decode("latin1"))
    return found if found in LOOPBACK else network(found)


async def take_in(body: BinaryIO, receive: Receive, *, limit: int, held: Held) -> int:
    """Read the whole request; its size in bytes. Raises TooLargeError, GoneError, SlowError, CrowdedError."""
    size, more, began = 0, True, time.monotonic()
    while more:
        try:
            message = await asyncio.wait_for(receive(), STALLED_S)
        except TimeoutError as error:
            raise SlowError from error
        if message["type"] == "http.disconnect":
            raise GoneError
        piece = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(piece)
        if size > limit:
            raise TooLargeError
        held.grow(size)
        if size / PACE < time.monotonic() - began - STALLED_S:
            raise SlowError
        body.write(piece)
    body.seek(0)
    return size


def declared(scope: Scope) -> int:
    """How long the request says that it is; 0 where it does not say so."""
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(said) if said.isdigit() and len(said) < 20 else 0
