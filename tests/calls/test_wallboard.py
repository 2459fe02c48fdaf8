"""Figures of the wallboard against calls that were counted by hand, and against any calls at all."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.calls.paper import Timed, measure
from vefa.calls import queries
from vefa.calls.models import Call
from vefa.calls.rules import Figures
from vefa.channels.models import Endpoint

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
END = NOON + timedelta(hours=1)
LONG_AGO = NOON - timedelta(days=1)


@pytest.fixture(autouse=True)
def line(db) -> Endpoint:
    return Endpoint.objects.create(key="exchange", channel="telephony")


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


def wall(calls: Iterable[Timed], *, now: datetime = END, in_time_s: int = 20) -> Figures:
    """What the wall shows where these are the calls of the day."""
    line = Endpoint.objects.get(key="exchange")
    with transaction.atomic():
        Call.objects.bulk_create(
            Call(endpoint=line, call=str(number), **asdict(one)) for number, one in enumerate(calls)
        )
        found = queries.wallboard(now=now, since=LONG_AGO, in_time_s=in_time_s)
        transaction.set_rollback(True)
    return found


def test_an_hour_that_was_counted_on_paper():
    found = wall(BY_HAND)
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
    assert wall([*BY_HAND, *sent_on]) == wall(BY_HAND)
    spoken = replace(call(600, 610, 640), cause="forwarded")
    assert wall([spoken]).answered == 1


def test_who_left_the_line_unanswered_is_gone_though_no_end_was_told(line):
    moments = {"began_at": NOON, "left_at": after(40)}
    Call.objects.create(endpoint=line, call="left", **moments)
    Call.objects.create(endpoint=line, call="took", answered_at=after(8), **moments)
    found = queries.wallboard(now=END, since=LONG_AGO, in_time_s=20)
    assert (found.abandoned, found.waiting, found.answered, found.talking) == (1, 0, 1, 1)


def test_where_nobody_called_nothing_is_divided():
    found = wall([])
    assert (found.service_level, found.abandonment, found.mean_wait_s, found.mean_talk_s) == (None,) * 4


def test_a_call_whose_end_was_never_told_waits_for_nobody_after_two_hours():
    found = wall([call(-8000, None, None)])
    assert (found.waiting, found.offered) == (0, 0)


def test_a_busy_day_is_counted_where_it_lies(line):
    Call.objects.bulk_create(
        Call(endpoint=line, call=str(number), began_at=NOON, ended_at=after(30)) for number in range(300)
    )
    with CaptureQueriesContext(connection) as asked:
        found = queries.wallboard(now=END, since=LONG_AGO, in_time_s=20)
    assert found.abandoned == 300
    with connection.cursor() as cursor:
        cursor.execute(asked.captured_queries[0]["sql"])
        assert (len(asked), len(cursor.fetchall())) == (1, 1)


spans = st.one_of(st.none(), st.integers(0, 600))


@st.composite
def calls(draw):
    began = draw(st.integers(-9000, 3600))
    wait, talk = draw(spans), draw(spans)
    answered = draw(st.booleans()) and wait is not None
    end = None if wait is None or (answered and talk is None) else began + wait + (talk or 0)
    queued = draw(st.one_of(st.none(), st.integers(began - 5, began + 700)))
    made = call(began, began + (wait or 0) if answered else None, end, queued=queued)
    return replace(made, cause=draw(st.sampled_from(["", "forwarded"])))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(calls(), max_size=30), st.integers(0, 120), st.integers(0, 60))
def test_whatever_was_called_the_figures_are_those_on_paper_and_add_up(some, in_time_s, more):
    found = wall(some, in_time_s=in_time_s)
    assert found == measure(some, now=END, in_time_s=in_time_s)
    assert found.offered == found.answered + found.abandoned + found.waiting
    assert 0 <= found.in_time <= found.answered
    for share in (found.service_level, found.abandonment):
        assert share is None or 0 <= share <= 1
    assert wall(some, in_time_s=in_time_s + more).in_time >= found.in_time
