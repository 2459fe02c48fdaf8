"""Derya writes to the page and the account of the city, in private and in public, and is answered there."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.channels.forged import answers
from tests.journeys.conftest import Worker, clock
from tests.providers.meta_graph import (
    MetaGraph,
    comment,
    echo,
    instagram_comment,
    message,
    talk,
)
from vefa.cases.lifecycle import Ending, double, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels.graph.door import PROOF_HEADER, signature
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.channels.registry import network_client
from vefa.channels.sealing import seal
from vefa.dialogue.exposure import ExposedError
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.queries import conversation_of
from vefa.dialogue.terms import NotNowError
from vefa.dialogue.writing import Words, write
from vefa.inbox import posts
from vefa.inbox.models import Contact, Conversation

pytestmark = pytest.mark.django_db(transaction=True)
DERYA, ALI = "9001", "9002"
HOLE = "Çarşı'da yolda büyük bir çukur var"


def endpoint_of(graph: MetaGraph, key: str, **settings: str) -> Endpoint:
    """An account of the city at the simulated provider."""
    channel = "instagram" if graph.instagram else "messenger"
    own = {"instagram_id": graph.account} if graph.instagram else {"page_id": graph.account}
    given = {"api_base": graph.base, "app_id": graph.app_id, **own, **settings}
    secrets = {"token": graph.token, "secret": graph.app_secret, "verify_token": graph.verify_token}
    return Endpoint.objects.create(
        key=key, channel=channel, language="tr", names={"tr": key}, settings=given, sealed=seal(secrets)
    )


def push(endpoint: Endpoint, graph: MetaGraph, *bodies: Any) -> list[int]:
    """What the provider does: one signed POST for each body; the statuses."""
    raws = [json.dumps(body).encode() for body in bodies]
    calls = [
        Call(headers={PROOF_HEADER: signature(raw, graph.app_secret).decode()}, body=raw) for raw in raws
    ]
    return [status for status, _body in answers(endpoint, calls)]


@pytest.fixture
def page(town, settings) -> Iterator[tuple[Endpoint, MetaGraph]]:
    """The institution's page."""
    settings.UNDO_S = 0
    with MetaGraph.running() as graph:
        yield endpoint_of(graph, "page", human_agent="yes"), graph
        assert graph.faults == []


@pytest.fixture
def account(town, settings) -> Iterator[tuple[Endpoint, MetaGraph]]:
    """The institution's Instagram account."""
    settings.UNDO_S = 0
    with MetaGraph.running(account="1784", owner="1001", instagram=True) as graph:
        yield endpoint_of(graph, "insta", human_agent="yes"), graph
        assert graph.faults == []


def say(case: Case, text: str, by: Any, **more: Any) -> None:
    """An operator's answer."""
    case.refresh_from_db()
    write(case=case, words=Words(text=text, language="tr", **more), by=by, now=timezone.now())


def only_case() -> Any:
    """The one case that there is."""
    return Case.objects.get()


def every_case() -> Any:
    """All cases, oldest first."""
    return Case.objects.order_by("id")


def shown(case: Case) -> list[tuple[str, str]]:
    """The conversation as the desk shows it: who speaks, what."""
    found = []
    for entry in conversation_of(Case.objects.get(pk=case.pk), with_notes=False):
        if entry.contact:
            found.append((entry.contact.form, entry.contact.text))
        elif entry.reply:
            found.append(("reply", entry.reply.text))
    return found


def test_the_provider_is_greeted_and_a_stranger_is_not(page):
    endpoint, graph = page
    hello = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={graph.verify_token}"
    wrong = hello.replace(graph.verify_token, "guess")
    calls = [Call(headers={}, query=query, method="GET") for query in (hello, wrong)]
    good, bad = answers(endpoint, calls)
    assert good == (200, b"1158201444")
    assert bad[0] == 401


def test_a_private_message_is_answered_in_private(town, page, worker: Worker):
    endpoint, graph = page
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


def test_a_message_on_instagram_is_answered_there_within_its_bytes(town, account, worker: Worker):
    endpoint, graph = account
    push(endpoint, graph, message(DERYA, HOLE, account="1784", instagram=True))
    worker.work()
    case = only_case()
    assert case.channel == "instagram"
    with pytest.raises(NotNowError, match="too_long"):
        say(case, "ş" * 501, town.derya)
    say(case, "ş" * 500, town.derya)
    worker.work()
    assert graph.texts_to(DERYA)[-1] == "ş" * 500


def test_our_own_echo_is_not_shown_twice(town, page, worker: Worker):
    endpoint, graph = page
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


def test_an_echo_settles_what_nobody_knew(town, page, worker: Worker):
    endpoint, graph = page
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


def test_an_answer_given_in_the_pages_own_inbox_counts_and_opens_nothing(town, page, worker: Worker):
    endpoint, graph = page
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


def test_an_echo_to_somebody_who_never_wrote_opens_nothing(town, page, worker: Worker):
    endpoint, graph = page
    push(endpoint, graph, echo(ALI, "Merhaba, nasıl yardımcı olabiliriz?"))
    worker.work()
    assert not Case.objects.exists()
    assert Contact.objects.get().state == "handled"


def test_a_comment_is_acknowledged_in_public_without_a_secret_and_answered_under_it(
    town, page, worker: Worker
):
    endpoint, graph = page
    graph.posts["1001_5"] = {"message": "Pazar yeri yenilendi.", "permalink_url": "https://fb.example/5"}
    push(endpoint, graph, comment(DERYA, HOLE, id="c1"))
    worker.work()
    case = only_case()
    assert (case.service, case.conversation.public, case.conversation.thread) == (
        town.pothole, True, "comment/c1",
    )  # fmt: skip
    (acknowledged,) = graph.under("c1")
    assert case.reference in acknowledged
    assert case.secret not in acknowledged
    assert "http" not in acknowledged

    with network_client() as http:
        assert posts.look_up_due(http=http, clock=clock) == 1
        assert posts.look_up_due(http=http, clock=clock) == 0
    under = conversation_of(case, with_notes=False)[0].post
    assert under is not None
    assert (under.text, under.url) == ("Pazar yeri yenilendi.", "https://www.facebook.com/1001_5")

    say(case, "Ekibimiz yarın geliyor.", town.derya)
    worker.work()
    assert graph.under("c1")[-1] == "Ekibimiz yarın geliyor."
    assert graph.sent == []

    own = graph.comments[-1]
    push(endpoint, graph, comment("1001", own.text, id=own.id, parent_id="c1"))
    elsewhere = comment("1001", "Yarın saat 9'da.", id="c77", parent_id="c1")
    push(endpoint, graph, elsewhere)
    worker.work()
    assert [text for kind, text in shown(case) if kind == "echo"] == ["Yarın saat 9'da."]
    assert Case.objects.count() == 1


def test_no_secret_and_nothing_personal_goes_under_a_comment(town, page, worker: Worker):
    endpoint, graph = page
    push(endpoint, graph, comment(DERYA, HOLE, id="c1", name="Derya Aksoy"))
    worker.work()
    case = only_case()
    link = f"https://pinarova.example/r/{case.reference}/{case.secret}"
    for insisted in (False, True):
        with pytest.raises(ExposedError):
            say(case, f"İzleyin: {link}", town.derya, insisted=insisted)
    personal = (
        "Sizi 0532 111 22 33 numaradan arayacağız.",
        "derya@example.org adresine yazdık.",
        "Sayın Derya Aksoy, ekibimiz geliyor.",
    )
    for text in personal:
        with pytest.raises(ExposedError) as caught:
            say(case, text, town.derya)
        assert not caught.value.final
    say(case, f"{case.reference} numaralı kaydınız için ekibimiz geliyor.", town.derya)
    say(case, personal[2], town.derya, insisted=True)
    worker.work()
    assert len(graph.under("c1")) == 3
    assert all(case.secret not in text for text in graph.heard())


def test_even_a_secret_that_slipped_through_stops_before_the_door(town, page, worker: Worker):
    endpoint, graph = page
    push(endpoint, graph, comment(DERYA, HOLE, id="c1"))
    worker.work()
    case = only_case()
    say(case, "Ekibimiz geliyor.", town.derya)
    reply = Delivery.objects.get(state=DeliveryState.QUEUED).reply
    reply.text = f"https://pinarova.example/r/{case.reference}/{case.secret} adresine bakın."
    reply.save()
    worker.work()
    assert graph.under("c1")[-1] == f"https://pinarova.example/r/{case.reference} adresine bakın."


def test_one_private_answer_to_a_comment_and_the_talk_goes_on_in_private(town, page, worker: Worker):
    endpoint, graph = page
    push(endpoint, graph, comment(DERYA, HOLE, id="c1"))
    worker.work()
    case = only_case()
    say(case, "Tam adresi yazar mısınız?", town.derya, way="private")
    worker.work()
    assert graph.texts_to("c1") == ["Tam adresi yazar mısınız?"]
    with pytest.raises(NotNowError):
        say(case, "Bir de telefonunuz?", town.derya, way="private")

    push(endpoint, graph, message(DERYA, "Çarşı, Gül Sokak 12"))
    worker.work()
    case.refresh_from_db()
    assert Case.objects.count() == 1
    assert (case.conversation.public, case.conversation.thread) == (False, "")
    assert shown(case)[-1] == ("message", "Çarşı, Gül Sokak 12")

    say(case, f"Sayın Derya Aksoy, izleyin: /r/{case.reference}/{case.secret}", town.derya)
    worker.work()
    assert case.secret in graph.texts_to(DERYA)[-1]
    assert all(case.secret not in text for text in graph.under("c1"))

    ending = Ending(outcome=Outcome.DONE, reason="Çukur dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    assert "Çukur dolduruldu." in graph.texts_to(DERYA)[-1]
    assert all("Çukur dolduruldu." not in text for text in graph.under("c1"))


def test_an_outcome_is_told_in_public_without_what_staff_wrote(town, account, worker: Worker):
    endpoint, graph = account
    push(endpoint, graph, instagram_comment(DERYA, HOLE, id="c1"))
    worker.work()
    case = only_case()
    ending = Ending(outcome=Outcome.DONE, reason="Derya Hanım'ın önü dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    acknowledged, told = graph.under("c1")
    assert case.reference in acknowledged
    assert case.reference in told
    assert "dolduruldu" not in told
    assert case.secret not in f"{acknowledged} {told}"


def test_a_comment_on_instagram_is_answered_in_public_and_in_private(town, account, worker: Worker):
    endpoint, graph = account
    push(endpoint, graph, instagram_comment(DERYA, HOLE, id="c1"))
    worker.work()
    case = only_case()
    say(case, "Ekibimiz geliyor.", town.derya, way="public")
    say(case, "Adresiniz?", town.derya, way="private")
    worker.work()
    assert graph.under("c1")[-1] == "Ekibimiz geliyor."
    assert graph.texts_to("c1") == ["Adresiniz?"]


def test_what_was_written_for_one_person_does_not_stand_under_another_comment(town, page, worker: Worker):
    endpoint, graph = page
    push(endpoint, graph, message(DERYA, HOLE), comment(ALI, HOLE, id="c2"))
    worker.work()
    private, public = Case.objects.order_by("id")
    double(case_id=public.pk, master_id=private.pk, by=town.derya, now=timezone.now())
    say(private, "Sayın Derya Aksoy, ekibimiz size geliyor.", town.derya)
    worker.work()
    assert graph.texts_to(DERYA)[-1] == "Sayın Derya Aksoy, ekibimiz size geliyor."
    assert all("Derya" not in text for text in graph.under("c2"))


def test_the_mayors_page_and_the_citys_page_stay_apart_behind_one_door(town, page, worker: Worker):
    endpoint, graph = page
    with MetaGraph.running(account="2002", token="EAAB-the-mayor") as hers:
        mayor = endpoint_of(hers, "mayor-page", door="page", human_agent="yes")
        mayor.owner = "mayor"
        mayor.sealed = seal({"token": hers.token})
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


def test_after_a_day_a_person_answers_and_after_a_week_nobody(town, page, worker: Worker):
    endpoint, graph = page
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


def test_an_unsent_message_and_a_removed_comment_are_marked(town, page, worker: Worker):
    endpoint, graph = page
    push(endpoint, graph, message(DERYA, HOLE, mid="m_1"), comment(ALI, HOLE, id="c1"))
    worker.work()
    removed = comment(ALI, "", id="c1", verb="remove")
    push(endpoint, graph, message(DERYA, mid="m_1", is_deleted=True), removed)
    worker.work()
    assert Contact.objects.filter(form="message", deleted_at__isnull=False).count() == 2
    assert Case.objects.count() == 2
