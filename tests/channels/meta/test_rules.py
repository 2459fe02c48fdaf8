"""When and how somebody may be answered."""

from datetime import UTC, datetime, timedelta

import pytest

from vefa.channels.manners import Standing
from vefa.channels.meta.rules import INSTAGRAM, MESSENGER, is_public, terms

HEARD = datetime(2026, 6, 3, 12, tzinfo=UTC)


def at(hours: float, *, human: bool = True, measures=MESSENGER, **standing):
    now = HEARD + timedelta(hours=hours)
    stands = Standing(now=now, **{"heard_at": HEARD, **standing})
    return terms(stands, measures=measures, human_agent=human, files=True)


@pytest.mark.parametrize(
    ("hours", "human", "ways", "until_h", "notices"),
    [
        (0, True, ("",), 24, ()),
        (24, True, ("",), 24, ()),
        (24.001, True, ("human_agent",), 168, ("human_agent",)),
        (168, True, ("human_agent",), 168, ("human_agent",)),
        (168.001, True, (), 24, ("window_over",)),
        (24.001, False, (), 24, ("window_over",)),
    ],
)
def test_in_private_a_day_is_free_and_a_week_is_a_persons(hours, human, ways, until_h, notices):
    found = at(hours, human=human)
    assert (found.ways, found.notices) == (ways, notices)
    assert found.until == HEARD + timedelta(hours=until_h)


def test_nobody_is_written_to_who_has_not_written():
    assert at(0, heard_at=None).ways == ()


def test_the_length_is_counted_as_the_provider_counts():
    assert (at(0).length, at(0).counted) == (2000, "characters")
    found = at(0, measures=INSTAGRAM)
    assert (found.length, found.counted) == (1000, "utf8")


@pytest.mark.parametrize(
    ("thread", "hours", "own_ways", "ways", "notices"),
    [
        ("comment/c", 0, (), ("public", "private"), ("public_comment", "private_once")),
        ("post/p", 0, ("public",), ("public", "private"), ("public_comment", "private_once")),
        ("comment/c", 0, ("private",), ("public",), ("public_comment", "private_used")),
        ("comment/c", 169, (), ("public",), ("public_comment", "private_over")),
        ("live/c", 0, (), ("public", "private"), ("public_comment", "live_only", "private_once")),
        ("mention/m/c", 0, (), ("public",), ("public_comment",)),
    ],
)
def test_under_a_comment_public_always_private_once(thread, hours, own_ways, ways, notices):
    found = at(hours, thread=thread, own_ways=own_ways, public=True)
    assert (found.ways, found.notices, found.until) == (ways, notices, None)
    assert not found.files


@pytest.mark.parametrize(("thread", "public"), [("", False), ("9001", False), ("comment/1", True)])
def test_a_thread_says_whether_everybody_reads(thread, public):
    assert is_public(thread) is public
