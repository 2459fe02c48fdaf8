"""A storm while the telephone rings: what Derya says to callers, how their reports join, and whose duty."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from tests.cases.stories import opened
from tests.web.desk.seat import seated as signed_in
from vefa.cases.incidents import fitting, gathering
from vefa.cases.incidents.gathering import Plan
from vefa.cases.models import Case
from vefa.directory import queries
from vefa.directory.models import Area
from vefa.directory.version import mark_changed
from vefa.inbox.models import Contact
from vefa.journal.models import Event
from vefa.web.desk import enter_beside
from vefa.web.desk.enter_beside import Typed
from vefa.wiring.handling import Hands

pytestmark = pytest.mark.django_db
HINTS, ENTER = reverse("desk:hints"), reverse("desk:enter")


def seated(staff):
    client = signed_in(staff)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def work():
    hands = Hands(lambda: datetime.now(UTC), limit=100)
    while hands.handle_some():
        pass


@pytest.fixture
def storm(town):
    fitting.forget()
    plan = Plan(
        name="Fırtına", service_ids=(town.tree.pk, town.street_light.pk), area_id=town.cinaralti.pk,
        since=datetime.now(UTC) - timedelta(hours=1),
        banner={"tr": "Ekipler yolda.", "fa": "گروه‌ها در راه‌اند."}, shown=True,
    )  # fmt: skip
    found = gathering.declare(plan=plan, by=town.derya, now=datetime.now(UTC))
    fitting.forget()
    yield found
    fitting.forget()


def entry(page, **said):
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    return {"channel": "phone", "language": "tr", "token": token, "text": ""} | said


def test_the_banner_stands_there_before_anybody_types_and_speaks_the_callers_language(storm, town):
    client = seated(town.derya)
    page = client.get(ENTER).content.decode()
    assert "Ekipler yolda." in page
    assert f'id="storm-{storm.pk}" open' in page
    persian = client.post(HINTS, {"text": "", "language": "fa"}).content.decode()
    assert 'lang="fa" dir="auto">گروه' in persian


def test_words_that_fit_open_it_and_words_that_do_not_fold_it(storm, town):
    client = seated(town.derya)
    fitting_words = client.post(HINTS, {"text": "Çarşı'da ağaç devrildi"}).content.decode()
    assert "fits what you typed" in fitting_words
    for text in ("Çarşı'da yolda çukur var", "Sazlık'ta ağaç devrildi"):
        other = client.post(HINTS, {"text": text}).content.decode()
        assert "fits what you typed" not in other
        assert f'id="storm-{storm.pk}" open' not in other
        assert "Ekipler yolda." in other


def test_a_name_in_two_places_folds_neither_places_storm(storm, town):
    other = Plan(
        name="Sel", service_ids=(town.tree.pk,), area_id=town.golkiyi.pk, banner={"tr": "Sel için yoldayız."},
        since=datetime.now(UTC) - timedelta(hours=1), shown=True,
    )  # fmt: skip
    gathering.declare(plan=other, by=town.derya, now=datetime.now(UTC))
    fitting.forget()
    Area.objects.filter(pk__in=[town.carsi.pk, town.sazlik.pk]).update(aliases={"tr": ["Okul Sokağı"]})
    mark_changed()
    queries.forget()
    client = seated(town.derya)

    clear = client.post(HINTS, {"text": "Çarşı'da ağaç devrildi"}).content.decode()
    unclear = client.post(HINTS, {"text": "Okul Sokağında ağaç devrildi"}).content.decode()
    assert (clear.count("fits what you typed"), unclear.count("fits what you typed")) == (1, 2)


def test_cases_stand_beside_only_where_the_place_is_clear(town, now):
    opened(town, now=now, lat=38.0201, lon=27.0101)
    quarters = Area.objects.filter(pk__in=[town.carsi.pk, town.sazlik.pk])
    quarters.update(aliases={"tr": ["Okul Sokağı"]}, latitude=38.02, longitude=27.01)
    mark_changed()
    queries.forget()
    clear, unclear = (
        enter_beside.beside(town.derya, Typed(text=f"{where} yolda büyük bir çukur var", language="tr"))
        for where in ("Çarşı'da", "Okul Sokağında")
    )

    assert (len(clear.near), len(unclear.near)) == (1, 0)


def test_a_case_nearby_is_named_and_leads_to_its_page_for_whoever_may_see_it(town, now):
    near = opened(town, now=now, lat=38.0201, lon=27.0101)
    Area.objects.filter(pk=town.carsi.pk).update(latitude=38.02, longitude=27.01)
    mark_changed()
    queries.forget()
    typed = {"text": "Çarşı'da yolda büyük bir çukur var", "language": "tr"}

    page = seated(town.derya).post(HINTS, typed).content.decode()
    listed = page.split("Open nearby")[1].split("</ul>")[0]
    assert f'href="{reverse("desk:case", args=[near.pk])}"' in listed
    assert near.reference in listed
    Case.objects.filter(pk=near.pk).update(private=True)
    assert "Open nearby" not in seated(town.derya).post(HINTS, typed).content.decode()


def test_a_report_is_kept_and_joins_in_one_act_with_a_number_of_its_own(storm, town):
    client = seated(town.derya)
    page = client.get(ENTER).content.decode()
    said = entry(page, text="Bizim sokakta da ağaç düştü", place_text="Çarşı, Gül Sokak 4", incident=storm.pk)
    told = client.post(ENTER, said, follow=True).content.decode()
    assert "It joins <bdi>Fırtına</bdi>." in told
    assert "Ekipler yolda." in told
    work()
    case = Case.objects.get()
    assert case.reference in told
    assert case.pk in gathering.member_ids(storm)
    assert case.service_id == town.tree.pk
    assert Event.objects.get(kind="case.gathered").actor == f"staff:{town.derya.pk}"
    history = client.get(reverse("desk:around", args=[case.pk])).content.decode()
    line = history.split("Belongs to an incident")[1].split("</li>")[0]
    assert "Derya" in line
    assert "the resident" not in line


def test_a_hurried_caller_gives_a_place_and_no_words(storm, town):
    client = seated(town.derya)
    said = entry(client.get(ENTER).content.decode(), place_text="Çarşı", incident=storm.pk)
    assert client.post(ENTER, said).status_code == 302
    work()
    case = Case.objects.get()
    assert case.title == "Fırtına"
    assert case.pk in gathering.member_ids(storm)


def test_when_the_storm_is_over_meanwhile_the_report_stands_for_itself_and_words_are_asked_for(storm, town):
    client = seated(town.derya)
    page = client.get(ENTER).content.decode()
    gathering.finish(incident_id=storm.pk, by=town.derya, now=datetime.now(UTC))
    fitting.forget()
    assert client.post(ENTER, entry(page, incident=storm.pk)).status_code == 422
    said = entry(page, text="Çarşı'da ağaç düştü", incident=storm.pk)
    assert "is over by now" in client.post(ENTER, said, follow=True).content.decode()
    work()
    assert not gathering.member_ids(storm)
    assert Contact.objects.get().details.get("incident") is None


def test_whose_duty_it_is_is_said_in_the_callers_language(town):
    client = seated(town.derya)
    told = client.post(HINTS, {"text": "Elektrik kesik", "language": "tr"}).content.decode()
    assert "Another body&#x27;s duty: Ova Electricity" in told
    assert 'lang="tr" dir="auto">' in told.split("enter-duty")[1]
    assert "Ova Elektrik" in told.split("enter-duty")[1]
    chosen = client.post(HINTS, {"text": "Ses geliyor", "service": town.power_cut.pk}).content.decode()
    assert "enter-duty" in chosen
    assert "enter-duty" not in client.post(HINTS, {"text": "Yolda çukur var"}).content.decode()


def test_without_scripts_a_button_shows_the_same_and_loses_no_word(storm, town):
    client = seated(town.derya)
    said = entry(client.get(ENTER).content.decode(), text="Elektrik kesik", name="Ali", look="1")
    answer = client.post(ENTER, said)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "enter-duty" in page
    assert 'value="Ali"' in page
    assert "Elektrik kesik</textarea>" in page
    assert said["token"] in page
    assert not Contact.objects.exists()
