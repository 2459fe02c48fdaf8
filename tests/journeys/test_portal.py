"""Ayşe reports a pothole by the web form, is answered, disagrees, and is heard."""

import pytest
from django.test import Client
from django.utils import timezone

from vefa.cases.lifecycle import Ending, end, take
from vefa.cases.models import Case, Outcome, State
from vefa.dialogue.writing import Words, write
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db
HERE = {"lat": "38.0201", "lon": "27.0101"}


def report(client: Client, **typed: str) -> str:
    """Walk through every page as a browser without JavaScript does; returns the address of the receipt."""
    client.post("/report/what", {"text": typed.get("text", "Okulun önünde yolda büyük bir çukur var")})
    where = client.post("/report/where", {"place": typed.get("place", "Çarşı"), **HERE})
    assert where.status_code == 302
    while (page := client.get(where.url)).status_code == 302:
        where = page
    if where.url.endswith("/same"):
        where = client.post("/report/same", {"case": typed.get("same", "-")})
    if where.url.endswith("/about"):
        where = client.post("/report/about", {"service": typed.get("service", "pothole")})
    assert where.url.endswith("/reach"), where.url
    client.post("/report/reach", {"phone": typed.get("phone", "")})
    check = client.get("/report/check")
    sent = client.post("/report/check", {"token": check.context["form"]["token"].value()})
    assert sent.status_code == 302
    return str(sent.url)


def text_of(response) -> str:
    """The page as text."""
    return str(response.content.decode())


def test_from_report_to_answer_to_reopening(town, client, worker):
    receipt = report(client, phone="0532 123 45 67")
    page = text_of(client.get(receipt))
    case_free = Contact.objects.get()
    assert case_free.reference in page

    worker.work()
    case = Case.objects.get()
    assert (case.reference, case.unit, case.service) == (case_free.reference, town.roads, town.pothole)
    assert case.place_text == "Çarşı"
    mine = receipt.removesuffix("/received")
    assert "Yol ve Kaldırım Birimi" in text_of(client.get(mine))

    take(case_id=case.id, by=town.derya, now=timezone.now())
    write(
        case=case,
        words=Words(text="Ekibimiz yarın geliyor.", language="tr"),
        by=town.derya,
        now=timezone.now(),
    )
    end(
        case_id=case.id,
        ending=Ending(outcome=Outcome.DONE, reason="Dolduruldu.", waiver="Gece çalışıldı."),
        by=town.derya,
        now=timezone.now(),
    )
    worker.work()
    client.post(f"{mine}/say", {"verdict": "not_solved", "text": "Çukur hâlâ orada", "token": "a" * 20})
    worker.work()

    case.refresh_from_db()
    assert (case.state, case.reopened) == (State.NEW, 1)
    assert "Çukur hâlâ orada" in text_of(client.get(mine))
