"""What everybody may see: never a name, an address, a resident's own words."""

from dataclasses import asdict, fields
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cases.stories import opened
from vefa.cases import lifecycle, public, tracking
from vefa.cases.models import Case, Outcome
from vefa.cases.public import Bounds, PublicCase, PublicFilters
from vefa.citizens.models import Address
from vefa.directory.queries import directory
from vefa.kit.geo import Point, coarse, distance_m

HERE = Point(38.02, 27.01)
AROUND = Bounds(Point(38.0, 27.0), Point(38.04, 27.08))


@pytest.fixture
def pothole(town, now):
    return opened(
        town, "Ben Ali Veli, 0532 111 22 33, kapımın önünde çukur var", now=now, lat=38.0201, lon=27.0101,
        place_text="Fatih Sokak 7, Ali Veli'nin evi",
    )  # fmt: skip


def test_nothing_personal_leaves_the_house(town, pothole):
    shown = public.one(pothole.pk)
    assert shown is not None
    names = {field.name for field in fields(PublicCase)}
    assert names == {
        "id", "service", "area", "lat", "lon", "text", "state", "outcome", "opened_at", "ended_at",
        "planned_date", "supporters", "reopened",
    }  # fmt: skip
    assert (shown.service, shown.area, shown.text) == (town.pothole, town.carsi, "")
    words = str({name: value for name, value in asdict(shown).items() if name not in {"service", "area"}})
    assert not any(secret in words for secret in ("Ali", "0532", "Fatih", pothole.secret, pothole.reference))


@pytest.mark.parametrize(
    "facts", [{"private": True}, {"kind": "complaint"}, {"unsure": True}, {"service": "social_aid"}]
)
def test_what_is_not_for_everybody_is_nowhere(town, now, facts):
    given = {name: getattr(town, value) if name == "service" else value for name, value in facts.items()}
    case = opened(town, now=now, lat=38.02, lon=27.01, **given)
    assert public.one(case.pk) is None
    assert public.listing(PublicFilters()).rows == []
    assert public.map_points(AROUND, PublicFilters(), now=now) == []
    assert public.nearby(HERE, service_id=None, metres=5000) == []


def test_a_service_that_is_no_longer_public_takes_its_cases_along(town, pothole, now):
    town.pothole.public = False
    town.pothole.save()
    from_memory = directory()
    from_memory.services[town.pothole.pk].public = False
    assert public.one(pothole.pk) is None
    assert public.listing(PublicFilters()).rows == []
    from_memory.services[town.pothole.pk].public = True


def test_the_list_is_narrowed_and_paged(town, now):
    cases = [opened(town, now=now, area_id=town.carsi.pk) for _ in range(3)]
    lamp = opened(town, now=now, service=town.street_light, area_id=town.sazlik.pk)
    first = public.listing(PublicFilters(), limit=3)
    second = public.listing(PublicFilters(), cursor=first.older or "", limit=3)
    assert [case.id for case in [*first.rows, *second.rows]] == [lamp.pk, *(case.pk for case in cases[::-1])]
    in_district = public.listing(PublicFilters(area_id=town.golkiyi.pk, service_id=town.street_light.pk))
    assert [case.id for case in in_district.rows] == [lamp.pk]
    assert public.listing(PublicFilters(ended=True)).rows == []


def test_the_map_shows_what_is_open_and_what_ended_of_late(town, pothole, now):
    other = opened(town, now=now, lat=38.03, lon=27.02)
    ending = lifecycle.Ending(outcome=Outcome.DONE, waiver="-")
    lifecycle.end(case_id=other.pk, ending=ending, by=town.murat, now=now)
    later = now + timedelta(days=31)
    assert [one.id for one in public.map_points(AROUND, PublicFilters(), now=now)] == [other.pk, pothole.pk]
    assert [one.id for one in public.map_points(AROUND, PublicFilters(), now=later)] == [pothole.pk]


def test_what_ended_of_late_is_read_from_its_end_and_not_from_among_all_that_ever_ended(town, pothole, now):
    with CaptureQueriesContext(connection) as caught:
        public.map_points(AROUND, PublicFilters(), now=now)
    (asked,) = (one["sql"] for one in caught if '"ended_at" >=' in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {asked}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "using case_public_ended on cases_case" in plan, plan


def test_the_nearest_open_cases_come_first(town, pothole, now):
    farther = opened(town, now=now, lat=38.0215, lon=27.01)
    opened(town, now=now, lat=38.039, lon=27.01)
    lamp = opened(town, now=now, service=town.street_light, lat=38.0191, lon=27.01)
    found = public.nearby(HERE, service_id=None, metres=250)
    assert [one.id for one in found] == [pothole.pk, lamp.pk, farther.pk]
    assert [one.id for one in public.nearby(HERE, service_id=town.pothole.pk, metres=100)] == [pothole.pk]


def test_a_place_is_told_to_a_hundred_metres_wherever_somebody_asks_from(town, now):
    """Who asks from many points learns the same cell, and nothing about where in it the door is."""
    door, next_door = Point(38.02031, 27.01069), Point(38.0199, 27.0115)
    for at in (door, next_door):
        opened(town, now=now, lat=at.latitude, lon=at.longitude)

    one, other = public.map_points(AROUND, PublicFilters(), now=now)

    cell = Point(one.lat or 0, one.lon or 0)
    assert cell == Point(other.lat or 0, other.lon or 0) == coarse(door, 100)
    assert 20 < distance_m(door, cell) < 71
    for metres in range(0, 400, 5):
        asker = Point(cell.latitude, cell.longitude + metres / 87_600)
        reached = public.nearby(asker, service_id=None, metres=250)
        assert len(reached) in {0, 2}
        assert bool(reached) == (distance_m(asker, cell) <= 250)


def test_a_resident_follows_their_case_by_its_link_or_by_the_end_of_their_number(town, pothole, now):
    Address.objects.create(
        space="phone", value="+905321112233", citizen=pothole.citizen, last_digits="2233", created_at=now,
        verified_at=now,
    )  # fmt: skip
    for proof in ({"secret": pothole.secret}, {"last_digits": "2233"}, {"last_digits": "۲۲۳۳"}):
        found = tracking.track(pothole.reference, **proof)
        assert found is not None
        assert (found.case, found.shown) == (pothole, pothole)


@pytest.mark.parametrize(
    "proof",
    [
        {}, {"secret": ""}, {"secret": "wrong"}, {"last_digits": "9999"}, {"last_digits": ""},
        {"secret": "no such case, but compared in the same time"}, {"secret": "şüpheli"},
    ],
)  # fmt: skip
def test_every_wrong_proof_is_answered_alike(town, pothole, proof, django_assert_num_queries):
    tracking.track(pothole.reference, secret=pothole.secret)
    for reference in (pothole.reference, "26-99999-9", "26-00001-1", "nonsense"):
        with django_assert_num_queries(3):
            assert tracking.track(reference, **proof) is None


def test_who_reported_a_duplicate_sees_the_course_of_its_master(town, pothole, now):
    twin = opened(town, now=now, who="Ayşe")
    lifecycle.double(case_id=twin.pk, master_id=pothole.pk, by=town.derya, now=now)
    found = tracking.track(twin.reference, secret=twin.secret)
    assert found is not None
    assert (found.case, found.shown) == (twin, Case.objects.get(pk=pothole.pk))


def test_words_for_everybody_are_shown_without_personal_data(town, pothole, now):
    text = "Fatih Sokak 7 önünde çukur. Arayan 0532 111 22 33, TC 10000000146, ali@posta.example"
    lifecycle.mark_public(case_id=pothole.pk, text=text, by="triage", now=now)

    shown = "Fatih Sokak 7 önünde çukur. Arayan •••, TC •••, •••"
    near = public.nearby(HERE, service_id=None, metres=5000)
    everywhere = [
        public.one(pothole.pk), *public.listing(PublicFilters()).rows,
        *public.map_points(AROUND, PublicFilters(), now=now), *near,
    ]  # fmt: skip
    assert [one and one.text for one in everywhere] == [shown] * 4
    assert Case.objects.get(pk=pothole.pk).public_text == text  # staff read what was written
