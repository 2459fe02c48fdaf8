"""The bridge between the event loop and the pages, from the side of the server."""

import asyncio
import threading
from collections.abc import Iterable

import pytest
from django.urls import reverse

from vefa.web.portal.photos import AT_MOST
from vefa.wiring import bodies
from vefa.wiring.asgi import Message
from vefa.wiring.bodies import Room, limit_of
from vefa.wiring.pages import Pages

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "path": "/bildir/şikâyet",
    "query_string": b"a=1",
    "root_path": "",
    "headers": [(b"host", b"pinarova.example"), (b"transfer-encoding", b"chunked")],
    "server": ("127.0.0.1", 80),
    "client": ("127.0.0.1", 5),
}
LIMIT = 1_000_000


def echo(environ, start_response) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("X-Length", environ["CONTENT_LENGTH"]), ("X-Path", environ["PATH_INFO"])])
    return [threading.current_thread().name.split("_")[0].encode(), b" ", body]


def talk(app, messages: list[Message]) -> list[Message]:
    """Send these messages to the application and gather what it answers."""
    sent: list[Message] = []

    async def conversation() -> None:
        pages = Pages(app, threads=2, limit=lambda _: LIMIT, room=Room())
        rest = iter(messages)

        async def receive() -> Message:
            return next(rest)

        async def send(message: Message) -> None:
            sent.append(message)

        await pages(SCOPE, receive, send)
        pages.close()

    asyncio.run(conversation())
    return sent


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_request_in_pieces_arrives_whole_and_its_answer_leaves_at_once():
    head, body = talk(echo, [part(b"su ", more=True), part(b"yok")])
    assert head["status"] == 200
    assert body == {"type": "http.response.body", "body": b"pages su yok"}
    assert (b"x-length", b"6") in head["headers"]
    assert (b"x-path", "/bildir/şikâyet".encode()) in head["headers"]


def test_a_large_request_is_kept_off_the_memory_and_arrives_whole():
    _, *bodies = talk(echo, [part(b"x" * 600_000, more=True), part(b"y" * 100_000)])
    assert b"".join(each["body"] for each in bodies) == b"pages " + b"x" * 600_000 + b"y" * 100_000


def test_more_than_the_limit_is_refused_before_a_page_sees_it():
    def never(environ, start_response):
        raise AssertionError("the page was called")

    head, _ = talk(never, [part(b"x" * LIMIT, more=True), part(b"x")])
    assert head["status"] == 413


def test_a_client_that_leaves_early_costs_nothing():
    assert talk(echo, [part(b"x", more=True), {"type": "http.disconnect"}]) == []


def test_a_large_answer_leaves_in_pieces_and_is_closed_afterwards():
    closed = []

    class Film:
        def __iter__(self):
            yield from (b"z" * 100_000 for _ in range(10))

        def close(self) -> None:
            closed.append(True)

    def film(environ, start_response):
        start_response("200 OK", [])
        return Film()

    head, *pieces = talk(film, [part(b"")])
    assert head["status"] == 200
    assert [piece.get("more_body", False) for piece in pieces] == [True, True, True, False]
    assert sum(len(piece["body"]) for piece in pieces) == 1_000_000
    assert closed == [True]


def test_a_page_that_breaks_is_reported_to_the_server():
    def broken(environ, start_response):
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        talk(broken, [part(b"")])


class Sender:
    """Somebody who sends a body piece by piece, as far as they are let; `answered` is what they got."""

    def __init__(self, pages: Pages, *, at: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        self._pieces: asyncio.Queue[Message] = asyncio.Queue()
        self.answered: list[Message] = []
        scope = {**SCOPE, "client": (at, 5), "headers": list(headers)}
        self._talk = asyncio.ensure_future(pages(scope, self._pieces.get, self._hear))

    async def _hear(self, message: Message) -> None:
        self.answered.append(message)

    async def sends(self, size: int, *, more: bool = True) -> None:
        """One further piece."""
        self._pieces.put_nowait(part(b"x" * size, more=more))
        for _ in range(5):
            await asyncio.sleep(0)

    async def ends(self) -> int:
        """The last piece; the status of the answer."""
        if not self._talk.done():
            await self.sends(1, more=False)
        await self._talk
        return int(self.answered[0]["status"])


def test_many_large_bodies_at_once_leave_room_for_others_and_for_small_forms():
    """Two networks fill what there is; neither may take all of it, and whoever reports in words still can."""

    async def story() -> None:
        pages = Pages(echo, threads=2, limit=lambda _: LIMIT, room=Room(1_200_000))
        first = Sender(pages, at="203.0.113.1")
        await first.sends(300_000)
        greedy = Sender(pages, at="203.0.113.77")  # of the same network
        await greedy.sends(300_000)
        assert await greedy.ends() == 503
        assert (b"retry-after", b"120") in greedy.answered[0]["headers"]
        others = [Sender(pages, at=f"198.51.{n}.1") for n in range(3)]
        for other in others:
            await other.sends(370_000)
        late, small = Sender(pages, at="192.0.2.1"), Sender(pages, at="192.0.2.1")
        await late.sends(400_000)
        await small.sends(50_000)
        assert (await late.ends(), await small.ends()) == (503, 200)
        assert [await one.ends() for one in (first, *others)] == [200] * 4
        again = Sender(pages, at="203.0.113.77")
        await again.sends(300_000)
        assert await again.ends() == 200
        pages.close()

    asyncio.run(story())


def test_a_body_that_stops_coming_or_only_trickles_is_let_go(monkeypatch):
    monkeypatch.setattr(bodies, "STALLED_S", 0.05)

    async def story() -> None:
        pages = Pages(echo, threads=2, limit=lambda _: LIMIT, room=Room())
        silent, trickling = Sender(pages, at="203.0.113.1"), Sender(pages, at="203.0.113.1")
        await silent.sends(10)
        for _ in range(5):
            await trickling.sends(1)
            await asyncio.sleep(0.02)
        assert (await silent.ends(), await trickling.ends()) == (408, 408)
        pages.close()

    asyncio.run(story())


def test_what_says_that_it_is_too_large_is_refused_before_it_is_sent():
    async def story() -> None:
        pages = Pages(echo, threads=2, limit=lambda _: LIMIT, room=Room())
        sender = Sender(pages, at="203.0.113.1", headers=((b"content-length", b"1000001"),))
        await asyncio.sleep(0.01)
        assert sender.answered[0]["status"] == 413
        pages.close()

    asyncio.run(story())


@pytest.mark.parametrize("path", ["/desk/sign-in", "/", "/r", "/report/reach", "/cases/1/follow", "/nowhere"])
def test_pages_without_files_take_no_more_than_a_long_letter(path, settings):
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE < limit_of(path) <= 3_000_000


@pytest.mark.parametrize(
    ("name", "given", "files"),
    [
        ("portal:report-what", [], AT_MOST), ("portal:send", [], AT_MOST), ("portal:chat", [], AT_MOST),
        ("portal:say", ["26-00042-8", "secret"], AT_MOST), ("portal:talk", ["26-00042-8", "secret"], AT_MOST),
        ("desk:reply", [1], 10), ("desk:act", [1, "prove"], 10),
        ("desk:enter", [], 10), ("desk:batch", [], 10),
    ],
)  # fmt: skip
def test_pages_that_take_files_take_as_many_as_they_say(name, given, files, settings):
    assert limit_of(reverse(name, args=given)) > files * settings.UPLOAD_LIMIT_MB * 1_000_000
