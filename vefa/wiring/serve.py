"""One port, four doors: hooks and live screens raw for speed, health for machines, Django for the pages."""

import asyncio
import os
import signal
from typing import cast

from django.core.wsgi import get_wsgi_application

from vefa.web.hooks import receive as hooks
from vefa.web.hooks import zammad
from vefa.web.live import stream as live
from vefa.wiring.asgi import Receive, Scope, Send
from vefa.wiring.bodies import Room, limit_of
from vefa.wiring.health import Physician
from vefa.wiring.pages import Pages, Wsgi

THREADS = 8

health = Physician()
pages = Pages(cast("Wsgi", get_wsgi_application()), threads=THREADS, limit=limit_of, room=Room())
_farewells: set[asyncio.Task[None]] = set()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request to its door."""
    path = scope.get("path", "")
    if scope["type"] == "lifespan":
        await _live_through(receive, send)
    elif path.startswith("/hooks/"):
        await hooks.receive(scope, receive, send)
    elif path.startswith(zammad.PATH):
        await hooks.receive(zammad.as_hook(scope), receive, send)
    elif path.startswith("/live/"):
        await live.stream(scope, receive, send)
    elif path == "/healthz":
        await health(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _live_through(receive: Receive, send: Send) -> None:
    """Open the doors, wait for the end, close them."""
    await receive()
    await hooks.open()
    await live.open()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _say_goodbye)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await hooks.close()
    await health.close()
    pages.close()
    await send({"type": "lifespan.shutdown.complete"})


def _say_goodbye() -> None:
    """End the open streams first: the server waits for every connection, and a stream never ends by itself.

    Then it hears SIGINT, which it takes like SIGTERM.
    """

    async def leave() -> None:
        await live.close()
        os.kill(os.getpid(), signal.SIGINT)

    task = asyncio.get_running_loop().create_task(leave())
    _farewells.add(task)
    task.add_done_callback(_farewells.discard)
