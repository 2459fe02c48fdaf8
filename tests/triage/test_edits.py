"""Words that are changed later: seen in their case, and a message of their own where there is none."""

import json
from datetime import timedelta

import pytest

from tests.inbox.leyla import line, push, seen_by, update, work
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, CaseContact, Outcome
from vefa.citizens.models import Address, Citizen
from vefa.inbox import private
from vefa.inbox.models import Contact, PrivateMessage
from vefa.triage.pipeline import handle

pytestmark = pytest.mark.django_db
LAMP = "/sikayet Çarşı'da sokak lambası yanmıyor"
POTHOLE = "Çarşı'da yolda büyük bir çukur var"


def first(text, *, number=1) -> bytes:
    return update(text, number=number)


def changed(text, *, of=1, number=2) -> bytes:
    """What Telegram pushes when a message of before is edited."""
    message = json.loads(update(text, number=of, edit_date=1774749700))["message"]
    return json.dumps({"update_id": number, "edited_message": message}).encode()


def words_of(case) -> list[str]:
    return [link.contact.text for link in CaseContact.objects.filter(case=case).order_by("contact_id")]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("before", ["/sikayet", "/start"])
def test_words_that_are_put_behind_a_command_afterwards_are_a_message(town, now, before, at_once):
    push(town.bot, first(before), now=now)
    if not at_once:
        work(now)
        assert not Case.objects.exists()
    push(town.bot, changed(LAMP), now=now)
    push(town.bot, changed(f"{LAMP}, okulun önünde", number=3), now=now)
    work(now)

    case = Case.objects.get()
    assert (case.text, words_of(case)) == (LAMP, [LAMP, f"{LAMP}, okulun önünde"])
    push(town.bot, changed(f"{LAMP}, okulun yanında", number=4), now=now)
    work(now)
    assert words_of(Case.objects.get())[2:] == [f"{LAMP}, okulun yanında"]


def test_words_that_are_changed_twice_in_one_batch_are_both_seen_in_their_case(town, now):
    push(town.bot, first(POTHOLE), now=now)
    push(town.bot, changed(f"{POTHOLE}!"), now=now)
    push(town.bot, changed(f"{POTHOLE}!!", number=3), now=now)
    work(now)

    assert words_of(Case.objects.get()) == [POTHOLE, f"{POTHOLE}!", f"{POTHOLE}!!"]


@pytest.mark.parametrize("after", ["/start", "/help", "/yardim@vefa_bot"])
def test_a_command_that_is_changed_into_a_command_is_no_matter(town, now, after):
    push(town.bot, first("/start"), now=now)
    push(town.bot, changed(after), now=now)
    work(now)

    assert not Case.objects.exists()
    assert Contact.objects.get(external_id="2").form == "edit"


@pytest.mark.parametrize("at_once", [True, False])
def test_what_a_keyword_was_changed_into_is_read(town, now, at_once):
    town.bot.channel = "sms"  # where words are orders
    asked = _said(town, now, "DUR")
    same = _said(town, now, "DUR", form="edit", details={"edited_contact_id": asked.pk})
    more = _said(town, now, POTHOLE, form="edit", details={"edited_contact_id": asked.pk})
    if not at_once:
        handle([asked], now=now)
    handle([same, more] if not at_once else [asked, same, more], now=now)

    assert (Case.objects.get().text, same.form, more.form) == (POTHOLE, "edit", "message")
    assert Address.objects.get().stopped_at == now


def test_who_changes_a_word_to_stop_is_obeyed_and_what_that_becomes_is_read(town, now):
    town.bot.channel = "sms"
    asked = _said(town, now, "INFO")
    stop = _said(town, now, "DUR", form="edit", details={"edited_contact_id": asked.pk})
    more = _said(town, now, POTHOLE, form="edit", details={"edited_contact_id": asked.pk})
    handle([asked, stop, more], now=now)

    assert Address.objects.get().stopped_at == now
    assert Case.objects.get().text == POTHOLE


def _said(town, now, text, *, form="message", details=None) -> Contact:
    """A contact of Ali's, read and not handled."""
    raw = update("Merhaba", number=Contact.objects.count() + 1)
    contact = push(town.bot, raw, now=now)
    place = {"space": "telegram", "value": "7001"}
    address = Address.objects.filter(**place).first() or Address.objects.create(
        **place, citizen=Citizen.objects.create(created_at=now), created_at=now
    )
    contact.conversation = address.conversations.get_or_create(
        endpoint=town.bot, thread="", defaults={"language": "tr", "created_at": now}
    )[0]
    contact.endpoint, contact.form, contact.text, contact.details = town.bot, form, text, details or {}
    contact.said_at = now
    contact.save()
    return contact


def test_what_is_said_to_the_mayor_stays_hers_when_it_is_changed(town, now):
    mine = line()
    push(mine, first("/start"), now=now)
    push(mine, changed("Başkanım, okulun önünde çukur var"), now=now)
    work(now)
    message = PrivateMessage.objects.get()
    push(mine, changed("Başkanım, okulun önünde çukur vardı", number=3), now=now)
    work(now + timedelta(minutes=1))

    found = private.found(town.leyla, message.pk, now=now)
    assert found is not None
    assert found.contact.text == "Başkanım, okulun önünde çukur var"
    assert private.changed_words(found) == ["Başkanım, okulun önünde çukur vardı"]
    assert not Case.objects.exists()
    assert PrivateMessage.objects.count() == 1


def test_what_was_changed_before_it_was_filed_is_read_in_its_last_words(town, now):
    mine = line()
    push(mine, first("Merhaba Başkanım"), now=now)
    push(mine, changed("Çarşı'da bir şey var"), now=now)
    push(mine, changed(POTHOLE, number=3), now=now)
    work(now)
    message = PrivateMessage.objects.get()
    private.file(seen_by(town.leyla, message, now=now), by=town.leyla, now=now)
    work(now + timedelta(minutes=1))

    case = Case.objects.get()
    assert (case.text, case.title, case.service) == (POTHOLE, POTHOLE, town.pothole)
    assert words_of(case) == ["Merhaba Başkanım", "Çarşı'da bir şey var", POTHOLE]
    assert Contact.objects.get(pk=message.contact_id).text == "Merhaba Başkanım"


def test_thanks_that_were_changed_before_they_were_filed_open_no_ended_case(town, now):
    mine = line()
    push(mine, first(POTHOLE), now=now)
    work(now)
    private.file(seen_by(town.leyla, PrivateMessage.objects.get(), now=now), by=town.leyla, now=now)
    work(now + timedelta(minutes=1))
    ending = Ending(outcome=Outcome.DONE, reason="Dolduruldu", waiver="gece")
    end(case_id=Case.objects.get().pk, ending=ending, by=town.derya, now=now)
    later = now + timedelta(hours=2)
    push(mine, first("Teşekkürler", number=4), now=later)
    push(mine, changed("Teşekkürler, elinize sağlık", of=4, number=5), now=later)
    work(later)
    message = PrivateMessage.objects.get(contact__external_id="4")
    private.file(seen_by(town.leyla, message, now=later), by=town.leyla, now=later)
    work(later + timedelta(minutes=1))

    case = Case.objects.get()
    assert case.outcome == Outcome.DONE
    assert words_of(case)[-1] == "Teşekkürler, elinize sağlık"
