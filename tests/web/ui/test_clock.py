"""The clock chip: from plenty of time to a broken promise."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from vefa.web.ui.clock import Owed, read

D, H = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("due", "opened", "state", "said", "left"),
    [
        (2 * D, -2 * D, "calm", "2 days left", 50),
        (3 * H, -2 * D, "soon", "3 hours left", 6),
        (-3 * H, -2 * D, "late", "late by 3 hours", 100),
        (timedelta(0), -D, "late", "late by 1 minute", 100),
    ],
)
def test_a_running_clock_says_what_is_left(now, due, opened, state, said, left) -> None:
    with translation.override("en"):
        clock = read(Owed(now + due, now + opened), now)
    assert (clock.state, clock.words, clock.left) == (state, said, left)


def test_a_promise_that_was_kept_stops_its_clock(now: datetime) -> None:
    with translation.override("en"):
        early, late = (read(Owed(now, now - 3 * D, kept_at=now + apart), now) for apart in (-H, 2 * D))
    assert (early.state, early.words) == ("kept", "kept on time")
    assert (late.state, late.words) == ("kept-late", "kept 2 days late")


def test_a_paused_clock_is_never_late(now: datetime) -> None:
    assert read(Owed(now - D, now - 2 * D, paused=True), now).state == "paused"


def test_without_a_promise_there_is_no_clock(now: datetime) -> None:
    assert read(Owed(None), now).state == "none"


@given(due_h=st.integers(-9999, 9999), given_h=st.integers(-99, 9999))
def test_the_arc_is_always_a_share_of_the_whole(due_h: int, given_h: int) -> None:
    now = datetime.fromisoformat("2026-03-29T02:00:00+00:00")
    due = now + due_h * H
    assert 0 <= read(Owed(due, due - given_h * H), now).left <= 100
