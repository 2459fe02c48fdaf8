"""Ayşe writes in the chat, is answered on the same page, disagrees there, and is heard."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.portal.resident import Resident
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels.models import Endpoint
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.writing import Words, write
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db


def test_from_the_first_line_to_the_answer_to_reopening(town, worker):
    Endpoint.objects.create(key="chat", channel="chat", language="tr", default_unit_key="contact")
    ayse = Resident(speak="tr")
    mine = ayse.client.post("/chat", {"text": "Çarşı'da yolda büyük bir çukur var"}).headers["Location"]
    mine = mine.partition("#")[0]
    ayse.client.post(mine, {"text": "Okulun hemen önünde"})  # before anybody has read the first line
    worker.work()

    case = Case.objects.get()
    assert (case.service, case.area, case.unit, case.channel) == (
        town.pothole,
        town.carsi,
        town.roads,
        "chat",
    )
    assert Contact.objects.filter(conversation=case.conversation).count() == 2
    page = ayse.sees(mine)
    assert page.index("büyük bir çukur") < page.index("Okulun hemen önünde")
    assert case.reference in page

    earlier = timezone.now() - timedelta(minutes=1)
    write(case=case, words=Words(text="Ekibimiz yarın geliyor.", language="tr"), by=town.derya, now=earlier)
    worker.work()
    assert "Ekibimiz yarın geliyor." in ayse.sees(mine)
    shown = Delivery.objects.get(reply__text="Ekibimiz yarın geliyor.")
    assert (shown.state, shown.conversation) == (DeliveryState.SHOWN, case.conversation)

    ayse.client.post(mine, {"text": "Teşekkürler, saat kaçta?"})
    worker.work()
    assert Case.objects.count() == 1
    assert "Teşekkürler, saat kaçta?" in ayse.sees(mine)

    ending = Ending(outcome=Outcome.DONE, reason="Dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    assert "Dolduruldu." in ayse.sees(mine)
    assert "data-talk" not in ayse.sees("/chat")  # the matter has ended: this device begins anew

    ayse.client.post(mine, {"text": "Çukur hâlâ orada"})
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)
    assert "Çukur hâlâ orada" in ayse.sees(mine)
