"""Residents hear what becomes of their matter: once, in their language, with their own number only."""

from datetime import timedelta

import pytest

from vefa.cases import lifecycle
from vefa.cases.lifecycle import Ending
from vefa.cases.models import Outcome
from vefa.cases.support import support
from vefa.dialogue import sparing
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.phrases import UnresolvedError, check_resolved, fill, sentences, variables
from vefa.dialogue.values import values_for_stranger
from vefa.dialogue.writing import Words, write
from vefa.inbox.models import Contact, Conversation
from vefa.journal.models import Event
from vefa.journal.replay import react
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db


def everything_follows(now) -> None:
    while react(REACTIONS, now=now):
        pass


def heard_by(conversation) -> list[str]:
    rows = Delivery.objects.filter(conversation=conversation).order_by("id")
    return [row.reply.text for row in rows]


@pytest.mark.parametrize("language", ["tr", "ru", "kk", "fa", "en"])
def test_a_case_is_acknowledged_in_the_language_of_its_resident(talks, opens, now, language):
    case = opens(talks(language=language))

    everything_follows(now)

    reply = Reply.objects.get()
    assert reply.language == language
    assert case.reference in reply.text
    assert case.secret in reply.text
    assert "{" not in reply.text


def test_persian_letters_do_not_turn_the_groups_of_a_telephone_number_around(talks):
    conversation = talks(language="fa")
    plain = values_for_stranger(conversation, language="tr")["phone"]

    assert plain.strip("+ 0123456789") == "" != plain
    assert values_for_stranger(conversation, language="fa")["phone"] == f"\u2066{plain}\u2069"


def test_an_acknowledgement_is_written_once_however_often_the_event_comes(talks, opens, now):
    opens(talks())
    everything_follows(now)
    Event.objects.update(handled_at=None)

    everything_follows(now)

    assert Reply.objects.count() == 1


def test_in_danger_the_emergency_number_comes_first(talks, opens, now):
    opens(talks(), urgency=2)

    everything_follows(now)

    assert "112" in Reply.objects.get().text.split("\n\n")[0]


def test_who_said_me_too_hears_the_outcome_but_never_the_secret_of_the_first(talks, opens, now, town):
    case = opens(talks("7001"))
    ayten = talks("7002", language="kk")
    support(
        case_id=case.id,
        citizen_id=ayten.address.citizen_id,
        contact=opens(ayten).links.get().contact,
        now=now,
    )
    everything_follows(now)

    ending = Ending(
        outcome=Outcome.NOT_POSSIBLE, reason="Жол жеке меншікте", objection="30 күн ішінде жазыңыз"
    )
    lifecycle.end(case_id=case.id, ending=ending, by=town.derya, now=now)
    everything_follows(now)

    told = heard_by(ayten)
    assert any("Жол жеке меншікте" in text for text in told)
    assert all(case.secret not in text for text in told)


def test_a_follower_hears_the_outcome_under_its_own_number(talks, opens, now, town):
    master, second = opens(talks("7001")), opens(talks("7002"))
    lifecycle.double(case_id=second.id, master_id=master.id, by=town.derya, now=now)
    ending = Ending(outcome=Outcome.ANSWERED, reason="Dolduruldu")
    lifecycle.end(case_id=master.id, ending=ending, by=town.derya, now=now)

    everything_follows(now)

    last = heard_by(second.conversation)[-1]
    assert second.reference in last
    assert master.reference not in last


def test_nobody_is_told_twice_by_a_part(talks, opens, now, town):
    case = opens(talks())
    everything_follows(now)
    piece = lifecycle.Piece(title="Lamba da yanmıyor", text="", service_id=town.street_light.id)
    lifecycle.part(case_id=case.id, piece=piece, by=town.derya, now=now)

    everything_follows(now)

    assert len(heard_by(case.conversation)) == 1


def of(victim, town, number: int = 0) -> Conversation:
    """Another mail in the victim's name: each begins a thread, and so a conversation, of its own."""
    return Conversation.objects.create(
        endpoint=town.mailbox, address=victim.address, thread=f"forged-{number}", created_at=victim.created_at
    )


def left(victim) -> int:
    """How many mails leave for the victim's address."""
    sent = Delivery.objects.filter(conversation__address=victim.address)
    return sent.exclude(state=DeliveryState.SHOWN).count()


def test_a_forged_sender_cannot_make_the_city_a_mail_bomb(talks, opens, now, town):
    victim = talks("victim@example.org", endpoint=town.mailbox, space="email")
    for number in range(8):
        opens(of(victim, town, number))
    everything_follows(now)
    assert left(victim) == sparing.UNPROVED.an_hour == 1

    for hour in range(1, 9):
        opens(of(victim, town, hour * 10))
        everything_follows(now + timedelta(hours=hour))
    assert left(victim) == sparing.UNPROVED.a_day == 3

    opens(of(victim, town, 99))
    everything_follows(now + timedelta(hours=27))
    assert left(victim) == sparing.UNPROVED.a_day + 1


@pytest.mark.parametrize(
    ("proof", "an_hour", "a_day"),
    [
        ({"verified": True}, 3, 6),
        ({"reference": "26-00001-0"}, 3, 6),
        ({"reference": "26-00001-0", "verified": False}, 1, 3),
        ({"auto": ""}, 1, 3),
    ],
)
def test_who_has_proved_the_address_is_acknowledged_more_often(
    talks, opens, now, town, proof, an_hour, a_day
):
    olga = talks("olga@example.org", endpoint=town.mailbox, space="email")
    opens(of(olga, town))
    Contact.objects.update(details=proof)
    for number in range(1, 8):
        opens(of(olga, town, number))
    everything_follows(now)
    assert left(olga) == an_hour
    for hour in range(1, 9):
        everything_follows(now + timedelta(hours=hour))
    assert left(olga) == a_day


def test_who_mails_of_two_matters_in_an_hour_has_both_numbers_in_the_end(talks, opens, now, town):
    olga = talks("olga@example.org", endpoint=town.mailbox, space="email")
    first, second, answered = (opens(of(olga, town, number)) for number in range(3))
    everything_follows(now)
    (told,) = Reply.objects.all()
    assert first.reference in told.text
    write(case=answered, words=Words(text="Yarın geliyoruz.", language="tr"), by=town.derya, now=now)

    everything_follows(now + timedelta(minutes=59))
    assert Reply.objects.count() == 2
    for hours in (1, 2, 3, 4):
        everything_follows(now + timedelta(hours=hours))
    late = Reply.objects.latest("id")
    assert (Reply.objects.count(), second.reference in late.text) == (3, True)
    assert left(olga) == 3


def test_danger_is_acknowledged_at_once_though_another_mail_was_just_now(talks, opens, now, town):
    olga = talks("olga@example.org", endpoint=town.mailbox, space="email")
    opens(of(olga, town, 1))
    opens(of(olga, town, 2), urgency=2)
    everything_follows(now)
    assert left(olga) == 2
    assert "112" in Reply.objects.latest("id").text


def test_somebody_else_is_acknowledged_beside_the_victim(talks, opens, now, town):
    victim = talks("victim@example.org", endpoint=town.mailbox, space="email")
    for number in range(8):
        opens(of(victim, town, number))
    olga = talks("olga@example.org", endpoint=town.mailbox, space="email")
    opens(olga)
    everything_follows(now)
    assert left(olga) == 1


def test_what_a_machine_wrote_is_not_acknowledged(talks, opens, now, town):
    master = opens(talks("7001"))
    alarm = opens(talks("pump@example.org", endpoint=town.mailbox, space="email"))
    Contact.objects.filter(links__case=alarm).update(details={"auto": "list-id"})
    everything_follows(now)
    lifecycle.double(case_id=alarm.id, master_id=master.id, by=town.derya, now=now)
    everything_follows(now)
    assert heard_by(alarm.conversation) == []
    assert len(heard_by(master.conversation)) == 1


def test_who_is_only_named_in_forms_gets_no_flood_when_the_matter_ends(talks, opens, now, town):
    master = opens(talks("7001"))
    victim = talks("victim@example.org", endpoint=town.web, space="email")
    named = [opens(victim) for _ in range(20)]
    for case in named:
        lifecycle.double(case_id=case.id, master_id=master.id, by=town.derya, now=now)
    everything_follows(now)
    assert left(victim) == sparing.UNPROVED.an_hour

    ending = Ending(outcome=Outcome.ANSWERED, reason="Dolduruldu")
    lifecycle.end(case_id=master.id, ending=ending, by=town.derya, now=now)
    everything_follows(now)

    assert left(victim) == sparing.UNPROVED_A_DAY
    told = Reply.objects.filter(case__in=named, phrase_key="answered", text__contains="Dolduruldu")
    assert told.count() == 20  # what is not sent stands on the tracking page

    write(case=named[-1], words=Words(text="Yarın geliyoruz.", language="tr"), by=town.derya, now=now)
    assert left(victim) == sparing.UNPROVED_A_DAY + 1  # a person's answer always leaves


def test_who_wrote_by_mail_hears_how_each_of_many_matters_ended(talks, opens, now, town):
    olga = talks("olga@example.org", endpoint=town.mailbox, space="email")
    ending = Ending(outcome=Outcome.ANSWERED, reason="Dolduruldu")
    for _ in range(20):
        lifecycle.end(case_id=opens(olga).id, ending=ending, by=town.derya, now=now)
    everything_follows(now)
    assert left(olga) == 20 + sparing.UNPROVED.an_hour


def test_who_left_no_address_reads_the_answer_on_the_page(talks, opens, now, town):
    opens(talks("", endpoint=town.web, space="phone"))

    everything_follows(now)

    assert Delivery.objects.get().state == DeliveryState.SHOWN


def test_who_wrote_by_web_form_and_left_a_mail_address_is_answered_by_mail(talks, opens, now, town):
    opens(talks("ali@example.org", endpoint=town.web, space="email"))

    everything_follows(now)

    assert Delivery.objects.get().endpoint == town.mailbox


def test_every_phrase_says_the_same_in_every_language(town):
    for phrase in sentences().values():
        used = {language: set(variables(text)) for language, text in phrase.texts.items()}
        assert set(used) == {"tr", "ru", "kk", "fa", "en"}, phrase.key
        assert len({frozenset(names) for names in used.values()}) == 1, phrase.key


def test_a_variable_without_a_value_stops_the_sentence():
    with pytest.raises(UnresolvedError) as stopped:
        fill("{reference}: {reason}", {"reference": "26-00001-1"})
    assert stopped.value.names == ("reason",)


def test_what_is_filled_in_is_never_read_for_variables():
    assert fill("{name}", {"name": "{reason}"}) == "{reason}"
    check_resolved("a brace {of} somebody else")
