"""An exchange pushes its calls in the shape that Zammad's clients speak; what is forged is refused.

Written from docs.zammad.org (Generic CTI: newCall, answer, hangup).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.forged import NO_TIME, Proof, forgeries, refused_at_the_door, refused_by
from vefa.channels import queries as doors
from vefa.channels.email.headers import moment
from vefa.channels.manners import Mannered
from vefa.channels.models import Endpoint
from vefa.channels.port import (
    Account,
    BusyError,
    Call,
    ForgedError,
    Form,
    RejectedError,
    TooLargeError,
    UnreadableError,
    UnsureError,
)
from vefa.channels.sms.moments import from_words
from vefa.channels.telephone import Dialler, Step
from vefa.channels.telephony.adapter import Telephony, build
from vefa.channels.telephony.numbers import international, national
from vefa.channels.x.posts import written_at

RING = {
    "event": "newCall", "from": "905321112233", "to": "902325550137", "direction": "in",
    "callId": "307fa962", "user[]": ["Derya Aksoy", "Reza"],
}  # fmt: skip


def adapter(secrets: dict[str, str] | None = None, **settings: str) -> Telephony:
    return build(
        Account(settings={"region": "TR", **settings}, secrets=secrets or {}, http=httpx.Client(timeout=2))
    )


PLAIN = adapter()


def form(fields: dict[str, Any]) -> bytes:
    return urlencode(fields, doseq=True).encode()


def knock(body: bytes = b"", query: str = "", **headers: str) -> Call:
    return Call(headers=headers, body=body, query=query)


PROOF = Proof(
    body=form(RING),
    sign=lambda body, secret: knock(body, urlencode({"token": secret})),
    stale=NO_TIME,
    parameter="token",
    signs_body=False,
)


@pytest.mark.parametrize(
    "body", [form(RING), json.dumps(RING).encode(), json.dumps({**RING, "user": "x"}).encode()]
)
def test_a_first_ring_is_read_from_form_and_json_alike(body):
    (arrival,) = adapter().arrivals(knock(body))
    news = adapter().read(arrival.raw).call

    assert (arrival.external_id, arrival.lane) == ("307fa962:began", "307fa962")
    assert news is not None
    assert (news.step, news.direction, news.caller, news.called) == (
        Step.BEGAN, "in", "905321112233", "902325550137",
    )  # fmt: skip
    assert "Derya Aksoy" in news.who


@pytest.mark.parametrize(
    ("cause", "known"),
    [
        ("normalClearing", "normal"), ("cancel", "cancelled"), ("busy", "busy"), ("noAnswer", "no_answer"),
        ("congestion", "congestion"), ("notFound", "not_found"), ("forwarded", "forwarded"), ("??", "failed"),
    ],
)  # fmt: skip
def test_every_cause_of_the_end(cause, known):
    news = adapter().read(form({**RING, "event": "hangup", "cause": cause})).call
    assert news is not None
    assert (news.step, news.cause) == (Step.ENDED, known)


@pytest.mark.parametrize("number", ["anonymous", "", "unknown", "restricted", "Anonymous"])
def test_who_withholds_a_number_has_none(number):
    news = adapter().read(form({**RING, "from": number})).call
    assert news is not None
    assert news.caller == ""


def test_the_same_step_has_the_same_name_whoever_tells_it():
    answer = {**RING, "event": "answer", "answeringNumber": "201"}
    names = [
        adapter().arrivals(knock(body))[0].external_id for body in (form(answer), json.dumps(answer).encode())
    ]
    assert names == ["307fa962:answered:201"] * 2


@pytest.mark.parametrize(
    ("query", "headers", "secrets"),
    [
        ("", {}, ["word"]), ("token=wrong", {}, ["word"]), ("token=Word", {}, ["word"]),
        ("token=wor", {}, ["word"]),
        ("token=", {}, [""]), ("token=", {}, []), ("token=word", {}, []),
        ("", {"authorization": "Bearer "}, [""]),
        ("", {"authorization": "Bearer wrong"}, ["word"]), ("token=wörd", {}, ["word"]),
        ("token=%00", {}, ["word"]),
        ("token=wrong&token=word", {}, ["word"]),
    ],
)  # fmt: skip
def test_who_does_not_prove_to_be_the_exchange_is_refused(query, headers, secrets):
    with pytest.raises(ForgedError):
        adapter().verify(knock(form(RING), query, **headers), secrets)


@pytest.mark.parametrize("forgery", forgeries(PROOF), ids=str)
def test_a_forged_push_is_refused(forgery):
    refused_by(adapter(), forgery)


@pytest.mark.django_db(transaction=True)
def test_the_door_refuses_every_forgery_and_keeps_nothing():
    doors.forget()
    refused_at_the_door(Endpoint.objects.create(key="exchange", channel="telephony"), PROOF)


@pytest.mark.parametrize(("query", "headers"), [("token=word", {}), ("", {"authorization": "Bearer word"})])
def test_the_exchange_proves_itself_by_address_or_bearer(query, headers):
    adapter().verify(knock(form(RING), query, **headers), ["other", "word"])


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"{}", b"[]", b"\xff\xfe", b"event=newCall", b"callId=1", b"event=sung&callId=1",
        b"{" * 5000, form({**RING, "callId": "x" * 300}), b"event=state&answeringNumber=201&state=asleep",
        b"a=1&" * 500,
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_to_the_exchange(body):
    with pytest.raises(UnreadableError):
        adapter().arrivals(knock(body))


@given(st.binary(max_size=400))
def test_no_bytes_do_harm(body):
    with suppress(UnreadableError):
        PLAIN.arrivals(knock(body))
    with suppress(UnreadableError):
        PLAIN.read(body)


def test_a_spoken_message_is_a_message_of_the_caller():
    body = form(
        {**RING, "event": "voicemail", "url": "https://pbx.example/r/1.wav", "timestamp": "1774749600"}
    )
    reading = adapter().read(body)

    assert reading.form == Form.MESSAGE
    assert reading.sender is not None
    assert (reading.sender.address, reading.thread) == ("+905321112233", "+905321112233")
    assert [(file.kind, file.name) for file in reading.attachments] == [("voice", "1.wav")]
    assert reading.said_at == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


def test_somebody_goes_on_a_break():
    reading = adapter().read(
        form({"event": "state", "answeringNumber": "201", "state": "break", "reason": "lunch"})
    )
    assert reading.seat is not None
    assert (reading.seat.who, reading.seat.state, reading.seat.reason) == ("201", "break", "lunch")


def test_a_break_of_every_day_is_news_every_day_and_one_with_a_moment_is_told_once():
    told = {"event": "state", "answeringNumber": "201", "state": "break"}
    names = [adapter().arrivals(knock(form(told)))[0].external_id for _ in range(2)]
    assert len(set(names)) == 2
    assert len({adapter().arrivals(knock(form(told)))[0].lane for _ in range(2)}) == 1

    dated = form(told | {"timestamp": "1774749600"})
    assert adapter().arrivals(knock(dated)) == adapter().arrivals(knock(dated))


@pytest.mark.parametrize("said", ["0001-01-01T00:00:00+03:00", "9999-12-31T23:59:59-03:00", "1e300"])
def test_a_moment_of_no_calendar_is_none(said):
    told = form({"event": "state", "answeringNumber": "201", "state": "break", "timestamp": said})
    assert adapter().arrivals(knock(told))
    assert adapter().read(told).said_at is None
    assert (from_words(said), written_at(said), moment(said)) == (None, None, None)


def test_the_answer_is_what_zammads_clients_expect():
    own = adapter()
    assert isinstance(own, Mannered)
    assert (own.thanks.body, own.thanks.content_type) == (b"{}", "application/json")


class Exchange(BaseHTTPRequestHandler):
    """A web server beside an exchange: dials, and keeps recordings."""

    asked: ClassVar[list[tuple[str, str, str]]] = []
    status = 200

    def do_GET(self) -> None:
        self._answer(b"RIFF" + b"0" * 996)

    def do_POST(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def exchange() -> Iterator[str]:
    with serving() as base:
        yield base


@contextmanager
def serving() -> Iterator[str]:
    Exchange.asked, Exchange.status = [], 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_number_is_dialled_by_the_exchange(exchange):
    own = adapter({"password": "key"}, dial_url=f"{exchange}/dial?from={{extension}}&to={{number}}")
    assert isinstance(own, Dialler)

    own.dial(extension="2&1", number="+905321112233")

    assert Exchange.asked == [("POST", "/dial?from=2%261&to=%2B905321112233", "Bearer key")]


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, BusyError), (429, BusyError), (404, RejectedError), (403, RejectedError), (504, UnsureError)],
)
def test_an_exchange_that_does_not_dial_says_so(exchange, status, error):
    Exchange.status = status
    with pytest.raises(error):
        adapter(dial_url=f"{exchange}/{{number}}").dial(extension="201", number="+905321112233")


def test_without_an_address_nothing_is_dialled():
    with pytest.raises(RejectedError):
        adapter().dial(extension="201", number="+905321112233")


def test_a_recording_is_fetched_from_its_folder(exchange):
    own = adapter({"password": "key"}, files_url=f"{exchange}/recordings")
    with own.fetch(f"{exchange}/recordings/1.wav", max_bytes=10_000) as chunks:
        assert len(b"".join(chunks)) == 1000
    with own.fetch("2.wav", max_bytes=10_000) as chunks:
        assert len(b"".join(chunks)) == 1000
    assert [path for _, path, _ in Exchange.asked] == ["/recordings/1.wav", "/recordings/2.wav"]


@pytest.mark.parametrize(
    "ref",
    [
        "http://127.0.0.1:1/x.wav", "http://169.254.169.254/latest", "file:///etc/passwd", "../x.wav",
        "a/../../x.wav", "%2e%2e/x.wav", "https://other.example/recordings/1.wav",
    ],
)  # fmt: skip
def test_no_other_address_is_followed(exchange, ref):
    with pytest.raises(RejectedError), adapter(files_url=f"{exchange}/recordings").fetch(ref, max_bytes=9):
        pass
    assert Exchange.asked == []


def test_a_recording_that_is_too_large_is_left_there(exchange):
    own = adapter(files_url=f"{exchange}/r")
    with pytest.raises(TooLargeError), own.fetch("1.wav", max_bytes=10) as chunks:
        list(chunks)


@pytest.mark.parametrize(
    ("region", "written", "number"),
    [
        ("TR", "05321112233", "+905321112233"), ("TR", "5321112233", "+905321112233"),
        ("TR", "905321112233", "+905321112233"), ("TR", "00905321112233", "+905321112233"),
        ("TR", "+90 532 111 22 33", "+905321112233"), ("TR", "02325550137", "+902325550137"),
        ("TR", "202", "202"), ("TR", "", ""), ("TR", "989123456789", "+989123456789"),
        ("KZ", "87011234567", "+77011234567"), ("KZ", "7011234567", "+77011234567"),
        ("KZ", "77011234567", "+77011234567"), ("KZ", "8 (717) 211-11-11", "+77172111111"),
        ("KZ", "810905321112233", "+905321112233"),
        ("IR", "09123456789", "+989123456789"), ("IR", "۰۹۱۲۳۴۵۶۷۸۹", "+989123456789"),
        ("IR", "00989123456789", "+989123456789"), ("IR", "02134567890", "+982134567890"),
        ("IR", "137", "137"),
    ],
)  # fmt: skip
def test_a_number_in_any_national_form_is_one_number(region, written, number):
    assert international(written, region=region) == number


@pytest.mark.parametrize(
    ("region", "number", "dialled"),
    [
        ("TR", "+905321112233", "05321112233"), ("KZ", "+77011234567", "87011234567"),
        ("IR", "+989123456789", "09123456789"), ("TR", "+989123456789", "00989123456789"),
        ("TR", "137", "137"),
    ],
)  # fmt: skip
def test_a_number_is_dialled_as_at_home(region, number, dialled):
    assert national(number, region=region) == dialled
