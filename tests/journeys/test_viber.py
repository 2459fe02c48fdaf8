"""Derya writes to the city's bot on Viber, is answered there, disagrees there, and is heard."""

import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest
from django.utils import timezone

from tests.channels.forged import knock
from tests.providers.viber_api import DERYA, ViberServer, event, said
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels.models import Endpoint
from vefa.channels.port import Call, Place
from vefa.channels.sealing import seal
from vefa.citizens.models import Address
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.parcels import Extras
from vefa.dialogue.writing import Words, write
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def viber(town, settings) -> Iterator[ViberServer]:
    settings.UNDO_S = 0
    with ViberServer.running() as running:
        Endpoint.objects.create(
            key="viber", channel="viber", language="tr", default_unit_key="contact",
            settings={"api_base": running.base, "sender": "Pınarova"}, sealed=seal({"token": running.token}),
        )  # fmt: skip
        yield running
        assert running.faults == []


def pushed(viber: ViberServer, *events: dict[str, object]) -> None:
    bodies = [json.dumps(one).encode() for one in events]
    calls = [
        Call(
            headers={
                "x-viber-content-signature": hmac.new(viber.token.encode(), body, hashlib.sha256).hexdigest()
            },
            body=body,
        )
        for body in bodies
    ]
    assert knock(Endpoint.objects.get(key="viber"), calls) == [200] * len(calls)


def test_from_message_to_answer_to_reopening(town, viber, worker):
    message = said("Çarşı'da yolda büyük bir çukur var")
    pushed(viber, event("subscribed", user={"id": DERYA}), message, message)
    worker.work()
    case = Case.objects.get()
    assert (case.service, case.area, case.channel) == (town.pothole, town.carsi, "viber")
    assert Contact.objects.filter(form="message").count() == 1
    assert case.reference in viber.heard()[0]

    words = Words(text="Ekibimiz yarın geliyor.", language="tr")
    write(case=case, words=words, by=town.derya, now=timezone.now())
    worker.work()
    assert viber.heard()[-1] == words.text
    delivery = Delivery.objects.get(reply__text=words.text)
    # "seen" overtakes "delivered", and both come twice
    marks = [
        event(name, user_id=DERYA) | {"message_token": int(delivery.provider_id)}
        for name in ("seen", "delivered")
    ]
    pushed(viber, *marks, *marks)
    worker.work()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.READ

    ending = Ending(outcome=Outcome.DONE, reason="Çukur dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    pushed(viber, said("Hayır, çözülmedi, çukur hâlâ orada"))
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)


def test_who_unsubscribes_is_not_written_to_until_they_write_again(town, viber, worker):
    pushed(viber, said("Çarşı'da çukur var"))
    worker.work()
    pushed(viber, event("unsubscribed", user_id=DERYA))
    worker.work()
    assert Address.objects.get(space="viber").unreachable_at is not None
    pushed(viber, said("Buradayım"))
    worker.work()
    assert Address.objects.get(space="viber").unreachable_at is None


def test_a_place_that_failed_after_its_words_arrived_is_seen(town, viber, worker):
    pushed(viber, said("Çarşı'da yolda büyük bir çukur var"))
    worker.work()
    where = Extras(place=Place(latitude=41.1, longitude=33.2))
    words = Words(text="Buraya gelebilirsiniz.", language="tr", extras=where)
    write(case=Case.objects.get(), words=words, by=town.derya, now=timezone.now())
    worker.work()
    delivery = Delivery.objects.get(reply__text=words.text)
    first, second = (int(number) for number in delivery.parts)
    pushed(viber, event("delivered", user_id=DERYA) | {"message_token": first})
    worker.work()
    pushed(viber, event("failed", user_id=DERYA, desc="no such place") | {"message_token": second})
    pushed(viber, event("failed", user_id="somebody else") | {"message_token": 7})
    worker.work()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.trouble) == (DeliveryState.FAILED, "no such place")
