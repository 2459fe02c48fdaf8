"""Derya writes to the page and the account of the city in private, and is answered there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.channels.forged import answers
from tests.journeys.conftest import Worker, clock
from tests.journeys.meta import ALI, DERYA, HOLE, endpoint_of, every_case, only_case, push, say, shown
from tests.providers.meta_graph import MetaGraph, echo, message, talk
from vefa.cases.incidents import gathering, orders
from vefa.cases.incidents.gathering import Plan
from vefa.cases.incidents.orders import Order
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, IncidentOrder, Outcome, State
from vefa.channels.port import Call
from vefa.channels.registry import network_client
from vefa.channels.sealing import seal
from vefa.citizens.models import Address, Citizen
from vefa.dialogue import to_all
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.queries import channel_truth
from vefa.dialogue.terms import NotNowError
from vefa.inbox import naming
from vefa.inbox.models import Contact, Conversation, NameWanted, PostState

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_provider_is_greeted_and_a_stranger_is_not(facebook):
    endpoint, graph = facebook
    hello = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={graph.verify_token}"
    wrong = hello.replace(graph.verify_token, "guess")
    calls = [Call(headers={}, query=query, method="GET") for query in (hello, wrong)]
    good, bad = answers(endpoint, calls)
    assert good == (200, b"1158201444")
    assert bad[0] == 401


def test_a_private_message_is_answered_in_private(town, facebook, worker: Worker):
    endpoint, graph = facebook
    body = message(DERYA, HOLE, mid="m_1")
    assert push(endpoint, graph, body, body) == [200, 200]
    worker.work()

    case = only_case()
    assert (case.service, case.channel, case.conversation.thread) == (town.pothole, "messenger", "")
    (acknowledged,) = graph.texts_to(DERYA)
    assert f"/r/{case.reference}/{case.secret}" in acknowledged

    say(case, "Ekibimiz yarın geliyor.", town.derya)
    worker.work()
    assert graph.texts_to(DERYA)[-1] == "Ekibimiz yarın geliyor."
    assert graph.comments == []

    ours = [one.mid for one in graph.sent]
    push(endpoint, graph, talk(DERYA, delivery={"mids": ours[-1:], "watermark": 1}))
    worker.work()
    assert Delivery.objects.get(provider_id=ours[-1]).state == DeliveryState.DELIVERED

    later = int((timezone.now() + timedelta(minutes=1)).timestamp() * 1000)
    push(endpoint, graph, talk(DERYA, read={"watermark": later}))
    worker.work()
    assert {row.state for row in Delivery.objects.all()} == {DeliveryState.READ}


@pytest.mark.parametrize("where", ["facebook", "instagram"])
def test_from_message_to_answer_to_reopening(where, request, town, worker: Worker):
    endpoint, graph = request.getfixturevalue(where)
    account = {"account": graph.account, "instagram": graph.instagram}
    push(endpoint, graph, message(DERYA, HOLE, **account))
    worker.work()
    case = only_case()
    say(case, "Ekibimiz yarın geliyor.", town.derya)
    ending = Ending(outcome=Outcome.DONE, reason="Çukur dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    answer, outcome = graph.texts_to(DERYA)[1:]
    assert answer == "Ekibimiz yarın geliyor."
    assert "Çukur dolduruldu." in outcome

    push(endpoint, graph, message(DERYA, "Hayır, çözülmedi, çukur hâlâ orada", **account))
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)


def ask_names() -> int:
    """What a worker does beside its other work."""
    with network_client() as http:
        return naming.ask_due(http=http, clock=clock)


def test_who_writes_in_private_is_shown_by_name_and_asked_for_once(town, facebook, worker: Worker):
    endpoint, graph = facebook
    graph.people[DERYA] = {"first_name": "Derya", "last_name": "Aksu", "name": "never asked for"}
    push(endpoint, graph, message(DERYA, HOLE, mid="m_1"), message(ALI, HOLE, mid="m_2"))
    worker.work()
    assert ask_names() == 2

    known = Address.objects.get(value=DERYA)
    assert (known.shown_name, known.citizen.name) == ("Derya Aksu", "Derya Aksu")
    nameless = Address.objects.get(value=ALI)  # the provider does not tell: the number stays
    assert (nameless.shown_name, nameless.citizen.name) == ("", "")
    push(endpoint, graph, message(DERYA, "Hâlâ duruyor", mid="m_3"), message(ALI, "Duruyor", mid="m_4"))
    worker.work()
    assert ask_names() == 0
    truth = channel_truth(Case.objects.get(links__contact__message_id="m_1"))
    assert truth.address == "Derya Aksu"


def test_a_provider_in_trouble_is_asked_again_and_a_given_name_is_kept(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push(endpoint, graph, message(DERYA, HOLE, mid="m_1"))
    worker.work()
    settings = endpoint.settings
    endpoint.settings = {**settings, "api_base": "http://127.0.0.1:9"}  # where nobody listens
    endpoint.save()
    assert ask_names() == 1
    assert NameWanted.objects.get().state == PostState.WAITING
    endpoint.settings = settings
    endpoint.save()
    graph.people[DERYA] = {"first_name": "Derya"}
    Citizen.objects.update(name="Derya Hanım")  # told at the counter meanwhile
    NameWanted.objects.update(due_at=clock())
    assert ask_names() == 1
    assert (Address.objects.get().shown_name, Citizen.objects.get().name) == ("Derya", "Derya Hanım")


def test_a_message_on_instagram_is_answered_there_within_its_bytes(town, instagram, worker: Worker):
    endpoint, graph = instagram
    push(endpoint, graph, message(DERYA, HOLE, account="1784", instagram=True))
    worker.work()
    case = only_case()
    assert case.channel == "instagram"
    with pytest.raises(NotNowError, match="too_long"):
        say(case, "ş" * 501, town.derya)
    say(case, "ş" * 500, town.derya)
    worker.work()
    assert graph.texts_to(DERYA)[-1] == "ş" * 500


def test_our_own_echo_is_not_shown_twice(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push(endpoint, graph, message(DERYA, HOLE))
    worker.work()
    case = only_case()
    say(case, "Ekibimiz yarın geliyor.", town.derya)
    worker.work()
    before = shown(case)

    named = graph.sent[-1]
    push(
        endpoint,
        graph,
        echo(DERYA, named.text, mid=named.mid, metadata=named.body["message"]["metadata"]),
        echo(DERYA, graph.sent[0].text, mid=graph.sent[0].mid),  # as Instagram does it: without our key
    )
    worker.work()
    assert shown(case) == before
    assert Case.objects.count() == 1


def test_an_echo_settles_what_nobody_knew(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push(endpoint, graph, message(DERYA, HOLE))
    worker.work()
    graph.misbehave("drop")
    say(only_case(), "Ekibimiz yarın geliyor.", town.derya)
    worker.work()
    delivery = Delivery.objects.get(state=DeliveryState.UNCERTAIN)

    named = graph.sent[-1]
    push(
        endpoint,
        graph,
        echo(DERYA, named.text, mid=named.mid, metadata=named.body["message"]["metadata"]),
    )
    worker.work()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider_id) == (DeliveryState.HANDED_OVER, named.mid)
    assert [kind for kind, _ in shown(only_case())].count("echo") == 0


def test_an_echo_without_our_key_settles_it_by_its_words(town, instagram, worker: Worker):
    endpoint, graph = instagram
    push(endpoint, graph, message(DERYA, HOLE, account="1784", instagram=True))
    worker.work()
    graph.misbehave("drop")
    say(only_case(), "Ekibimiz yarın geliyor.", town.derya)
    worker.work()
    delivery = Delivery.objects.get(state=DeliveryState.UNCERTAIN)

    own = graph.sent[-1]
    push(endpoint, graph, echo(DERYA, own.text, mid=own.mid, account="1784", instagram=True))
    worker.work()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider_id) == (DeliveryState.HANDED_OVER, own.mid)
    assert [kind for kind, _ in shown(only_case())].count("echo") == 0


def test_an_answer_given_in_the_pages_own_inbox_counts_and_opens_nothing(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push(endpoint, graph, message(DERYA, HOLE))
    worker.work()
    case = only_case()
    assert case.first_answered_at is None

    elsewhere = echo(DERYA, "Ekip yolda, yarım saate oradayız.")
    push(endpoint, graph, elsewhere, elsewhere)
    worker.work()
    case = only_case()
    assert case.first_answered_at is not None
    assert (Case.objects.count(), case.state) == (1, State.NEW)
    assert shown(case)[-1] == ("echo", "Ekip yolda, yarım saate oradayız.")
    assert case.conversation.last_contact_at < Contact.objects.get(form="echo").said_at


def test_an_echo_to_somebody_who_never_wrote_opens_nothing(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push(endpoint, graph, echo(ALI, "Merhaba, nasıl yardımcı olabiliriz?"))
    worker.work()
    assert not Case.objects.exists()
    assert Contact.objects.get().state == "handled"


def test_the_mayors_page_and_the_citys_page_stay_apart_behind_one_door(town, facebook, worker: Worker):
    endpoint, graph = facebook
    with MetaGraph.running(account="2002", token="EAAB-the-mayor") as hers:
        mayor = endpoint_of(hers, "mayor-page", door="page", human_agent="yes")
        mayor.owner = "mayor"
        own = {"token": hers.token, "secret": hers.app_secret}  # else it would be asked at the door's server
        mayor.sealed = seal(own)
        mayor.save()
        both = message(DERYA, HOLE, mid="m_1")
        both["entry"] += message(ALI, "Çarşı'da yolda çukur var", mid="m_2", account="2002")["entry"]
        push(endpoint, graph, both)
        worker.work()
        found = {case.conversation.endpoint.key: case for case in every_case()}
        assert found.keys() == {"page", "mayor-page"}
        say(found["mayor-page"], "Hemen ilgileniyorum.", town.derya)
        worker.work()
        assert hers.texts_to(ALI)[-1] == "Hemen ilgileniyorum."
        assert graph.texts_to(ALI) == []
        assert hers.faults == []


def test_after_a_day_a_person_answers_and_after_a_week_nobody(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push(endpoint, graph, message(DERYA, HOLE))
    worker.work()
    case = only_case()
    talks = Conversation.objects.filter(pk=case.conversation_id)
    talks.update(last_contact_at=timezone.now() - timedelta(days=2))
    say(case, "Ekibimiz yarın geliyor.", town.derya)
    worker.work()
    assert graph.sent[-1].body["tag"] == "HUMAN_AGENT"

    talks.update(last_contact_at=timezone.now() - timedelta(days=8))
    with pytest.raises(NotNowError, match="closed"):
        say(case, "Ekibimiz geldi.", town.derya)


def test_what_a_person_says_to_everybody_behind_an_incident_reaches_who_wrote_days_ago(
    town, facebook, worker: Worker
):
    endpoint, graph = facebook
    push(endpoint, graph, message(DERYA, HOLE))
    worker.work()
    case, now = only_case(), timezone.now()
    Conversation.objects.filter(pk=case.conversation_id).update(last_contact_at=now - timedelta(days=2))
    plan = Plan(name="Çukurlar", service_ids=(town.pothole.pk,), area_id=None, since=now)
    incident = gathering.declare(plan=plan, case_ids=[case.pk], by=town.derya, now=now)
    order = Order(sort=IncidentOrder.Sort.ANSWER, texts={"tr": "Ekipler sahada."}, once="1")
    given = orders.lay_down(incident_id=incident.pk, order=order, by=town.derya, now=now)
    to_all.answer(given, case.pk, now=now)
    worker.work()
    assert graph.texts_to(DERYA)[-1] == "Ekipler sahada."
    assert graph.sent[-1].body["tag"] == "HUMAN_AGENT"
