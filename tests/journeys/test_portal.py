"""Ayşe reports a pothole by the web form, is answered, disagrees, and is heard."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.desk.seat import seated
from tests.web.portal.resident import Resident
from vefa.cases.lifecycle import Ending, ask, end, take
from vefa.cases.models import Case, Outcome, State
from vefa.citizens.models import Likeness
from vefa.citizens.queries import addresses_of
from vefa.dialogue.writing import Words, write
from vefa.inbox.intake import Incoming, accept
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


AYSE, STRANGER = "ayse@pinarova.example", "yabanci@pinarova.example"


def reported(worker, **typed: str) -> Case:
    """A report by the web form, which has become a case."""
    address = Resident(speak="tr").sends(**typed)
    worker.work()
    return Case.objects.get(reference=address.split("/")[2])


def opens(case: Case, digits: str) -> bool:
    """Whether the end of a telephone number shows the case."""
    asked = {"reference": case.reference, "digits": digits}
    return Resident().client.post("/r", asked).status_code == 302


def mailed(town, worker, sender: str, words: str) -> Contact:
    """A letter to the city, read and handled."""
    raw = f"From: {sender}\nTo: iletisim@belediye.example\nSubject: Merhaba\n\n{words}\n".encode()
    letter = Incoming(
        endpoint_id=town.mailbox.pk,
        external_id=f"letter {sender}",
        lane="",
        raw=raw,
        received_at=timezone.now(),
    )
    accept([letter])
    worker.work()
    return Contact.objects.get(external_id=letter.external_id)


@pytest.mark.parametrize("first", ["hers", "the stranger's"])
def test_a_number_that_a_stranger_types_beside_her_mail_address_opens_nothing_of_hers(town, worker, first):
    if first == "hers":
        hers = reported(worker, email=AYSE)
    theirs = reported(worker, email=AYSE, phone="0555 000 12 34")
    if first != "hers":
        hers = reported(worker, email=AYSE)

    assert not opens(hers, "1234")
    assert opens(theirs, "1234")
    if first == "hers":
        assert [one.value for one in addresses_of(hers.citizen_id or 0)] == [AYSE]
        assert Likeness.objects.get().reasons == ["claimed:+905550001234"]


def test_staff_call_the_number_of_each_form_and_see_that_a_form_names_both(town, worker):
    hers = reported(worker, email=AYSE)
    theirs = reported(worker, email=AYSE, phone="0555 000 12 34")
    desk = seated(town.derya)

    pages = [desk.get(f"/desk/cases/{case.pk}").content.decode() for case in (hers, theirs)]
    person = desk.get(f"/desk/citizens/{hers.citizen_id}", {"speak": "en"}).content.decode()

    assert ["tel:+905550001234" in page for page in pages] == [False, True]
    other = Likeness.objects.get().newer_id
    assert f'href="/desk/citizens/{other}"' in person
    assert desk.get(f"/desk/citizens/{other}").status_code == 200
    assert seated(town.kemal).get(f"/desk/citizens/{other}").status_code == 404  # merges nobody
    assert "names +905550001234 beside the other address; nobody proved it" in person


@pytest.mark.parametrize("first", ["hers", "the stranger's"])
def test_a_mailbox_that_a_stranger_types_beside_her_number_speaks_for_nothing_of_hers(town, worker, first):
    if first == "hers":
        hers = reported(worker, phone="0532 123 45 67")
    theirs = reported(worker, phone="0532 123 45 67", email=STRANGER)
    if first != "hers":
        hers = reported(worker, phone="0532 123 45 67")

    mailed(town, worker, STRANGER, f"{hers.reference}: vazgeçtim, gerek kalmadı")

    assert hers.links.count() == 1
    assert opens(hers, "4567")
    mailed(town, worker, STRANGER.upper(), f"{theirs.reference}: ben yazmıştım")
    assert theirs.links.count() == 2
