"""Derya writes to the city's WhatsApp number, is answered there, and the provider's rules are kept."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.channels.forged import Proof, answers, refused_at_the_door
from tests.channels.trouble import orders
from tests.journeys.conftest import clock
from tests.providers.whatsapp_cloud import (
    ACCOUNT,
    DERYA,
    NUMBER,
    SECRET,
    TOKEN,
    VERIFY,
    WhatsAppCloud,
    pushed,
    said,
    signed,
    statuses,
    template,
)
from tests.web.desk.seat import seated
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels import templates
from vefa.channels.models import Endpoint, Template
from vefa.channels.port import Call
from vefa.channels.registry import network_client
from vefa.channels.sealing import seal
from vefa.dialogue import outbox, sweeping
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.terms import NotNowError
from vefa.dialogue.writing import Words, write
from vefa.inbox.doors import adapter_of
from vefa.inbox.models import Contact, Conversation
from vefa.web.desk import framing

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "x-hub-signature-256"
HOLE = "Çarşı'da yolda büyük bir çukur var"
S = DeliveryState


@pytest.fixture
def cloud() -> Iterator[WhatsAppCloud]:
    with WhatsAppCloud.running() as running:
        yield running
        assert running.faults == []


@pytest.fixture
def line(town, cloud, settings) -> Endpoint:
    """The city's number."""
    settings.UNDO_S = 0
    settings.SECOND_FACTOR = False
    framing.forget()
    return number_of(cloud, "line", NUMBER)


def number_of(cloud: WhatsAppCloud, key: str, number: str, **settings: str) -> Endpoint:
    secrets = {"token": TOKEN, "secret": SECRET, "verify_token": VERIFY}
    return Endpoint.objects.create(
        key=key,
        channel="whatsapp",
        language="tr",
        names={"tr": key},
        settings={"api_base": cloud.base, "phone_number_id": number, "waba_id": ACCOUNT, **settings},
        sealed=b"" if "door" in settings else seal(secrets),
    )


def call(body: Any, secret: str = SECRET) -> Call:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Call(headers={HEADER: signed(raw, secret)}, body=raw)


def push(endpoint: Endpoint, *bodies: Any) -> list[int]:
    return [status for status, _ in answers(endpoint, [call(body) for body in bodies])]


def fresh(text: str = "", **more: Any) -> dict[str, Any]:
    """A message of this very moment."""
    return said(text, **{"timestamp": str(int(clock().timestamp()))} | more)


def wamid(body: dict[str, Any]) -> str:
    return str(body["entry"][0]["changes"][0]["value"]["messages"][0]["id"])


def answer(case: Case, text: str, town: Any, **more: Any) -> Reply:
    return write(case=case, words=Words(text=text, language="tr", **more), by=town.derya, now=timezone.now())


def test_from_message_to_answer_to_reopening(town, line, cloud, worker):
    body = fresh(HOLE)
    assert push(line, body, body) == [200, 200]  # as after a lost answer
    worker.work()
    case = Case.objects.get()
    assert (case.service, case.area, case.channel) == (town.pothole, town.carsi, "whatsapp")
    (acknowledged,) = cloud.received
    assert case.reference in acknowledged.text
    assert acknowledged.to == DERYA

    answer(case, "Ekibimiz yarın sabah geliyor.", town)
    worker.work()
    assert cloud.heard()[-1] == "Ekibimiz yarın sabah geliyor."

    ending = Ending(outcome=Outcome.DONE, reason="Çukur dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    assert "Çukur dolduruldu." in cloud.heard()[-1]

    push(line, fresh("Hayır, çözülmedi, çukur hâlâ orada"))
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)


def test_the_door_refuses_every_forgery_and_keeps_nothing(line):
    proof = Proof(
        body=json.dumps(said(HOLE)).encode(),
        sign=lambda body, secret: Call(headers={HEADER: signed(body, secret)}, body=body),
        header=HEADER,
    )
    refused_at_the_door(line, proof)


def test_the_handshake_is_answered_at_the_door(line):
    query = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={VERIFY}"
    good, bad = answers(
        line,
        [
            Call(headers={}, query=query, method="GET"),
            Call(headers={}, query=query.replace(VERIFY, "guess"), method="GET"),
        ],
    )
    assert good == (200, b"1158201444")
    assert bad[0] == 401


def test_reports_in_any_order_and_doubled_end_in_the_same_state(town, line, cloud, worker):
    push(line, fresh(HOLE))
    worker.work()
    delivery = Delivery.objects.get()
    first = delivery.provider_id
    for turn in orders(["sent", "delivered", "read"]):
        Delivery.objects.update(state=S.HANDED_OVER, read_at=None, delivered_at=None, ended_at=None)
        Contact.objects.filter(form="receipt").delete()
        for state in turn:
            push(line, *statuses(first, state))
            worker.work()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.read_at is None, delivery.delivered_at is None) == (
            S.READ,
            False,
            False,
        )
    assert len(cloud.received) == 1


def test_a_failure_that_is_reported_later_is_said_in_words_and_ends_reachability(town, line, cloud, worker):
    push(line, fresh(HOLE))
    worker.work()
    delivery = Delivery.objects.get()
    push(line, *statuses(delivery.provider_id, "failed", code=131026))
    worker.work()
    delivery.refresh_from_db()
    assert delivery.state == S.FAILED
    assert delivery.trouble.startswith("this number takes no WhatsApp messages: 131026")
    assert Conversation.objects.get().address.unreachable_at is not None

    push(line, fresh("Alo?"))
    worker.work()
    assert Conversation.objects.get().address.unreachable_at is None  # who writes can be reached


def test_a_sending_in_doubt_is_settled_by_the_first_report(town, line, cloud, worker):
    cloud.misbehave("drop")
    push(line, fresh(HOLE))
    worker.work()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.provider_id) == (S.UNCERTAIN, "")

    push(line, *statuses(cloud.received[0].wamid, "sent", key=str(delivery.key)))
    worker.work()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider_id) == (S.HANDED_OVER, cloud.received[0].wamid)
    assert sweeping.resend_doubtful(now=timezone.now() + timedelta(hours=1)) == 0


def test_a_report_for_another_account_settles_nothing(town, line, cloud, worker):
    other = number_of(cloud, "other", "777")
    cloud.misbehave("drop")
    push(line, fresh(HOLE))
    worker.work()
    delivery = Delivery.objects.get()
    push(other, *statuses("wamid.foreign", "delivered", key=str(delivery.key)))
    worker.work()
    delivery.refresh_from_db()
    assert delivery.state == S.UNCERTAIN


def test_after_24_hours_only_an_approved_text_goes_and_the_city_speaks_by_it(town, line, cloud, worker):
    push(line, fresh(HOLE))
    worker.work()
    case = Case.objects.get()
    Conversation.objects.update(last_contact_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(NotNowError, match="needs_template"):
        answer(case, "Ekibimiz geliyor.", town)
    assert not Reply.objects.filter(staff=town.derya).exists()

    cloud.texts += [
        template("needs-from-you", "tr", "Başvurunuz {{1}} için: {{2}}", gaps=2),
        template("done", "tr", "{{reference}} bitti: {{outcome}}", gaps=2),
        template("done", "ru", "{{reference}} готово", gaps=1),
    ]
    with network_client() as http:
        templates.synchronise(line, adapter_of(line, http), now=timezone.now())
    ending = Ending(outcome=Outcome.DONE, reason="Çukur\ndolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()

    assert cloud.received[-1].kind == "template"
    assert cloud.heard()[-1].startswith(f"done tr {case.reference}")
    assert "Çukur dolduruldu." in cloud.heard()[-1]


def test_what_the_city_cannot_say_after_24_hours_is_not_lost_but_shown(town, line, cloud, worker):
    push(line, fresh(HOLE))
    worker.work()
    case = Case.objects.get()
    Conversation.objects.update(last_contact_at=timezone.now() - timedelta(hours=25))
    ending = Ending(outcome=Outcome.DONE, reason="Çukur dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()

    last = Delivery.objects.latest("id")
    assert last.state == S.FAILED
    assert last.trouble.startswith("24 hours have passed since they last wrote")
    assert len(cloud.received) == 1
    page = seated(town.derya).get(reverse("desk:troubles"), follow=True).content.decode()
    assert case.reference in page


def test_inside_the_window_the_citys_own_words_go_although_a_text_is_approved(town, line, cloud, worker):
    cloud.texts.append(template("received", "tr", "{{1}}", gaps=1))
    with network_client() as http:
        templates.synchronise(line, adapter_of(line, http), now=timezone.now())
    push(line, fresh(HOLE))
    worker.work()

    assert [one.kind for one in cloud.received] == ["text"]
    assert (Reply.objects.get().extras or {})["template"]["name"] == "received"


def test_texts_are_kept_as_last_seen_and_news_are_believed_at_once(town, line, cloud, worker):
    second = number_of(cloud, "second", "777", door="line")
    cloud.texts += [template("received", "tr", "a {{1}}", gaps=1), template("old", "tr", "b")]
    with network_client() as http:
        for endpoint in (line, second):
            templates.refresh(endpoint, http=http, now=timezone.now())
        cloud.texts.pop()
        templates.refresh(line, http=http, now=timezone.now() + timedelta(hours=1))
    assert set(line.templates.values_list("name", "status")) == {("received", "approved"), ("old", "gone")}

    news = {
        "event": "PAUSED",
        "message_template_name": "received",
        "message_template_language": "tr",
        "reason": "NONE",
    }
    push(line, pushed(news, change="message_template_status_update"))
    worker.work()
    found = Template.objects.filter(name="received").values_list("endpoint__key", "status")
    assert set(found) == {("line", "paused"), ("second", "paused")}

    cloud.token = "changed"
    with network_client() as http:  # a provider that refuses changes nothing
        templates.refresh(line, http=http, now=timezone.now() + timedelta(hours=2))
    assert Template.objects.get(endpoint=line, name="received").status == "paused"


def test_what_comes_for_another_number_of_the_app_ends_at_its_own_endpoint(town, line, cloud, worker):
    second = number_of(cloud, "second", "777", door="line")
    cloud.numbers = (NUMBER, "777")
    first, other = fresh(HOLE), fresh("Parkta lamba yanmıyor", number="777")
    foreign = fresh("Merhaba", number="999")
    changes = [*first["entry"][0]["changes"], *other["entry"][0]["changes"], *foreign["entry"][0]["changes"]]
    first["entry"][0]["changes"] = changes
    assert push(line, first) == [200]
    assert answers(second, [call(fresh("x"))])[0][0] == 404  # it has no door of its own
    worker.work()

    assert set(Contact.objects.values_list("endpoint__key", flat=True)) == {"line", "second"}
    assert Contact.objects.filter(endpoint=second).count() == 1
    assert Contact.objects.filter(endpoint=line).count() == 2  # nobody's number stays visible
    assert "POST 777/messages" in cloud.calls


def test_a_message_that_is_taken_back_shows_its_words_no_more(town, line, cloud, worker):
    body = fresh(HOLE)
    push(line, body)
    worker.work()
    case = Case.objects.get()
    push(line, fresh(type="revoke", revoke={"original_message_id": wamid(body)}))
    worker.work()
    case.refresh_from_db()
    browser = seated(town.derya)
    page = browser.get(reverse("desk:case", args=[case.pk]), follow=True).content.decode()

    assert (case.text, HOLE in case.title) == ("", False)
    assert "büyük bir çukur" not in page
    contact = Contact.objects.get(message_id=wamid(body))
    assert (
        reverse("desk:original", args=[case.pk, contact.pk]) in page
    )  # the way to the original, for those who may
    assert (Case.objects.count(), len(cloud.received)) == (1, 1)


def test_an_emoji_stands_under_the_answer_that_it_speaks_of(town, line, cloud, worker):
    push(line, fresh(HOLE))
    worker.work()
    case = Case.objects.get()
    answer(case, "Yarın geliyoruz.", town)
    worker.work()
    about = cloud.received[-1].wamid
    push(line, fresh(type="reaction", reaction={"message_id": about, "emoji": "👍"}))
    worker.work()
    page = seated(town.derya).get(reverse("desk:case", args=[case.pk]), follow=True).content.decode()
    assert page.count("👍") == 1
    assert "message-reactions" in page

    push(line, fresh(type="reaction", reaction={"message_id": about}))
    worker.work()
    page = seated(town.derya).get(reverse("desk:case", args=[case.pk]), follow=True).content.decode()
    assert "👍" not in page


def test_new_words_and_a_changed_number_go_on_in_the_same_case(town, line, cloud, worker):
    body = fresh(HOLE)
    push(line, body)
    worker.work()
    edit = {"original_message_id": wamid(body), "message": {"type": "text", "text": {"body": "Üç çukur"}}}
    push(line, fresh(type="edit", edit=edit))
    system = {"type": "user_changed_number", "wa_id": "905320000000", "body": "changed"}
    push(line, fresh(type="system", system=system))
    worker.work()
    push(line, fresh("Yeni numaram bu", sender="905320000000"))
    worker.work()

    case = Case.objects.get()
    assert Conversation.objects.get().address.value == "905320000000"
    assert set(case.links.values_list("contact__form", flat=True)) >= {"message", "edit"}
    answer(case, "Tamam.", town)
    worker.work()
    assert cloud.received[-1].to == "905320000000"


def test_one_person_who_must_wait_holds_up_nobody_else(town, line, cloud, worker):
    push(line, fresh(HOLE), fresh("Parkta lamba yanmıyor", sender="905551112233"))
    cloud.refuse(131056)
    worker.work()

    assert [one.to for one in cloud.received] == ["905551112233"]
    line.refresh_from_db()
    assert line.paused_until is None
    waiting = Delivery.objects.get(state=S.QUEUED)
    assert waiting.due_at > timezone.now()


def test_two_answers_to_one_person_keep_six_seconds_between_them(town, line, cloud, worker):
    push(line, fresh(HOLE), fresh("Parkta lamba yanmıyor", sender="905551112233"))
    worker.work()
    case = Case.objects.get(conversation__address__value=DERYA)
    other = Case.objects.exclude(pk=case.pk).get()
    for text in ("Bir.", "İki."):
        answer(case, text, town)
    answer(other, "Üç.", town)
    worker.work()
    assert cloud.heard()[2:] == ["Bir.", "Üç."]

    with network_client() as http:
        later = datetime.now(UTC) + timedelta(seconds=7)
        outbox.deliver_due(endpoint=line, adapter=adapter_of(line, http), clock=lambda: later, limit=20)
    assert cloud.heard()[2:] == ["Bir.", "Üç.", "İki."]
    assert Delivery.objects.get(reply__text="İki.").tries == 1


def test_a_photo_is_fetched_with_the_token(town, line, cloud, worker):
    cloud.files["777001"] = (b"\xff\xd8\xff\xe0photo", "image/jpeg")
    image = {"id": "777001", "mime_type": "image/jpeg", "caption": HOLE}
    push(line, fresh(type="image", image=image))
    worker.work()
    contact = Contact.objects.get(form="message")
    (file,) = contact.attachments.all()

    assert (contact.text, file.provider_ref, file.kind) == (HOLE, "777001", "photo")
    with network_client() as http, adapter_of(line, http).fetch("777001", max_bytes=1000) as chunks:
        assert b"".join(chunks) == b"\xff\xd8\xff\xe0photo"
