"""Lists of cases: who sees what, in which order, page by page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cases.stories import opened
from vefa.cases import lifecycle, paging, queries
from vefa.cases.filters import Filters, Sort, View
from vefa.cases.models import Case, Outcome


@pytest.fixture
def week(town, now):
    """Seven matters of one week, one a day, over places, units and languages."""
    facts = [
        {"service": town.pothole, "area_id": town.carsi.pk},
        {"service": town.street_light, "area_id": town.iskele.pk, "language": "ru"},
        {"service": town.tree, "area_id": town.sazlik.pk, "kind": "suggestion"},
        {"service": town.social_aid, "area_id": town.carsi.pk, "private": True},
        {"service": town.local_matter, "area_id": town.kalealti.pk, "urgency": 1},
        {"service": None, "area_id": None, "unsure": True},
        {"service": town.pothole, "area_id": town.sazlik.pk, "on": town.web},
    ]
    return [opened(town, now=now - timedelta(days=7 - day), **fact) for day, fact in enumerate(facts)]


def ids(page):
    return [case.pk for case in page.rows]


@pytest.mark.parametrize(
    ("who", "days"),
    [
        ("derya", [0, 1, 2, 3, 4, 5, 6]),
        ("leyla", [0, 1, 2, 3, 4, 5, 6]),
        ("orhan", [0, 1, 2, 4, 5, 6]),  # an auditor sees everything but what is private
        ("murat", [0, 6]),  # the roads
        ("nermin", [0, 1, 6]),  # public works: roads and lighting below it
        ("selin", [0, 3, 4]),  # Çınaraltı: its office's own and all in its area
        ("hasan", [0]),  # the headman of the Çarşı, where one matter is private
        ("kemal", []),  # a crew sees what was given to it
    ],
)
def test_everybody_sees_their_own_part_of_the_town(town, week, who, days):
    seen = queries.visible_to(getattr(town, who))
    assert set(seen.values_list("id", flat=True)) == {week[day].pk for day in days}


def test_whoever_left_the_house_sees_nothing(town, week):
    town.derya.is_active = False
    assert not queries.visible_to(town.derya).exists()


def test_what_is_given_to_a_person_is_theirs_to_see(town, week, now):
    to = lifecycle.Assignment(staff_id=town.kemal.pk)
    lifecycle.assign(case_id=week[0].pk, to=to, by=town.murat, now=now)
    page = queries.queue(town.kemal, Filters(view=View.MINE), now=now)
    assert ids(page) == [week[0].pk]
    assert page.rows[0].staff == town.kemal


def test_the_newest_come_first_or_what_is_due_first(town, week, now):
    assert ids(queries.queue(town.derya, Filters(), now=now)) == [case.pk for case in reversed(week)]
    by_due = queries.queue(town.derya, Filters(sort=Sort.DUE), now=now)
    dues = [case.due_at or now for case in by_due.rows]
    assert dues == sorted(dues)


def test_a_case_without_a_due_moment_comes_last_and_not_never(town, week, now):
    Case.objects.filter(pk=week[3].pk).update(due_at=None)
    by_due = queries.queue(town.derya, Filters(sort=Sort.DUE), now=now)
    assert ids(by_due)[-1] == week[3].pk
    assert len(by_due.rows) == 7


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("view", [View.OPEN, View.ALL])
def test_walking_through_pages_forth_and_back_meets_every_case_once(town, week, now, sort, view):
    Case.objects.filter(pk__in=[week[1].pk, week[2].pk]).update(opened_at=now, due_at=None)
    filters = Filters(sort=sort, view=view)
    whole = ids(queries.queue(town.derya, filters, now=now))
    pages, cursor = [], ""
    while True:
        page = queries.queue(town.derya, filters, now=now, cursor=cursor, limit=2)
        pages.append(ids(page))
        if page.older is None:
            break
        cursor = page.older
    assert [one for each in pages for one in each] == whole
    assert [len(each) for each in pages] == [2, 2, 2, 1]

    back = []
    while page.newer is not None:
        page = queries.queue(town.derya, filters, now=now, cursor=page.newer, limit=2)
        back.append(ids(page))
    assert back == pages[-2::-1]


def test_the_number_of_who_is_answered_by_mail_is_read_from_their_own_addresses(town, week):
    with CaptureQueriesContext(connection) as caught:
        queries.open_case(town.murat, week[0].pk)
    (asked,) = (one["sql"] for one in caught if '"phone"' in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    theirs = plan.partition("SubPlan 2")[2]
    assert "using citizens_address_citizen_id" in theirs, plan


@pytest.mark.parametrize(
    "text",
    [
        "x1.2", "a1", "a.2", "a1.x", "a99999999999999999999.1", "b-", "a--5.1", "a1-.1", f"a{'9' * 5000}.1",
        f"a1.{'9' * 5000}",
    ],
)  # fmt: skip
def test_a_broken_place_in_a_list_is_refused(town, now, text):
    with pytest.raises(paging.CursorError):
        queries.queue(town.derya, Filters(), now=now, cursor=text)


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({"state": "new"}, [6, 5, 4, 3, 2, 1, 0]),
        ({"service_id": "pothole"}, [6, 0]),
        ({"unit_id": "works"}, [6, 1, 0]),
        ({"area_id": "cinaralti"}, [4, 3, 0]),
        ({"area_id": "golkiyi", "service_id": "pothole"}, [6]),
        ({"channel": "portal"}, [6]),
        ({"kind": "suggestion"}, [2]),
        ({"urgency": 1}, [4]),
        ({"language": "ru"}, [1]),
        ({"language": "ru", "channel": "portal"}, []),
        ({"text": "cukur"}, [6, 5, 4, 3, 2, 1, 0]),
        ({"text": "ÇUKUR büy", "area_id": "carsi"}, [3, 0]),
        ({"text": "lamba"}, []),
    ],
)
def test_a_list_is_narrowed_by_any_facts_together(town, week, now, asked, days):
    rows = {name: getattr(town, value).pk for name, value in asked.items() if name.endswith("_id")}
    page = queries.queue(town.derya, Filters(**(asked | rows)), now=now)
    assert ids(page) == [week[day].pk for day in days]


def test_views_hold_what_their_names_say(town, week, now):
    first, second, third = week[:3]
    lifecycle.take(case_id=first.pk, by=town.derya, now=now)
    lifecycle.ask(case_id=second.pk, question="Nerede?", by=town.derya, now=now)
    ending = lifecycle.Ending(outcome=Outcome.DONE)
    lifecycle.end(case_id=third.pk, ending=ending, by=town.derya, now=now)
    lifecycle.see(case=Case.objects.get(pk=second.pk), staff=town.derya, now=now)
    late = now + timedelta(days=2)

    def days(view, at=now):
        page = queries.queue(town.derya, Filters(view=view), now=at)
        return [week.index(case) for case in page.rows]

    assert days(View.MINE) == [0]
    assert days(View.WAITING) == [1]
    assert days(View.ENDED) == [2]
    assert days(View.UNSURE) == [5]
    assert days(View.NEW) == [6, 5, 4, 3]
    assert days(View.UNREAD) == [6, 5, 4, 3, 0]
    assert days(View.OPEN) == [6, 5, 4, 3, 1, 0]
    assert days(View.ALL) == [6, 5, 4, 3, 2, 1, 0]
    assert set(days(View.LATE, at=late)) >= {0, 3, 4}
    assert days(View.LATE, at=now - timedelta(days=9)) == []


def test_due_today_ends_with_the_day_of_the_town(town, now):
    monday_morning = now + timedelta(days=1)
    case = opened(town, now=now)  # on Sunday: the first answer is due on Monday at 17:30
    today = Filters(view=View.TODAY)
    assert ids(queries.queue(town.derya, today, now=now)) == []
    assert ids(queries.queue(town.derya, today, now=monday_morning)) == [case.pk]


def test_counts_stop_at_five_hundred(town, week, now, monkeypatch):
    assert queries.counts(town.derya, now=now)[View.OPEN] == 7
    assert queries.counts(town.murat, now=now)[View.OPEN] == 2
    monkeypatch.setattr(queries, "MOST_COUNTED", 3)
    assert queries.counts(town.derya, now=now)[View.OPEN] == 4


def test_a_page_of_a_list_and_its_counts_cost_three_statements(
    town, week, now, django_assert_max_num_queries
):
    queries.queue(town.nermin, Filters(), now=now)
    with django_assert_max_num_queries(4) as asked:  # and, every two seconds, the directory's stamp
        page = queries.queue(town.nermin, Filters(unit_id=town.works.pk, language="tr"), now=now)
        queries.counts(town.nermin, now=now)
        names = [
            (case.service and case.service.name("tr"), case.unit and case.unit.name("tr"), case.area)
            for case in page.rows
        ]
    assert len(names) == 2
    assert not any('"cases_case"."text"' in each["sql"] for each in asked.captured_queries)


def test_a_case_is_opened_only_by_those_who_may_see_it(town, week):
    assert queries.open_case(town.derya, week[3].pk) == week[3]
    assert queries.open_case(town.hasan, week[3].pk) is None
    assert queries.by_reference(town.derya, week[0].reference.replace("-", " ")) == week[0]
    assert queries.by_reference(town.kemal, week[0].reference) is None
    assert queries.by_reference(town.derya, "no number") is None


def test_history_names_who_did_what_in_order(town, now):
    case = opened(town, now=now)
    lifecycle.take(case_id=case.pk, by=town.murat, now=now)
    entries = queries.history(case)
    assert [(entry.event.kind, entry.staff) for entry in entries] == [
        ("case.opened", None), ("case.taken", town.murat),
    ]  # fmt: skip


def test_relatives_are_shown_as_far_as_they_may_be_seen(town, now):
    master, twin = opened(town, now=now), opened(town, now=now, service=town.tree)
    lifecycle.double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)
    assert queries.relatives(town.derya, master) == [twin]
    assert queries.relatives(town.murat, master) == []


def test_places_of_people_are_the_areas_of_their_cases(town, week):
    citizen = week[0].citizen_id
    assert f"area {town.carsi.pk}" in queries.places_of([citizen])[citizen]
