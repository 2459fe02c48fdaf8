"""The rules of WhatsApp: 24 hours, approved texts, and how fast one may write to the same person."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.journeys.conftest import clock
from tests.journeys.whatsapp_line import (
    HOLE,
    S,
    answer,
    cloud,
    fresh,
    line,
    number_of,
    push,
)
from tests.providers.whatsapp_cloud import (
    DERYA,
    pushed,
    template,
)
from tests.web.desk.seat import seated
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome
from vefa.channels import templates
from vefa.channels.models import Template
from vefa.channels.registry import network_client
from vefa.dialogue import outbox
from vefa.dialogue.models import Delivery, Reply
from vefa.dialogue.terms import NotNowError
from vefa.inbox.doors import adapter_of
from vefa.inbox.models import Conversation

__all__ = ["cloud", "line"]
pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_call_of_theirs_opens_the_24_hours_again_and_is_no_matter(town, line, cloud, worker):
    def rang(name, direction, **parties):
        at = str(int(clock().timestamp()))
        call = {"id": name, "event": "connect", "timestamp": at, "direction": direction, **parties}
        push(line, pushed({"calls": [call]}, change="calls"))
        worker.work()

    push(line, fresh(HOLE))
    worker.work()
    Conversation.objects.update(last_contact_at=timezone.now() - timedelta(hours=25))
    rang("wacid.1", "BUSINESS_INITIATED", **{"from": "902325550137", "to": DERYA})
    with pytest.raises(NotNowError, match="needs_template"):
        answer(Case.objects.get(), "Ekibimiz geliyor.", town)

    rang("wacid.2", "USER_INITIATED", **{"from": DERYA, "to": "902325550137"})
    answer(Case.objects.get(), "Ekibimiz geliyor.", town)
    worker.work()
    assert cloud.heard()[-1] == "Ekibimiz geliyor."
    assert (Case.objects.count(), len(cloud.heard())) == (1, 2)  # nobody acknowledged the calls


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


UNFIT = {
    "its heading needs a place or a product": {"type": "HEADER", "format": "LOCATION"},
    "one of its buttons opens a form or a catalogue": {"type": "BUTTONS", "buttons": [{"type": "FLOW"}]},
    "it has parts that cannot be filled here": {"type": "CAROUSEL"},
}


def test_the_accounts_page_says_why_an_approved_text_cannot_be_sent(town, line, cloud):
    for number, part in enumerate(UNFIT.values()):
        cloud.texts.append({**template(f"fancy-{number}", "tr", ""), "components": [part]})
    with network_client() as http:
        templates.synchronise(line, adapter_of(line, http), now=timezone.now())

    def page(language: str) -> str:
        ayse = seated(town.ayse)
        ayse.cookies["vefa_language"] = language
        return ayse.get(reverse("desk:endpoint", args=[line.pk])).content.decode()

    english = page("en")
    assert english.count("cannot be sent from here") == len(UNFIT)
    assert all(why in english for why in UNFIT)
    turkish = page("tr")
    assert not [why for why in (*UNFIT, "cannot be sent from here") if why in turkish]


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
