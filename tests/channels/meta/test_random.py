"""Whatever comes to a page or an Instagram account: nothing breaks the door or the reader."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.meta.test_reading import AT, INSTAGRAM, PAGE, call
from vefa.channels.port import UnreadableError

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_NAMES = st.sampled_from(
    ["message", "postback", "reaction", "delivery", "read", "message_edit", "referral", "sender", "timestamp"]
)
_VALUES = st.sampled_from(
    ["item", "verb", "from", "comment_id", "post_id", "parent_id", "message", "created_time", "media", "id"]
)


def _through(body: bytes) -> None:
    """The whole way: nothing but UnreadableError may come, and everything read can be stored."""
    for adapter in (PAGE, INSTAGRAM):
        try:
            found = adapter.arrivals(call(body))
        except UnreadableError:
            continue
        for arrival in found:
            assert arrival.external_id
            try:
                reading = adapter.read(arrival.raw)
            except UnreadableError:
                continue
            assert "\\u0000" not in msgspec.json.encode(reading, enc_hook=str).decode()


@given(st.binary(max_size=300))
def test_random_bytes_never_break_the_door_or_the_reader(raw):
    _through(raw)
    for adapter in (PAGE, INSTAGRAM):
        with pytest.raises(UnreadableError):
            adapter.read(raw)


@given(st.dictionaries(_NAMES, _JSON, max_size=5), st.sampled_from(["messaging", "standby"]))
def test_random_events_never_break_the_reader(event, part):
    entry = {"id": "1001", "time": AT, part: [event]}
    _through(json.dumps({"object": "page", "entry": [entry]}).encode())


@given(
    st.dictionaries(_VALUES, _JSON, max_size=6),
    st.sampled_from(["feed", "comments", "mentions", "mention", "live_comments"]),
    st.sampled_from(["comment", "status", "reaction"]),
)
def test_random_changes_never_break_the_reader(value, field, item):
    changed = {"item": item, **value}
    entry = {"id": "1784", "time": AT, "changes": [{"field": field, "value": changed}]}
    _through(json.dumps({"object": "instagram", "entry": [entry]}).encode())
