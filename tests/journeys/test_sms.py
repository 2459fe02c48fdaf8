"""Derya writes an SMS and is answered, over each kind of gateway: a real Kannel, HTTP, Twilio, SMPP.

Kannel comes from Debian; where it is not installed, its story is left out and says so.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from tests.channels.email.peers import free_port
from tests.channels.forged import answers
from tests.channels.sms import kannel as real_kannel
from tests.channels.sms.lines import DERYA, SECRET
from tests.journeys.conftest import fetch
from tests.providers import sms_gateways
from tests.providers.sms_gateways import SmsGateway
from tests.providers.smsc import ACCOUNT, PASSWORD, Smsc
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels import queries as doors
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.channels.sealing import seal
from vefa.channels.sms.smpp_bind import close_all
from vefa.channels.sms.twilio import sign
from vefa.citizens.models import Address
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.writing import Words, write
from vefa.directory import queries as directory
from vefa.directory.models import Municipality
from vefa.inbox.models import Contact
from vefa.journal.models import Event
from vefa.triage.models import Keyword

pytestmark = pytest.mark.django_db(transaction=True)
WITHOUT_KANNEL = pytest.mark.skipif(
    real_kannel.BEARERBOX is None, reason="Kannel is not installed (Debian: kannel)"
)


@dataclass
class Gateway:
    """A way to the telephones: what a resident says, and what residents have read."""

    endpoint: Endpoint
    say: Callable[[str], None]
    heard: Callable[[int], list[str]]
    reports: bool = False  # by itself


def line(settings: dict[str, str], secrets: dict[str, str]) -> Endpoint:
    """The city's SMS number."""
    given = {"sender": "5454", "region": "TR", **settings}
    facts = {"channel": "sms", "language": "tr", "default_unit_key": "contact"}
    made = Endpoint.objects.create(key="line", settings=given, sealed=seal(secrets), **facts)
    doors.forget()
    return made


@contextmanager
def bridge(endpoint_of: Callable[[], Endpoint]) -> Iterator[str]:
    """An HTTP server before the door, as a web server stands there; a real gateway calls it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = self.path.partition("?")[2]
            call = Call(headers=headers, body=body, query=query, method=self.command)
            with lock:
                ((status, said),) = answers(endpoint_of(), [call])
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_POST(self) -> None:
            self.do_GET()

    lock = threading.Lock()
    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def kannel() -> Iterator[Gateway]:
    found: list[Endpoint] = []
    with bridge(lambda: found[0]) as public:
        door = f"{public}/hooks/sms/line?secret={SECRET}"
        service = f'get-url = "{door}&id=%I&from=%p&at=%T&charset=%C&text=%b"'
        with real_kannel.kannel(service=service) as peer:
            settings = {
                "gateway": "kannel", "url": peer.sendsms, "account": real_kannel.USER, "public_url": public,
            }  # fmt: skip
            found.append(line(settings, {"password": real_kannel.PASSWORD, "secret": SECRET}))

            def say(text: str) -> None:
                before = _said()
                peer.phone.say(DERYA, "5454", text)
                wait_for(lambda: _said() > before)

            yield Gateway(found[0], say, peer.phone.heard, reports=True)


def _said() -> int:
    """How many arrivals there are that are no report."""
    return Contact.objects.exclude(external_id__startswith="report:").count()


@contextmanager
def netgsm() -> Iterator[Gateway]:
    with SmsGateway.running("netgsm") as gateway:
        settings = {
            "gateway": "http", "description": "netgsm", "url": gateway.url, "account": sms_gateways.ACCOUNT,
        }  # fmt: skip
        endpoint = line(settings, {"password": sms_gateways.PASSWORD, "secret": SECRET})
        numbers = iter(range(1, 99))

        def say(text: str) -> None:
            body = urlencode({"from": "5321112233", "text": text, "id": next(numbers)}).encode()
            headers = {"content-type": "application/x-www-form-urlencoded"}
            call = Call(headers=headers, body=body, query=f"secret={SECRET}")
            assert answers(endpoint, [call, call]) == [(200, b"")] * 2

        yield Gateway(endpoint, say, lambda _count: gateway.heard())
        assert gateway.faults == []


@contextmanager
def twilio() -> Iterator[Gateway]:
    with SmsGateway.running("twilio") as gateway:
        settings = {"gateway": "twilio", "url": gateway.url, "account": sms_gateways.ACCOUNT}
        endpoint = line(settings, {"secret": sms_gateways.PASSWORD})
        numbers = iter(range(1, 99))

        def say(text: str) -> None:
            form = {"MessageSid": f"SM{next(numbers)}", "From": DERYA, "Body": text, "NumMedia": "0"}
            url = "http://testserver/hooks/sms/line"
            proof = sign(url, {name: [value] for name, value in form.items()}, sms_gateways.PASSWORD)
            headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": proof}
            call = Call(headers=headers, body=urlencode(form).encode())
            assert [status for status, _ in answers(endpoint, [call, call])] == [200, 200]

        yield Gateway(endpoint, say, lambda _count: gateway.heard())
        assert gateway.faults == []


@contextmanager
def smpp() -> Iterator[Gateway]:
    with Smsc.running() as centre:
        endpoint = line(
            {"gateway": "smpp", "url": centre.url, "account": ACCOUNT, "turkish": "yes"},
            {"password": PASSWORD},
        )

        def say(text: str) -> None:
            before = Contact.objects.count()
            fetch(endpoint)  # the worker's connection stands
            assert centre.wait_for_binds(1)
            handed = centre.begin_to_hand(
                source_addr="905321112233", short_message=text.encode("utf-16-be"), data_coding=8
            )
            wait_for(lambda: Contact.objects.count() > before, between=lambda: fetch(endpoint))
            assert handed.result(20)

        yield Gateway(endpoint, say, lambda _count: centre.heard())
        close_all()


GATEWAYS = {"kannel": kannel, "netgsm": netgsm, "twilio": twilio, "smpp": smpp}
ALL = [pytest.param("kannel", marks=[WITHOUT_KANNEL, pytest.mark.peers]), "netgsm", "twilio", "smpp"]


def wait_for(done: Callable[[], bool], *, between: Callable[[], None] | None = None) -> None:
    """Until it is so, half a minute at most."""
    until = time.monotonic() + 30
    while not done():
        assert time.monotonic() < until
        if between:
            between()
        time.sleep(0.05)


@pytest.fixture(params=ALL)
def gateway(request, town, settings) -> Iterator[Gateway]:
    settings.UNDO_S = 0
    Keyword.objects.create(key="no", does="not_solved", codes=["33"], channels=["sms"])
    Keyword.objects.create(key="yes", does="solved", codes=["31"], channels=["sms"])
    Municipality.objects.update(version=town_version())
    directory.forget()
    with GATEWAYS[request.param]() as running:
        yield running


def town_version() -> int:
    """One that nothing remembers keywords of."""
    return int(time.monotonic_ns() % 1_000_000_000) + 10_000


def finish(case: Case, town, *, days_ago: float = 0) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    end(
        case_id=case.pk,
        ending=Ending(outcome=Outcome.DONE, reason="Yapıldı.", waiver="Gece."),
        by=town.derya,
        now=at,
    )


def test_from_sms_to_answer_to_verdict_by_code(gateway, town, worker):
    gateway.say("Çarşı'da yolda büyük bir çukur var")
    worker.work()
    case = Case.objects.get()
    assert (case.service, case.area, case.channel) == (town.pothole, town.carsi, "sms")
    assert Address.objects.get().value == DERYA
    assert case.reference in gateway.heard(1)[0]

    words = Words(text="Ekibimiz yarın sabah geliyor; ilginiz için teşekkür ederiz.", language="tr")
    write(case=case, words=words, by=town.derya, now=timezone.now())
    worker.work()
    assert gateway.heard(2)[-1] == words.text

    finish(case, town)
    worker.work()
    assert "Yapıldı." in gateway.heard(3)[-1]
    gateway.say("33")
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)
    assert len(gateway.heard(4)) == 4

    if gateway.reports:
        wait_for(lambda: _delivered() == 4, between=worker.work)


@pytest.mark.parametrize("gateway", [ALL[0]], indirect=True)
@pytest.mark.parametrize(
    "text",
    ["Сұрақ: Çarşı алаңында үлкен шұңқыр бар", "Çarşı'da sığ bir çukur, ışık yok", "در Çarşı چاله است"],
)
def test_who_writes_letters_beyond_the_default_alphabet_is_known_and_answered(gateway, town, worker, text):
    gateway.say(text)
    worker.work()

    case = Case.objects.get()
    assert (Address.objects.get().value, Contact.objects.get().text) == (DERYA, text)
    assert case.reference in gateway.heard(1)[0]


def _delivered() -> int:
    return Delivery.objects.filter(state=DeliveryState.DELIVERED).count()


@pytest.mark.parametrize("gateway", ["netgsm"], indirect=True)
def test_after_stop_only_a_person_still_writes(gateway, town, worker):
    gateway.say("Çarşı'da yolda büyük bir çukur var")
    worker.work()
    gateway.say("Dur!")
    worker.work()
    assert "BAŞLA" in gateway.heard(2)[-1]
    case = Case.objects.get()

    finish(case, town)
    worker.work()
    assert len(gateway.heard(2)) == 2  # the outcome stands on the tracking page, no message goes out
    assert Delivery.objects.filter(state=DeliveryState.SHOWN).count() == 1

    write(case=case, words=Words(text="Sizi aradık.", language="tr"), by=town.derya, now=timezone.now())
    worker.work()
    assert gateway.heard(3)[-1] == "Sizi aradık."

    gateway.endpoint.settings["stop_for_people"] = "yes"
    gateway.endpoint.save()
    case.refresh_from_db()
    write(
        case=Case.objects.get(),
        words=Words(text="Yine biz.", language="tr"),
        by=town.derya,
        now=timezone.now(),
    )
    worker.work()
    assert len(gateway.heard(3)) == 3

    gateway.say("BAŞLA")
    worker.work()
    assert Address.objects.get().stopped_at is None
    assert "DUR" in gateway.heard(4)[-1]


@pytest.mark.parametrize("gateway", ["netgsm"], indirect=True)
def test_stop_holds_back_what_waits_to_leave(gateway, town, worker):
    gateway.say("Çarşı'da yolda büyük bir çukur var")
    worker.work()
    line = Endpoint.objects.filter(pk=gateway.endpoint.pk)
    line.update(paused_until=timezone.now() + timedelta(minutes=10))
    finish(Case.objects.get(), town)
    write(
        case=Case.objects.get(),
        words=Words(text="Sizi aradık.", language="tr"),
        by=town.derya,
        now=timezone.now(),
    )
    worker.work()
    assert Delivery.objects.filter(state=DeliveryState.QUEUED).count() == 2

    gateway.say("Dur!")
    worker.work()
    line.update(paused_until=None)
    worker.work()

    heard = gateway.heard(3)
    assert [text for text in heard if "Yapıldı." in text] == []
    assert heard[1] == "Sizi aradık."  # a person's word is not held back
    assert "BAŞLA" in heard[2]
    hushed = Delivery.objects.get(state=DeliveryState.SHOWN)
    assert "Yapıldı." in hushed.reply.text
    assert Event.objects.get(kind="delivery.hushed").data == {"delivery_id": hushed.pk}


@pytest.mark.parametrize("gateway", ["netgsm"], indirect=True)
def test_a_code_without_a_number_where_two_cases_could_be_meant_goes_to_a_person(gateway, town, worker):
    gateway.say("Çarşı'da yolda büyük bir çukur var")
    gateway.say("Kalealtı'nda sokak lambası yanmıyor, her yer karanlık")
    worker.work()
    first, second = Case.objects.order_by("id")
    for case in (first, second):
        finish(case, town)
    worker.work()
    told = len(gateway.heard(4))
    gateway.say("33")
    worker.work()
    question = Case.objects.exclude(id__in=[first.pk, second.pk]).get()
    assert {case.state for case in Case.objects.exclude(id=question.pk)} == {State.ENDED}
    assert question.unsure
    assert first.reference in question.title
    assert second.reference in question.title
    (told_after,) = gateway.heard(told + 1)[told:]
    assert "Birden çok" in told_after

    gateway.say(f"33 {first.reference}")
    worker.work()
    first.refresh_from_db()
    assert first.state == State.NEW


@pytest.mark.parametrize("gateway", ["netgsm"], indirect=True)
def test_help_and_language_are_answered_and_open_no_case(gateway, worker):
    gateway.say("ПОМОЩЬ")
    worker.work()
    assert "112" in gateway.heard(1)[-1]
    assert "напишите" in gateway.heard(1)[-1]
    gateway.say("فارسی")
    worker.work()
    assert gateway.heard(2)[-1] == "از این پس به فارسی برای شما می‌نویسیم."
    assert not Case.objects.exists()
    gateway.say("Durakta oturacak yer yok")
    worker.work()
    assert Case.objects.count() == 1
