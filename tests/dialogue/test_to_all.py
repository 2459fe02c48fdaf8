"""One answer to everybody behind a storm, each in their own language and on their own channel."""

from datetime import timedelta
from functools import partial

import pytest

from tests.cases.stories import opened
from vefa.cases.incidents import fitting, gathering, orders
from vefa.cases.incidents.gathering import Plan
from vefa.cases.incidents.orders import Order
from vefa.cases.models import Case, IncidentOrder
from vefa.cases.support import support
from vefa.channels.models import Endpoint
from vefa.citizens.models import Citizen
from vefa.dialogue import to_all
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.inbox.models import Conversation
from vefa.journal import replay
from vefa.journal.models import Event
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
TEXTS = {"tr": "Ekipler sahada.", "ru": "Бригады работают.", "fa": "گروه‌ها در کارند."}


@pytest.fixture
def storm(town, now):
    """Three people, three languages; one has only a telephone."""
    fitting.forget()
    cases = [
        opened(town, "Ağaç devrildi", now=now, who="Ali", service=town.tree),
        opened(town, "Упало дерево", now=now, who="Olga", service=town.tree, language="ru"),
        opened(town, "درخت افتاد", now=now, who="Reza", service=town.tree, language="fa", on=town.hotline),
    ]
    for case, language in zip(cases, ("tr", "ru", "fa"), strict=True):
        Conversation.objects.filter(cases=case.pk).update(language=language)
    plan = Plan(name="Fırtına", service_ids=(town.tree.pk,), area_id=None, since=now)
    return gathering.declare(plan=plan, case_ids=[case.pk for case in cases], by=town.derya, now=now)


def give(storm, town, now, once="1"):
    order = Order(sort=IncidentOrder.Sort.ANSWER, texts=TEXTS, once=once)
    return orders.lay_down(incident_id=storm.pk, order=order, by=town.derya, now=now)


def carry_out(now):
    orders.carry_out(answer=partial(to_all.answer, now=now), now=now)


def said():
    rows = Reply.objects.filter(phrase_key="incident").order_by("case_id")
    return [(reply.language, reply.text, reply.deliveries.get().state) for reply in rows]


def test_each_hears_it_in_their_language_and_who_has_no_channel_reads_it(storm, town, now):
    give(storm, town, now)
    carry_out(now + timedelta(minutes=1))
    assert said() == [
        ("tr", TEXTS["tr"], DeliveryState.QUEUED),
        ("ru", TEXTS["ru"], DeliveryState.QUEUED),
        ("fa", TEXTS["fa"], DeliveryState.SHOWN),
    ]
    assert set(Reply.objects.values_list("staff", flat=True)) == {town.derya.pk}
    assert not Case.objects.filter(first_answered_at=None).exists()
    assert Event.objects.filter(kind="case.answered_with_others").count() == 3


def test_a_worker_that_dies_and_tries_again_says_nothing_twice(storm, town, now):
    order = give(storm, town, now)
    carry_out(now + timedelta(minutes=1))
    for case_id in order.case_ids:
        to_all.answer(order, case_id, now=now + timedelta(minutes=2))
    assert len(said()) == 3


def test_a_supporter_hears_it_in_a_language_of_their_own(storm, town, now):
    first = Case.objects.order_by("id")[0]
    other = opened(town, "Bende de", now=now, who="Anna", on=town.mailbox)
    Conversation.objects.filter(cases=other.pk).update(language="ru")
    contact = other.links.get().contact
    anna = Citizen.objects.get(name="Anna")
    support(case_id=first.pk, citizen_id=anna.pk, contact=contact, now=now)
    give(storm, town, now)
    carry_out(now + timedelta(minutes=1))
    texts = set(Reply.objects.filter(case=first, phrase_key="incident").values_list("text", flat=True))
    assert texts == {TEXTS["tr"], TEXTS["ru"]}


def test_who_joins_later_hears_what_everybody_was_told_and_nobody_else_hears_it_again(storm, town, now):
    later = now + timedelta(minutes=1)
    give(storm, town, now)
    carry_out(later)
    nur = opened(town, "Dal kırıldı", now=later, who="Nur", service=town.tree)
    gathering.join(incident_id=storm.pk, case_ids=[nur.pk], by=town.derya, now=later)
    while replay.react(REACTIONS, now=later):
        pass
    assert Reply.objects.filter(phrase_key="incident").count() == 4
    assert Reply.objects.get(case=nur, phrase_key="incident").text == TEXTS["tr"]


def follow(now):
    while replay.react(REACTIONS, now=now):
        pass


def joins(storm, town, now, who="Nur"):
    case = opened(town, "Dal kırıldı", now=now, who=who, service=town.tree)
    gathering.join(incident_id=storm.pk, case_ids=[case.pk], by=town.derya, now=now)
    return case


def heard(case):
    return list(Reply.objects.filter(case=case, phrase_key="incident").values_list("text", flat=True))


def test_who_joins_while_an_answer_can_be_taken_back_hears_it_when_it_is_given(storm, town, now):
    order = give(storm, town, now)
    nur = joins(storm, town, now + timedelta(seconds=3))
    follow(now + timedelta(seconds=4))
    assert heard(nur) == []

    follow(order.due_at)
    carry_out(order.due_at)
    assert heard(nur) == [TEXTS["tr"]]
    assert Reply.objects.filter(phrase_key="incident").count() == 4

    Event.objects.update(handled_at=None)
    follow(order.due_at + timedelta(minutes=1))
    assert heard(nur) == [TEXTS["tr"]]


def test_who_joins_hears_nothing_of_an_answer_that_was_taken_back(storm, town, now):
    order = give(storm, town, now)
    nur = joins(storm, town, now + timedelta(seconds=3))
    follow(now + timedelta(seconds=4))
    orders.take_back(order_id=order.pk, incident_id=storm.pk, by=town.derya, now=now + timedelta(seconds=5))
    follow(order.due_at)
    assert heard(nur) == []


def test_who_joined_by_mistake_and_left_does_not_hear_the_answer(storm, town, now):
    order = give(storm, town, now)
    nur = joins(storm, town, now + timedelta(seconds=3))
    follow(now + timedelta(seconds=4))
    gathering.leave(incident_id=storm.pk, case_ids=[nur.pk], by=town.derya, now=now + timedelta(seconds=6))
    follow(order.due_at)
    assert heard(nur) == []


def test_who_was_taken_out_before_the_answer_and_comes_back_hears_it_once(storm, town, now):
    order = give(storm, town, now)
    case = Case.objects.filter(language="tr").earliest("id")
    gathering.leave(incident_id=storm.pk, case_ids=[case.pk], by=town.derya, now=now + timedelta(seconds=3))
    carry_out(order.due_at)
    follow(order.due_at)
    assert heard(case) == []

    gathering.join(incident_id=storm.pk, case_ids=[case.pk], by=town.derya, now=order.due_at)
    follow(order.due_at + timedelta(seconds=1))
    assert heard(case) == [TEXTS["tr"]]


def test_it_is_told_before_how_many_are_reached_and_how(storm, town, now):
    shares = to_all.reached(list(Case.objects.values_list("id", flat=True)), now=now)
    assert {(share.channel, share.language, share.way, share.count) for share in shares} == {
        ("telegram", "tr", "sent", 1), ("telegram", "ru", "sent", 1), ("phone", "fa", "shown", 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "thread", "human", "way"),
    [(0, "", "", "sent"), (2, "", "", "shown"), (2, "", "yes", "sent"), (8, "", "yes", "shown"),
     (8, "comment/1", "", "sent")],
)  # fmt: skip
def test_it_is_told_before_whose_time_is_over(storm, town, now, days, thread, human, way):
    page = Endpoint.objects.create(
        key="page", channel="messenger", settings={"page_id": "1001", "human_agent": human}
    )
    case = opened(town, "Dal kırıldı", now=now, who="Nur", service=town.tree, on=page)
    Conversation.objects.filter(cases=case.pk).update(
        last_contact_at=now - timedelta(days=days), thread=thread, public=bool(thread)
    )
    (share,) = to_all.reached([case.pk], now=now)
    assert (share.channel, share.way, share.count) == ("messenger", way, 1)


def test_who_wrote_stop_gets_no_message_to_many(storm, town, now):
    ali = Conversation.objects.get(language="tr", endpoint=town.bot)
    ali.address.stopped_at = now
    ali.address.save()
    give(storm, town, now)
    carry_out(now + timedelta(minutes=1))
    assert Delivery.objects.get(conversation=ali, reply__phrase_key="incident").state == DeliveryState.SHOWN
