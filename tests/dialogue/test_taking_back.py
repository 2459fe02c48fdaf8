"""An answer that was taken back was none: what is owed is owed as before."""

from datetime import timedelta

import pytest
from django.conf import settings

from vefa.cases import elsewhere, promises
from vefa.cases.ending import Ending, OutcomeError, end
from vefa.cases.models import Outcome
from vefa.dialogue import writing
from vefa.dialogue.audience import Listener
from vefa.dialogue.models import Reply
from vefa.dialogue.writing import TooLateError, Words
from vefa.inbox.models import Contact
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db
SECONDS = timedelta(seconds=3)


@pytest.fixture
def case(talks, opens):
    return opens(talks())


def answer(case, by, now):
    return writing.write(case=case, words=Words(text="Bakıyoruz", language="tr"), by=by, now=now)


def first_answer(case):
    """When it was given, by the case, and by its promise."""
    case.refresh_from_db()
    return case.first_answered_at, case.promises.get(kind="first_answer").kept_at


def test_an_answer_that_is_taken_back_keeps_no_promise(case, town, now):
    due = (case.answer_due_at, case.due_at)
    reply = answer(case, town.derya, now)
    assert first_answer(case) == (now, now)

    writing.take_back(reply_id=reply.pk, case_id=case.pk, by=town.derya, now=now + SECONDS)

    assert first_answer(case) == (None, None)
    assert (case.answer_due_at, case.due_at) == due
    (told,) = Event.objects.filter(kind="promise.unkept")
    assert told.data["kind"] == "first_answer"
    with pytest.raises(OutcomeError):
        end(case_id=case.pk, ending=Ending(outcome=Outcome.ANSWERED), by=town.derya, now=now + SECONDS)
    assert promises.sweep_broken(now=now + timedelta(days=2)) == 1


def test_one_that_would_have_come_too_late_is_told_of_by_the_sweeper(case, town, now):
    late = now + timedelta(days=2)
    reply = answer(case, town.derya, late)
    writing.take_back(reply_id=reply.pk, case_id=case.pk, by=town.derya, now=late + SECONDS)
    assert promises.sweep_broken(now=late + SECONDS) == 1
    assert first_answer(case) == (None, None)


def test_another_answer_that_stands_keeps_it(case, town, now):
    first = answer(case, town.derya, now)
    answer(case, town.ayse, now + SECONDS)
    writing.take_back(reply_id=first.pk, case_id=case.pk, by=town.derya, now=now + 2 * SECONDS)
    assert first_answer(case) == (now, now)

    last = answer(case, town.derya, now + timedelta(hours=1))
    writing.take_back(reply_id=last.pk, case_id=case.pk, by=town.derya, now=now + timedelta(hours=1))
    assert first_answer(case) == (now, now)


def test_what_was_answered_with_another_tool_keeps_it(case, town, now):
    said = Contact.objects.create(
        endpoint=town.bot, external_id="echo", lane="a", received_at=now, due_at=now, raw=b"{}", form="echo",
        conversation=case.conversation, said_at=now + SECONDS, text="Geliyoruz",
    )  # fmt: skip
    reply = answer(case, town.derya, now)
    elsewhere.answered_elsewhere([(case.pk, said)], now=now + SECONDS)
    writing.take_back(reply_id=reply.pk, case_id=case.pk, by=town.derya, now=now + 2 * SECONDS)
    assert first_answer(case) == (now, now)


def test_what_ended_meanwhile_owes_nothing_again(case, town, now):
    reply = answer(case, town.derya, now)
    end(case_id=case.pk, ending=Ending(outcome=Outcome.ANSWERED), by=town.derya, now=now + SECONDS)
    writing.take_back(reply_id=reply.pk, case_id=case.pk, by=town.derya, now=now + 2 * SECONDS)
    assert first_answer(case) == (now, now)
    assert case.due_at is None


def test_what_is_only_shown_can_be_taken_back_until_it_may_have_been_read(talks, opens, town, now):
    case = opens(talks("", endpoint=town.web, space="phone"))
    first = answer(case, town.derya, now)
    writing.take_back(reply_id=first.pk, case_id=case.pk, by=town.derya, now=now + SECONDS)

    second = answer(case, town.derya, now)
    later = now + timedelta(seconds=settings.UNDO_S)
    with pytest.raises(TooLateError):
        writing.take_back(reply_id=second.pk, case_id=case.pk, by=town.derya, now=later)
    second.refresh_from_db()
    assert second.taken_back_at is None


def test_what_the_system_said_in_ones_name_is_out_at_once(talks, opens, town, now):
    case = opens(talks("", endpoint=town.web, space="phone"))
    words = Words(text="Su kesintisi bitti", language="tr", phrase_key="incident", cause="incident:1:c1")
    writing.write_automatic([(Listener(case.conversation, case), words)], now=now, by=town.derya)
    said = Reply.objects.get()

    assert not writing.is_leaving(said, said.deliveries.all(), now=now + SECONDS)
    with pytest.raises(LookupError):
        writing.take_back(reply_id=said.pk, case_id=case.pk, by=town.derya, now=now + SECONDS)
    said.refresh_from_db()
    assert said.taken_back_at is None
