"""Ayşe takes a service out of use that has open cases: nobody's case is forgotten, and all can be undone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from tests.web.desk.seat import seated
from vefa.cases import promises, rehoming
from vefa.cases.lifecycle import Description, describe, take
from vefa.cases.models import Case
from vefa.cases.promises import Wish
from vefa.directory import queries
from vefa.directory.queries import service_by_code
from vefa.journal import replay
from vefa.journal.models import Event
from vefa.triage.models import ServiceLabel
from vefa.web.ui.tags import day
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
PAGE = reverse("desk:catalogue-service", args=["pothole"])


@pytest.fixture
def ayse(town):
    client = seated(town.ayse)
    client.cookies["vefa_language"] = "en"
    yield client
    queries.forget()


@pytest.fixture
def holes(town, wrote):
    """Three potholes: one that nobody has begun, one in Kemal's hands, one that triage is unsure of."""
    at = datetime.now(UTC) - timedelta(hours=2)
    said = [("Kişi 0", False), ("Kişi 1", False), ("Kişi 2", True)]
    cases = [wrote(name, name[-1], "Çukur var", now=at, unsure=unsure) for name, unsure in said]
    take(case_id=cases[1].pk, by=town.kemal, now=at)
    return cases


def act(client, name, **data):
    answer = client.post(reverse("desk:catalogue-act", args=["pothole", name]), data, follow=True)
    queries.forget()
    return answer.content.decode()


def work():
    while replay.react(REACTIONS, now=datetime.now(UTC), limit=100):
        pass


def last_order(town):
    found = rehoming.last_move(town.pothole.pk)
    assert found
    return found


def owed_until(case):
    return case.promises.get(kind="resolution", dropped_at=None).due_at


def homes(cases):
    rows = Case.objects.filter(pk__in=[one.pk for one in cases]).order_by("id")
    return list(rows.values_list("service__code", "unit__key"))


def test_the_page_says_how_many_open_cases_it_has_before_anything_is_done(ayse, holes):
    page = ayse.get(PAGE).content.decode()
    assert "2 open cases are of this service." in page
    assert "open?service=pothole" in page
    assert 'value="keep" checked' in page


def test_they_keep_it_if_nothing_else_is_chosen(ayse, holes):
    page = act(ayse, "retire", seen="0", cases="keep")
    work()
    assert "Its cases keep it." in page
    assert "2 open cases still have this service" in page
    assert [code for code, _unit in homes(holes)] == ["pothole"] * 3
    assert service_by_code("pothole") is None


def test_they_move_in_one_act_that_the_journal_explains_and_come_back_as_they_were(ayse, holes, town):
    before = homes(holes)
    page = act(ayse, "retire", seen="0", cases="move", to=str(town.street_light.pk))
    assert "2 cases go to “Street light”" in page
    assert "2 of them are still on the way" in page
    work()
    page = ayse.get(PAGE).content.decode()
    assert "2 cases went to “Street light”" in page
    assert "still on the way" not in page
    assert homes(holes) == [("street_light", "lighting"), ("street_light", "roads"), before[2]]
    told = Event.objects.filter(kind="case.rehomed", subject=f"case:{holes[0].pk}").get()
    assert (told.actor, told.data) == (f"staff:{town.ayse.pk}", {"code": "pothole", "to": "street_light"})
    history = ayse.get(reverse("desk:around", args=[holes[0].pk])).content.decode()
    assert "Moved with all cases of “Pothole” to “Street light”" in history
    assert not ServiceLabel.objects.exists()  # nobody said that triage was wrong

    order = last_order(town)
    page = act(ayse, "return", act=order.act)
    assert "In use again. 2 cases come back to it." in page
    work()
    assert homes(holes) == before
    assert service_by_code("pothole") is not None
    again = ayse.post(reverse("desk:catalogue-act", args=["pothole", "return"]), {"act": order.act})
    assert again.status_code == 404


def test_a_later_day_that_was_granted_stays_on_the_way_there_and_back_and_the_history_says_so(
    ayse, holes, town
):
    now = datetime.now(UTC)
    promise = holes[1].promises.get(kind="resolution")
    wish = Wish(due_at=promise.due_at + timedelta(days=60), reason="Asfalt fabrikası arızalı")
    asked = promises.extend(promise_id=promise.pk, wish=wish, by=town.kemal, now=now)
    promises.approve(extension_id=asked.pk, by=town.murat, now=now)

    act(ayse, "retire", seen="0", cases="move", to=str(town.street_light.pk))
    work()
    assert owed_until(holes[1]) == wish.due_at > owed_until(holes[0])
    history = ayse.get(reverse("desk:around", args=[holes[1].pk])).content.decode()
    assert "The later day that was granted stays: " + day(wish.due_at) in history

    act(ayse, "return", act=last_order(town).act)
    work()
    assert owed_until(holes[1]) == wish.due_at
    assert Event.objects.filter(kind="promise.upheld", subject=f"case:{holes[1].pk}").count() == 2


def test_what_somebody_decided_meanwhile_stays(ayse, holes, town):
    act(ayse, "retire", seen="0", cases="move", to=str(town.street_light.pk))
    work()
    now = datetime.now(UTC)
    describe(case_id=holes[0].pk, words=Description(service_id=town.tree.pk), by=town.derya, now=now)
    act(ayse, "return", act=last_order(town).act)
    work()
    assert [code for code, _unit in homes(holes)] == ["tree", "pothole", "pothole"]


def test_a_target_must_be_in_use_and_another_one_and_nothing_is_half_done(ayse, holes, town):
    for target in ("", str(town.pothole.pk), "999999", "x"):
        page = act(ayse, "retire", seen="0", cases="move", to=target)
        assert "Choose the service to which its cases go" in page
    assert service_by_code("pothole") is not None
    assert not Event.objects.filter(kind="service.cases_moved").exists()


def test_those_that_kept_it_can_be_moved_later_a_few_at_a_time(ayse, town, holes, monkeypatch):
    monkeypatch.setattr(rehoming, "BATCH", 1)
    act(ayse, "retire", seen="0", cases="keep")
    assert "2 cases go to" in act(ayse, "move", to=str(town.tree.pk))
    assert Event.objects.filter(kind="service.cases_moved").count() == 2
    while last_order(town).left == 2:
        assert replay.react(REACTIONS, now=datetime.now(UTC), limit=100)
    assert last_order(town).left == 1
    work()
    assert [code for code, _unit in homes(holes)] == ["tree", "tree", "pothole"]


def test_only_who_administers_may(town, holes):
    address = reverse("desk:catalogue-act", args=["pothole", "return"])
    assert seated(town.derya).post(address, {"act": "x"}).status_code == 403
    assert seated(town.ayse).post(address, {"act": "x"}).status_code == 404
