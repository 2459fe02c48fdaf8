"""Ali tells a person of the city: at the telephone, the counter, by letter, in a meeting, his headman."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.web.desk.seat import seated
from tests.web.desk.telephone import entry
from tests.web.portal.resident import Resident, page_of
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels.models import Endpoint
from vefa.web.desk.enter import BY_HAND

pytestmark = pytest.mark.django_db
ANSWER = "Ekibimiz yarın sabah geliyor."


def types(desk: Client, **said: object) -> str:
    """What whoever took it types in; where the desk leads then."""
    page = desk.get(reverse("desk:enter")).content.decode()
    kept = desk.post(reverse("desk:enter"), entry(page, **said))
    assert kept.status_code == 302, kept.content.decode()
    return str(kept.headers["Location"])


def finds(ali: Resident, case: Case) -> str:
    """His page, by the number that he was told and the end of his telephone's."""
    found = ali.client.post("/r", {"reference": case.reference, "digits": "2233"})
    assert found.status_code == 302, found.content.decode()
    return page_of(found)


@pytest.mark.parametrize("channel", BY_HAND)
def test_from_the_first_words_to_the_answer_to_reopening(channel, town, worker):
    if not Endpoint.objects.filter(channel=channel).exists():
        Endpoint.objects.create(key=channel, channel=channel, language="tr", names={"tr": channel})
    desk, ali = seated(town.hasan if channel == "headman" else town.derya), Resident(speak="tr")
    slip = types(desk, channel=channel, text="Çarşı'da yolda büyük bir çukur var")
    worker.work()
    case = Case.objects.get()
    assert (case.service, case.unit, case.channel) == (town.pothole, town.roads, channel)
    assert case.reference in desk.get(slip).content.decode()

    operator = seated(town.derya)
    sent = operator.post(reverse("desk:reply", args=[case.pk]), {"do": "send", "text": ANSWER})
    assert sent.status_code == 302
    worker.work()
    ending = Ending(outcome=Outcome.DONE, reason="Çukur dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    mine = finds(ali, case)
    assert "Çukur dolduruldu." in ali.sees(mine)

    if channel == "headman":
        ali.says(mine, "Çukur hâlâ orada", verdict="not_solved")
    else:
        back = types(desk, channel=channel, text="Hayır, çözülmedi, çukur hâlâ orada", about=case.pk)
        assert back == reverse("desk:case", args=[case.pk])
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)
    assert "çukur hâlâ orada" in operator.get(reverse("desk:case", args=[case.pk])).content.decode().lower()
