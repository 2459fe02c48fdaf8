"""An SMS that fails, is sent again by a person, and fails once more: each failure is heard."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.channels.forged import answers
from tests.channels.sms.lines import DERYA, SECRET, get
from tests.journeys.test_sms import line
from tests.providers import sms_gateways
from tests.providers.sms_gateways import SmsGateway
from tests.web.desk.seat import seated
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.writing import Words, write
from vefa.journal.models import Event
from vefa.web.desk import framing

pytestmark = pytest.mark.django_db(transaction=True)
HOLE = "Carsi'da yolda buyuk bir cukur var"
SETTINGS = {"kannel": {"gateway": "kannel"}, "smsc": {"gateway": "http", "description": "smsc"}}
type Report = Callable[[str, int], Call]  # of the delivery with this key, at this moment


def _kannels(key: str, at: int) -> Call:
    return get(f"secret={SECRET}&key={key}&dlr=2&why=NACK&from={DERYA[1:]}&at={at}&id=9")


def _smscs(key: str, at: int) -> Call:
    return get(f"secret={SECRET}&id={key}&phone={DERYA[1:]}&status=20&err=1&time={at}")


REPORTS = {"kannel": _kannels, "smsc": _smscs}
SAYS = {"kannel": f"from={DERYA}&text={HOLE}&id=1", "smsc": f"phone={DERYA}&mes={HOLE}&id=1"}


@pytest.fixture(params=["kannel", "smsc"])
def gateway(request, town, settings) -> Iterator[tuple[Endpoint, SmsGateway]]:
    """The city's number at a gateway that reports under the key that we gave."""
    settings.UNDO_S, settings.SECOND_FACTOR = 0, False
    framing.forget()
    style = request.param
    with SmsGateway.running(style) as peer:
        given = {**SETTINGS[style], "url": peer.url, "account": sms_gateways.ACCOUNT}
        yield line(given, {"password": sms_gateways.PASSWORD, "secret": SECRET}), peer
        assert peer.faults == []


def test_an_answer_that_fails_once_more_after_it_was_sent_again_fails_visibly(gateway, town, worker):
    endpoint, peer = gateway
    assert [one[0] for one in answers(endpoint, [get(f"secret={SECRET}&{SAYS[peer.style]}")])] == [200]
    worker.work()
    words = Words(text="Ekibimiz geliyor.", language="tr")
    write(case=Case.objects.get(), words=words, by=town.derya, now=timezone.now())
    worker.work()
    sent = Delivery.objects.get(reply__staff=town.derya)
    assert sent.provider_id == str(sent.key)
    report: Report = REPORTS[peer.style]

    for at, times in ((1795341151, 2), (1795341999, 1)):
        answers(endpoint, [report(str(sent.key), at)] * times)
        worker.work()
        sent.refresh_from_db()
        assert sent.state == DeliveryState.FAILED
        seated(town.ayse).post(reverse("desk:settle", args=[sent.pk]), {"do": "again"})
        answers(endpoint, [report(str(sent.key), at)])  # delivered once more: nothing new
        worker.work()
        sent.refresh_from_db()
        assert sent.state == DeliveryState.HANDED_OVER

    assert peer.heard().count(words.text) == 3
    assert Event.objects.filter(kind="delivery.failed").count() == 2
