"""A day that is closed while a case is open moves what is due over it; opened again, it moves it back."""

from datetime import date, datetime, timedelta

import pytest

from tests.cases.stories import opened
from vefa.cases import lifecycle, promises, reckoning, rules
from vefa.cases.clocks import clock_of
from vefa.cases.models import Case, Outcome, Promise
from vefa.directory import queries
from vefa.directory.models import Holiday
from vefa.directory.version import mark_changed
from vefa.journal.models import Event
from vefa.journal.record import Happening, record
from vefa.journal.replay import react
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 3, 30), date(2026, 3, 31)


@pytest.fixture
def loads(town, now):
    """A load that closes these days and no others, with everything that follows from it."""

    def load(*days: date, at: datetime = now) -> list[Event]:
        Holiday.objects.all().delete()
        Holiday.objects.bulk_create(
            Holiday(date=day, kind="closure", names={"tr": "Kar"}, source="file") for day in days
        )
        mark_changed()
        record([Happening(kind="directory.loaded", subject="directory", actor="system", at=at, data={})])
        queries.forget()
        for moment in (at, at + reckoning.SETTLED):
            while react(REACTIONS, now=moment):
                pass
        return list(Event.objects.filter(kind="clock.moved").order_by("id"))

    yield load
    queries.forget()


def due(case: Case, kind: str) -> datetime:
    return rules.due_of(clock_of(case.promises.get(kind=kind, dropped_at=None)))


def test_what_is_due_moves_over_the_closed_day_and_the_history_says_so(town, now, loads):
    case = opened(town, now=now)
    answer, result, law = due(case, "first_answer"), due(case, "resolution"), due(case, "legal")

    (event,) = loads(TUESDAY)

    assert due(case, "first_answer") == answer  # on Monday, before the closed day
    assert due(case, "resolution") == result + timedelta(days=1)
    assert due(case, "legal") == law
    (moved,) = event.data["promises"]
    assert event.subject == f"case:{case.pk}"
    assert (moved["was"], moved["due"]) == (result.isoformat(), (result + timedelta(days=1)).isoformat())
    case.refresh_from_db()
    assert (case.due_at, case.answer_due_at) == (answer, answer)

    loads(MONDAY, TUESDAY)
    case.refresh_from_db()
    assert case.due_at == case.answer_due_at == answer + timedelta(days=2)


def test_loading_the_old_calendar_again_brings_the_old_moments_back(town, now, loads):
    case = opened(town, now=now)
    before = due(case, "first_answer"), due(case, "resolution")
    loads(TUESDAY)
    loads(MONDAY, TUESDAY)

    moved = loads()

    assert (due(case, "first_answer"), due(case, "resolution")) == before
    assert len(moved) == 3
    assert len(loads()) == 3  # nothing more to tell


def test_a_promise_that_was_made_never_ends_earlier_because_of_a_calendar(town, now, loads):
    loads(TUESDAY)
    case = opened(town, now=now)
    told = due(case, "resolution")
    loads(MONDAY, TUESDAY)
    assert due(case, "resolution") > told

    loads()

    assert due(case, "resolution") == told


def test_what_a_person_named_or_granted_stays(town, now, loads):
    case = opened(town, now=now)
    result = case.promises.get(kind="resolution")
    wish = promises.Wish(due_at=rules.due_of(clock_of(result)) + timedelta(days=1), reason="Kar")
    asked = promises.extend(promise_id=result.pk, wish=wish, by=town.kemal, now=now)
    promises.approve(extension_id=asked.pk, by=town.murat, now=now)
    word = now + timedelta(days=3)
    promises.given(case_id=case.pk, text="Bakarız", due_at=word, by=town.derya, now=now)

    loads(TUESDAY)

    assert (due(case, "resolution"), due(case, "given")) == (wish.due_at, word)


def test_what_stands_still_is_broken_or_over_stays_and_a_resumed_clock_counts_what_is_left(town, now, loads):
    waiting, late, ended, resumed = (opened(town, now=now, who=f"Ali {number}") for number in range(4))
    lifecycle.ask(case_id=waiting.pk, question="Hangi sokak?", by=town.derya, now=now)
    lifecycle.ask(case_id=resumed.pk, question="Hangi sokak?", by=town.derya, now=now)
    promises.resume(case_id=resumed.pk, by="resident", now=now)
    Promise.objects.filter(case=late).update(broken_at=now)
    ending = lifecycle.Ending(outcome=Outcome.ANSWERED, reason="Dolduruldu")
    lifecycle.end(case_id=ended.pk, ending=ending, by=town.derya, now=now)

    moved = loads(TUESDAY)

    assert [event.subject for event in moved] == [f"case:{resumed.pk}"]


def test_many_are_reckoned_a_few_at_a_time_and_none_is_left_out(town, now, loads, monkeypatch):
    monkeypatch.setattr(reckoning, "BATCH", 2)
    cases = [opened(town, now=now, who=f"Ali {number}") for number in range(5)]

    loads(TUESDAY)

    assert len({due(case, "resolution") for case in cases}) == 1
    assert Event.objects.filter(kind="clock.moved").count() == 5
    assert Event.objects.filter(kind="directory.reckoning").count() >= 4
