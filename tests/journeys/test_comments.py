"""Derya speaks under a post of the city: neighbours read along, so little is said there, nothing secret."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.journeys.conftest import Worker, clock
from tests.journeys.meta import ALI, DERYA, HOLE, only_case, push, say, shown
from tests.providers.meta_graph import comment, instagram_comment, message
from vefa.cases.lifecycle import Ending, double, end
from vefa.cases.models import Case, Outcome
from vefa.channels.registry import network_client
from vefa.dialogue.exposure import ExposedError
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.queries import conversation_of
from vefa.dialogue.terms import NotNowError
from vefa.inbox import posts
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_comment_is_acknowledged_in_public_without_a_secret_and_answered_under_it(
    town, facebook, worker: Worker
):
    endpoint, graph = facebook
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


def test_no_secret_and_nothing_personal_goes_under_a_comment(town, facebook, worker: Worker):
    endpoint, graph = facebook
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


def test_even_a_secret_that_slipped_through_stops_before_the_door(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push(endpoint, graph, comment(DERYA, HOLE, id="c1"))
    worker.work()
    case = only_case()
    say(case, "Ekibimiz geliyor.", town.derya)
    reply = Delivery.objects.get(state=DeliveryState.QUEUED).reply
    reply.text = f"https://pinarova.example/r/{case.reference}/{case.secret} adresine bakın."
    reply.save()
    worker.work()
    assert graph.under("c1")[-1] == f"https://pinarova.example/r/{case.reference} adresine bakın."


def test_one_private_answer_to_a_comment_and_the_talk_goes_on_in_private(town, facebook, worker: Worker):
    endpoint, graph = facebook
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


def test_each_comment_of_a_thread_has_one_private_answer_of_its_own(town, facebook, worker: Worker):
    endpoint, graph = facebook
    now = int(time.time())
    push(endpoint, graph, comment(DERYA, HOLE, id="c1", created_time=now - 7200))
    worker.work()
    case = only_case()

    def comments(text: str, *, key: str, created_time: int = now, **more: Any) -> None:
        more = {"created_time": created_time, "parent_id": "c1", **more}
        push(endpoint, graph, comment(DERYA, f"{case.reference} {text}", id=key, **more))
        worker.work()

    comments("Çukur çok derin", key="c2", created_time=now - 3600)
    say(case, "Tam adresi yazar mısınız?", town.derya, way="private")
    Reply.objects.filter(way="private").update(written_at=timezone.now() - timedelta(minutes=30))
    comments("Dikkat edin lütfen", key="c3", created_time=now - 60)
    assert (graph.texts_to("c1"), graph.texts_to("c2")) == ([], ["Tam adresi yazar mısınız?"])

    say(case, "Bugün geliyoruz.", town.derya, way="private")
    worker.work()
    assert graph.texts_to("c3") == ["Bugün geliyoruz."]

    Reply.objects.filter(text="Bugün geliyoruz.").update(written_at=timezone.now() - timedelta(seconds=30))
    comments("Dikkat edin", key="c3", verb="edited")
    with pytest.raises(NotNowError):
        say(case, "Bir de telefonunuz?", town.derya, way="private")
    say(case, "Ekibimiz yolda.", town.derya)
    worker.work()
    assert graph.under("c1")[-1] == "Ekibimiz yolda."


def test_an_outcome_is_told_in_public_without_what_staff_wrote(town, instagram, worker: Worker):
    endpoint, graph = instagram
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


def test_a_comment_on_instagram_is_answered_in_public_and_in_private(town, instagram, worker: Worker):
    endpoint, graph = instagram
    push(endpoint, graph, instagram_comment(DERYA, HOLE, id="c1"))
    worker.work()
    case = only_case()
    say(case, "Ekibimiz geliyor.", town.derya, way="public")
    say(case, "Adresiniz?", town.derya, way="private")
    worker.work()
    assert graph.under("c1")[-1] == "Ekibimiz geliyor."
    assert graph.texts_to("c1") == ["Adresiniz?"]


def test_what_was_written_for_one_person_does_not_stand_under_another_comment(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push(endpoint, graph, message(DERYA, HOLE), comment(ALI, HOLE, id="c2"))
    worker.work()
    private, public = Case.objects.order_by("id")
    double(case_id=public.pk, master_id=private.pk, by=town.derya, now=timezone.now())
    say(private, "Sayın Derya Aksoy, ekibimiz size geliyor.", town.derya)
    worker.work()
    assert graph.texts_to(DERYA)[-1] == "Sayın Derya Aksoy, ekibimiz size geliyor."
    assert all("Derya" not in text for text in graph.under("c2"))


def test_an_unsent_message_and_a_removed_comment_are_marked(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push(endpoint, graph, message(DERYA, HOLE, mid="m_1"), comment(ALI, HOLE, id="c1"))
    worker.work()
    removed = comment(ALI, "", id="c1", verb="remove")
    push(endpoint, graph, message(DERYA, mid="m_1", is_deleted=True), removed)
    worker.work()
    assert Contact.objects.filter(form="message", deleted_at__isnull=False).count() == 2
    assert Case.objects.count() == 2
