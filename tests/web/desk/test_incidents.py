"""A storm at the desk: seen, declared, answered after a look, ended, undone; and doubles beside a case."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from tests.web.desk.seat import seated
from vefa.cases.incidents import fitting
from vefa.cases.incidents.detecting import detect
from vefa.cases.incidents.gathering import member_ids
from vefa.cases.models import Case, Incident, IncidentOrder, IncidentState, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def storm(town, wrote, now):
    """Nine fallen trees in one district within minutes."""
    fitting.forget()
    for number in range(9):
        area = town.carsi if number % 2 else town.kalealti
        wrote(f"Kişi {number}", f"80{number}", f"Ağaç devrildi {number}", now=now, service=town.tree,
              area_id=area.id)  # fmt: skip
    detect(now=now)
    fitting.forget()
    return Incident.objects.get()


def act(client, incident, what, /, **data):
    return client.post(reverse("desk:incident-act", args=[incident.pk, what]), data)


def declared(client, storm, **more):
    data = {
        "name": "Fırtına",
        "services": [str(one) for one in storm.service_ids],
        "area": str(storm.area_id),
    }
    banner = {"banner_tr": "Fırtına var.", "banner_fa": "توفان است.", "shown": "on"}
    answer = act(client, storm, "start", **(data | banner | more))
    storm.refresh_from_db()
    return answer


def test_a_proposal_shows_on_every_page_and_says_why(storm, town):
    client = seated(town.derya)
    page = client.get(reverse("desk:incidents")).content.decode()
    assert "Ağaç bakımı" in page
    assert page.count('class="alarm"') == 1
    one = client.get(reverse("desk:incident", args=[storm.pk])).content.decode()
    assert "9" in one
    assert one.count('class="row"') + one.count('class="row unread"') == 9
    assert 'name="banner_kk"' in one
    assert "Çınaraltı" in one


def test_a_head_of_another_unit_sees_nothing_of_it_and_the_own_head_only_looks(storm, town):
    address = reverse("desk:incident", args=[storm.pk])
    assert seated(town.murat).get(address).status_code == 404
    page = seated(town.pelin).get(address)
    assert page.status_code == 200
    assert "<form" not in page.content.decode().split('<article class="incident"')[1].split("</article>")[0]
    assert act(seated(town.pelin), storm, "refuse").status_code == 403


def test_it_is_declared_with_its_banner_answered_after_a_look_and_ended(storm, town):
    client = seated(town.derya)
    assert declared(client, storm).status_code == 302
    assert storm.state == IncidentState.RUNNING
    assert storm.banner == {"tr": "Fırtına var.", "fa": "توفان است."}
    page = client.get(reverse("desk:incident", args=[storm.pk])).content.decode()
    assert (
        '<p lang="tr" dir="auto">Fırtına var.</p>' in page.split("incident-read")[1].split("</blockquote>")[0]
    )

    sheet = reverse("desk:incident-answer", args=[storm.pk])
    blank = client.get(sheet)
    once = blank.context["form"]["once"].value()
    assert client.post(sheet, {"do": "look", "sort": "answer", "once": once}).status_code == 422
    typed = {"sort": "end:done", "once": once, "text_tr": "Hepsi <kaldırıldı>."}
    preview = client.post(sheet, {**typed, "do": "look"}).content.decode()
    assert "Hepsi &lt;kaldırıldı&gt;." in preview
    assert "Telegram" in preview
    assert "incident-preview" in preview
    assert not IncidentOrder.objects.exists()
    for _ in range(2):
        assert client.post(sheet, {**typed, "do": "send"}).status_code == 302
    order = IncidentOrder.objects.get()
    assert (len(order.case_ids), order.outcome) == (9, "done")
    assert client.post(sheet, {**typed, "do": "change"}).content.decode().count("Hepsi &lt;") == 1

    act(client, storm, "stop", order=str(order.pk))
    order.refresh_from_db()
    assert order.taken_back_at is not None
    assert not Case.objects.filter(state=State.ENDED).exists()
    act(client, storm, "finish")
    storm.refresh_from_db()
    assert storm.state == IncidentState.ENDED
    act(client, storm, "take-up")
    storm.refresh_from_db()
    assert storm.state == IncidentState.RUNNING


def test_its_map_is_a_list_too_with_places_known_and_half_known_and_those_that_fit(storm, town, wrote, now):
    client = seated(town.derya)
    declared(client, storm)
    Case.objects.filter(title="Ağaç devrildi 1").update(lat=38.0201, lon=27.0101, place_text="Gül Sokak 4")
    fresh = wrote("Yeni", "8100", "<b>Dal</b> düştü", now=now, service=town.tree)
    page = client.get(reverse("desk:incident", args=[storm.pk])).content.decode()
    listed = page.split('<ul id="incident-places">')[1].split("</section>")[0]
    assert 'data-points="incident-places"' in page
    assert listed.count("data-latitude") == 4  # two neighbourhoods, one point, one that fits
    assert 'data-latitude="38.020100" data-longitude="27.010100" data-count="1" data-sort="exact"' in listed
    assert "Gül Sokak 4" in listed
    assert listed.count('data-sort="about"') == 2
    assert fresh.reference in listed.split('data-sort="fits"')[1]
    assert "&lt;b&gt;Dal" in listed
    assert listed.count("/desk/case/") + listed.count("/desk/cases/") == 10
    unseen = seated(town.pelin).get(reverse("desk:incident", args=[storm.pk])).content.decode()
    assert "incident-places" in unseen  # who only looks sees the same map


def test_cases_join_and_leave_by_hand(storm, town, wrote, now):
    client = seated(town.derya)
    declared(client, storm)
    fresh = wrote("Yeni", "8100", "Dal düştü", now=now, service=town.tree)
    page = client.get(reverse("desk:incident", args=[storm.pk])).content.decode()
    assert fresh.reference in page
    act(client, storm, "join", case=[str(fresh.pk)])
    assert fresh.pk in member_ids(storm)
    act(client, storm, "leave", case=[str(fresh.pk)])
    assert fresh.pk not in member_ids(storm)
    alike = reverse("desk:alike", args=[fresh.pk])
    fitting.forget()
    assert "Fırtına" in client.get(alike).content.decode()
    client.post(alike, {"do": "gather", "incident": str(storm.pk)})
    assert fresh.pk in member_ids(storm)
    client.post(alike, {"do": "release", "incident": str(storm.pk)})
    assert fresh.pk not in member_ids(storm)


def test_somebody_who_was_faster_is_told_of(storm, town):
    client = seated(town.derya)
    declared(client, storm)
    assert act(client, storm, "refuse").status_code == 302
    storm.refresh_from_db()
    assert storm.state == IncidentState.RUNNING
    assert act(client, storm, "conquer").status_code == 404
    assert act(client, storm, "stop", order="99999").status_code == 404


def test_one_is_declared_by_hand_without_the_numbers(town):
    client = seated(town.derya)
    new = reverse("desk:incident-new")
    assert client.get(new).status_code == 200
    assert client.post(new, {"name": "Boru"}).status_code == 422
    answer = client.post(
        new, {"name": "Boru", "services": [str(town.water_leak.pk)], "banner_tr": "Biliyoruz."}
    )
    assert answer.status_code == 302
    one = Incident.objects.get()
    assert (one.name, one.state, one.area_id) == ("Boru", IncidentState.RUNNING, None)


def test_doubles_stand_beside_a_case_with_reasons_and_one_follows_the_other(town, wrote, now):
    first = wrote("Ali", "1", "Lale Sokak 14 önünde çukur var", now=now)
    second = wrote("Bora", "2", "lale sokakta 14 numaranın önünde büyük çukur", now=now)
    elsewhere = wrote("Can", "3", "Papatya Sokak 3 önünde çukur var", now=now)
    client = seated(town.derya)
    address = reverse("desk:alike", args=[second.pk])
    page = client.get(address).content.decode()
    assert first.reference in page
    assert elsewhere.reference not in page
    assert "14" in page
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section id="alike"')
    client.post(address, {"do": "double", "case": str(first.pk)})
    second.refresh_from_db()
    assert second.master_id == first.pk
    assert (
        'value="undouble"' in client.get(address).content.decode()
        or "undouble" in client.get(address).content.decode()
    )
    assert client.post(address, {"do": "fly"}).status_code == 404


def test_a_head_is_offered_no_double_that_they_may_not_see(town, wrote, now):
    wrote("Ali", "1", "Lale Sokak 14 önünde çukur var", now=now, service=town.tree)
    own = wrote("Bora", "2", "Lale Sokak 14 önünde çukur var", now=now)
    page = seated(town.murat).get(reverse("desk:alike", args=[own.pk])).content.decode()
    assert "alike-pair" not in page
