"""Two rows that are one person are suggested, merged by a person, and un-merged without loss."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from vefa.citizens import matching, queries
from vefa.citizens.merging import MergeError, merge, unmerge
from vefa.citizens.models import Address, Citizen, Likeness
from vefa.journal.models import Event
from vefa.kit.text import fold

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


@pytest.fixture
def people(db, now):
    """Ali writes from a messenger and by mail; Ali Veli the baker is somebody else; Ayşe is Ayşe."""
    rows = {}
    for key, name, space, value in (
        ("ali", "Ali Veli", "phone", "+905321112233"),
        ("ali_again", "", "whatsapp", "+905321112233"),
        ("baker", "Ali Veli", "email", "firin@posta.example"),
        ("ayse", "Ayşe Kara", "phone", "+905321114455"),
    ):
        rows[key] = Citizen.objects.create(name=name, folded_name=fold(name), created_at=now)
        Address.objects.create(
            citizen=rows[key], space=space, value=value, last_digits=value[-4:], created_at=now
        )
    return rows


def nowhere(_ids):
    return {}


def test_a_number_on_two_channels_is_suggested_once(people, now):
    assert matching.suggest(now=now, places=nowhere) == 1
    assert matching.suggest(now=now, places=nowhere) == 0
    found = Likeness.objects.get()
    assert (found.older, found.newer) == (people["ali"], people["ali_again"])
    assert found.reasons == ["address:+905321112233"]


def test_a_namesake_is_suggested_only_if_both_speak_of_the_same_place(people, now):
    in_carsi = {people["ali"].pk: {"area 4"}, people["baker"].pk: {"area 4"}}
    assert matching.suggest(now=now, places=lambda _ids: in_carsi) == 2
    assert Likeness.objects.get(newer=people["baker"]).reasons == ["place:area 4"]


def test_a_suggestion_is_decided_once(people, now):
    matching.suggest(now=now, places=nowhere)
    found = Likeness.objects.get()
    assert queries.likenesses_of(people["ali"].pk) == [found]
    matching.decide(likeness_id=found.pk, accepted=False, by="staff:1", now=now)
    assert queries.likenesses_of(people["ali"].pk) == []
    with pytest.raises(matching.DecidedError):
        matching.decide(likeness_id=found.pk, accepted=True, by="staff:1", now=now)


def test_a_merge_that_is_undone_leaves_the_suggestion_open_again(people, now):
    matching.suggest(now=now, places=nowhere)
    found = Likeness.objects.get()
    matching.decide(likeness_id=found.pk, accepted=True, by="staff:1", now=now)
    made = merge(kept_id=found.older_id, absorbed_id=found.newer_id, reason="", by="staff:1", now=now)
    assert queries.likenesses_of(found.older_id) == queries.told_apart(found.older_id) == []

    unmerge(merge_id=made.pk, by="staff:2", now=now)

    assert queries.likenesses_of(found.newer_id) == [found]
    found.refresh_from_db()
    assert (found.accepted, found.decided_at, found.by) == (None, None, "")


def test_two_who_are_told_apart_can_be_told_one_after_all(people, now):
    named = matching.note_named(people["baker"].pk, people["ali"].pk, now=now)
    assert (named.older, named.newer) == (people["ali"], people["baker"])
    matching.decide(likeness_id=named.pk, accepted=False, by="staff:1", now=now)
    assert queries.told_apart(people["baker"].pk) == [named]
    assert matching.note_named(people["ali"].pk, people["baker"].pk, now=now) == named

    matching.decide(likeness_id=named.pk, accepted=True, by="staff:2", now=now, after_all=True)
    merge(kept_id=people["ali"].pk, absorbed_id=people["baker"].pk, reason="", by="staff:2", now=now)
    assert queries.told_apart(people["baker"].pk) == []


def test_a_merged_person_is_found_under_every_row(people, now):
    ali, again = people["ali"], people["ali_again"]
    merge(kept_id=ali.pk, absorbed_id=again.pk, reason="same number", by="staff:1", now=now)
    for row in (ali, again):
        assert queries.same_person(row.pk) == [ali.pk, again.pk]
        assert queries.root_of(row.pk) == ali
        assert [address.space for address in queries.addresses_of(row.pk)] == ["phone", "whatsapp"]
    event = Event.objects.get(kind="citizen.merged")
    assert (event.subject, event.actor) == (f"citizen:{ali.pk}", "staff:1")


def test_nobody_is_merged_with_themselves(people, now):
    ali, again = people["ali"].pk, people["ali_again"].pk
    merge(kept_id=ali, absorbed_id=again, reason="", by="staff:1", now=now)
    with pytest.raises(MergeError):
        merge(kept_id=again, absorbed_id=ali, reason="", by="staff:1", now=now)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_merges_are_undone_in_any_order_without_loss(people, now, order):
    ali, again, baker = people["ali"].pk, people["ali_again"].pk, people["baker"].pk
    before = list(Citizen.objects.order_by("id").values())
    made = [
        merge(kept_id=again, absorbed_id=ali, reason="", by="staff:1", now=now),
        merge(kept_id=baker, absorbed_id=again, reason="", by="staff:1", now=now),
    ]
    assert queries.same_person(ali) == [ali, again, baker]

    for number in order:
        unmerge(merge_id=made[number].pk, by="staff:2", now=now)

    assert list(Citizen.objects.order_by("id").values()) == before
    assert Event.objects.filter(kind="citizen.unmerged").count() == 2
    with pytest.raises(MergeError):
        unmerge(merge_id=made[0].pk, by="staff:2", now=now)


def test_undoing_the_later_merge_leaves_the_earlier_one(people, now):
    ali, again, baker = people["ali"].pk, people["ali_again"].pk, people["baker"].pk
    merge(kept_id=again, absorbed_id=ali, reason="", by="staff:1", now=now)
    later = merge(kept_id=baker, absorbed_id=again, reason="", by="staff:1", now=now)
    unmerge(merge_id=later.pk, by="staff:1", now=now)
    assert queries.same_person(ali) == [ali, again]
    assert queries.same_person(baker) == [baker]


def test_who_was_merged_elsewhere_meanwhile_stays_there(people, now):
    ali, again, baker = people["ali"].pk, people["ali_again"].pk, people["baker"].pk
    first = merge(kept_id=ali, absorbed_id=again, reason="", by="staff:1", now=now)
    second = merge(kept_id=baker, absorbed_id=ali, reason="", by="staff:1", now=now)
    unmerge(merge_id=first.pk, by="staff:1", now=now)
    merge(kept_id=baker, absorbed_id=again, reason="", by="staff:1", now=now)

    unmerge(merge_id=second.pk, by="staff:1", now=now)

    assert queries.same_person(ali) == [ali]
    assert queries.same_person(baker) == [again, baker]


def test_a_merge_between_two_others_is_undone_with_who_came_along(people, now):
    ali, again, baker, ayse = (people[key].pk for key in ("ali", "ali_again", "baker", "ayse"))
    merge(kept_id=ali, absorbed_id=again, reason="", by="staff:1", now=now)
    second = merge(kept_id=baker, absorbed_id=ali, reason="", by="staff:1", now=now)
    merge(kept_id=ayse, absorbed_id=baker, reason="", by="staff:1", now=now)

    unmerge(merge_id=second.pk, by="staff:1", now=now)

    assert queries.same_person(again) == [ali, again]
    assert queries.same_person(ayse) == [baker, ayse]


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_make_no_chain(people, now):
    ali, again, baker = people["ali"].pk, people["ali_again"].pk, people["baker"].pk

    def meanwhile() -> None:
        try:
            merge(kept_id=ali, absorbed_id=again, reason="", by="staff:2", now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            merge(kept_id=baker, absorbed_id=ali, reason="", by="staff:1", now=now)
            other = pool.submit(meanwhile)
            wait_until_somebody_waits()
        other.result(timeout=30)

    assert set(Citizen.objects.filter(id__in=[ali, again]).values_list("merged_into", flat=True)) == {baker}


@pytest.mark.django_db(transaction=True)
def test_a_merge_is_undone_beside_somebody_who_says_once_more_that_they_are_one(people, now):
    ali, again = people["ali"].pk, people["ali_again"].pk
    named = matching.note_named(ali, again, now=now)
    matching.decide(likeness_id=named.pk, accepted=True, by="staff:1", now=now)
    made = merge(kept_id=ali, absorbed_id=again, reason="", by="staff:1", now=now)

    def meanwhile() -> None:
        try:
            unmerge(merge_id=made.pk, by="staff:2", now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            matching.decide(likeness_id=named.pk, accepted=True, by="staff:1", now=now, after_all=True)
            other = pool.submit(meanwhile)
            wait_until_somebody_waits()
            with pytest.raises(MergeError):
                merge(kept_id=ali, absorbed_id=again, reason="", by="staff:1", now=now)
        other.result(timeout=30)

    assert queries.same_person(again) == [again]
    assert queries.likenesses_of(again) == [named]


def wait_until_somebody_waits() -> None:
    """For a lock that we hold."""
    end = monotonic() + 30
    with connection.cursor() as cursor:
        while monotonic() < end:
            cursor.execute(WAITING)
            row = cursor.fetchone()
            if row and row[0]:
                return
            sleep(0.02)
    raise AssertionError("nobody waits")


def test_people_are_found_by_number_its_end_a_mailbox_or_a_name_in_any_spelling(people):
    ali, again, ayse = people["ali"], people["ali_again"], people["ayse"]
    assert queries.people_at("0532 111 22 33", country="TR") == [ali.pk, again.pk]
    assert queries.people_at("۲۲۳۳", country="TR") == [ali.pk, again.pk]
    assert queries.people_at("FIRIN@Posta.example", country="TR") == [people["baker"].pk]
    assert queries.people_at("0532", country="TR") == []
    assert queries.found("AYSE kar", country="TR") == [ayse]
    assert queries.found("4455", country="TR") == [ayse]
    assert queries.found("A", country="TR") == []
    assert queries.proved_digits_of(again.pk) == queries.proved_digits_of(None) == []
    Address.objects.filter(value="+905321112233").update(verified_at=ali.created_at)
    assert queries.proved_digits_of(again.pk) == ["2233"]
