"""Figures of the wallboard against calls that were counted by hand, and against any calls at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.calls.rules import Facts, Timed, measure, seat_state, state_of, told
from vefa.channels.telephone import CallNews, Step

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
END = NOON + timedelta(hours=1)


def after(seconds: float | None) -> datetime | None:
    return None if seconds is None else NOON + timedelta(seconds=seconds)


def call(began: float, answered: float | None, ended: float | None, *, queued: float | None = None) -> Timed:
    return Timed(
        began_at=NOON + timedelta(seconds=began), queued_at=after(queued), answered_at=after(answered),
        ended_at=after(ended),
    )  # fmt: skip


# An hour at the hotline, counted on paper.
BY_HAND = [
    call(0, 10, 70),  # answered after 10 s, talked 60 s
    call(100, 121, 221, queued=101),  # after 20 s in the queue: just in time, talked 100 s
    call(200, 230, 250),  # after 30 s: too late
    call(300, None, 340),  # gave up after 40 s
    call(400, None, 403),  # misdialled
    call(3000, 3005, None),  # on the line
    call(3500, None, None),  # waits for 100 s
    call(3590, None, None),  # waits for 10 s
]


def test_an_hour_that_was_counted_on_paper():
    found = measure(BY_HAND, now=END, in_time_s=20)
    assert (found.offered, found.answered, found.abandoned, found.short) == (7, 4, 1, 1)
    assert (found.waiting, found.longest_s, found.talking, found.in_time) == (2, 100, 1, 3)
    assert found.service_level == pytest.approx(3 / 5)
    assert found.abandonment == pytest.approx(1 / 5)
    assert (found.mean_wait_s, found.mean_talk_s) == (16, 60)


def test_what_was_sent_on_is_neither_answered_nor_lost_here():
    sent_on = [
        replace(call(600, None, 640), cause="forwarded"),
        replace(call(700, None, 702), cause="forwarded"),
    ]
    assert measure([*BY_HAND, *sent_on], now=END, in_time_s=20) == measure(BY_HAND, now=END, in_time_s=20)
    spoken = replace(call(600, 610, 640), cause="forwarded")
    assert measure([spoken], now=END, in_time_s=20).answered == 1


def test_where_nobody_called_nothing_is_divided():
    found = measure([], now=END, in_time_s=20)
    assert (found.service_level, found.abandonment, found.mean_wait_s, found.mean_talk_s) == (None,) * 4


def test_a_call_whose_end_was_never_told_waits_for_nobody_after_two_hours():
    found = measure([call(-8000, None, None)], now=END, in_time_s=20)
    assert (found.waiting, found.offered) == (0, 0)


spans = st.one_of(st.none(), st.integers(0, 600))


@st.composite
def calls(draw):
    began = draw(st.integers(0, 3600))
    wait, talk = draw(spans), draw(spans)
    answered = draw(st.booleans()) and wait is not None
    end = None if wait is None or (answered and talk is None) else began + wait + (talk or 0)
    return call(began, began + (wait or 0) if answered else None, end)


@given(st.lists(calls(), max_size=30), st.integers(0, 120))
def test_whatever_was_called_the_figures_add_up(some, in_time_s):
    found = measure(some, now=END + timedelta(hours=2), in_time_s=in_time_s)
    assert found.offered == found.answered + found.abandoned + found.waiting
    assert 0 <= found.in_time <= found.answered
    for share in (found.service_level, found.abandonment):
        assert share is None or 0 <= share <= 1
    assert measure(reversed(some), now=END + timedelta(hours=2), in_time_s=in_time_s) == found


@given(st.lists(calls(), max_size=20), st.integers(0, 60), st.integers(0, 60))
def test_more_patience_never_lowers_the_service_level(some, one, more):
    strict = measure(some, now=END, in_time_s=one)
    patient = measure(some, now=END, in_time_s=one + more)
    assert patient.in_time >= strict.in_time


NEWS = [
    (0, CallNews(call="1", step=Step.BEGAN, direction="in", caller="+905321112233", who=("201",))),
    (1, CallNews(call="1", step=Step.QUEUED, queue="hotline")),
    (2, CallNews(call="1", step=Step.OFFERED, who=("202",))),
    (9, CallNews(call="1", step=Step.ANSWERED, who=("202",))),
    (60, CallNews(call="1", step=Step.ENDED, cause="normal")),
]


@given(st.permutations([*NEWS, *NEWS]))
def test_news_in_any_order_and_number_are_the_same_call(order):
    facts = Facts(began_at=END)
    for seconds, news in order:
        facts = told(facts, news, at=NOON + timedelta(seconds=seconds))
    assert facts == Facts(
        began_at=NOON, direction="in", caller="+905321112233", queue="hotline", rung=("201", "202"),
        answered_by="202", queued_at=after(1), answered_at=after(9), ended_at=after(60), cause="normal",
    )  # fmt: skip
    assert state_of(facts) == "answered"


def test_of_two_answers_the_first_one_counts():
    answers = [
        (9, CallNews(call="1", step=Step.ANSWERED, who=("202",))),
        (5, CallNews(call="1", step=Step.ANSWERED, who=("201",))),
        (7, CallNews(call="1", step=Step.ANSWERED)),
    ]
    for order in permutations(answers):
        facts = Facts(began_at=NOON)
        for seconds, news in order:
            facts = told(facts, news, at=NOON + timedelta(seconds=seconds))
        assert (facts.answered_at, facts.answered_by) == (after(5), "201"), order


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "ringing"), ({"answered_at": NOON}, "talking"), ({"ended_at": END}, "missed"),
        ({"left_at": END}, "missed"), ({"answered_at": NOON, "ended_at": END}, "answered"),
        ({"ended_at": END, "cause": "forwarded"}, "answered"),
        ({"answered_at": END, "ended_at": NOON}, "answered"),
    ],
)  # fmt: skip
def test_what_a_call_is_follows_from_what_is_known(changes, state):
    assert state_of(replace(Facts(began_at=NOON), **changes)) == state


def test_wrapping_up_ends_by_itself():
    assert seat_state("wrap_up", END, now=NOON) == "wrap_up"
    assert seat_state("wrap_up", NOON, now=END) == "available"
    assert seat_state("break", None, now=END) == "break"
