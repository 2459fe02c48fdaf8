"""Another resident, or everybody, reads no telephone and no identity number of the one who wrote."""

from uuid import uuid4

import pytest

from vefa.cases.models import Case
from vefa.dialogue.audience import Listener
from vefa.dialogue.models import Delivery, Reply
from vefa.dialogue.parcels import parcel_of
from vefa.dialogue.values import values_for

pytestmark = pytest.mark.django_db
PLACE = "Fatih Sokak 7, zil bozuk: 0532 111 22 33"


@pytest.fixture
def case(talks, opens):
    made = opens(talks(), text="Çukur var, beni 0532 111 22 33 numarasından arayın")
    Case.objects.update(place_text=PLACE)
    made.refresh_from_db()
    return made


def test_the_place_is_told_to_others_without_the_telephone_beside_it(case, talks):
    data = {"reason": "Ayşe Hanım 10000000146 imzaladı"}
    own = values_for(Listener(case.conversation, case), language="tr", data=data)
    other = values_for(Listener(talks("7002"), case, supporter=True), language="tr", data=data)
    case.conversation.public = True
    everybody = values_for(Listener(case.conversation, case), language="tr", data=data)

    assert (own["place"], own["outcome"]) == (PLACE, data["reason"])
    for heard in (other, everybody):
        assert heard["place"] == "Fatih Sokak 7, zil bozuk: •••"
        assert heard["outcome"] == "••• Hanım ••• imzaladı"


def parcel(case, conversation, now, *, automatic=True):
    reply = Reply.objects.create(
        case=case,
        text="Yazdığınız 0532 111 22 33 aranacak.",
        language="tr",
        automatic=automatic,
        written_at=now,
    )
    delivery = Delivery(
        reply=reply, conversation=conversation, endpoint=conversation.endpoint, key=uuid4(), due_at=now
    )
    return parcel_of(delivery, [], now=now)


def test_what_we_say_by_ourselves_in_the_open_holds_nothing_personal(case, now):
    assert "0532 111 22 33" in parcel(case, case.conversation, now).text
    case.conversation.public = True
    assert parcel(case, case.conversation, now).text == "Yazdığınız ••• aranacak."
    assert "0532" in parcel(case, case.conversation, now, automatic=False).text  # a person insisted


def test_who_joins_reads_the_title_without_the_telephone(case, talks, now):
    assert "0532" in parcel(case, case.conversation, now).subject
    assert parcel(case, talks("7002"), now).subject.startswith("Çukur var, beni ••• numarasından arayın")
