"""The telephone rings at the desk: who it is, writing it down, answering on the spot, calling back."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.calls.exchange import ALI, exchange
from tests.web.desk.telephone import _here_and_now, entry, now, seated
from vefa.calls import seats
from vefa.calls.models import Call, CallBack, Dialling, Seat
from vefa.cases.models import Case, CaseContact
from vefa.channels.models import Endpoint
from vefa.citizens.models import Address
from vefa.inbox.models import Contact
from vefa.journal.models import Event
from vefa.triage.models import Finding

__all__ = ["_here_and_now", "exchange", "now"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def ali(town, pothole_case, now):
    """Ali, whose number is known and whose pothole is open."""
    citizen = pothole_case.citizen
    Address.objects.create(space="phone", value=ALI, citizen=citizen, last_digits="2233", created_at=now)
    return citizen


def bar(client):
    answer = client.get(reverse("desk:calls-bar"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_telephone_rings_and_the_screen_says_who_it_is_and_what_they_have_open(
    exchange, town, ali, pothole_case
):
    exchange.push("c1", "newCall", **{"user[]": "derya"})

    shown = bar(seated(town.derya))
    assert "Ali Demir" in shown
    assert pothole_case.reference in shown
    assert f"?call={exchange.call('c1').pk}" in shown
    assert "Ali Demir" not in bar(seated(town.reza))
    assert "Ali Demir" not in bar(seated(town.murat))


def test_a_call_that_names_nobody_rings_for_those_who_serve_its_queue(exchange, town, ali, now):
    seats.claim(staff=town.sevgi, extension="203", queues=["other"], now=now)
    exchange.push("c1", "newCall", queue="hotline")
    assert "Ali Demir" in bar(seated(town.derya))
    assert "Ali Demir" in bar(seated(town.reza))
    assert "Ali Demir" not in bar(seated(town.sevgi))


def test_two_calls_are_two_parts_of_the_region(exchange, town):
    exchange.push("c1", "newCall", user="derya")
    exchange.push("c2", "newCall", at_s=5, user="derya", **{"from": "05339998877"})
    shown = bar(seated(town.derya))
    assert shown.count('class="call call-ringing"') == 2
    assert shown.count('target="_blank"') == 2


def test_from_ring_to_case_to_answer(exchange, town, ali):
    client = seated(town.derya)
    exchange.push("c1", "newCall", user="derya")
    exchange.push("c1", "answer", at_s=4, answeringNumber="201")
    call = exchange.call("c1")
    address = f"{reverse('desk:enter')}?call={call.pk}"
    page = client.get(address).content.decode()
    assert 'value="0532 111 22 33"' in page
    assert 'value="Ali Demir"' in page

    kept = client.post(address, entry(page, text="Çarşıda sokak lambası yanmıyor", call=call.pk))
    exchange.push("c1", "hangup", at_s=40, cause="normalClearing")

    assert kept.status_code == 302
    case = Case.objects.get(title__startswith="Çarşıda")
    assert case.citizen == ali
    call.refresh_from_db()
    assert call.contact is not None
    assert CaseContact.objects.filter(case=case, contact=call.contact).exists()
    assert "Take down" not in bar(client)
    answered = client.post(reverse("desk:reply", args=[case.pk]), {"do": "send", "text": "Ekip yolda."})
    assert answered.status_code == 302


def test_a_call_about_a_known_case_goes_to_that_case(exchange, town, ali, pothole_case):
    client = seated(town.derya)
    exchange.push("c1", "newCall", user="derya")
    call = exchange.call("c1")
    address = f"{reverse('desk:enter')}?call={call.pk}"
    page = client.get(address).content.decode()
    assert f'name="about" form="enter" value="{pothole_case.pk}"' in page
    assert 'data-keys="1"' in page

    sent = entry(page, text="Ne zaman gelinecek?", about=pothole_case.pk, call=call.pk)
    kept = client.post(address, sent)
    exchange.work(5)

    assert kept.headers["Location"] == reverse("desk:case", args=[pothole_case.pk])
    assert Case.objects.count() == 1
    assert CaseContact.objects.filter(case=pothole_case).count() == 2


def test_a_case_that_one_may_not_see_is_nothing_to_write_about(exchange, town, ali, pothole_case):
    client = seated(town.hasan)
    page = client.get(reverse("desk:enter")).content.decode()
    assert 'name="about"' not in page
    Case.objects.update(area=town.iskele)
    client.post(reverse("desk:enter"), entry(page, text="Yol bozuk", about=pothole_case.pk))
    exchange.work(5)
    assert CaseContact.objects.filter(case=pothole_case).count() == 1
    assert Case.objects.count() == 2


def test_answered_on_the_spot_in_two_keys_and_undone(exchange, town):
    client = seated(town.derya)
    exchange.push("c1", "newCall", user="derya")
    exchange.push("c1", "answer", at_s=4, answeringNumber="201")
    call = exchange.call("c1")
    shown = bar(client)
    assert 'data-keys="p 1"' in shown
    first = re.search(r'name="service" value="(\d+)" data-keys="p 1"', shown)
    token = re.search(r'name="token" value="([^"]+)"', shown)
    assert first
    assert token
    address = reverse("desk:spot", args=[call.pk])

    for _ in range(2):
        client.post(address, {"service": first[1], "token": token[1]}, headers={"HX-Request": "true"})
    exchange.work(6)

    call.refresh_from_db()
    assert (call.on_the_spot, call.service_id) == (True, int(first[1]))
    assert Case.objects.count() == 0
    assert Finding.objects.get().matter == "answered"
    assert Event.objects.filter(kind="contact.answered").count() == 1
    page = client.get(reverse("desk:calls")).content.decode()
    assert "1 answered on the spot" in page

    client.post(reverse("desk:unspot", args=[call.pk]))
    call.refresh_from_db()
    assert (call.on_the_spot, call.contact) == (False, None)
    assert Finding.objects.get().matter == "nothing"
    assert "0 answered on the spot" in client.get(reverse("desk:calls")).content.decode()


def test_what_is_answered_in_a_call_of_ours_is_about_whom_we_called(exchange, town):
    ours = {"from": "201", "to": "05339998877", "direction": "out"}
    exchange.push("o", "newCall", **ours)
    exchange.push("o", "answer", at_s=4, **ours)
    seated(town.derya).post(
        reverse("desk:spot", args=[exchange.call("o").pk]),
        {"service": town.pothole.pk, "token": str(uuid4())},
    )
    exchange.work(6)

    contact = Contact.objects.get(external_id__startswith="desk:")
    assert contact.conversation is not None
    assert contact.conversation.address.value == "+905339998877"


def test_on_the_spot_from_the_form_needs_a_subject_and_no_words(exchange, town):
    client = seated(town.derya)
    page = client.get(reverse("desk:enter")).content.decode()
    refused = client.post(reverse("desk:enter"), entry(page, spot="1"))
    assert refused.status_code == 422
    kept = client.post(reverse("desk:enter"), entry(page, spot="1", service=town.question.pk))
    exchange.work(5)
    assert kept.status_code == 302
    call = Call.objects.get(source="hand")
    assert (call.caller, call.on_the_spot, call.service) == (ALI, True, town.question)
    assert Case.objects.count() == 0


def test_without_an_exchange_a_typed_number_finds_the_person_and_the_call_is_kept(town, ali, exchange, now):
    Endpoint.objects.filter(pk=exchange.endpoint.pk).update(active=False)
    client = seated(town.derya)
    hints = client.post(reverse("desk:hints"), {"phone": "0532 111 22 33"}).content.decode()
    assert "Okulun önünde" in hints
    page = client.get(reverse("desk:enter")).content.decode()
    client.post(reverse("desk:enter"), entry(page, text="Pazar yeri çok kirli"))
    exchange.work(5)
    assert Call.objects.get(source="hand").citizen == ali
    assert "No exchange tells us" in client.get(reverse("desk:calls")).content.decode()
    assert "No exchange tells us" in client.get(reverse("desk:wallboard")).content.decode()


def test_an_assistant_writes_down_a_call_on_the_mayors_own_line(exchange, town, now):
    own = Endpoint.objects.create(
        id=1101, key="mayor_mobile", channel="telephony", names={"en": "The mayor's mobile"}, owner="mayor",
        personal=True, default_unit_key="contact", language="tr",
    )  # fmt: skip
    client = seated(town.derya)
    page = client.get(reverse("desk:enter")).content.decode()
    assert "The mayor" in page
    client.post(reverse("desk:enter"), entry(page, text="Pazar yeri çok kirli", line=own.pk))
    exchange.work(5)
    call = Call.objects.get(source="hand")
    assert (call.endpoint, call.staff) == (own, town.derya)
    assert "0532" not in seated(town.reza).get(reverse("desk:calls")).content.decode()
    assert "532 111 22 33" in seated(town.leyla).get(reverse("desk:calls")).content.decode()


def missed(exchange, name="m", at_s=0.0, **more):
    exchange.push(name, "newCall", at_s=at_s, **more)
    exchange.push(name, "hangup", at_s=at_s + 20, cause="cancel", **more)


def test_who_called_in_vain_is_called_back_by_one_of_us(exchange, town, ali):
    missed(exchange)
    missed(exchange, "m2", 30)
    task = CallBack.objects.get()
    derya, reza = seated(town.derya), seated(town.reza)
    page = derya.get(reverse("desk:calls")).content.decode()
    assert "called 2 times in vain" in page
    assert f'href="tel:{ALI}"' in page
    address = reverse("desk:call-back", args=[task.pk])

    derya.post(address, {"do": "take"})
    reza.post(address, {"do": "take"})
    derya.post(address, {"do": "tried"})
    task.refresh_from_db()
    assert (task.taken_by, task.tries) == (town.derya, 1)
    derya.post(address, {"do": "reached"})
    task.refresh_from_db()
    assert (task.done_how, task.done_by) == ("reached", town.derya)
    assert "Nobody waits" in derya.get(reverse("desk:calls")).content.decode()
    assert derya.post(address, {"do": "nonsense"}).status_code == 404


def test_click_to_dial_asks_the_worker(exchange, town, now):
    client = seated(town.derya)
    client.post(reverse("desk:dial"), {"number": "0532 111 22 33"})
    assert Dialling.objects.count() == 0
    exchange.endpoint.settings = {"dial_url": "http://127.0.0.1:1/{extension}/{number}"}
    exchange.endpoint.save()

    client.post(reverse("desk:dial"), {"number": "0532 111 22 33"})
    client.post(reverse("desk:dial"), {"number": "hello"})
    seated(town.sevgi).post(reverse("desk:dial"), {"number": "0532 111 22 33"})

    row = Dialling.objects.get()
    assert (row.number, row.seat.staff, row.state) == (ALI, town.derya, "waiting")


def test_the_log_is_narrowed(exchange, town):
    missed(exchange)
    exchange.push("o", "newCall", at_s=50, **{"from": "201", "to": "05339998877", "direction": "out"})
    client = seated(town.derya)

    def told(**query):
        page = client.get(reverse("desk:calls"), query).content.decode()
        return page.partition('class="call-log"')[2].count('class="call-line"')

    assert (told(), told(state="missed"), told(direction="out"), told(mine="on")) == (2, 1, 1, 1)
    assert (told(number="0532 111 22 33"), told(line=exchange.endpoint.pk), told(line=town.hotline.pk)) == (
        1,
        2,
        0,
    )
    assert (told(state="nonsense"), told(before="x"), told(before="999999999999")) == (2, 2, 2)


def test_long_logs_have_older_pages(exchange, town, now):
    Call.objects.bulk_create(
        Call(
            endpoint=exchange.endpoint, call=f"b{number}", began_at=now - timedelta(minutes=number // 3),
            ended_at=now, state="missed",
        )
        for number in range(120)
    )  # fmt: skip
    client, seen, address = seated(town.derya), 0, reverse("desk:calls")
    while address:
        page = client.get(address).content.decode()
        seen += page.count('class="call-line"')
        older = re.search(r'href="(\?before=\d+)"', page)
        address = reverse("desk:calls") + older[1] if older else ""
    assert seen == 120


def test_somebody_goes_on_a_break_and_the_wall_says_so(exchange, town):
    client = seated(town.derya)
    client.post(reverse("desk:seat"), {"state": "lunch"})
    assert Seat.objects.get(staff=town.derya).state == "break"
    wall = client.get(reverse("desk:wallboard")).content.decode()
    assert "Derya Aksoy" in wall
    assert "on a break" in wall
    client.post(reverse("desk:seat"), {"state": "available"})
    assert Seat.objects.get(staff=town.derya).state == "available"
    assert client.post(reverse("desk:seat"), {"state": "asleep"}).status_code == 404


def test_the_wall_shows_what_was_counted_by_hand(exchange, town, now):
    midnight_is_far = now - timedelta(seconds=50)
    exchange.start = midnight_is_far
    waited = {"a": 4, "b": 10, "c": 30}
    for name, seconds in waited.items():
        exchange.push(name, "newCall")
        exchange.push(name, "answer", at_s=seconds, answeringNumber="201")
        exchange.push(name, "hangup", at_s=seconds + 10, cause="normalClearing")
    missed(exchange, "d")
    exchange.push("short", "newCall")
    exchange.push("short", "hangup", at_s=2, cause="cancel")
    exchange.push("on", "newCall")
    exchange.push("on", "hangup", at_s=20, cause="forwarded")  # somebody else's from then on
    exchange.push("waits", "newCall")
    page = seated(town.orhan).get(reverse("desk:wallboard"), {"period": "hour"}).content.decode()
    shown = dict(re.findall(r'figure-name">([^<]+)</h2><p class="figure-value"><bdi>([^<]+)<', page))
    assert shown["Waiting"] == "1"
    assert shown["Answered"] == "3"
    assert shown["Missed"] == "1"
    assert shown["Service level"] == "50 %"
    assert shown["Abandonment rate"] == "25 %"
    assert shown["Mean wait"] == "0:15"
    assert shown["Mean talk"] == "0:10"
    part = seated(town.orhan).get(reverse("desk:wallboard"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "532" not in page


def test_the_extension_is_set_in_the_profile(town, exchange):
    client = seated(town.sevgi)
    address = reverse("desk:profile")
    taken = client.post(address, {"form": "telephone", "extension": "201", "queues": ""})
    assert taken.status_code == 422
    assert "Derya Aksoy" in taken.content.decode()
    assert (
        client.post(address, {"form": "telephone", "extension": "203", "queues": "a, b"}).status_code == 302
    )
    seat = Seat.objects.get(staff=town.sevgi)
    assert (seat.extension, seat.queues) == ("203", ["a", "b"])
    assert 'hx-get="/desk/calls/bar"' in client.get(address).content.decode()
    assert 'hx-get="/desk/calls/bar"' not in seated(town.murat).get(address).content.decode()
