"""What people write to the mayor herself: hers until she files it, and her delegates' while she says so."""

from datetime import timedelta

import pytest

from tests.inbox.leyla import line, push, seen_by, update, work, write
from vefa.cases.models import Case
from vefa.channels.models import Owner
from vefa.dialogue import private_answers
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.voices import VoiceError
from vefa.dialogue.writing import Words
from vefa.directory.models import Role
from vefa.inbox import delegating, private
from vefa.inbox.delegating import Grant
from vefa.inbox.models import Contact, Delegation, PrivateMessage, PrivateState
from vefa.inbox.private import Handing
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db
EVERYBODY = (
    "derya", "reza", "sevgi", "murat", "nermin", "pelin", "kemal", "selin", "hasan", "leyla", "olga", "ayse",
    "orhan",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _at_once(settings):
    settings.UNDO_S = 10


def readers(town, message, now) -> set[str]:
    return {name for name in EVERYBODY if private.found(getattr(town, name), message.pk, now=now)}


def given(town, endpoint, now, **grant) -> Delegation:
    told = Grant(**({"from_at": now} | grant))
    return delegating.give(endpoint=endpoint, to=town.derya, grant=told, by=town.leyla, now=now)


def said(text, *, voice="") -> Words:
    return Words(text=text, language="tr", voice=voice)


def test_a_message_to_the_mayors_own_line_is_no_case_and_only_hers(town, now):
    message = write(line(), "Başkanım, okulun önünde çukur var", now=now)

    assert not Case.objects.exists()
    assert not Reply.objects.exists()  # nobody is acknowledged in the city's name
    assert readers(town, message, now) == {"leyla"}
    assert message.contact.text == "Başkanım, okulun önünde çukur var"


@pytest.mark.parametrize(
    ("owner", "unit_key", "expected"),
    [
        (Owner.MAYOR, "", {"leyla"}),
        (Owner.UNIT, "roads", {"murat"}),
        (Owner.UNIT, "works", {"nermin"}),
        (Owner.UNIT, "cinaralti_office", {"selin"}),
        (Owner.UNIT, "no_such_unit", set()),
        (Owner.INSTITUTION, "", set()),
    ],
)
def test_who_reads_what_came_to_whom(town, now, owner, unit_key, expected):
    message = write(line(owner, unit_key=unit_key), "Merhaba, bir derdim var", now=now)
    assert readers(town, message, now) == expected


def test_a_delegate_reads_from_the_first_moment_to_the_last_and_no_longer(town, now):
    mine = line()
    message = write(mine, "Bir ricam var", now=now)
    given(town, mine, now, from_at=now + timedelta(hours=1), until=now + timedelta(hours=3))

    assert readers(town, message, now) == {"leyla"}
    assert readers(town, message, now + timedelta(hours=2)) == {"leyla", "derya"}
    assert readers(town, message, now + timedelta(hours=3)) == {"leyla"}


def test_an_ended_delegation_is_over_at_once_and_stays_in_the_books(town, now):
    mine = line()
    message = write(mine, "Bir ricam var", now=now)
    one = given(town, mine, now)
    delegating.end(delegation_id=one.pk, by=town.leyla, now=now)

    assert readers(town, message, now) == {"leyla"}
    assert Delegation.objects.get().ended_by == town.leyla
    kinds = Event.objects.filter(subject=f"endpoint:{mine.pk}").values_list("kind", flat=True)
    assert list(kinds.order_by("id")) == ["delegation.given", "delegation.ended"]


def test_what_one_account_grants_says_nothing_about_another(town, now):
    given(town, line(), now, may_answer=True, may_file=True)
    other = write(line(key="leylas-second"), "Öbür hattınıza yazdım", now=now)
    assert readers(town, other, now) == {"leyla"}


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name not in {"leyla", "ayse"}])
def test_only_its_owner_and_an_administrator_give_an_account_away(town, now, name):
    grant = Grant(from_at=now)
    with pytest.raises(delegating.NotYoursError):
        delegating.give(endpoint=line(), to=town.reza, grant=grant, by=getattr(town, name), now=now)
    assert not Delegation.objects.exists()


def test_an_administrator_gives_but_does_not_read(town, now):
    mine = line()
    message = write(mine, "Bir ricam var", now=now)
    delegating.give(endpoint=mine, to=town.derya, grant=Grant(from_at=now), by=town.ayse, now=now)
    assert readers(town, message, now) == {"leyla", "derya"}


def test_who_may_not_answer_residents_is_given_nothing(town, now):
    for other in (town.hasan, town.kemal, town.orhan, town.leyla):
        with pytest.raises(delegating.NotYoursError):
            delegating.give(endpoint=line(key=other.username), to=other, grant=Grant(from_at=now),
                            by=town.leyla, now=now)  # fmt: skip


def test_the_citys_own_accounts_are_given_to_nobody(town, now):
    with pytest.raises(delegating.NotYoursError):
        delegating.give(endpoint=town.bot, to=town.reza, grant=Grant(from_at=now), by=town.ayse, now=now)


def test_the_mayor_of_tomorrow_reads_and_the_one_of_yesterday_does_not(town, now):
    message = write(line(), "Bir ricam var", now=now)
    town.leyla.is_active = False
    town.leyla.save()
    town.sevgi.role = Role.MAYOR
    town.sevgi.save()
    assert readers(town, message, now) == {"sevgi"}


def test_filed_it_becomes_an_ordinary_case_after_the_time_for_undoing(town, now):
    message = write(line(), "Çarşı'da yolda büyük bir çukur var", now=now)
    found = seen_by(town.leyla, message, now=now)
    private.file(found, by=town.leyla, now=now)
    work(now)
    assert not Case.objects.exists()

    later = now + timedelta(seconds=11)
    work(later)
    case = Case.objects.get()
    assert (case.service, case.unit, case.opened_at) == (town.pothole, town.roads, now)
    assert Case.objects.filter(pk=case.pk, links__contact=message.contact).exists()
    assert Event.objects.get(kind="case.opened").data["filed"]["by"] == town.leyla.pk
    work(later)
    assert Case.objects.count() == 1


def test_filing_is_undone_as_long_as_nobody_has_read_it(town, now):
    message = write(line(), "Çarşı'da çukur var", now=now)
    private.file(seen_by(town.leyla, message, now=now), by=town.leyla, now=now)
    private.unfile(seen_by(town.leyla, message, now=now), by=town.leyla, now=now)
    work(now + timedelta(minutes=1))
    assert not Case.objects.exists()
    assert private.open_ids(town.leyla, now=now, limit=9) == [message.pk]

    private.file(seen_by(town.leyla, message, now=now), by=town.leyla, now=now)
    work(now + timedelta(minutes=1))
    with pytest.raises(private.SettledError):
        private.unfile(seen_by(town.leyla, message, now=now), by=town.leyla, now=now)


def test_handed_on_it_is_a_case_of_theirs(town, now):
    message = write(line(), "Parktaki ağaç kurudu", now=now)
    to = Handing(unit_id=town.roads.pk, staff_id=town.kemal.pk)
    private.file(seen_by(town.leyla, message, now=now), by=town.leyla, now=now, to=to)
    work(now + timedelta(minutes=1))

    case = Case.objects.get()
    assert (case.unit, case.staff) == (town.roads, town.kemal)
    assert Event.objects.get(kind="case.assigned").actor == f"staff:{town.leyla.pk}"


def test_a_reader_without_the_right_neither_files_nor_answers(town, now):
    mine = line()
    message = write(mine, "Bir ricam var", now=now)
    given(town, mine, now)
    found = seen_by(town.derya, message, now=now)
    with pytest.raises(private.NotAllowedError):
        private.file(found, by=town.derya, now=now)
    with pytest.raises(private.NotAllowedError):
        private_answers.answer(found, said("Bakıyoruz."), by=town.derya, now=now)
    assert not Reply.objects.exists()


def test_a_delegate_answers_as_the_mayor_and_the_books_say_who_wrote(town, now):
    mine = line()
    message = write(mine, "Teşekkür ederim başkanım", now=now)
    given(town, mine, now, may_answer=True)
    found = seen_by(town.derya, message, now=now)

    reply = private_answers.answer(found, said("Sağ olun.", voice="mayor"), by=town.derya, now=now)

    assert reply.text == "Sağ olun.\n\nLeyla Güneş\nBelediye Başkanı, Pınarova Belediyesi"
    assert (reply.staff, reply.voice, reply.case) == (town.derya, "mayor", None)
    assert Delivery.objects.get().state == DeliveryState.QUEUED
    written = Event.objects.get(kind="reply.written")
    assert written.actor == f"staff:{town.derya.pk}"
    assert (written.data["as"], written.data["voice"]) == ("mayor", "mayor")
    message.refresh_from_db()
    assert (message.state, message.settled_by, message.settled_as) == (
        PrivateState.ANSWERED, town.derya, "mayor",
    )  # fmt: skip
    assert not Case.objects.exists()


def test_a_delegate_who_may_file_but_not_answer_does_not_speak_as_the_mayor(town, now):
    mine = line()
    message = write(mine, "Bir ricam var", now=now)
    given(town, mine, now, may_file=True)
    found = seen_by(town.derya, message, now=now)
    with pytest.raises((VoiceError, private.NotAllowedError)):
        private_answers.answer(found, said("Peki.", voice="mayor"), by=town.derya, now=now)


def test_an_answer_is_taken_back_and_the_message_waits_again(town, now):
    message = write(line(), "Bir ricam var", now=now)
    found = seen_by(town.leyla, message, now=now)
    reply = private_answers.answer(found, said("Yarın arayın."), by=town.leyla, now=now)

    words = private_answers.take_back(found, reply_id=reply.pk, by=town.leyla, now=now)

    assert words == "Yarın arayın."
    assert private.open_ids(town.leyla, now=now, limit=9) == [message.pk]
    assert Delivery.objects.get().state == DeliveryState.TAKEN_BACK
    with pytest.raises(LookupError):
        private_answers.take_back(found, reply_id=reply.pk, by=town.leyla, now=now)


def test_two_people_decide_at_once_and_the_second_is_told(town, now):
    mine = line()
    message = write(mine, "Bir ricam var", now=now)
    given(town, mine, now, may_file=True)
    hers, theirs = seen_by(town.leyla, message, now=now), seen_by(town.derya, message, now=now)
    private.keep(hers, by=town.leyla, now=now)
    with pytest.raises(private.SettledError):
        private.keep(theirs, by=town.derya, now=now)


def test_what_its_sender_took_back_waits_for_nobody_and_what_was_changed_is_shown(town, now):
    mine = line()
    message = write(mine, "Çukur var", now=now)
    raw = update("Çukur büyüdü", number=1, edit_date=1774749700).replace(b'"message"', b'"edited_message"')
    push(mine, raw.replace(b'"update_id": 1', b'"update_id": 2'), now=now)
    work(now)

    found = seen_by(town.leyla, message, now=now)
    assert private.changed_words(found) == ["Çukur büyüdü"]
    Contact.objects.filter(pk=message.contact_id).update(deleted_at=now)
    assert private.open_ids(town.leyla, now=now, limit=9) == []


def test_opening_it_is_remembered_with_whose_eyes_they_were(town, now):
    mine = line()
    message = write(mine, "Bir ricam var", now=now)
    given(town, mine, now)
    private.see(seen_by(town.leyla, message, now=now), town.leyla, now=now)
    private.see(seen_by(town.derya, message, now=now), town.derya, now=now)

    seen = private.sights(seen_by(town.leyla, message, now=now))
    assert [(one.staff, one.seen_as) for one in seen] == [(town.leyla, ""), (town.derya, "mayor")]


def test_an_ordinary_account_of_the_mayor_opens_cases_as_ever(town, now):
    ordinary = line()
    ordinary.personal = False
    ordinary.save()
    push(ordinary, update("Çarşı'da yolda çukur var", number=5), now=now)
    work(now)
    assert Case.objects.count() == 1
    assert not PrivateMessage.objects.exists()


def test_words_that_came_while_it_was_personal_stay_private_when_the_account_opens(town, now):
    mine = line()
    message = write(mine, "Bir ricam var", now=now)
    mine.personal = False
    mine.save()
    assert readers(town, message, now) == {"leyla"}
    assert not Case.objects.exists()
