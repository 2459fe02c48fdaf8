"""Ayşe reports a pothole by the web form, is answered, disagrees, and is heard."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.portal.resident import Resident
from vefa.cases.lifecycle import Ending, ask, end, take
from vefa.cases.models import Case, Outcome, State
from vefa.dialogue.writing import Words, write
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db


def test_from_report_to_answer_to_reopening(town, worker):
    ayse = Resident(speak="tr")
    mine = ayse.sends(phone="0532 123 45 67")
    reference = Contact.objects.get().reference
    assert str(reference) in ayse.sees(f"{mine}/received")

    worker.work()
    case = Case.objects.get()
    assert (case.reference, case.unit, case.service) == (reference, town.roads, town.pothole)
    assert case.place_text == "Çarşı"
    assert "Yol ve Kaldırım Birimi" in ayse.sees(mine)

    earlier = timezone.now() - timedelta(minutes=1)
    take(case_id=case.pk, by=town.derya, now=earlier)
    write(case=case, words=Words(text="Ekibimiz yarın geliyor.", language="tr"), by=town.derya, now=earlier)
    assert "Ekibimiz yarın geliyor." in ayse.sees(mine)

    ending = Ending(outcome=Outcome.DONE, reason="Dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    assert "Dolduruldu." in ayse.sees(mine)

    ayse.says(mine, "Çukur hâlâ orada", verdict="not_solved")
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened) == (State.NEW, 1)
    assert "Çukur hâlâ orada" in ayse.sees(mine)


def test_somebody_who_gives_nothing_still_hears_everything(town, worker):
    nobody = Resident(speak="tr")
    mine = nobody.sends()
    worker.work()
    case = Case.objects.get()

    ask(case_id=case.pk, question="Hangi okulun önünde?", by=town.derya, now=timezone.now())
    worker.work()
    assert "Hangi okulun önünde?" in nobody.sees(mine)

    nobody.says(mine, "Atatürk İlkokulu")
    worker.work()
    case.refresh_from_db()
    assert case.state == State.WORKING
    assert "Atatürk İlkokulu" in nobody.sees(mine)
