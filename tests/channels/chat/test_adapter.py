"""The chat reads its own lines, and nothing else goes in or out there."""

import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.channels.chat.adapter import Chat, build
from vefa.channels.manners import Standing
from vefa.channels.port import Account, Call, ForgedError, Form, Parcel, RejectedError, UnreadableError

CHAT = build(Account(settings={}, secrets={}, http=httpx.Client()))


def test_a_line_belongs_to_its_conversation_and_to_nobody_by_name():
    raw = {
        "talk": "26-00042-8",
        "text": "Çukur var",
        "language": "TR",
        "said_at": "2026-11-22T09:00:00+03:00",
    }
    reading = CHAT.read(json.dumps(raw).encode())

    assert (reading.form, reading.text, reading.thread) == (Form.MESSAGE, "Çukur var", "26-00042-8")
    assert reading.sender is not None
    assert (reading.sender.address, reading.sender.name, reading.sender.language_hint) == (
        "26-00042-8",
        "",
        "tr",
    )
    assert reading.said_at == datetime(2026, 11, 22, 6, tzinfo=UTC)


def test_an_answer_stands_on_the_page():
    assert CHAT.send(Parcel(to="26-00042-8", text="Geliyoruz", idempotency_key="k")).provider_id == "shown:k"
    assert CHAT.terms(Standing(now=datetime(2026, 11, 22, tzinfo=UTC))).files


def test_nobody_can_push_into_it():
    with pytest.raises(ForgedError):
        CHAT.verify(Call(headers={}, body=b"{}"), ["secret"])
    with pytest.raises(RejectedError):
        CHAT.fetch("x", max_bytes=1)
    assert [finding.ok for finding in CHAT.check()] == [True]


@given(st.binary(max_size=100))
def test_random_bytes_are_unreadable_and_never_worse(raw):
    try:
        Chat().read(raw)
    except UnreadableError:
        return
    assert raw.strip().startswith(b"{")
