"""The bridge between the event loop and the pages, from the side of the server."""

import asyncio
import threading
from collections.abc import Iterable

import pytest

from vefa.wiring.asgi import Message
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
        pages = Pages(app, threads=2, limit_bytes=LIMIT)
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
