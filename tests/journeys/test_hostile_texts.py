"""Somebody sends the longest text that is taken, made to hold up whoever reads it, and holds up nobody.

A pattern whose time grows with the square of a text stood still for two minutes over a hundred thousand
letters without a space, and the city with it: the interpreter serves nobody else meanwhile.
"""

import time
from collections.abc import Callable

import pytest
from django.urls import reverse

from tests.channels.email.letters import raw
from tests.journeys.conftest import clock
from vefa.cases.models import Case
from vefa.inbox.intake import Incoming, accept
from vefa.triage.script import native

pytestmark = pytest.mark.django_db
LENGTH = 50_000  # characters
AT_MOST_S = 5.0  # of this thread's own time; an ordinary text of that length takes a third of a second
PIECES = (
    "a", "ж", "ش", "7", " ", "\n", " \n", "@", "a@", "a.", "a-", "a'", "1 ", "1-", "(", "+1", "?", "!x",
    "http://", "[a](", "<", "> ", "=", "- ", "Aa ", "Sayın Ali Demir ", "Иван Петрович ", "آقای رضایی ",
    "Gül Sokak ", "no 1 ", "12-123456-7", "34 ABC 123 ", "12:30 ", "\u0300", "🙂", "İ", "çukur ", "мен de ",
    "sh", "a" + " " * 990 + "\n", ">" * 990 + "\n", "From" + " " * 990 + "\n", "\n-- ",
)  # fmt: skip


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
    took += [_time_of(lambda language=language: native(text, language)) for language in ("kk", "ru", "fa")]

    assert max(took) < AT_MOST_S, took


def _time_of(act: Callable[[], object]) -> float:
    """Seconds of this thread's own, whoever else has the core meanwhile."""
    began = time.thread_time()
    act()
    return time.thread_time() - began
