"""What can be done with a case, and what cannot."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cases.stories import opened
from vefa.cases import lifecycle
from vefa.cases.ending import OpenPartsError, OutcomeError
from vefa.cases.lifecycle import Assignment, Description, Ending, Piece
from vefa.cases.models import Case, Outcome, Promise, Proof, State
from vefa.cases.moves import MOVES, Move, MoveNotAllowedError, StaleError
from vefa.journal.models import Event


def latest(kind: str) -> Event:
    return Event.objects.filter(kind=kind).latest("id")


def test_every_state_has_a_way_on():
    for state in State:
        assert any(state in ways for ways in MOVES.values()), state
    assert set(MOVES) == set(Move)


def test_taking_a_case_makes_it_ones_own(town, now):
    case = lifecycle.take(case_id=opened(town, now=now).pk, by=town.murat, now=now, version=1)
    assert (case.state, case.staff, case.version) == ("working", town.murat, 2)
    assert latest("case.taken").actor == f"staff:{town.murat.pk}"


def test_a_form_made_from_an_older_version_is_refused(town, now):
    case = opened(town, now=now)
    lifecycle.take(case_id=case.pk, by=town.murat, now=now)
    with pytest.raises(StaleError):
        lifecycle.take(case_id=case.pk, by=town.derya, now=now, version=1)


def test_a_transfer_says_why_and_begins_anew_in_the_other_unit(town, now):
    case = opened(town, now=now)
    lifecycle.take(case_id=case.pk, by=town.murat, now=now)
    to = Assignment(unit_id=town.water.pk, reason="Rögar kapağı")

    moved = lifecycle.transfer(case_id=case.pk, to=to, by=town.murat, now=now)

    assert (moved.unit, moved.staff, moved.state) == (town.water, None, "new")
    assert latest("case.assigned").data["reason"] == "Rögar kapağı"
    assert latest("case.assigned").data["was_unit_id"] == town.roads.pk
    with pytest.raises(lifecycle.ReasonError):
        lifecycle.transfer(case_id=case.pk, to=Assignment(unit_id=town.parks.pk), by=town.murat, now=now)


def test_no_unit_loses_a_case_to_another_without_words(town, now):
    case = opened(town, now=now)
    for by in (town.murat, town.derya, town.leyla, town.nermin):  # an own unit, all, and neither is one's own
        with pytest.raises(lifecycle.UnitReasonError):
            lifecycle.assign(
                case_id=case.pk, to=Assignment(unit_id=town.parks.pk, reason=" "), by=by, now=now
            )

    to = Assignment(unit_id=town.parks.pk, reason="Ağaç kökü")
    assert lifecycle.assign(case_id=case.pk, to=to, by=town.derya, now=now).unit == town.parks
    assert latest("case.assigned").data["reason"] == "Ağaç kökü"


def test_within_ones_own_units_and_to_the_first_one_work_is_given_without_words(town, now):
    case, unplaced = opened(town, now=now), opened(town, now=now)
    to = Assignment(unit_id=town.lighting.pk)
    assert lifecycle.assign(case_id=case.pk, to=to, by=town.nermin, now=now).unit == town.lighting
    Case.objects.filter(pk=unplaced.pk).update(unit=None)
    assert lifecycle.assign(case_id=unplaced.pk, to=to, by=town.derya, now=now).unit == town.lighting


def test_a_person_can_be_given_a_case(town, now):
    case = opened(town, now=now)
    given = lifecycle.assign(case_id=case.pk, to=Assignment(staff_id=town.kemal.pk), by=town.murat, now=now)
    assert (given.unit, given.staff, given.state) == (town.roads, town.kemal, "new")


def test_a_day_is_named(town, now):
    case = lifecycle.plan(case_id=opened(town, now=now).pk, day=date(2026, 4, 2), by=town.murat, now=now)
    assert (case.state, case.planned_date) == ("planned", date(2026, 4, 2))
    assert latest("case.planned").data == {"date": "2026-04-02"}


def test_a_day_is_named_from_today_on_where_the_town_lies_and_for_two_years(town, now):
    case = opened(town, now=now)
    late = datetime(2026, 4, 1, 22, 30, tzinfo=UTC)  # half past one on the second there

    for day in (date(2020, 1, 5), date(2026, 4, 1), date(2028, 4, 3), date(2150, 1, 1)):
        with pytest.raises(lifecycle.PlannedDayError):
            lifecycle.plan(case_id=case.pk, day=day, by=town.murat, now=late)
    case.refresh_from_db()
    assert (case.state, case.planned_date) == ("new", None)

    for day in (date(2026, 4, 2), date(2028, 4, 2)):
        assert lifecycle.plan(case_id=case.pk, day=day, by=town.murat, now=late).planned_date == day


def test_waiting_for_the_resident_stops_the_clocks_of_work_but_not_the_law(town, now):
    case = opened(town, now=now)
    waiting = lifecycle.ask(case_id=case.pk, question="Hangi sokak?", by=town.derya, now=now)
    assert waiting.state == "waiting"
    assert waiting.due_at == case.promises.get(kind="legal").due_at
    assert case.promises.get(kind="resolution").due_at is None
    assert latest("case.waiting").data == {"question": "Hangi sokak?"}


def test_work_goes_on_without_an_answer(town, now):
    case = opened(town, now=now)
    due = Promise.objects.get(case=case, kind="resolution").due_at or now
    lifecycle.ask(case_id=case.pk, question="Hangi sokak?", by=town.derya, now=now)
    later = now + timedelta(days=7)
    again = lifecycle.resume(case_id=case.pk, by=town.derya, now=later)
    assert again.state == "working"
    assert case.promises.get(kind="resolution").due_at == due + timedelta(days=7)


def test_a_referral_keeps_an_eye_on_the_case(town, now):
    case = lifecycle.refer(case_id=opened(town, now=now).pk, agency_id=town.power.pk, by=town.derya, now=now)
    assert (case.state, case.agency) == ("referred", town.power)
    assert case.due_at is not None


def test_done_needs_a_photo_where_the_service_asks_for_one(town, now):
    case = opened(town, now=now)
    with pytest.raises(OutcomeError) as refused:
        lifecycle.end(case_id=case.pk, ending=Ending(outcome=Outcome.DONE), by=town.murat, now=now)
    assert refused.value.missing == "proof"
    proof = Proof.objects.create(
        case=case, key="9b2c0f8e-4d43-4c2e-8d2c-2f6f3f0e7a11", path="x", content_type="image/jpeg", size=1,
        by="staff", at=now,
    )  # fmt: skip

    ending = Ending(outcome=Outcome.DONE, proof_ids=(proof.pk,))
    done = lifecycle.end(case_id=case.pk, ending=ending, by=town.murat, now=now)

    assert (done.state, done.outcome, done.ended_at) == ("ended", "done", now)
    assert latest("case.ended").data["proof_ids"] == [proof.pk]


def test_words_may_stand_in_for_the_photo(town, now):
    ending = Ending(outcome=Outcome.DONE, waiver="Gece yapıldı, fotoğraf yok")
    done = lifecycle.end(case_id=opened(town, now=now).pk, ending=ending, by=town.murat, now=now)
    assert done.outcome == "done"


@pytest.mark.parametrize(
    ("ending", "missing"),
    [
        (Ending(outcome=Outcome.NOT_POSSIBLE, objection="30 gün içinde"), "reason"),
        (Ending(outcome=Outcome.NOT_POSSIBLE, reason="Özel mülk"), "objection"),
        (Ending(outcome=Outcome.PASSED_ON), "agency"),
        (Ending(outcome=Outcome.ANSWERED), "reason"),
        (Ending(outcome=Outcome.WITHDRAWN), "reason"),
        (Ending(outcome=Outcome.DUPLICATE), "master"),
        (Ending(outcome=Outcome.DONE, proof_ids=(4711,)), "proof"),
    ],
)
def test_no_outcome_without_what_the_resident_must_hear(town, now, ending, missing):
    case = opened(town, now=now)
    with pytest.raises(OutcomeError) as refused:
        lifecycle.end(case_id=case.pk, ending=ending, by=town.derya, now=now)
    assert refused.value.missing == missing
    case.refresh_from_db()
    assert case.state == "new"


def test_what_ended_cannot_end_again(town, now):
    case = opened(town, now=now)
    ending = Ending(outcome=Outcome.WITHDRAWN, reason="Vazgeçti")
    lifecycle.end(case_id=case.pk, ending=ending, by="resident", now=now)
    with pytest.raises(MoveNotAllowedError):
        lifecycle.end(case_id=case.pk, ending=ending, by="resident", now=now)
    with pytest.raises(MoveNotAllowedError):
        lifecycle.take(case_id=case.pk, by=town.derya, now=now)


def test_a_resident_who_is_not_content_reopens_the_case_and_the_first_promise_stays_visible(town, now):
    case = opened(town, now=now)
    ending = Ending(outcome=Outcome.DONE, waiver="-")
    lifecycle.end(case_id=case.pk, ending=ending, by=town.murat, now=now)
    later = now + timedelta(days=4)

    again = lifecycle.reopen(case_id=case.pk, reason="Çukur hâlâ orada", by="resident", now=later)

    assert (again.state, again.outcome, again.reopened, again.unread) == ("new", "", 1, True)
    first, second = case.promises.filter(kind="resolution").order_by("id")
    assert (first.kept_at, second.kept_at, second.started_at) == (now, None, later)
    assert again.due_at == second.due_at
    assert latest("case.reopened").data == {
        "reason": "Çukur hâlâ orada", "was_outcome": "done", "count": 1,
    }  # fmt: skip


def test_parts_have_a_unit_and_clocks_of_their_own(town, now):
    whole = opened(town, "Çukur var, lamba da yanmıyor", now=now)
    piece = Piece(title="Lamba yanmıyor", text="lamba", service_id=town.street_light.pk)

    part = lifecycle.part(case_id=whole.pk, piece=piece, by=town.derya, now=now + timedelta(hours=1))

    assert (part.parent, part.unit, part.opened_at) == (whole, town.lighting, whole.opened_at)
    assert part.reference != whole.reference
    assert [link.contact_id for link in part.links.all()] == [link.contact_id for link in whole.links.all()]
    assert latest("case.parted").data["part_id"] == part.pk
    with pytest.raises(MoveNotAllowedError):
        lifecycle.part(case_id=part.pk, piece=piece, by=town.derya, now=now)


def test_the_whole_does_not_end_over_the_heads_of_its_parts(town, now):
    whole = opened(town, now=now)
    piece = Piece(title="Lamba", text="lamba", service_id=town.street_light.pk)
    part = lifecycle.part(case_id=whole.pk, piece=piece, by=town.derya, now=now)
    ending = Ending(outcome=Outcome.DONE, waiver="-")
    with pytest.raises(OpenPartsError) as refused:
        lifecycle.end(case_id=whole.pk, ending=ending, by=town.murat, now=now)
    assert refused.value.parts == [part]

    alike = Ending(outcome=Outcome.DONE, waiver="-", with_parts=True)
    lifecycle.end(case_id=whole.pk, ending=alike, by=town.murat, now=now)

    part.refresh_from_db()
    assert part.outcome == "done"


def test_whoever_reported_the_same_hears_how_the_master_ended(town, now):
    master, twin = opened(town, now=now), opened(town, now=now, who="Ayşe")

    doubled = lifecycle.double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)

    assert (doubled.outcome, doubled.master, doubled.due_at) == ("duplicate", master, None)
    master.refresh_from_db()
    assert master.supporters == 1
    ending = Ending(outcome=Outcome.NOT_POSSIBLE, reason="Özel yol", objection="30 gün")
    lifecycle.end(case_id=master.pk, ending=ending, by=town.murat, now=now)
    told = Event.objects.get(kind="case.ended", subject=f"case:{twin.pk}")
    assert (told.data["outcome"], told.data["master_id"]) == ("not_possible", master.pk)


def test_however_many_reported_it_they_are_told_in_as_many_statements(town, now):
    def statements(twins):
        master = opened(town, now=now)
        for number in range(twins):
            twin = opened(town, now=now, who=f"Ayşe {number}")
            lifecycle.double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)
        with CaptureQueriesContext(connection) as caught:
            ending = Ending(outcome=Outcome.DONE, waiver="-")
            lifecycle.end(case_id=master.pk, ending=ending, by=town.murat, now=now)
        return len(caught)

    assert statements(1) == statements(3)


def test_a_mistaken_duplicate_stands_for_itself_again_with_its_promises(town, now):
    master, twin = opened(town, now=now), opened(town, now=now, who="Ayşe")
    due = twin.due_at
    lifecycle.double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)

    freed = lifecycle.undouble(case_id=twin.pk, by=town.derya, now=now + timedelta(hours=1))

    assert (freed.state, freed.master, freed.due_at) == ("new", None, due)
    master.refresh_from_db()
    assert master.supporters == 0


def test_duplicates_do_not_follow_in_a_ring_or_into_nothing(town, now):
    one, other, third = (opened(town, now=now) for _ in range(3))
    lifecycle.double(case_id=one.pk, master_id=other.pk, by=town.derya, now=now)
    for case, master in ((third, one), (other, third), (third, third)):
        with pytest.raises(MoveNotAllowedError):
            lifecycle.double(case_id=case.pk, master_id=master.pk, by=town.derya, now=now)


def test_a_reporter_who_is_not_content_reopens_the_master(town, now):
    master, twin = opened(town, now=now), opened(town, now=now, who="Ayşe")
    lifecycle.double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)
    lifecycle.end(case_id=master.pk, ending=Ending(outcome=Outcome.DONE, waiver="-"), by=town.murat, now=now)

    lifecycle.reopen(case_id=twin.pk, reason="Hâlâ orada", by="resident", now=now)

    master.refresh_from_db()
    twin.refresh_from_db()
    assert (master.state, master.reopened, twin.outcome) == ("new", 1, "duplicate")


def test_a_duplicate_and_its_master_are_locked_in_the_order_of_their_numbers(town, now):
    master, twin = opened(town, now=now), opened(town, now=now, who="Ayşe")
    lifecycle.double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)
    with CaptureQueriesContext(connection) as caught:
        lifecycle.reopen(case_id=twin.pk, reason="Hâlâ orada", by="resident", now=now)

    first = next(one["sql"] for one in caught if "FOR UPDATE" in one["sql"])
    assert any(f"IN ({one.pk}, {other.pk})" in first for one, other in ((master, twin), (twin, master)))
    assert 'ORDER BY "cases_case"."id" ASC FOR UPDATE' in first


def test_describing_anew_brings_the_promises_and_the_unit_of_the_other_service(town, now):
    case = opened(town, now=now, unsure=True)
    words = Description(service_id=town.street_light.pk, title="Lamba sönük")

    told = lifecycle.describe(case_id=case.pk, words=words, by=town.derya, now=now)

    assert (told.unit, told.unsure, told.title, told.public) == (town.lighting, False, "Lamba sönük", True)
    assert told.promises.get(kind="resolution", dropped_at=None).minutes == 960
    assert not told.promises.filter(kind="legal", dropped_at=None).exists()
    assert latest("case.described").data["changes"] == {
        "service_id": [town.pothole.pk, town.street_light.pk],
        "title": ["Çarşıda yolda büyük çukur var", "Lamba sönük"],
    }


def test_what_somebody_has_taken_stays_with_them_when_it_is_described_anew(town, now):
    case = opened(town, now=now)
    lifecycle.take(case_id=case.pk, by=town.murat, now=now)
    words = Description(service_id=town.street_light.pk)
    assert lifecycle.describe(case_id=case.pk, words=words, by=town.murat, now=now).unit == town.roads


def test_describing_nothing_new_changes_nothing(town, now):
    case = opened(town, now=now)
    words = Description(service_id=town.pothole.pk)
    assert lifecycle.describe(case_id=case.pk, words=words, by=town.murat, now=now).version == 1


def test_a_private_case_leaves_the_public_list_until_somebody_writes_words_for_it(town, now):
    case = opened(town, now=now)
    hidden = lifecycle.mark_private(case_id=case.pk, by=town.derya, now=now)
    assert (hidden.private, hidden.public) == (True, False)
    text = "Yolda çukur"
    shown = lifecycle.mark_public(case_id=case.pk, text=text, by=town.derya, now=now)
    assert (shown.private, shown.public, shown.public_text) == (False, True, text)


def test_what_no_public_service_covers_cannot_be_shown(town, now):
    case = opened(town, now=now, service=town.social_aid)
    with pytest.raises(lifecycle.NotShownError):
        lifecycle.mark_public(case_id=case.pk, text="x", by=town.derya, now=now)


def test_a_note_stays_between_staff(town, now):
    case = opened(town, now=now)
    lifecycle.note(case_id=case.pk, text="Dün de aradı", by=town.derya, now=now)
    assert [note.text for note in case.notes.all()] == ["Dün de aradı"]
    assert Case.objects.get(pk=case.pk).version == 1


def test_a_look_is_remembered_once_and_reading_is_the_desks_business(town, now):
    case = opened(town, now=now)
    lifecycle.see(case=case, staff=town.leyla, now=now)
    assert case.unread
    for seconds in (0, 30, 90):
        lifecycle.see(case=case, staff=town.derya, now=now + timedelta(seconds=seconds))
    sight = case.sights.get(staff=town.derya)
    assert (sight.role, sight.first_at, sight.last_at) == ("operator", now, now + timedelta(seconds=90))
    assert not Case.objects.get(pk=case.pk).unread
