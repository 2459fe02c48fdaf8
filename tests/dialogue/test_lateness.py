"""Whoever was promised something by a moment hears from the city itself that the moment has passed."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.cases.stories import heard, opening
from vefa.cases import lifecycle, promises
from vefa.cases.ending import Ending
from vefa.cases.models import Case, Outcome, Promise
from vefa.cases.opening import open_cases
from vefa.cases.support import support
from vefa.citizens.models import Address
from vefa.dialogue import phrases
from vefa.dialogue.models import Delivery, DeliveryState, Phrase, Reply
from vefa.directory import queries
from vefa.directory.version import mark_changed
from vefa.inbox.models import Contact, Conversation
from vefa.journal.models import Event
from vefa.journal.replay import react
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
# The town's clocks: a first answer falls due on Monday at 17:30, a result on Wednesday at 17:30.
ANSWER_LATE = datetime(2026, 3, 30, 14, 31, tzinfo=UTC)
RESULT_LATE = datetime(2026, 4, 1, 14, 31, tzinfo=UTC)
LATE = ("promise_late", "promise_late_planned", "group_late")
WORDS = {"tr": "Geciktik", "ru": "опаздываем", "kk": "Кешіктік", "fa": "دیر کرده‌ایم", "en": "We are late"}
PASSED = {
    "tr": "30 Mart 2026, 17:30", "ru": "30 марта 2026, 17:30", "kk": "30 наурыз 2026, 17:30",
    "fa": "۱۰ فروردین ۱۴۰۵، ۱۷:۳۰", "en": "30 March 2026, 17:30",
}  # fmt: skip


def follows(now: datetime) -> list[Reply]:
    """What the worker does at this moment; all that was ever said of lateness."""
    promises.sweep_broken(now=now)
    while react(REACTIONS, now=now):
        pass
    return list(Reply.objects.filter(phrase_key__in=LATE).order_by("id"))


@pytest.fixture
def waits(talks, opens, now):
    """A case whose resident was told by when they hear."""

    def one(value: str = "7001", **facts) -> Case:
        case: Case = opens(talks(value, **facts))
        follows(now)
        return case

    return one


@pytest.mark.parametrize("language", list(WORDS))
def test_who_still_waits_hears_it_in_the_own_language_with_the_moment_and_who_looks_after_it(
    town, waits, language
):
    case = waits(language=language)

    (said,) = follows(ANSWER_LATE)

    assert (said.language, said.automatic) == (language, True)
    for words in (WORDS[language], PASSED[language], case.reference, town.roads.name(language), case.secret):
        assert words in said.text.replace("\u2066", "").replace("\u2069", "")
    delivery = Delivery.objects.get(reply=said)
    assert (delivery.conversation, delivery.endpoint) == (case.conversation, town.bot)
    assert delivery.state == DeliveryState.QUEUED


def test_it_is_said_once_however_often_the_event_comes(waits):
    waits()
    assert len(follows(ANSWER_LATE)) == 1
    Event.objects.update(handled_at=None)

    assert len(follows(ANSWER_LATE + timedelta(days=1))) == 1
    assert Delivery.objects.filter(reply__phrase_key__in=LATE).count() == 1


def test_each_broken_promise_is_told_but_many_of_one_day_together(town, waits):
    case = waits()
    due = ANSWER_LATE - timedelta(minutes=20)
    for text in ("Ararız", "Bakarız"):
        promises.given(case_id=case.pk, text=text, due_at=due, by=town.derya, now=due - timedelta(hours=3))

    assert len(follows(ANSWER_LATE)) == 1
    assert Promise.objects.filter(broken_at__isnull=False).count() == 3
    assert len(follows(RESULT_LATE)) == 2


def test_parts_that_go_by_one_number_are_told_of_together(town, waits):
    case = waits()
    piece = lifecycle.Piece(title="Lamba da yanmıyor", text="", service_id=town.street_light.id)
    lifecycle.part(case_id=case.id, piece=piece, by=town.derya, now=ANSWER_LATE - timedelta(days=1))

    (said,) = follows(ANSWER_LATE)

    assert Promise.objects.filter(broken_at__isnull=False).count() == 2
    assert case.reference in said.text


def test_a_planned_day_is_told_with_it(town, waits):
    case = waits()
    day = RESULT_LATE.date() + timedelta(days=2)
    lifecycle.plan(case_id=case.pk, day=day, by=town.derya, now=ANSWER_LATE - timedelta(hours=5))

    (said,) = follows(ANSWER_LATE)
    assert "3 Nisan 2026" in said.text

    past = follows(RESULT_LATE + timedelta(days=7))[-1]
    assert (past.phrase_key, "Nisan 2026" in past.text) == ("promise_late", True)  # the day has passed too
    assert "planlandı" not in past.text


def test_at_night_it_waits_for_the_morning_and_holds_up_nothing(town, waits):
    case = waits()
    midnight = datetime(2026, 3, 29, 21, 30, tzinfo=UTC)
    due = midnight - timedelta(minutes=10)
    promises.given(case_id=case.pk, text="Bugün", due_at=due, by=town.derya, now=due - timedelta(hours=2))

    assert follows(midnight) == []
    lifecycle.ask(case_id=case.pk, question="Hangi sokak?", by=town.derya, now=midnight)
    follows(midnight)
    assert Reply.objects.filter(phrase_key="needs_from_you").exists()

    assert follows(datetime(2026, 3, 30, 4, 59, tzinfo=UTC)) == []
    assert len(follows(datetime(2026, 3, 30, 5, 1, tzinfo=UTC))) == 1


def test_what_was_done_before_the_morning_is_not_told_of_as_late(town, waits):
    case = waits()
    midnight = datetime(2026, 3, 29, 21, 30, tzinfo=UTC)
    due = midnight - timedelta(minutes=10)
    given = promises.given(
        case_id=case.pk, text="Bugün", due_at=due, by=town.derya, now=due - timedelta(hours=2)
    )
    follows(midnight)

    promises.keep(promise_id=given.pk, by=town.derya, now=midnight)

    assert follows(midnight + timedelta(hours=9)) == []


def test_who_has_an_outcome_hears_no_excuse(town, waits):
    case = waits()
    promises.sweep_broken(now=RESULT_LATE)
    ending = Ending(outcome=Outcome.ANSWERED, reason="Dolduruldu")
    lifecycle.end(case_id=case.pk, ending=ending, by=town.derya, now=RESULT_LATE)

    assert follows(RESULT_LATE) == []


def test_who_was_promised_nothing_is_told_nothing(town, talks, opens, now):
    contact = heard(town, "Okulun önünde çukur var", at=now, on=town.mailbox, details={"imported": True})
    open_cases([opening(contact, service=town.pothole, area_id=town.carsi.id)], now=now)
    opens(talks("7002"), kind="thanks")
    open_to_all = talks("7003")
    Conversation.objects.filter(pk=open_to_all.pk).update(public=True)
    opens(Conversation.objects.select_related("address", "endpoint").get(pk=open_to_all.pk))

    assert follows(now) == []
    assert follows(RESULT_LATE) == []
    assert Promise.objects.filter(broken_at__isnull=False).count() == 6


def test_a_case_that_was_brought_in_and_reopened_here_is_promised_anew(town, now):
    contact = heard(town, "Okulun önünde çukur var", at=now, on=town.mailbox, details={"imported": True})
    (case_id,) = open_cases([opening(contact, service=town.pothole, area_id=town.carsi.id)], now=now)
    ending = Ending(outcome=Outcome.ANSWERED, reason="Dolduruldu")
    lifecycle.end(case_id=case_id, ending=ending, by=town.derya, now=now)
    lifecycle.reopen(case_id=case_id, reason="Olmamış", by="resident", now=now)
    follows(now)

    assert len(follows(RESULT_LATE)) == 1


def test_who_supports_a_matter_hears_that_its_result_is_late_but_was_promised_no_answer(
    town, waits, talks, now
):
    case = waits("7001")
    ayten = talks("7002", language="kk")
    support(case_id=case.pk, citizen_id=ayten.address.citizen_id, contact=_word(ayten, now), now=now)
    follows(now)

    follows(ANSWER_LATE)
    heard_late = Delivery.objects.filter(reply__phrase_key__in=LATE).select_related("reply").order_by("id")
    assert [one.conversation for one in heard_late] == [case.conversation]

    follows(RESULT_LATE)
    assert [one.conversation for one in heard_late.all()][1:] == [case.conversation, ayten]
    assert case.secret not in list(heard_late.all())[-1].reply.text


def _word(talk: Conversation, now: datetime) -> Contact:
    return Contact.objects.create(
        endpoint=talk.endpoint, external_id="me too", lane="7002", received_at=now, due_at=now, raw=b"{}",
        form="message", conversation=talk, message_id="500", said_at=now, text="Bende de var",
    )  # fmt: skip


def test_who_wrote_stop_finds_it_on_the_page_of_the_matter(waits, now):
    case = waits()
    Address.objects.filter(pk=case.conversation.address_id).update(stopped_at=now)

    (said,) = follows(ANSWER_LATE)

    assert Delivery.objects.get(reply=said).state == DeliveryState.SHOWN


def test_a_city_may_keep_the_sentence_for_its_staff(waits, now):
    waits()
    Phrase.objects.create(
        key="promise_late", titles={"tr": "Geciktik"}, texts={"tr": "Geciktik: {reference}"}, automatic=False
    )
    mark_changed()
    queries.forget()

    assert follows(ANSWER_LATE) == []
    assert "promise_late" in {one.key for one in phrases.offered(unit_id=None, service_code="")}
