"""The providers' door: 200 only for what is committed, and clear words for everything else."""

import asyncio
import json

import pytest
from django.db import Error, connection

from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.inbox import intake
from vefa.inbox.models import Contact
from vefa.web.hooks import receive as hooks
from vefa.web.hooks import writers

pytestmark = pytest.mark.django_db(transaction=True)
PROOF = "x-telegram-bot-api-secret-token"


@pytest.fixture
def bot(town):
    Endpoint.objects.filter(id=town.bot.id).update(
        sealed=seal({"token": "1:a", "secret": "right", "old_secret": "old"})
    )
    return town.bot


def update(number, *, chat=77, text="Sokakta çukur var"):
    sender = {"id": chat, "is_bot": False, "first_name": "Aylin"}
    message = {
        "message_id": number,
        "date": 1_770_000_000,
        "chat": {"id": chat, "type": "private"},
        "from": sender,
    }
    return json.dumps({"update_id": number, "message": {**message, "text": text}}).encode()


class Request:
    """One request as a server would hand it over, its body in pieces."""

    def __init__(
        self, body=b"", *, path="/hooks/telegram/city-bot", method="POST", secret="right", headers=()
    ):
        proof = [(PROOF.encode(), secret.encode())] if secret is not None else []
        self.scope = {"type": "http", "method": method, "path": path, "headers": [*proof, *headers]}
        self.pieces = [body[i : i + 1000] for i in range(0, len(body), 1000)] or [b""]
        self.status, self.headers, self.answer = 0, {}, {}

    async def receive(self):
        if not self.pieces:
            return {"type": "http.disconnect"}
        piece = self.pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.answer = json.loads(message["body"])

    async def knock(self):
        await hooks.receive(self.scope, self.receive, self.send)
        return self


def knock(*requests):
    """Send them all at once through an open door."""

    async def run():
        await hooks.open()
        try:
            return await asyncio.gather(*(request.knock() for request in requests))
        finally:
            await hooks.close()

    return asyncio.run(run())


def test_many_messages_at_once_are_each_kept_once(bot):
    done = knock(*(Request(update(number % 100, chat=number % 7)) for number in range(300)))

    assert {request.status for request in done} == {200}
    assert done[0].answer == {"ok": True}
    assert Contact.objects.count() == 100
    assert set(Contact.objects.values_list("lane", flat=True)) == {str(chat) for chat in range(7)}


def test_two_secrets_are_good_while_one_replaces_the_other(bot):
    assert [request.status for request in knock(Request(update(1)), Request(update(2), secret="old"))] == [
        200,
        200,
    ]


def test_a_stranger_is_refused_and_leaves_nothing(bot):
    guesses = [None, "", "wrong", "right ", "RIGHT", "righ", "r\u00efght"]
    done = knock(*(Request(update(1), secret=guess) for guess in guesses))

    assert [(request.status, request.answer["ok"]) for request in done] == [(401, False)] * len(guesses)
    assert not Contact.objects.exists()


def test_an_endpoint_without_a_secret_takes_nothing(town):
    Endpoint.objects.filter(id=town.bot.id).update(sealed=seal({"token": "1:a", "secret": ""}))

    (done,) = knock(Request(update(1), secret=""))

    assert done.status == 503
    assert "vefa endpoint" in done.answer["error"]
    assert not Contact.objects.exists()


REFUSED = [
    (Request(method="GET"), 405),
    (Request(b"not json"), 400),
    (Request(b"[]"), 400),
    (Request(b'{"no": "number"}'), 400),
    (Request(b"{}", path="/hooks/telegram/nobody"), 404),
    (Request(b"{}", path="/hooks/email/city-bot"), 404),
    (Request(b"{}", path="/hooks/"), 404),
    (Request(b"{}", path="/hooks/telegram/\x00"), 404),
    (Request(b"{}", path=f"/hooks/telegram/{'k' * 5000}"), 404),
    (Request(b"x" * 4_000_000), 413),
    (Request(b"{}", headers=[(b"content-length", b"99999999")]), 413),
    (Request(b"{}", headers=[(b"content-length", b"-1")]), 413),
    (Request(b"{}", headers=[(b"content-length", b"\xb2")]), 413),
]


def test_what_cannot_be_taken_is_said_in_words(bot):
    done = knock(*(request for request, _ in REFUSED))

    assert [request.status for request in done] == [status for _, status in REFUSED]
    assert all(request.answer["error"].endswith(".") for request in done)
    assert all(request.headers["content-type"] == "application/json" for request in done)


def test_a_retired_endpoint_is_gone(bot):
    Endpoint.objects.update(active=False)

    assert knock(Request(update(1)))[0].status == 404


def test_no_200_while_the_database_refuses(bot):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inbox_contact RENAME TO elsewhere")
    try:
        (done,) = knock(Request(update(1)))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO inbox_contact")

    assert (done.status, done.headers["retry-after"]) == (503, "5")
    assert knock(Request(update(1)))[0].status == 200


def cut_all_but(spared):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [spared],
        )
    connection.close()


def test_a_cut_connection_heals_before_the_next_request_is_answered(bot):
    ours = connection.connection.info.backend_pid

    async def run():
        await hooks.open()
        try:
            first = await Request(update(1)).knock()
            await asyncio.to_thread(cut_all_but, ours)
            rest = [(await Request(update(number)).knock()).status for number in range(2, 8)]
            return first.status, rest
        finally:
            await hooks.close()

    first, rest = asyncio.run(run())
    assert first == 200
    assert rest == [200] * 6
    assert Contact.objects.count() == 7


def test_one_bad_arrival_does_not_spoil_its_batch(bot, now, monkeypatch):
    async def run():
        await hooks.open()
        assert hooks._hall.writers
        keep = hooks._hall.writers.keep
        good, bad = (
            intake.Bare(endpoint_id=number, external_id="x", lane="", raw=b"{}", received_at=now)
            for number in (bot.id, 987_654_321)
        )
        try:
            return await asyncio.gather(*(keep([one]) for one in (good, bad)), return_exceptions=True)
        finally:
            await hooks.close()

    monkeypatch.setattr(writers, "WRITERS", 1)
    good, bad = asyncio.run(run())
    assert good is None
    assert isinstance(bad, Error)
    assert Contact.objects.values_list("endpoint_id", "external_id", "lane").get() == (bot.id, "x", "x")


def test_a_full_queue_says_later(bot, monkeypatch):
    monkeypatch.setattr(writers, "LONGEST_QUEUE", 0)

    assert knock(Request(update(1)))[0].status == 503


def test_a_closed_door_says_later(bot):
    request = Request(update(1))
    asyncio.run(request.knock())

    assert request.status == 503
    assert not Contact.objects.exists()
