"""Live chats: `GET /live/chat/<reference>/<secret>` tells a resident that something was said.

Only that it was: the words are asked for by an ordinary request behind the same secret.
"""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error, connection

from vefa.cases.tracking import track
from vefa.inbox.waiting import by_receipt
from vefa.web.live.doorman import PATIENCE_S
from vefa.web.live.hub import BEAT, END, Hub, Screen
from vefa.web.live.wire import Receive, Scope, Send, begin, finish, header, refuse, until_gone

PATH = "/live/chat/"
LONGEST_S = 600.0
MOST = 2000  # streams of residents in one process: whoever comes later reloads by hand
MOST_OF_ONE = 8  # streams of one conversation: somebody's devices and windows
LOOK_EVERY_S = 1.0  # while there is no case yet
SOON_S = 1.5
AGAIN = b"event: again"
SAID = b"event: said\ndata: {}\n\n"


@dataclass
class Watched:
    """One conversation: its case, once there is one, and when to look again (the event loop's clock).

    Soon, since the acknowledgement is written a moment after the case; and when an answer that was written
    can no longer be taken back.
    """

    reference: str
    secret: str
    case_id: int = 0
    looked_at: float = float("-inf")
    again_at: list[float] = field(default_factory=list)

    def concerns(self, piece: bytes) -> bool:
        """Whether a piece of the hub's stream speaks of this case."""
        name, _, data = piece.partition(b"\ndata: ")
        if name.endswith(b"event: cases"):
            return self.case_id in json.loads(data).get("cases", ())
        return b"event: " in name

    def look_again(self, now: float) -> None:
        """Plan the further looks after a change; two that would fall into the same second are one."""
        planned: list[float] = []
        for at in sorted((*self.again_at, now + SOON_S, now + settings.UNDO_S + 0.5)):
            if planned and at - planned[-1] < 1:
                planned.pop()
            planned.append(at)
        self.again_at = planned


_open: Counter[str] = Counter()  # streams by reference


async def stream(scope: Scope, receive: Receive, send: Send, *, hub: Hub | None) -> None:
    """Serve one conversation's page until it leaves, for ten minutes at most."""
    watched, status = await _asked(scope, hub)
    if watched is None or hub is None:
        await refuse(send, status)
        return
    _open[watched.reference] += 1
    await begin(send)
    screen = hub.join(header(scope, b"last-event-id"))
    leaving = asyncio.create_task(until_gone(receive, screen))
    try:
        async with asyncio.timeout(LONGEST_S * random.uniform(0.8, 1.0)):  # noqa: S311 - spreads the returns
            await _pour(screen, watched, send)
    except TimeoutError:
        pass
    finally:
        hub.leave(screen)
        leaving.cancel()
        _open[watched.reference] -= 1
        if not _open[watched.reference]:
            del _open[watched.reference]
    await finish(send)


async def _pour(screen: Screen, watched: Watched, send: Send) -> None:
    """Say "look" for each change of this case, and once more when an answer can no longer be taken back."""
    clock = asyncio.get_running_loop().time
    while True:
        wait_s = max(0.0, watched.again_at[0] - clock()) if watched.again_at else None
        try:
            async with asyncio.timeout(wait_s):
                piece = await screen.next()
        except TimeoutError:
            watched.again_at.pop(0)
            piece = AGAIN
        if piece == END:
            return
        if piece == BEAT:
            await _give(send, BEAT)
            continue
        if not watched.case_id:
            await _look(watched, now=clock())
        if watched.concerns(piece):
            if piece != AGAIN:
                watched.look_again(clock())
            await _give(send, SAID)


async def _look(watched: Watched, *, now: float) -> None:
    """The case of a conversation that had none when the page was opened; asked for once a second at most."""
    if now - watched.looked_at < LOOK_EVERY_S:
        return
    watched.looked_at = now
    found = await asyncio.to_thread(_case_of, watched.reference, watched.secret)
    if found:
        watched.case_id = found
        watched.look_again(now)


async def _give(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _asked(scope: Scope, hub: Hub | None) -> tuple[Watched | None, int]:
    """The conversation behind the address, or the status of a refusal."""
    reference, _, secret = scope["path"].removeprefix(PATH).strip("/").partition("/")
    if scope["method"] != "GET":
        return None, 405
    if hub is None or _open.total() >= MOST or _open[reference] >= MOST_OF_ONE:
        return None, 503
    try:
        async with asyncio.timeout(PATIENCE_S):
            case_id = await asyncio.to_thread(_case_of, reference, secret)
    except (Error, TimeoutError):
        return None, 503
    return (None, 404) if case_id is None else (Watched(reference, secret, case_id), 200)


def _case_of(reference: str, secret: str) -> int | None:
    """The case behind a secret, 0 while there is none yet, None where the secret is wrong; in a thread."""
    try:
        tracked = track(reference, secret=secret)
        if tracked is not None:
            return tracked.case.pk
        return None if by_receipt(reference=reference, secret=secret) is None else 0
    finally:
        connection.close()
