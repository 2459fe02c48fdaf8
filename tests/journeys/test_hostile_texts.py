"""Somebody sends the longest text that is taken, made to hold up whoever reads it, and holds up nobody.

A pattern whose time grows with the square of a text stood still for two minutes over a hundred thousand
letters without a space, and the city with it: the interpreter serves nobody else meanwhile.
"""

import os
from collections.abc import Callable
from functools import partial

import pytest
from django.urls import reverse

from tests.channels.email.letters import raw
from tests.journeys.conftest import clock
from vefa.cases.models import Case
from vefa.channels.email.imap import arrival_of
from vefa.channels.port import Arrival
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Contact, ContactState
from vefa.inbox.reading import LONGEST
from vefa.kit.text import fold
from vefa.triage.keywords.rules import heard
from vefa.triage.script import native

pytestmark = pytest.mark.django_db
LENGTH = 30_000  # characters
AT_MOST_S = 5.0  # of a core; an ordinary text of that length takes a third of a second
PIECES = (
    "a", "ж", "ش", "7", " ", "\n", " \n", "@", "a@", "a.", "a-", "a'", "1 ", "1-", "(", "+1", "?", "!x",
    "http://", "[a](", "<", "> ", "=", "- ", "Aa ", "Sayın Ali Demir ", "Иван Петрович ", "آقای رضایی ",
    "Gül Sokak ", "no 1 ", "12-123456-7", "34 ABC 123 ", "12:30 ", "\u0301\u0316", "🙂", "İ", "çukur ",
    "мен de ", "sh", "a" + " " * 990 + "\n", ">" * 990 + "\n", "From" + " " * 990 + "\n", "\n-- ",
    "no 1 gun ", "Çarşı ", "su caddesi ", "axe fired ", "durak ",
)  # fmt: skip
LETTERS = {  # whole mails: what stands above the text, and the text
    "parameters": ('Content-Type: text/plain; a="' + ";" * 200_000 + '"', "çukur"),
    "addresses": ("\r\n".join(["From: x ; " + "a@b " * 4900] * 3), "çukur"),
    "layout": (
        "Content-Type: text/html",
        "<p>" + "".join(f"<b a{number}></z>" for number in range(4000)) + "<p>x</z>" * 4000,
    ),
    "styles": (
        "Content-Type: text/html",
        "".join(f"<{'bisu'[at % 4]} x{at}>" for at in range(220)) + "<p>x</p>" * 9000,
    ),
    "attributes": ("Content-Type: text/html", "<p " + "a1 " * 100_000 + ">çukur</p>"),
    "flowed": ("Content-Type: text/plain; format=flowed; charset=utf-8", "🙂 \r\n" * 100_000),
    "parts": (
        'Content-Type: multipart/mixed; boundary="b"',
        ("--b\r\nContent-Type: text/plain\r\n\r\n" + "bir yol " * 30_000 + "\r\n") * 40 + "--b--",
    ),
    "nested": (
        'Content-Type: multipart/mixed; boundary="b0"',
        "".join(
            f'--b{level}\r\nContent-Type: multipart/mixed; boundary="b{level + 1}"\r\n\r\n'
            for level in range(40)
        )
        + "bir yol\r\n" * 100_000,
    ),
}


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_no_text_holds_up_who_reads_it(piece, town, worker, client):
    text = piece * (LENGTH // len(piece)) + " سلام çukur var!"
    letter = raw(text.encode(), content_type="text/plain; charset=utf-8")
    accept([
        Incoming(endpoint_id=town.mailbox.id, external_id="1", lane="", raw=letter, received_at=clock())
    ])  # fmt: skip
    client.force_login(town.derya)

    took = [_time_of(worker.work)]
    case = Case.objects.get()
    took += [_time_of(lambda: client.get(reverse("desk:case", args=[case.id])))]
    took += [_time_of(partial(native, text, language)) for language in ("kk", "ru", "fa")]

    assert max(took) < AT_MOST_S, took


@pytest.mark.parametrize("name", LETTERS)
def test_no_mail_holds_up_who_reads_it(name, town, worker):
    head, body = LETTERS[name]
    who = "" if "From:" in head else "From: <derya@posta.example>\r\n"
    letter = f"{who}Message-ID: <1@posta.example>\r\nMIME-Version: 1.0\r\n{head}\r\n\r\n{body}".encode()
    arrival: list[Arrival] = []
    took = [_time_of(lambda: arrival.append(arrival_of(letter)))]
    accept([
        Incoming(
            endpoint_id=town.mailbox.id,
            external_id=arrival[0].external_id,
            lane="",
            raw=letter,
            received_at=clock(),
        )
    ])  # fmt: skip
    took += [_time_of(worker.work)]

    assert max(took) < AT_MOST_S, took
    contact = Contact.objects.get()
    assert contact.state == ContactState.HANDLED
    assert len(contact.text) <= LONGEST
    bare = [one for one in contact.warnings if "layout" in str(one)]
    assert len(bare) == (name in {"layout", "styles", "attributes"})
    cut = [one for one in contact.warnings if "cut" in str(one)]
    assert len(cut) == (len(contact.text) == LONGEST) == (name in {"parts", "flowed", "attributes"})


def test_no_short_message_holds_up_who_looks_for_a_keyword():
    assert _time_of(lambda: heard("a" + "!" * LENGTH + "a", {})) < AT_MOST_S


def test_no_run_of_marks_holds_up_who_compares_texts():
    assert _time_of(lambda: fold("a" + "\u0301\u0316" * 50_000)) < AT_MOST_S


def _time_of(act: Callable[[], object]) -> float:
    """Seconds of this process and of those that it began, whoever else has the core meanwhile."""
    began = sum(os.times()[:4])
    act()
    return sum(os.times()[:4]) - began
