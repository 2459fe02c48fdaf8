"""Derya asks for words at the case; she reads, takes or leaves them, and sends what is hers."""

import httpx
import pytest
from django.urls import reverse
from django.utils import timezone

from tests.providers.chat_model import ChatModel
from vefa.dialogue.models import Delivery, Draft
from vefa.journal.models import Event
from vefa.triage.models import Suggested
from vefa.triage.suggesting import asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(settings):
    with ChatModel.running() as model:
        settings.SUGGEST_URL, settings.SUGGEST_MODEL = model.base, "small"
        yield model


@pytest.fixture
def case(wrote, now):
    return wrote("Ali Demir", "7009", "Çarşı'da yolda çukur var", now=now)


def address(case):
    return reverse("desk:suggest", args=[case.pk])


def works():
    with httpx.Client(trust_env=False) as http:
        return asking.suggest_due(http=http, clock=timezone.now)


def test_without_a_model_there_is_no_such_page_and_no_word_of_it(at_desk, case, town):
    desk = at_desk(town.derya)

    assert desk.get(address(case)).status_code == 404
    assert address(case) not in desk.get(reverse("desk:case", args=[case.pk])).content.decode()


def test_the_case_leads_to_it(at_desk, case, town, model):
    assert address(case) in at_desk(town.derya).get(reverse("desk:case", args=[case.pk])).content.decode()


def test_a_draft_is_asked_for_waited_for_and_taken(at_desk, case, town, model):
    model.says("Merhaba, <b>çukur</b> nerede? https://evil.example/a")
    desk = at_desk(town.derya)

    waits = desk.post(address(case), {"do": "draft"}, HTTP_HX_REQUEST="true").content.decode()
    assert 'hx-trigger="load delay:1500ms"' in waits
    assert works()
    page = desk.get(address(case)).content.decode()
    assert "Merhaba, çukur nerede? …" in page
    assert "evil.example" not in page
    assert "small" in page

    answer = desk.post(address(case), {"do": "take"})

    assert answer.url.endswith("#answer")
    assert Draft.objects.get().text == "Merhaba, çukur nerede? …"
    assert Event.objects.filter(kind="case.suggestion_taken", actor=f"staff:{town.derya.pk}").exists()
    assert not Delivery.objects.exists()


def test_what_was_typed_already_stays_before_the_draft(at_desk, case, town, model):
    desk = at_desk(town.derya)
    desk.post(reverse("desk:draft", args=[case.pk]), {"text": "Sayın Ali Bey,"})
    desk.post(address(case), {"do": "draft"})
    works()

    desk.post(address(case), {"do": "take"})

    assert Draft.objects.get().text == "Sayın Ali Bey,\n\nA resident reports a hole."


def test_trouble_is_told_in_words(at_desk, case, town, model):
    model.misbehave("429")
    desk = at_desk(town.derya)
    desk.post(address(case), {"do": "summary"})
    works()

    assert "meşgul" in desk.get(address(case)).content.decode()


def test_a_suggestion_is_seen_by_who_asked_for_it(at_desk, case, town, model):
    at_desk(town.derya).post(address(case), {"do": "summary"})
    works()

    assert "reports a hole" not in at_desk(town.ayse).get(address(case)).content.decode()
    assert at_desk(town.ayse).post(address(case), {"do": "take"}).status_code == 404


def test_a_crew_may_not_ask_and_nonsense_is_no_question(at_desk, case, town, model):
    assert at_desk(town.kemal).post(address(case), {"do": "summary"}).status_code == 403
    assert at_desk(town.derya).post(address(case), {"do": "end_case"}).status_code == 404
    assert not Suggested.objects.exists()
