"""The bridge from the event loop to Django's pages, which run as WSGI in a few threads.

Unlike the usual bridges it takes a request in whole before it occupies a thread (a slow sender holds up
nobody), and gives a small answer back in one step (hopping between loop and thread cost as much as a page).
"""

import asyncio
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from a2wsgi.asgi_typing import HTTPScope
from a2wsgi.wsgi import Body, build_environ

from vefa.wiring.asgi import Message, Receive, Scope, Send, answer_text
from vefa.wiring.bodies import (
    CrowdedError,
    GoneError,
    Room,
    SlowError,
    TooLargeError,
    declared,
    take_in,
    who_sends,
)

IN_MEMORY = 512 * 1024  # bytes of a request that are not worth a file
PIECE = 256 * 1024  # bytes of an answer that are sent at once
RETRY_S = 120

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]


REFUSALS = {
    TooLargeError: (413, "This is too large to be taken in.\n"),
    SlowError: (408, "It came too slowly, or not at all. Please try again.\n"),
    CrowdedError: (503, "Very much is coming in just now. Please try again in a few minutes.\n"),
}


@dataclass
class Reply:
    """The answer of one request: its head, and what has not been sent yet."""

    head: Message = field(default_factory=dict)
    rest: bytearray = field(default_factory=bytearray)

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> None:
        """WSGI's `start_response`; until something is sent, a later call replaces an earlier one."""
        pairs = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
        self.head = {"type": "http.response.start", "status": int(status[:3]), "headers": pairs}


class Pages:
    """An ASGI application around a WSGI application. `limit` says how much a page takes, by its path."""

    def __init__(self, app: Wsgi, *, threads: int, limit: Callable[[str], int], room: Room) -> None:
        self._app = app
        self._limit, self._room = limit, room
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="pages")

    def close(self) -> None:
        """Let the threads finish what they have begun."""
        self._threads.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body, self._room.hold(who_sends(scope)) as held:
            limit = self._limit(scope["path"])
            try:
                if declared(scope) > limit:
                    raise TooLargeError
                size = await take_in(cast("BinaryIO", body), receive, limit=limit, held=held)
            except GoneError:
                return
            except tuple(REFUSALS) as error:
                status, text = REFUSALS[type(error)]
                await answer_text(
                    send, status=status, text=text, retry_after_s=RETRY_S if status == 503 else 0
                )
                return
            environ = _environ(scope, body, size)
            loop = asyncio.get_running_loop()
            reply = await loop.run_in_executor(self._threads, self._run, environ, _from_thread(loop, send))
            if reply.head:
                await send(reply.head)
            await send({"type": "http.response.body", "body": bytes(reply.rest)})

    def _run(self, environ: Environ, push: Callable[[Message], None]) -> Reply:
        """In a thread: run the application; a large answer leaves piece by piece, the last is returned."""
        reply = Reply()
        chunks = self._app(environ, reply.start)
        try:
            for chunk in chunks:
                reply.rest += chunk
                if len(reply.rest) >= PIECE:
                    if reply.head:
                        push(reply.head)
                        reply.head = {}
                    push({"type": "http.response.body", "body": bytes(reply.rest), "more_body": True})
                    reply.rest.clear()
        finally:
            getattr(chunks, "close", lambda: None)()
        return reply


def _environ(scope: Scope, body: SpooledTemporaryFile[bytes], size: int) -> Environ:
    environ: Environ = dict(build_environ(cast("HTTPScope", scope), cast("Body", body)))
    environ["CONTENT_LENGTH"] = str(size)  # known by now, also where the request came in chunks
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["wsgi.errors"] = sys.stderr
    return environ


def _from_thread(loop: asyncio.AbstractEventLoop, send: Send) -> Callable[[Message], None]:
    """A `send` for threads: it returns when the loop has taken the piece, so memory stays bounded."""

    async def forward(message: Message) -> None:
        await send(message)

    def push(message: Message) -> None:
        asyncio.run_coroutine_threadsafe(forward(message), loop).result()

    return push
