"""What is owed by a moment, and what happens when the moment comes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cases.stories import heard, opened
from vefa.cases import lifecycle, promises, rules
from vefa.cases.models import Outcome
from vefa.cases.promises import ApproverError, PauseError, PromiseOverError, Wish
from vefa.cases.support import support
from vefa.citizens.models import Citizen
from vefa.directory.queries import forget
from vefa.journal.models import Event


def resolution(case) -> Any:
    return case.promises.get(kind="resolution")


def of_law(case) -> Any:
    return case.promises.get(kind="legal")


def test_the_first_answer_is_due_after_a_day_of_work(town, now):
    case = opened(town, now=now)
    # Sunday: a day of work ends on Monday at 17:30 in the town.
    assert case.answer_due_at == now.replace(month=3, day=30, hour=14, minute=30)


def test_what_would_end_after_the_calendar_is_not_promised_and_the_rest_is(town, now):
    town.pothole.resolution_min, town.pothole.legal_days = 6_000_000, 30  # 100,000 hours
    town.pothole.save()
    forget()
    case = opened(town, now=now)
    assert set(case.promises.values_list("kind", flat=True)) == {"first_answer", "legal"}
    assert case.answer_due_at is not None


def test_an_answer_keeps_the_first_promise_and_the_next_one_comes_into_sight(town, now):
    case = opened(town, now=now)
    kept = promises.answered(case_id=case.pk, by=town.derya, now=now + timedelta(hours=1))
    assert (kept.answer_due_at, kept.due_at) == (None, resolution(case).due_at)
    again = promises.answered(case_id=case.pk, by=town.derya, now=now + timedelta(days=1))
    assert again.first_answered_at == now + timedelta(hours=1)
    assert Event.objects.filter(kind="promise.kept").count() == 1


def test_a_broken_promise_is_told_of_once_and_can_be_explained(town, now):
    case = opened(town, now=now)
    late = now + timedelta(days=2)

    assert promises.sweep_broken(now=late) == 1
    assert promises.sweep_broken(now=late) == 0

    broken = case.promises.get(kind="first_answer")
    assert broken.broken_at == late
    event = Event.objects.get(kind="promise.broken")
    assert (event.subject, event.data["kind"]) == (f"case:{case.pk}", "first_answer")
    case.refresh_from_db()
    assert case.due_at == broken.due_at  # still owed, and visibly late
    promises.explain(promise_id=broken.pk, why="Sel", by=town.murat, now=late)
    broken.refresh_from_db()
    assert broken.broken_why == "Sel"


def test_what_is_kept_too_late_is_broken_even_if_nobody_swept(town, now):
    case = opened(town, now=now)
    promises.answered(case_id=case.pk, by=town.derya, now=now + timedelta(days=3))
    promise = case.promises.get(kind="first_answer")
    assert promise.broken_at == promise.kept_at == now + timedelta(days=3)


def test_a_person_gives_a_word_and_keeps_it(town, now):
    case = opened(town, now=now)
    due = now + timedelta(hours=5)
    given = promises.given(case_id=case.pk, text="Bugün ararız", due_at=due, by=town.derya, now=now)
    case.refresh_from_db()
    assert case.due_at == due
    promises.keep(promise_id=given.pk, by=town.derya, now=now + timedelta(hours=1))
    case.refresh_from_db()
    assert case.due_at == case.answer_due_at
    with pytest.raises(PromiseOverError):
        promises.keep(promise_id=given.pk, by=town.derya, now=now)
    with pytest.raises(rules.ClockError):
        promises.given(case_id=case.pk, text="dün", due_at=now, by=town.derya, now=now)


def test_clocks_stand_still_for_a_reason_and_go_on(town, now):
    case = opened(town, now=now)
    due = resolution(case).due_at
    promises.pause(case_id=case.pk, reason="Don var", by=town.murat, now=now)
    with pytest.raises(PauseError):
        promises.pause(case_id=case.pk, reason="Don var", by=town.murat, now=now)
    case = promises.resume(case_id=case.pk, by=town.murat, now=now + timedelta(days=7))
    assert resolution(case).due_at == due + timedelta(days=7)
    with pytest.raises(PauseError):
        promises.resume(case_id=case.pk, by=town.murat, now=now)


def test_a_term_of_law_stands_still_only_where_the_law_allows_it(town, now):
    case = opened(town, now=now)
    due = of_law(case).due_at
    promises.pause(case_id=case.pk, reason="Harç bildirimi", by=town.murat, now=now, legal=True)
    assert of_law(case).due_at is None
    promises.resume(case_id=case.pk, by=town.murat, now=now + timedelta(days=3))
    assert of_law(case).due_at == due + timedelta(days=3)


def test_an_extension_counts_once_somebody_else_approves(town, now):
    case = opened(town, now=now)
    promise = resolution(case)
    wish = Wish(due_at=promise.due_at + timedelta(days=7), reason="Asfalt fabrikası arızalı")
    asked = promises.extend(promise_id=promise.pk, wish=wish, by=town.kemal, now=now)
    for nobody in (town.kemal, town.reza):
        with pytest.raises(ApproverError):
            promises.approve(extension_id=asked.pk, by=nobody, now=now)

    promises.approve(extension_id=asked.pk, by=town.murat, now=now)

    assert resolution(case).due_at == wish.due_at
    assert Event.objects.get(kind="promise.extended").data["new"] == wish.due_at.isoformat()
    with pytest.raises(PromiseOverError):
        promises.approve(extension_id=asked.pk, by=town.murat, now=now)


def test_every_act_on_a_promise_locks_its_case_first(town, now):
    promise = resolution(opened(town, now=now))
    wish = Wish(due_at=promise.due_at + timedelta(days=9), reason="Kar")
    with CaptureQueriesContext(connection) as caught:
        asked = promises.extend(promise_id=promise.pk, wish=wish, by=town.kemal, now=now)
        promises.approve(extension_id=asked.pk, by=town.murat, now=now)
        promises.keep(promise_id=promise.pk, by=town.kemal, now=now)
        promises.unkeep(promise_id=promise.pk, by=town.kemal, now=now)
    locks = [
        query["sql"].split('FROM "')[1].split('"')[0] for query in caught if "FOR UPDATE" in query["sql"]
    ]
    assert locks == [
        "cases_case", "cases_promise", "cases_case", "cases_extension", "cases_promise",
        "cases_case", "cases_promise", "cases_case", "cases_promise",
    ]  # fmt: skip


def test_a_refused_extension_leaves_the_promise_as_it_was(town, now):
    case = opened(town, now=now)
    promise = resolution(case)
    wish = Wish(due_at=promise.due_at + timedelta(days=7), reason="Yoğunluk")
    asked = promises.extend(promise_id=promise.pk, wish=wish, by=town.kemal, now=now)
    promises.approve(extension_id=asked.pk, by=town.murat, now=now, granted=False)
    assert resolution(case).due_at == promise.due_at
    assert Event.objects.filter(kind="promise.extension_refused").exists()
    assert not Event.objects.filter(kind="promise.extended").exists()


def test_a_broken_promise_is_not_extended_afterwards(town, now):
    case = opened(town, now=now)
    promises.sweep_broken(now=now + timedelta(days=2))
    wish = Wish(due_at=now + timedelta(days=9), reason="Geç kaldık")
    with pytest.raises(PromiseOverError):
        promises.extend(
            promise_id=case.promises.get(kind="first_answer").pk, wish=wish, by=town.kemal, now=now
        )


def test_an_end_keeps_what_was_owed_and_a_withdrawal_lets_it_go(town, now):
    done, left = opened(town, now=now), opened(town, now=now)
    waiver = lifecycle.Ending(outcome=Outcome.DONE, waiver="-")
    gone = lifecycle.Ending(outcome=Outcome.WITHDRAWN, reason="Vazgeçti")
    lifecycle.end(case_id=done.pk, ending=waiver, by=town.murat, now=now)
    lifecycle.end(case_id=left.pk, ending=gone, by="resident", now=now)
    assert set(done.promises.values_list("kept_at", "dropped_at")) == {(now, None)}
    assert set(left.promises.values_list("kept_at", "dropped_at")) == {(None, now)}


def test_another_service_is_reckoned_through_the_pauses_that_were(town, now):
    case = opened(town, now=now)
    promises.pause(case_id=case.pk, reason="Don", by=town.murat, now=now)
    promises.resume(case_id=case.pk, by=town.murat, now=now + timedelta(days=7))
    words = lifecycle.Description(service_id=town.tree.pk)
    lifecycle.describe(case_id=case.pk, words=words, by=town.murat, now=now + timedelta(days=8))
    plain = resolution(opened(town, now=now, service=town.tree))
    made = case.promises.get(kind="resolution", dropped_at=None)
    assert made.due_at == plain.due_at + timedelta(days=7)


def test_somebody_else_joins_a_case_once(town, now):
    case = opened(town, now=now)
    contact = heard(town, "ben de", at=now, who="Ayşe")
    ali, ayse = Citizen.objects.get(name="Ali Veli"), Citizen.objects.get(name="Ayşe")
    assert support(case_id=case.pk, citizen_id=ayse.pk, contact=contact, now=now)
    assert not support(case_id=case.pk, citizen_id=ayse.pk, contact=contact, now=now)
    assert not support(case_id=case.pk, citizen_id=ali.pk, contact=None, now=now)
    case.refresh_from_db()
    assert case.supporters == 1
    assert case.supporting.get().conversation == contact.conversation
    assert Event.objects.get(kind="case.supported").data["citizen_id"] == ayse.pk
