"""An account that is retired: nothing waits for it unseen, and who has another way is answered there."""

from datetime import timedelta

import pytest

from tests.dialogue.test_outbox import LATER, answers, courier, provider, states
from vefa.cases.models import Case
from vefa.channels import administering, queries
from vefa.channels.administering import Act
from vefa.channels.models import Endpoint
from vefa.dialogue import outbox, sweeping, writing
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.queries import channel_truth
from vefa.dialogue.writing import Words
from vefa.journal.models import Event

__all__ = ["answers", "courier", "provider"]
pytestmark = pytest.mark.django_db
SOON, LONG = timedelta(minutes=5), timedelta(minutes=11)


@pytest.fixture(autouse=True)
def _asked_anew():
    queries.forget()
    yield
    queries.forget()


def answer_again(town, now) -> None:
    """Derya answers once more, on a case that is read anew."""
    words = Words(text="iki", language="tr")
    writing.write(case=Case.objects.get(), words=words, by=town.derya, now=now)


def retire(endpoint: Endpoint, now) -> None:
    administering.retire(endpoint.pk, Act(by="staff:1", now=now))


def test_an_answer_to_a_retired_account_does_not_wait_for_it(answers, town, now):
    answers("bir")
    retire(town.bot, now)
    answer_again(town, now)  # the resident reads it on the page of the case

    assert states() == [DeliveryState.QUEUED, DeliveryState.SHOWN]


def test_what_waited_when_it_was_retired_fails_visibly_once_a_mistake_would_be_undone(answers, town, now):
    answers("bir")
    retire(town.bot, now)

    assert sweeping.fail_retired(now=now + SOON) == 0
    assert sweeping.fail_retired(now=now + LONG) == 1
    assert sweeping.fail_retired(now=now + LONG) == 0

    row = Delivery.objects.get()
    assert (row.state, row.trouble) == (
        DeliveryState.FAILED,
        "the account by which it should have left is retired",
    )
    assert Event.objects.filter(kind="delivery.failed", subject=f"case:{row.reply.case_id}").count() == 1


def test_what_waited_leaves_when_the_account_was_retired_by_mistake(answers, courier, provider, town, now):
    answers("bir")
    retire(town.bot, now)
    administering.restore(town.bot.pk, Act(by="staff:1", now=now + SOON))

    assert sweeping.fail_retired(now=now + LONG) == 0
    Endpoint.objects.update(active=True)
    courier(after=LONG)
    assert provider.texts_to(7001) == ["bir"]


@pytest.mark.parametrize("facts", [{"outbound_paused": True}, {"active": False}])
def test_a_paused_account_and_one_without_keys_keep_what_is_written(answers, courier, town, now, facts):
    answers("bir")
    Endpoint.objects.filter(pk=town.bot.pk).update(**facts)
    answer_again(town, now)

    assert sweeping.fail_retired(now=now + LONG) == 0
    assert outbox.endpoints_with_work(now=now + LATER) == []
    assert states() == [DeliveryState.QUEUED, DeliveryState.QUEUED]


def test_sending_again_by_a_retired_account_says_that_there_is_no_way(answers, town, now):
    answers("bir")
    retire(town.bot, now)
    sweeping.fail_retired(now=now + LONG)

    with pytest.raises(sweeping.NoWayError):
        sweeping.resend(delivery_id=Delivery.objects.get().pk, by=town.derya, now=now + LONG)
    assert states() == [DeliveryState.FAILED]


def test_what_is_in_doubt_on_a_retired_account_is_left_to_a_person(answers, town, now):
    answers("bir")
    Delivery.objects.update(state=DeliveryState.UNCERTAIN, ended_at=now)
    retire(town.bot, now)

    assert sweeping.resend_doubtful(now=now + timedelta(hours=1)) == 0


def test_who_wrote_to_a_retired_mailbox_is_answered_by_another_one(town, now, talks, opens):
    fresh = Endpoint.objects.create(key="second", channel="email", language="tr")
    case = opens(talks("derya@example.com", endpoint=town.mailbox, space="email"))
    writing.write(case=case, words=Words(text="bir", language="tr"), by=town.derya, now=now)
    Delivery.objects.update(parts=["<old@id>"])
    retire(town.mailbox, now)
    sweeping.fail_retired(now=now + LONG)
    answer_again(town, now)

    first = sweeping.resend(delivery_id=Delivery.objects.order_by("id")[0].pk, by=town.derya, now=now + LONG)

    assert list(Delivery.objects.order_by("id").values_list("endpoint", "state", "parts")) == [
        (fresh.pk, "queued", []),
        (fresh.pk, "queued", []),
    ]
    assert first.endpoint == fresh
    assert channel_truth(Case.objects.get()).endpoint_key == "second"
