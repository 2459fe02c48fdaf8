"""Mail servers in a bad mood: what we make of every way to stop in the middle."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from vefa.channels.email.smtp import SmtpServer, hand_over
from vefa.channels.email.writing import Letter
from vefa.channels.port import BusyError, RejectedError, UnsureError

LETTER = Letter(
    sender="c@p.example", to="d@p.example", message_id="m@p.example", data=b"Subject: x\r\n\r\nMerhaba\r\n"
)
STEPS = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "end")
USUAL = {
    "greeting": "220 hello",
    "EHLO": "250 hello",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "end": "250 ok",
}


class MoodyServer:
    """Speaks just enough SMTP; `mood` replaces the answer at a step, None hangs up, "" keeps silent."""

    def __init__(self, **mood: str | None) -> None:
        self.answers: dict[str, str | None] = {**USUAL, **mood}
        self.taken: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as lines:
            if self._answer(connection, "greeting"):
                self._talk(connection, lines)

    def _talk(self, connection: socket.socket, lines) -> None:
        for line in lines:
            step = line.split()[0].decode().upper() if line.split() else ""
            if step == "QUIT" or not self._answer(connection, step):
                return
            if step == "DATA" and (self.answers["DATA"] or "").startswith("354"):
                self.taken.append(self._mail(lines))
                if not self._answer(connection, "end"):
                    return

    def _mail(self, lines) -> bytes:
        mail = b""
        for line in lines:
            if line == b".\r\n":
                break
            mail += line
        return mail

    def _answer(self, connection: socket.socket, step: str) -> bool:
        said = self.answers.get(step, "500 what")
        if said is None:
            return False
        if said:
            connection.sendall(said.encode() + b"\r\n")
        return True


@contextmanager
def moody(**mood: str | None) -> Iterator[MoodyServer]:
    server = MoodyServer(**mood)
    server.thread.start()
    try:
        yield server
    finally:
        server.listener.close()


def send(server: MoodyServer) -> None:
    hand_over(SmtpServer(host="127.0.0.1", port=server.port, security="none", timeout_s=0.3), LETTER)


def test_a_good_server_gets_the_mail_once_and_whole():
    with moody() as server:
        send(server)

    assert server.taken == [LETTER.data]


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("mood", [None, "", "421 closing", "garbage"])
def test_before_the_mail_is_out_any_trouble_may_be_tried_again(step, mood):
    with moody(**{step: mood, "HELO": mood}) as server, pytest.raises((BusyError, RejectedError)) as trouble:
        send(server)

    assert server.taken == []
    assert isinstance(trouble.value, BusyError)


@pytest.mark.parametrize("mood", [None, "", "garbage"])
def test_after_the_mail_is_out_silence_means_that_we_do_not_know(mood):
    with moody(end=mood) as server, pytest.raises(UnsureError):
        send(server)

    assert server.taken == [LETTER.data]


@pytest.mark.parametrize(("step", "dead"), [("MAIL", False), ("RCPT", True), ("DATA", False), ("end", False)])
def test_a_refusal_is_final_and_only_the_recipients_own_kills_the_address(step, dead):
    with moody(**{step: "550 5.1.1 no"}) as server, pytest.raises(RejectedError) as refusal:
        send(server)

    assert refusal.value.unreachable is dead


@pytest.mark.parametrize(
    ("words", "dead"),
    [
        ("550 5.1.1 <derya@posta.example>: unknown", True),
        ("550 No such user here", True),
        ("553 5.1.3 bad address syntax", True),
        ("550 5.7.1 Relaying denied", False),
        ("550 relay not permitted", False),
        ("550 5.1.8 Sender address rejected: Domain not found", False),
        ("550 Blocked: our list of spam has your address", False),
        ("552 5.2.2 Mailbox full", False),
    ],
)
def test_a_refusal_of_our_own_server_or_address_kills_nobodys(words, dead):
    with moody(RCPT=words) as server, pytest.raises(RejectedError) as refusal:
        send(server)

    assert refusal.value.unreachable is dead


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "end"])
def test_a_deferral_may_be_tried_again(step):
    with moody(**{step: "451 later"}) as server, pytest.raises(BusyError):
        send(server)


@pytest.mark.parametrize(
    ("step", "words", "alone"),
    [
        ("RCPT", "450 4.2.1 this mailbox rests", True),
        ("RCPT", "452 4.2.2 this mailbox is full", True),
        ("RCPT", "451 4.7.1 Greylisted, come again", True),
        ("RCPT", "451 Greylisted", True),
        ("RCPT", "452 no room on the disk", False),
        ("RCPT", "451 4.3.0 Temporary lookup failure", False),
        ("RCPT", "421 4.2.0 closing", False),
        ("MAIL", "451 4.2.0 later", False),
        ("DATA", "451 4.2.0 later", False),
        ("end", "451 4.2.0 later", False),
    ],
)
def test_a_receiver_who_is_put_off_keeps_nobody_else_waiting(step, words, alone):
    with moody(**{step: words}) as server, pytest.raises(BusyError) as rest:
        send(server)

    assert rest.value.address_only is alone


def test_a_server_without_encryption_gets_nothing_when_encryption_was_asked_for():
    with moody() as server, pytest.raises(BusyError):
        hand_over(SmtpServer(host="127.0.0.1", port=server.port, timeout_s=0.3), LETTER)

    assert server.taken == []
