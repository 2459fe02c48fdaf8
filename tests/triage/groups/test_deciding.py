"""A person turns talk into a case and back, and what is only talk goes when its time is over."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.triage.groups.street import Street, group, handle, keep, number_of
from vefa.cases.ending import Ending, end
from vefa.cases.lifecycle import reopen
from vefa.cases.models import Case, Outcome, Promise, PromiseKind, State
from vefa.channels.models import Endpoint
from vefa.citizens.models import Address, Citizen
from vefa.inbox.files import full_path, store
from vefa.inbox.models import Attachment, AttachmentState, Contact, Conversation
from vefa.journal.models import Event
from vefa.triage.groups import queries
from vefa.triage.groups.deciding import NotDecidableError, make_case, make_talk
from vefa.triage.groups.sweeping import sweep_talk
from vefa.triage.models import GroupMessage, Made

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(town, now):
    return Street(group(), now=now)


def row(number=0):
    return GroupMessage.objects.order_by("id")[number]


def test_talk_becomes_a_case_and_talk_again_and_a_case_again(street, town, now):
    street.say("Aylin", "şu bizim köşe yine aynı hikaye")
    street.listen()
    talk = row()

    case = make_case(message_pk=talk.pk, endpoint_id=street.endpoint.pk, by=town.derya, now=now)
    assert (case.text, row().made) == ("şu bizim köşe yine aynı hikaye", Made.MATTER)
    make_talk(message_pk=talk.pk, endpoint_id=street.endpoint.pk, by=town.derya, now=now)
    case.refresh_from_db()
    assert (case.state, case.outcome, row().made) == (State.ENDED, Outcome.WITHDRAWN, Made.CHATTER)
    assert make_case(message_pk=talk.pk, endpoint_id=street.endpoint.pk, by=town.derya, now=now) == case
    case.refresh_from_db()
    assert (case.state, case.outcome, case.ended_at, case.reopened) == (State.NEW, "", None, 0)
    assert Case.objects.count() == 1


def test_a_matter_that_becomes_one_again_owes_what_it_owed(street, town, now):
    street.say("Aylin", "Çarşı'da yolda çukur var, tehlikeli, düzeltilsin")
    street.listen()
    case, facts = Case.objects.get(), {"endpoint_id": street.endpoint.pk, "by": town.derya}
    owed = {one.kind: one.due_at for one in Promise.objects.filter(case=case, dropped_at=None)}
    assert PromiseKind.FIRST_ANSWER in owed

    make_talk(message_pk=row().pk, now=now + timedelta(minutes=1), **facts)
    make_case(message_pk=row().pk, now=now + timedelta(minutes=2), **facts)

    again = Promise.objects.filter(case=case, dropped_at=None, kept_at=None)
    assert {one.kind: one.due_at for one in again} == owed
    was, case = case, Case.objects.get()
    assert (case.due_at, case.answer_due_at, case.reopened) == (was.due_at, was.answer_due_at, 0)


def test_what_had_ended_before_stays_ended_when_the_message_is_no_talk_after_all(street, town, now):
    street.say("Aylin", "Çarşı'da yolda çukur var, tehlikeli, düzeltilsin")
    street.listen()
    case, facts = Case.objects.get(), {"endpoint_id": street.endpoint.pk, "by": town.derya}
    end(case_id=case.pk, ending=Ending(outcome=Outcome.DONE, waiver="-"), by=town.murat, now=now)
    make_talk(message_pk=row().pk, now=now, **facts)
    make_case(message_pk=row().pk, now=now, **facts)

    case.refresh_from_db()
    assert (case.state, case.outcome, case.reopened) == (State.ENDED, Outcome.DONE, 0)
    assert row().made == Made.MATTER

    reopen(case_id=case.pk, reason="-", by=town.murat, now=now)
    make_talk(message_pk=row().pk, now=now, **facts)
    reopen(case_id=case.pk, reason="-", by=town.murat, now=now)
    later = now + timedelta(minutes=5)
    end(case_id=case.pk, ending=Ending(outcome=Outcome.DONE, waiver="-"), by=town.murat, now=later)
    make_case(message_pk=row().pk, now=later, **facts)  # somebody else has ended it since
    case.refresh_from_db()
    assert (case.state, case.outcome) == (State.ENDED, Outcome.DONE)


def test_who_was_counted_wrongly_is_taken_out_and_put_back(street, town, now):
    street.say("Aylin", "Çarşı'da yolda çukur var, tehlikeli, düzeltilsin")
    street.say("Bora", "bizde de", after=1)
    street.listen()
    facts = {"message_pk": row(1).pk, "endpoint_id": street.endpoint.pk, "by": town.derya, "now": now}

    make_talk(**facts)
    assert Case.objects.get().supporters == 0
    assert Case.objects.get().links.count() == 1
    make_case(**facts)
    assert Case.objects.get().supporters == 1
    assert row(1).made == Made.ME_TOO


def test_what_cannot_be_decided_is_said(street, town, now):
    street.say("Aylin", "merhaba")
    street.listen()
    facts = {"endpoint_id": street.endpoint.pk, "by": town.derya, "now": now}

    with pytest.raises(NotDecidableError):
        make_talk(message_pk=row().pk, **facts)
    with pytest.raises(GroupMessage.DoesNotExist):
        make_case(message_pk=row().pk, **(facts | {"endpoint_id": town.bot.pk}))
    street.say("Aylin", "/stop")
    street.listen()
    with pytest.raises(NotDecidableError):
        make_case(message_pk=row().pk, **facts)


def test_talk_goes_when_its_time_is_over_with_its_files_and_people(
    street, now, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = str(tmp_path)
    street.photo("Bora")
    street.say("Bora", "ne güzel bir gün komşular", after=1)
    street.say("Aylin", "Çarşı'da yolda çukur var, tehlikeli, düzeltilsin", after=1)
    street.listen()
    Endpoint.objects.filter(pk=street.endpoint.pk).update(retention_days=7)
    file = store([b"%PDF-1.4 a leaflet"], name="a.pdf", limit_bytes=1000)
    Attachment.objects.update(path=file.path, state=AttachmentState.STORED)

    assert sweep_talk(now=now + timedelta(days=6)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_talk(now=now + timedelta(days=8)) == 2

    assert Contact.objects.count() == 1
    assert not full_path(file.path).exists()
    assert not Address.objects.filter(value=str(number_of("Bora"))).exists()
    assert not Citizen.objects.filter(name="Bora").exists()
    assert Conversation.objects.count() == 1
    assert Case.objects.get().text.startswith("Çarşı")


@pytest.mark.django_db(transaction=True)
def test_what_two_workers_erase_at_once_is_counted_once(street, now):
    street.say("Bora", "ne güzel bir gün komşular")
    street.say("Aylin", "gerçekten öyle", after=1)
    street.listen()
    late = now + timedelta(days=40)

    def another_worker() -> int:
        try:
            return sweep_talk(now=late)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = sweep_talk(now=late)
            other = pool.submit(another_worker)
            wait([other], timeout=5)
        assert (first, other.result(timeout=30)) == (2, 0)

    assert not GroupMessage.objects.exists()
    told = Event.objects.filter(kind="talk.erased").values_list("data__count", flat=True)
    assert list(told) == [2]


def test_of_who_left_only_the_number_stays(street, now):
    street.say("Bora", "merhaba")
    street.say("Bora", "/stop")
    street.listen()
    sweep_talk(now=now + timedelta(days=40))

    address = Address.objects.get(value=str(number_of("Bora")))
    assert (address.shown_name, bool(address.opted_out_at)) == ("", True)


def test_a_unit_sees_its_own_groups(street, town):
    Endpoint.objects.filter(pk=street.endpoint.pk).update(default_unit_key="roads")

    assert [one.key for one in queries.groups_seen_by(town.derya)] == ["street"]
    assert [one.key for one in queries.groups_seen_by(town.murat)] == ["street"]
    assert queries.groups_seen_by(town.pelin) == []
    assert queries.group_seen_by(town.pelin, "street") is None


def test_who_left_is_not_shown_and_each_line_has_its_reasons(street):
    street.say("Aylin", "Çarşı'da yolda çukur var, tehlikeli, düzeltilsin")
    street.say("Bora", "neyse")
    street.say("Bora", "/stop")
    street.listen()
    shown = queries.stream_of(street.endpoint)

    assert [one.contact.text for one in shown] == ["Çarşı'da yolda çukur var, tehlikeli, düzeltilsin"]
    assert queries.reasons_of(shown[0])[0].weight > 0
    assert queries.verdict_of(shown[0]) == "a matter of its own"


def test_a_strange_group_is_remembered_until_it_is_left(street, town, now):
    change = {
        "chat": {"id": -100_999, "type": "supergroup", "title": "Kuğulu Apartmanı"}, "date": 1,
        "from": {"id": 7, "is_bot": False, "first_name": "Aylin"},
    }  # fmt: skip
    joined = {"update_id": 91, "my_chat_member": change | {"new_chat_member": {"status": "member"}}}
    keep(town.bot, [joined], now=now)
    handle(now=now)
    assert [(one.chat, one.title) for one in queries.strangers()] == [("-100999", "Kuğulu Apartmanı")]

    keep(
        town.bot,
        [{"update_id": 92, "my_chat_member": change | {"new_chat_member": {"status": "left"}}}],
        now=now,
    )
    handle(now=now)
    assert queries.strangers() == []
