"""Live screens: `GET /live/desk` tells which cases have changed, as server-sent events.

Only numbers of cases travel here. What may be seen of them is asked for by ordinary requests.
"""

import asyncio
import random

from vefa.web.live import talks
from vefa.web.live.doorman import Doorman, NoAnswerError
from vefa.web.live.hub import END, Hub, Screen
from vefa.web.live.wire import Receive, Scope, Send, begin, finish, header, refuse, until_gone

PATH = "/live/desk"
LONGEST_S = 600.0  # then the browser comes again, and is asked again who it is

_open: list[Hub] = []
_doormen: list[Doorman] = []


async def open() -> None:  # noqa: A001 - the pair of close, always called with its module's name
    """Begin to listen to the database."""
    hub = Hub()
    hub.open()
    _open.append(hub)
    _doormen.append(Doorman())


async def close() -> None:
    """End all streams at once; browsers come back by themselves."""
    while _open:
        await _open.pop().close()
    while _doormen:
        await _doormen.pop().dismiss()


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one screen until it leaves, for ten minutes at most."""
    hub = _open[-1] if _open else None
    if scope["path"].startswith(talks.PATH):
        await talks.stream(scope, receive, send, hub=hub)
        return
    status, staff_id = await _admitted(scope, hub)
    if hub is None or status:
        await refuse(send, status)
        return
    screen = hub.join(header(scope, b"last-event-id"), staff_id)
    leaving = asyncio.create_task(until_gone(receive, screen))
    try:
        await begin(send)
        async with asyncio.timeout(LONGEST_S * random.uniform(0.8, 1.0)):  # noqa: S311 - spreads the returns
            await _pour(screen, send)
    except TimeoutError:
        pass
    finally:
        hub.leave(screen)
        leaving.cancel()
    await finish(send)


async def _pour(screen: Screen, send: Send) -> None:
    while (piece := await screen.next()) != END:
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _admitted(scope: Scope, hub: Hub | None) -> tuple[int, int]:
    """The status of a request that gets no stream, 0 for one that does; and whose it is."""
    if scope["path"].rstrip("/") != PATH:
        return 404, 0
    if scope["method"] != "GET":
        return 405, 0
    if hub is None:
        return 503, 0
    try:
        staff_id = await _doormen[-1].staff_id(header(scope, b"cookie"))
    except NoAnswerError:
        return 503, 0
    return (0, staff_id) if staff_id else (401, 0)
