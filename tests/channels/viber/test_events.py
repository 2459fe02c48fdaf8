"""What we make of what Viber pushes. Written from developers.viber.com."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.viber_api import DERYA, event, said
from vefa.channels.port import Arrival, ContactCard, Form, Place, Reading, UnreadableError
from vefa.channels.remarks import contains
from vefa.channels.viber.events import arrivals, read


def only(pushed: dict[str, object]) -> tuple[Arrival, Reading]:
    (arrival,) = arrivals(json.dumps(pushed).encode())
    return arrival, read(arrival.raw)


def test_a_text_is_a_message_of_its_writer():
    pushed = said("Çukur var\r\nderin")
    arrival, reading = only(pushed)

    assert (arrival.external_id, arrival.lane) == (str(pushed["message_token"]), DERYA)
    assert (reading.form, reading.text, reading.thread) == (Form.MESSAGE, "Çukur var\nderin", DERYA)
    assert reading.sender is not None
    assert (reading.sender.address, reading.sender.name, reading.sender.language_hint) == (
        DERYA,
        "Derya Aksu",
        "tr",
    )
    assert reading.said_at == datetime.fromtimestamp(1795249000, UTC)
    assert reading.verified


@pytest.mark.parametrize(("kind", "ours"), [("picture", "photo"), ("video", "video"), ("file", "document")])
def test_files_are_fetched_from_viber(kind, ours):
    media = "https://dl-media.viber.com/1/a.jpg"
    _, reading = only(said("bak", kind=kind, media=media, file_name="../pit.jpg", size=1000))

    (file,) = reading.attachments
    assert (file.kind, file.provider_ref, file.name, file.size) == (ours, media, "pit.jpg", 1000)
    assert reading.text == "bak"


def test_a_place_a_card_and_a_link_are_messages():
    _, place = only(said(kind="location", location={"lat": 38.02, "lon": 27.01}))
    _, nowhere = only(said(kind="location", location={"lat": 380, "lon": 27.01}))
    _, card = only(said(kind="contact", contact={"name": "Ali", "phone_number": "+905321234567"}))
    _, link = only(said(kind="url", media="https://example.org"))

    assert place.location == Place(latitude=38.02, longitude=27.01)
    assert (nowhere.form, nowhere.location) == (Form.UNKNOWN, None)
    assert card.contact == ContactCard(name="Ali", phone="+905321234567")
    assert link.text == "https://example.org"


def test_a_sticker_is_kept_and_said_to_be_one():
    _, reading = only(said(kind="sticker", sticker_id=40133))
    assert (reading.form, reading.warnings) == (Form.UNKNOWN, (contains("sticker"),))


def test_a_message_whose_shape_is_new_is_kept_with_its_sender_and_words():
    arrival, reading = only(said("Su yok", location={"lat": "upstairs"}))

    assert arrival.lane == DERYA
    assert (reading.form, reading.text, reading.location) == (Form.MESSAGE, "Su yok", None)
    assert reading.sender is not None
    assert reading.sender.address == DERYA
    assert reading.warnings


@pytest.mark.parametrize(
    ("name", "state"), [("delivered", "delivered"), ("seen", "read"), ("failed", "failed")]
)
def test_what_became_of_our_message_is_a_receipt_of_its_own(name, state):
    pushed = event(name, user_id=DERYA, desc="failure description")
    arrival, reading = only(pushed)

    (receipt,) = reading.receipts
    assert arrival.external_id == f"{name}:{pushed['message_token']}:{DERYA}"
    assert (receipt.provider_id, receipt.state) == (str(pushed["message_token"]), state)


def test_who_leaves_cannot_be_reached_and_who_comes_is_noted():
    _, left = only(event("unsubscribed", user_id=DERYA))
    _, came = only(event("subscribed", user={"id": DERYA, "name": "Derya"}))
    _, opened = only(event("conversation_started", user={"id": DERYA}, context="poster-12", subscribed=False))

    assert left.unreachable is not None
    assert (left.event, left.unreachable.address) == ("blocked", DERYA)
    assert (came.form, came.event, came.unreachable) == (Form.EVENT, "unblocked", None)
    assert (opened.event, opened.argument) == ("opened", "poster-12")


@pytest.mark.parametrize("name", ["webhook", "client_status"])
def test_what_only_keeps_the_line_warm_is_nothing(name):
    assert arrivals(json.dumps(event(name)).encode()) == ()


def test_what_we_do_not_know_yet_is_an_event():
    _, reading = only(event("poll_answered", user_id=DERYA))
    assert (reading.form, reading.event) == (Form.EVENT, "poll_answered")


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"event": 7}', b'{"event": "message"}']
)
def test_what_is_no_event_is_said_to_be_unreadable(raw):
    with pytest.raises(UnreadableError):
        arrivals(raw)


def test_half_a_letter_does_no_harm():
    (arrival,) = arrivals(json.dumps(said("HALF")).encode().replace(b"HALF", b"a\\ud83d"))
    assert read(arrival.raw).text == "a"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
_KEYS = st.sampled_from(
    ["timestamp", "message_token", "sender", "user", "user_id", "message", "context", "desc"]
)
_NAMES = st.sampled_from(["message", "seen", "unsubscribed", "webhook", "x"])


@given(st.binary(max_size=120) | st.builds(lambda name, rest: json.dumps({**rest, "event": name}).encode(),
                                           _NAMES, st.dictionaries(_KEYS, _JSON, max_size=5)))  # fmt: skip
def test_random_bytes_and_documents_are_read_or_unreadable_and_never_worse(raw):
    for reader in (arrivals, read):
        try:
            reader(raw)
        except UnreadableError:
            continue
