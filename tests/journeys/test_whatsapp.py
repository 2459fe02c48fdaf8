"""Derya writes to the city's WhatsApp number and is answered there."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.channels.forged import NO_TIME, Proof, answers, refused_at_the_door
from tests.channels.trouble import orders
from tests.journeys.whatsapp_line import (
    HEADER,
    HOLE,
    S,
    answer,
    call,
    cloud,
    fresh,
    line,
    number_of,
    push,
    wamid,
)
from tests.providers.whatsapp_cloud import (
    DERYA,
    NUMBER,
    VERIFY,
    said,
    signed,
    statuses,
)
from tests.web.desk.seat import seated
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels import looking
from vefa.channels.manners import Subscriber
from vefa.channels.models import Subscription
from vefa.channels.port import Call, Place
from vefa.channels.registry import network_client
from vefa.dialogue import sweeping, watching
from vefa.dialogue.models import Delivery
from vefa.dialogue.parcels import Extras
from vefa.inbox.doors import adapter_of
from vefa.inbox.models import Contact, Conversation
from vefa.web.desk import framing

__all__ = ["cloud", "line"]
GROUP = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"
pytestmark = pytest.mark.django_db(transaction=True)


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
        stale=NO_TIME,
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


@pytest.mark.parametrize("state", ["sent", "delivered"])
def test_where_the_first_of_two_messages_was_in_doubt_its_report_sends_the_second(
    town, line, cloud, worker, state
):
    push(line, fresh(HOLE))
    worker.work()
    cloud.misbehave("drop")
    where = Extras(place=Place(latitude=41.1, longitude=33.2))
    answer(Case.objects.get(), "Buraya gelebilirsiniz.", town, extras=where)
    worker.work()
    delivery = Delivery.objects.latest("id")
    assert (delivery.state, delivery.parts) == (S.UNCERTAIN, [])

    push(line, *statuses(cloud.received[-1].wamid, state, key=str(delivery.key)))
    worker.work()
    delivery.refresh_from_db()
    first, second = (one.wamid for one in cloud.received[-2:])
    assert (delivery.state, delivery.parts) == (S.HANDED_OVER, [first, second])
    assert [one.kind for one in cloud.received[1:]] == ["text", "location"]
    push(line, *statuses(second, "delivered", key=str(delivery.key)))
    worker.work()
    delivery.refresh_from_db()
    assert delivery.state == S.DELIVERED


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


def test_what_comes_for_another_number_of_the_app_ends_at_its_own_endpoint(town, line, cloud, worker):
    second = number_of(cloud, "second", "777", door="line")
    cloud.numbers = (NUMBER, "777")
    first, other = fresh(HOLE), fresh("Parkta lamba yanmıyor", number="777")
    foreign = fresh("Sokağımızda su akmıyor", number="999", sender="905325550143")
    changes = [*first["entry"][0]["changes"], *other["entry"][0]["changes"], *foreign["entry"][0]["changes"]]
    first["entry"][0]["changes"] = changes
    assert push(line, first) == [200]
    assert answers(second, [call(fresh("x"))])[0][0] == 404  # it has no door of its own
    worker.work()

    assert set(Contact.objects.values_list("endpoint__key", flat=True)) == {"line", "second"}
    assert Contact.objects.filter(endpoint=second).count() == 1
    assert Contact.objects.filter(endpoint=line).count() == 2  # nobody's number stays visible
    assert "POST 777/messages" in cloud.calls
    stray = Contact.objects.get(text="Sokağımızda su akmıyor")
    assert stray.citizen is not None
    assert stray.citizen.name.endswith("+905325550143")  # to be called
    case = Case.objects.get(links__contact=stray)
    page = seated(town.ayse).get(reverse("desk:case", args=[case.pk]), {"speak": "en"}).content.decode()
    assert "the number 999, which no account here has" in page
    assert (stray.conversation, case.conversation) == (None, None)
    assert {one.to for one in cloud.received} == {DERYA}  # never answered from another number


def test_a_number_behind_a_door_ends_no_pushing_of_the_others(line, cloud):
    second = number_of(cloud, "second", "777", door="line")
    with network_client() as http:
        adapter = adapter_of(second, http)
        assert isinstance(adapter, Subscriber)
        adapter.unsubscribe()
    assert not any(asked.startswith("DELETE") for asked in cloud.calls)


def test_what_is_said_in_a_group_is_answered_in_the_group_and_nothing_private_stands_there(
    town, line, cloud, worker
):
    cloud.groups = (GROUP,)
    push(
        line,
        fresh(HOLE, group_id=GROUP),
        fresh("Bence de çok tehlikeli", sender="905325550143", group_id=GROUP),
    )
    worker.work()
    case = Case.objects.get(service=town.pothole)
    answer(case, "Ekibimiz yarın geliyor.", town)
    worker.work()

    assert case.conversation is not None
    assert (case.conversation.thread, case.conversation.public) == (GROUP, True)
    assert {(one.to, one.body["recipient_type"]) for one in cloud.received} == {(GROUP, "group")}
    assert any("Ekibimiz yarın geliyor" in words for words in cloud.heard())
    assert not any(case.secret in words or "Derya Aksu" in words for words in cloud.heard())
    page = seated(town.derya).get(reverse("desk:case", args=[case.pk])).content.decode()
    assert "Everybody can read this answer" in page or "herkes" in page


def test_a_token_that_ends_tomorrow_is_a_trouble_today(town, line, cloud):
    now = timezone.now()
    cloud.expires_at = int((now + timedelta(hours=23)).timestamp())
    with network_client() as http:
        line.subscription = Subscription.ANEW
        looking.keep(line.pk, looking.look(line, http), now=now)
    watching.watch(now=now)

    line.refresh_from_db()
    assert list(line.health["troubles"]) == ["expiring"]
    framing.forget()
    page = seated(town.ayse).get(reverse("desk:endpoint", args=[line.pk])).content.decode()
    assert "2000" in page


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


def test_what_was_reported_as_failed_goes_out_anew_when_a_person_sends_it_again(town, line, cloud, worker):
    push(line, fresh(HOLE))
    worker.work()
    delivery = Delivery.objects.get()
    first = delivery.provider_id
    push(line, *statuses(first, "failed", key=str(delivery.key), code=131000))
    worker.work()
    browser = seated(town.ayse)
    again = reverse("desk:settle", args=[delivery.pk])
    assert browser.post(again, {"do": "again"}).status_code == 302
    worker.work()

    assert cloud.heard()[0] == cloud.heard()[1]
    delivery.refresh_from_db()
    second = cloud.received[1].wamid
    assert (delivery.state, delivery.provider_id, delivery.parts) == (S.HANDED_OVER, second, [second])
    push(line, *statuses(second, "delivered", key=str(delivery.key)))
    worker.work()
    delivery.refresh_from_db()
    assert delivery.state == S.DELIVERED
