"""A later day that a person granted, and told the resident, when the case gets another service."""

from datetime import datetime, timedelta

import pytest

from tests.cases.stories import opened
from vefa.cases import lifecycle, promises
from vefa.cases.lifecycle import Description, Ending
from vefa.cases.models import Case, Extension, Outcome, Promise
from vefa.cases.promises import Wish
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db
LATER = timedelta(days=60)


def owed(case: Case, kind: str = "resolution") -> Promise:
    return case.promises.get(kind=kind, dropped_at=None)


def due(case: Case, kind: str = "resolution") -> datetime:
    moment = owed(case, kind).due_at
    assert moment is not None  # its clock runs
    return moment


def asked(town, case, *, now, kind="resolution", by_days=LATER) -> Extension:
    wish = Wish(due_at=owed(case, kind).due_at + by_days, reason="Asfalt fabrikası arızalı")
    return promises.extend(promise_id=owed(case, kind).pk, wish=wish, by=town.kemal, now=now)


def granted(town, case, *, now, **facts) -> Extension:
    return promises.approve(extension_id=asked(town, case, now=now, **facts).pk, by=town.murat, now=now)


def becomes(case, service, *, by, now) -> Case:
    return lifecycle.describe(case_id=case.pk, words=Description(service_id=service.pk), by=by, now=now)


def upheld(case):
    return Event.objects.filter(kind="promise.upheld", subject=f"case:{case.pk}").order_by("id")


def test_the_granted_day_stays_where_the_other_service_would_end_earlier_and_the_history_says_so(town, now):
    case, plain = opened(town, now=now), opened(town, now=now, service=town.street_light)
    extension = granted(town, case, now=now)

    told = becomes(case, town.street_light, by=town.derya, now=now + timedelta(hours=3))

    promise = owed(case)
    assert due(case) == extension.new_due_at > due(plain)
    (event,) = upheld(case)
    assert event.actor == f"staff:{town.derya.pk}"
    assert event.data == {
        "promise_id": promise.pk,
        "kind": "resolution",
        "due": extension.new_due_at.isoformat(),
        "instead": due(plain).isoformat(),
    }
    extension.refresh_from_db()
    assert (extension.promise, extension.reason) == (promise, "Asfalt fabrikası arızalı")
    assert owed(case, "first_answer").due_at == told.due_at == owed(plain, "first_answer").due_at


def test_going_back_to_the_first_service_keeps_it_too(town, now):
    case = opened(town, now=now)
    extension = granted(town, case, now=now)
    becomes(case, town.street_light, by=town.derya, now=now)
    becomes(case, town.pothole, by=town.derya, now=now)
    assert owed(case).due_at == extension.new_due_at
    assert upheld(case).count() == 2


def test_a_service_that_ends_later_still_has_its_own_day_and_the_granted_one_is_not_forgotten(town, now):
    case = opened(town, now=now, service=town.street_light)
    extension = granted(town, case, now=now, by_days=timedelta(hours=1))
    becomes(case, town.pothole, by=town.derya, now=now)
    assert due(case) == due(opened(town, now=now)) > extension.new_due_at
    assert not upheld(case)

    becomes(case, town.street_light, by=town.derya, now=now)

    assert owed(case).due_at == extension.new_due_at
    assert upheld(case).count() == 1


def test_clocks_that_stand_still_take_the_granted_day_with_them(town, now):
    case, plain = opened(town, now=now), opened(town, now=now)
    for one in (case, plain):
        granted(town, one, now=now)
        promises.pause(case_id=one.pk, reason="Don", by=town.murat, now=now + timedelta(days=2))
    becomes(case, town.street_light, by=town.derya, now=now + timedelta(days=3))
    assert (owed(case).due_at, owed(case).held_due_at) == (None, owed(plain).held_due_at)
    for one in (case, plain):
        promises.resume(case_id=one.pk, by=town.murat, now=now + timedelta(days=9))
    assert owed(case).due_at == owed(plain).due_at

    becomes(case, town.tree, by=town.derya, now=now + timedelta(days=10))
    assert owed(case).due_at == owed(plain).due_at


def test_a_pause_while_it_was_another_service_counts_on_the_way_back(town, now):
    case, plain = opened(town, now=now), opened(town, now=now)
    for one in (case, plain):
        granted(town, one, now=now)
    becomes(case, town.street_light, by=town.derya, now=now)
    for one in (case, plain):
        promises.pause(case_id=one.pk, reason="Don", by=town.murat, now=now + timedelta(days=2))
        promises.resume(case_id=one.pk, by=town.murat, now=now + timedelta(days=9))
    becomes(case, town.pothole, by=town.derya, now=now + timedelta(days=10))
    assert owed(case).due_at == owed(plain).due_at


def test_a_wish_that_waits_for_a_decision_is_decided_for_the_new_promise(town, now):
    case = opened(town, now=now)
    wish = asked(town, case, now=now)
    becomes(case, town.street_light, by=town.derya, now=now)
    promises.approve(extension_id=wish.pk, by=town.murat, now=now)
    assert owed(case).due_at == wish.new_due_at


def test_a_term_of_law_goes_with_its_law(town, now):
    case = opened(town, now=now)
    granted(town, case, now=now, kind="legal")
    becomes(case, town.street_light, by=town.derya, now=now)
    assert not case.promises.filter(kind="legal", dropped_at=None).exists()
    assert not upheld(case)


def test_what_settled_an_unsure_case_is_taken_back_without_losing_the_granted_day(town, now):
    case = opened(town, now=now, unsure=True)
    extension, was = granted(town, case, now=now), lifecycle.facts_of(case)
    becomes(case, town.street_light, by=town.derya, now=now)
    lifecycle.unsettle(case_id=case.pk, was=was, by=town.derya, now=now)
    assert owed(case).due_at == extension.new_due_at
    assert upheld(case).count() == 2


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.WITHDRAWN])
@pytest.mark.parametrize("name", ["pothole", "tree"])
def test_a_reopened_case_owes_the_other_services_result_from_the_reopening(town, now, outcome, name):
    """Also where that service has a term of law, which counts from the opening, and has run out."""
    case, long_after = opened(town, now=now, service=town.street_light), now + timedelta(days=90)
    granted(town, case, now=now, by_days=timedelta(days=200))
    lifecycle.end(case_id=case.pk, ending=Ending(outcome=outcome, reason="-"), by=town.murat, now=now)
    lifecycle.reopen(case_id=case.pk, reason="Hâlâ yanmıyor", by="resident", now=long_after)
    service = getattr(town, name)

    told = becomes(case, service, by=town.derya, now=long_after + timedelta(hours=1))

    (promise,) = case.promises.filter(kept_at=None, dropped_at=None)
    plain = due(opened(town, now=long_after, service=service))
    assert (promise.kind, promise.started_at, promise.due_at) == ("resolution", long_after, plain)
    assert told.due_at == promise.due_at
    assert promises.sweep_broken(now=long_after + timedelta(hours=1)) == 0
    assert not upheld(case)
