"""Derya's triage desk: one unsure case, one key, the next; nothing is lost and everything can be undone."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.desk.seat import seated
from vefa.cases.models import Case, Outcome, State
from vefa.triage.models import DeskDecision, Finding

pytestmark = pytest.mark.django_db
DESK = reverse("desk:triage")


@pytest.fixture
def unsure(wrote):
    """unsure(n, text): a case that triage asks about, with two proposals."""

    def write(number: int, text: str, **facts: Any) -> Case:
        at = timezone.now() - timedelta(hours=1) + timedelta(minutes=number)
        opening = {"service": None, "unsure": True, "area_id": None} | facts
        case: Case = wrote(f"Ali {number}", f"72{number:02}", text, now=at, **opening)
        Finding.objects.create(
            contact=case.links.get().contact, case=case, version="words-2", language="tr", kind="request",
            matter="new_case", found_at=at,
            suggestions=[
                {"code": "tree", "confidence": 0.5, "because": "says dal"},
                {"code": "pothole", "confidence": 0.3, "because": "says çukur"},
            ],
        )  # fmt: skip
        return case

    return write


def facts(case: Case, **more: Any) -> dict[str, Any]:
    now = Case.objects.get(pk=case.pk)
    return {
        "version": now.version,
        "kind": now.kind,
        "urgency": now.urgency,
        "place_text": now.place_text,
    } | more


def send(client, case: Case, name: str, **data: Any):
    return client.post(reverse("desk:triage-act", args=[case.pk, name]), data, follow=True)


def test_a_proposal_is_taken_and_the_next_case_stands_there(town, unsure):
    first, second = unsure(1, "Dal sallanıyor"), unsure(2, "Yine aynı yer")
    client = seated(town.derya)
    page = client.get(DESK).content.decode()
    assert first.reference in page
    assert second.reference not in page
    assert "dal" in page  # the reason of the proposal

    after = send(client, first, "decide", **facts(first, service="tree")).content.decode()

    assert second.reference in after
    told = Case.objects.get(pk=first.pk)
    assert (told.unsure, told.service_id, told.unit_id) == (False, town.tree.pk, town.parks.pk)
    back = client.post(reverse("desk:triage-undo"), follow=True).content.decode()
    assert f'data-reference="{first.reference}"' in back
    assert Case.objects.get(pk=first.pk).unsure is True


def test_kind_urgency_and_place_are_corrected_with_the_same_key(town, unsure):
    case = unsure(1, "Orası yine")
    client = seated(town.derya)
    client.get(DESK)
    send(
        client,
        case,
        "decide",
        **facts(case, service="pothole", kind="danger", urgency=2, place_text="Kalealtı 5"),
    )
    told = Case.objects.get(pk=case.pk)
    assert (told.kind, told.urgency, told.area_id) == ("danger", 2, town.kalealti.pk)
    assert told.place_text == "Kalealtı 5"


def test_a_point_on_the_map_says_more_than_the_words(town, unsure):
    case = unsure(1, "Orası yine")
    client = seated(town.derya)
    client.get(DESK)
    point = {"lat": "38.020000", "lon": "27.070000"}
    send(client, case, "decide", **facts(case, service="pothole", place_text="Kalealtı", **point))
    told = Case.objects.get(pk=case.pk)
    assert (told.area_id, told.lat, told.lon) == (town.sazlik.pk, 38.02, 27.07)


def test_another_service_is_found_by_a_few_letters_in_any_language(town, unsure):
    unsure(1, "Orası yine")
    client = seated(town.derya)
    for asked, code in (("lam", "street_light"), ("фонар", "street_light"), ("sosyal yard", "social_aid")):
        part = client.get(DESK, {"q": asked}, headers={"HX-Request": "true"}).content.decode()
        assert f'value="{code}"' in part
        assert "<html" not in part
        assert f'value="{code}"' in client.get(DESK, {"q": asked}).content.decode()  # without scripts
    assert "qqq" in client.get(DESK, {"q": "qqq"}).content.decode()


def test_without_a_service_the_page_comes_back_as_it_was_typed(town, unsure):
    case = unsure(1, "Orası yine")
    client = seated(town.derya)
    client.get(DESK)
    back = send(client, case, "decide", **facts(case, place_text="Değirmenin yanı"))
    assert back.status_code == 422
    assert "Değirmenin yanı" in back.content.decode()
    assert Case.objects.get(pk=case.pk).unsure is True


def test_a_case_that_is_known_follows_the_other_one(town, unsure, wrote):
    text, at = "Okulun önünde çukur var", timezone.now() - timedelta(hours=2)
    known = wrote("Ali Demir", "7001", text, now=at)
    case = unsure(1, text, area_id=town.carsi.pk)
    client = seated(town.derya)
    page = client.get(DESK).content.decode()
    assert f'name="master" value="{known.pk}"' in page
    send(client, case, "merge", version=case.version, master=known.pk)
    joined = Case.objects.get(pk=case.pk)
    assert (joined.outcome, joined.master_id) == (Outcome.DUPLICATE, known.pk)
    client.post(reverse("desk:triage-undo"))
    assert Case.objects.get(pk=case.pk).state == State.NEW

    typed = {"version": Case.objects.get(pk=case.pk).version, "reference": known.reference}
    send(client, case, "merge", **typed)
    assert Case.objects.get(pk=case.pk).master_id == known.pk


def test_a_master_that_may_not_be_seen_is_none(town, unsure, wrote):
    far = wrote("Naz", "7300", "Dal", now=timezone.now(), area_id=town.iskele.pk, service=town.tree)
    case = unsure(1, "Orası yine", area_id=town.carsi.pk)
    client = seated(town.ayse)
    assert send(client, case, "merge", version=case.version, master="99999999").status_code == 422
    assert send(client, case, "merge", version=case.version, reference="26-99999-1").status_code == 422
    assert far.pk
    assert Case.objects.get(pk=case.pk).master_id is None


def test_several_matters_are_split_and_a_row_without_a_service_comes_back(town, unsure):
    case = unsure(1, "Çukur var, lamba da yanmıyor")
    client = seated(town.derya)
    client.get(DESK)
    rows = {
        "text-0": "Çukur var",
        "service-0": "Pothole",
        "text-1": "Lamba yanmıyor",
        "service-1": "nonsense",
    }
    back = send(client, case, "split", version=case.version, **rows)
    assert back.status_code == 422
    assert "nonsense" in back.content.decode()
    send(client, case, "split", version=case.version, **rows | {"service-1": "Sokak lambası"})
    part = Case.objects.get(parent=case)
    assert (part.title, part.unit_id) == ("Lamba yanmıyor", town.lighting.pk)
    assert Case.objects.get(pk=case.pk).service_id == town.pothole.pk


def test_what_was_skipped_is_given_back_on_request(town, unsure):
    case = unsure(1, "Orası yine")
    client = seated(town.derya)
    client.get(DESK)
    empty = send(client, case, "skip", version=case.version).content.decode()
    assert 'data-reference="' not in empty
    assert case.reference in client.post(reverse("desk:triage-again"), follow=True).content.decode()


def test_a_colleagues_case_is_refused_and_an_old_page_too(town, unsure):
    case = unsure(1, "Orası yine")
    seated(town.reza).get(DESK)
    client = seated(town.derya)
    assert case.reference not in client.get(DESK).content.decode()
    send(client, case, "decide", **facts(case, service="tree"))
    assert Case.objects.get(pk=case.pk).unsure is True
    old = facts(case, service="tree", version=99)
    send(seated(town.reza), case, "decide", **old)
    assert DeskDecision.objects.count() == 0


def test_a_page_costs_a_fixed_number_of_statements(town, unsure, django_assert_max_num_queries):
    for number in range(12):
        unsure(number, f"Orası yine {number}", area_id=town.carsi.pk)
    client = seated(town.derya)
    client.get(DESK)
    with django_assert_max_num_queries(34):
        client.get(DESK)
