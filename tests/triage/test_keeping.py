"""What never became a case goes when its account's time is over; what somebody is owed stays."""

import json
from datetime import timedelta

import pytest

from tests.calls.exchange import Exchange
from tests.inbox.leyla import line, push, seen_by, update, work, write
from vefa.calls.models import Call, CallBack
from vefa.cases.models import Case, Outcome
from vefa.channels.models import Endpoint
from vefa.dialogue import private_answers
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.writing import Words
from vefa.inbox import private
from vefa.inbox.files import full_path, store
from vefa.inbox.models import Attachment, AttachmentState, Contact, PrivateState
from vefa.journal.models import Event
from vefa.triage.keeping import PACE_S, WINDOW, erase_old
from vefa.triage.models import Finding

pytestmark = pytest.mark.django_db


def erased(now, *, days: float) -> int:
    """What a whole round of the sweeper erases so many days later."""
    newest = Contact.objects.order_by("-id").values_list("id", flat=True)[0]
    start = now + timedelta(days=days)
    looks = range(newest // WINDOW + 1)
    return sum(erase_old(now=start + timedelta(seconds=PACE_S * number)) for number in looks)


def kept_for(endpoint: Endpoint, days: int | None) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(retention_days=days)


def test_words_answers_and_files_of_private_talk_go_and_that_it_came_stays(
    town, now, tmp_path, settings, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT, settings.UNDO_S = str(tmp_path), 0
    mine = line()
    kept_for(mine, 30)
    decided, undecided = (write(mine, f"Sırrım var {at}", now=now, number=at) for at in (1, 2))
    found = seen_by(town.leyla, decided, now=now)
    private_answers.answer(found, Words(text="Sizi ararım.", language="tr"), by=town.leyla, now=now)
    file = store([b"%PDF-1.4 a letter"], name="a.pdf", limit_bytes=1000)
    Attachment.objects.create(
        contact=decided.contact, kind="document", path=file.path, state=AttachmentState.STORED, due_at=now
    )

    assert erased(now, days=29) == 0
    assert erased(now, days=31) == 0  # the answer has not left yet
    Delivery.objects.update(state=DeliveryState.DELIVERED)
    with django_capture_on_commit_callbacks(execute=True):
        assert erased(now, days=31) == 1
    assert erased(now, days=60) == 0

    decided.contact.refresh_from_db()
    assert (decided.contact.text, bytes(decided.contact.raw), decided.contact.lane) == ("", b"", "")
    assert decided.contact.conversation is not None
    assert Reply.objects.get(answers=decided.contact).text == ""
    assert not Attachment.objects.exists()
    assert not full_path(file.path).exists()
    undecided.contact.refresh_from_db()
    assert (undecided.state, undecided.contact.text) == (PrivateState.OPEN, "Sırrım var 2")
    told = Event.objects.get(kind="talk.erased")
    assert (told.subject, told.data) == (f"talk:{mine.pk}", {"count": 1})
    assert "Sırrım" not in json.dumps(list(Event.objects.values_list("data", flat=True)), ensure_ascii=False)


def test_an_erased_message_that_is_delivered_again_stays_erased(town, now):
    mine = line()
    kept_for(mine, 7)
    message = write(mine, "Sırrım var", now=now)
    private.keep(seen_by(town.leyla, message, now=now), by=town.leyla, now=now)
    assert erased(now, days=8) == 1
    later = now + timedelta(days=8)
    assert push(mine, update("Sırrım var", number=1), now=later).pk == message.contact_id
    work(later)
    assert Contact.objects.get().text == ""


def test_what_became_a_case_stays_whether_open_or_ended(town, now):
    kept_for(town.bot, 1)
    push(town.bot, update("Yolda çukur var", number=1), now=now)
    work(now)
    assert erased(now, days=400) == 0
    Case.objects.update(state="ended", outcome=Outcome.DONE, ended_at=now)
    assert erased(now, days=400) == 0
    assert Contact.objects.get().text == "Yolda çukur var"
    assert Finding.objects.exists()


def test_without_days_nothing_is_erased_and_a_greeting_goes_with_them(town, now):
    push(town.bot, update("/start", number=1), now=now)
    work(now)
    assert erased(now, days=4000) == 0
    kept_for(town.bot, 3)
    assert erased(now, days=4) == 1
    assert not Finding.objects.exists()
    assert bytes(Contact.objects.get().raw) == b""


def test_a_recording_goes_but_for_a_call_that_became_a_case_or_is_owed_one(town, now):
    pushed = Endpoint.objects.create(key="pbx", channel="telephony", names={"en": "x"}, language="tr")
    kept_for(pushed, 10)
    exchange = Exchange(pushed, now)
    for name in ("plain", "owed"):
        exchange.push(name, "newCall")
        exchange.push(name, "hangup", at_s=40, cause="normalClearing")
        exchange.push(name, "recording", at_s=41, url=f"{name}.wav")
    assert Attachment.objects.count() == 2
    plain, owed = exchange.call("plain"), exchange.call("owed")
    open_one = owed.call_back or CallBack.objects.create(
        number=owed.caller, endpoint=pushed, missed=1, first_at=now, last_at=now
    )
    Call.objects.filter(pk=plain.pk).update(call_back=None)
    Call.objects.filter(pk=owed.pk).update(call_back=open_one)
    assert erased(now, days=11) > 0
    assert {one.contact_id for one in Attachment.objects.all()} == {owed.recording_id}
    CallBack.objects.filter(pk=open_one.pk).update(done_at=now)
    assert erased(now, days=11) > 0
    assert not Attachment.objects.exists()
    assert Call.objects.count() == 2
