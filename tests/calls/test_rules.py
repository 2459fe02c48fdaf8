"""News of a call in any order and number are the same call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.calls.rules import Facts, seat_state, state_of, told
from vefa.channels.telephone import CallNews, Step

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
END = NOON + timedelta(hours=1)


def after(seconds: float | None) -> datetime | None:
    return None if seconds is None else NOON + timedelta(seconds=seconds)


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
