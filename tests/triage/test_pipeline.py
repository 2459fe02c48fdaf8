"""Contacts become cases, or join those that are known."""

from datetime import timedelta

import pytest

from vefa.cases import lifecycle
from vefa.cases.lifecycle import Ending, Piece
from vefa.cases.models import Case, Outcome, State, Urgency
from vefa.channels.remarks import contains
from vefa.citizens.models import Address, Citizen
from vefa.inbox.models import Contact, Conversation, PrivateMessage
from vefa.journal.models import Event
from vefa.triage.models import Finding
from vefa.triage.pipeline import handle

pytestmark = pytest.mark.django_db


@pytest.fixture
def says(town, now):
    """Somebody writes to the bot; returns the contact, read but not handled."""
    count = 0

    def say(text, *, who="ali", after=timedelta(), form="message", **facts):
        nonlocal count
        count += 1
        at = now + after
        address = Address.objects.filter(space="telegram", value=who).first() or Address.objects.create(
            space="telegram", value=who, citizen=Citizen.objects.create(created_at=at), created_at=at
        )
        conversation, _ = Conversation.objects.get_or_create(
            endpoint=town.bot, address=address, thread="", defaults={"language": "tr", "created_at": at}
        )
        return Contact.objects.create(
            endpoint=town.bot,
            external_id=str(count),
            lane=who,
            received_at=at,
            due_at=at,
            raw=b"{}",
            form=form,
            conversation=conversation,
            said_at=at,
            sequence=count,
            message_id=str(count),
            text=text,
            **facts,
        )

    return say


def the_case() -> Case:
    return Case.objects.get()


def test_a_clear_message_becomes_a_case_with_its_finding(town, says, now):
    contact = says("Çarşı'da yolda büyük bir çukur var")

    handle([contact], now=now)

    case = the_case()
    assert (case.service, case.area, case.unit, case.unsure) == (town.pothole, town.carsi, town.roads, False)
    finding = Finding.objects.get(contact=contact)
    assert finding.sure
    assert {row["step"] for row in finding.evidence} >= {
        "language",
        "service",
        "kind",
        "urgency",
        "area",
        "matter",
    }
    assert Event.objects.filter(kind="case.opened", subject=f"case:{case.id}").count() == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hepiniz şerefsizsiniz, geri zekalılar", "abuse"),
        ("Kefilsiz anında kredi, hemen tıkla: kredi.example", "spam"),
    ],
)
def test_insults_and_advertising_are_named_and_a_person_sees_them(says, now, text, kind):
    handle([says(text)], now=now)

    case = the_case()
    assert (case.kind, case.unsure, case.state, case.public) == (kind, True, State.NEW, False)


def test_a_rude_report_is_a_report(says, town, now):
    handle([says("Çarşı'da kocaman çukur var aptallar, doldurun şunu")], now=now)

    assert (the_case().service, the_case().kind) == (town.pothole, "request")


def test_an_unclear_message_becomes_a_case_all_the_same(says, now):
    handle([says("Alo?")], now=now)

    assert the_case().unsure
    assert the_case().service is None


def test_what_could_not_be_read_becomes_a_case(says, now):
    handle([says("", form="unreadable")], now=now)

    assert the_case().unsure
    assert the_case().title


def test_what_cannot_be_shown_becomes_a_case_that_says_what_it_is(says, now):
    handle([says("", warnings=[contains("dice").parts()])], now=now)

    assert (the_case().unsure, "dice" in the_case().title) == (True, True)


def test_a_photo_right_after_the_words_joins_the_case(says, now):
    handle([says("Yolda çukur var")], now=now)
    photo = says("", after=timedelta(minutes=2))

    handle([photo], now=now + timedelta(minutes=2))

    assert the_case().links.count() == 2


def test_words_and_photo_in_one_batch_make_one_case(says, now):
    handle([says("Yolda çukur var"), says("", after=timedelta(seconds=5))], now=now)

    assert the_case().links.count() == 2


def test_another_matter_makes_another_case(says, now):
    handle([says("Yolda çukur var")], now=now)

    handle([says("Parkta ağaç dalları kırılmış", after=timedelta(minutes=3))], now=now + timedelta(minutes=3))

    assert Case.objects.count() == 2


def test_two_residents_never_share_a_conversation(says, now):
    handle([says("Yolda çukur var"), says("evet", who="ayten")], now=now)

    assert Case.objects.count() == 2


def test_an_answer_to_our_question_joins_the_case_that_waits(says, now):
    handle([says("Yolda çukur var")], now=now)
    Case.objects.update(state=State.WAITING)

    handle([says("Okul Sokak 12", after=timedelta(days=2))], now=now + timedelta(days=2))

    assert the_case().state == State.WORKING


def test_not_solved_opens_the_case_again(says, now):
    handle([says("Yolda çukur var")], now=now)
    Case.objects.update(state=State.ENDED, outcome=Outcome.DONE, ended_at=now)

    handle([says("Yapılmadı, hala duruyor", after=timedelta(days=1))], now=now + timedelta(days=1))

    assert the_case().state == State.NEW
    assert the_case().reopened == 1
    assert Event.objects.filter(kind="case.reopened").count() == 1


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Yapıldı, elinize sağlık", State.ENDED),
        ("Çukur hemen yapıldı, çok teşekkürler", State.ENDED),
        ("Aynı gün, yarım saatte yapıldı", State.ENDED),
        ("Fixed the same day, bless those who did it", State.ENDED),
        ("yapıldı mı", State.NEW),
        ("Yapıldı yazmışsınız, gelip bir bakın", State.NEW),
        ("Решено? Яма на месте", State.NEW),
        ("تعمیر انجام شد ولی فایده نداشت", State.NEW),
        ("жасалды деп жаздыңыздар", State.NEW),
        ("It was fixed, but broke again", State.NEW),
    ],
)
def test_what_only_holds_the_word_solved_is_read_by_somebody(says, now, text, state):
    handle([says("Yolda çukur var")], now=now)
    Case.objects.update(state=State.ENDED, outcome=Outcome.DONE, ended_at=now)

    handle([says(text, after=timedelta(days=1))], now=now + timedelta(days=1))

    assert [case.state for case in Case.objects.order_by("id")][-1] == state
    finding = Finding.objects.latest("id")
    assert (finding.matter == "solved") == (state == State.ENDED)


def test_what_is_solved_hides_no_other_matter(town, says, now):
    handle([says("Yolda çukur var")], now=now)
    Case.objects.update(state=State.ENDED, outcome=Outcome.DONE, ended_at=now)

    handle([says("O düzeldi, parktaki ağaç devrildi", after=timedelta(days=1))], now=now + timedelta(days=1))

    hole, tree = Case.objects.order_by("id")
    assert (hole.state, tree.service) == (State.ENDED, town.tree)


def test_what_is_said_after_a_part_was_put_back_is_said_of_the_whole(town, says, now):
    handle([says("Yolda çukur var")], now=now)
    whole, soon, later = the_case(), now + timedelta(minutes=2), now + timedelta(days=1)
    piece = Piece(title="Lamba", text="Lamba", service_id=town.street_light.pk)
    cut = lifecycle.part(case_id=whole.pk, piece=piece, by=town.derya, now=now)
    handle([says("lütfen acele edin", after=timedelta(minutes=2))], now=soon)
    assert cut.links.count() == 2

    back = lifecycle.unpart(case_id=cut.pk, by=town.derya, now=soon)

    assert (back.conversation, back.links.count(), whole.links.count()) == (None, 0, 2)
    whole.refresh_from_db()
    assert (whole.unread, whole.said_at) == (True, soon)
    lifecycle.end(case_id=whole.pk, ending=Ending(outcome=Outcome.DONE, waiver="-"), by=town.murat, now=soon)
    handle([says("Yapılmadı, hala duruyor", after=timedelta(days=1))], now=later)
    whole.refresh_from_db()
    back.refresh_from_db()
    assert (whole.state, back.state) == (State.NEW, State.ENDED)


def test_danger_in_few_words_is_no_remark_on_what_was_said_before(says, now):
    handle([says("Yolda çukur var")], now=now)
    hole, soon = the_case(), now + timedelta(minutes=5)

    handle([says("yangın var", after=timedelta(minutes=5))], now=soon)

    fire = Case.objects.exclude(pk=hole.pk).get()
    assert (fire.urgency, fire.unsure) == (Urgency.EMERGENCY, True)
    handle([says("çok duman, yangın!", after=timedelta(minutes=6))], now=soon)
    assert fire.links.count() == 2  # of the same fire
    Case.objects.filter(pk=hole.pk).update(state=State.WAITING)
    handle([says("imdat yangın", after=timedelta(minutes=7))], now=soon)
    assert (hole.links.count(), fire.links.count()) == (1, 3)


def test_danger_that_is_told_of_a_case_makes_it_an_emergency(town, says, now):
    handle([says("Yolda çukur var")], now=now)
    hole = the_case()
    Case.objects.update(unsure=True)

    handle([says(f"{hole.reference}: çukurdan gaz kokusu geliyor", after=timedelta(days=1))], now=now)
    handle([says(f"{hole.reference}: gaz kokusu hala var", after=timedelta(days=2))], now=now)

    hole = the_case()
    assert (hole.urgency, hole.unsure, hole.links.count()) == (Urgency.EMERGENCY, True, 3)
    told = Event.objects.get(kind="case.described")
    assert (told.actor, told.data["changes"]) == ("triage", {"urgency": [0, 2]})


def test_thanks_move_nothing(says, now):
    handle([says("Yolda çukur var")], now=now)
    Case.objects.update(state=State.ENDED, outcome=Outcome.DONE, ended_at=now)

    handle([says("Çok teşekkürler", after=timedelta(days=1))], now=now + timedelta(days=1))

    assert the_case().state == State.ENDED
    assert the_case().reopened == 0


def test_thanks_for_the_last_matter_hide_no_other_one(town, says, now):
    handle([says("Yolda çukur var")], now=now)
    Case.objects.update(state=State.ENDED, outcome=Outcome.DONE, ended_at=now)
    hole, later = the_case(), now + timedelta(days=1)

    handle([says("Teşekkürler, sokak lambası hiç yanmıyor", after=timedelta(days=1))], now=later)
    assert Case.objects.exclude(pk=hole.pk).get().service == town.street_light
    handle([says(f"{hole.reference} sağ olun, yoldaki çukur güzel oldu", after=timedelta(days=2))], now=later)
    hole.refresh_from_db()
    assert hole.state == State.ENDED
    handle([says(f"{hole.reference} sağ olun ama yolda yine çukur var", after=timedelta(days=2))], now=later)

    hole.refresh_from_db()
    assert (hole.state, Case.objects.count()) == (State.NEW, 2)


def test_a_number_in_the_words_leads_to_the_case_of_that_resident_only(says, now):
    handle([says("Yolda çukur var")], now=now)
    number = the_case().reference

    handle([says(f"{number} ne oldu?", after=timedelta(days=3))], now=now + timedelta(days=3))
    handle([says(f"{number} ne oldu?", who="ayten", after=timedelta(days=3))], now=now + timedelta(days=3))

    assert Case.objects.get(reference=number).links.count() == 2
    assert Case.objects.count() == 2


def test_handling_twice_makes_nothing_twice(says, now):
    contact = says("/start", form="start")

    handle([contact], now=now)

    assert Case.objects.count() == 0
    assert Event.objects.filter(kind="contact.started").count() == 1


@pytest.fixture
def own_line(town):
    """The bot's chats as if they came to somebody's own SMS number."""
    town.bot.personal, town.bot.channel = True, "sms"
    return town.bot


def test_stop_holds_on_a_personal_account_too_and_waits_for_nobody(own_line, says, now):
    stop, words = says("DUR"), says("Dur bakalım, yarın görüşelim", who="veli")

    handle([stop, words], now=now)

    assert list(PrivateMessage.objects.values_list("contact_id", flat=True)) == [words.pk]
    assert set(Address.objects.filter(stopped_at=now)) == {stop.conversation.address}
    assert Event.objects.filter(kind="keyword.stopped").count() == 1

    handle([says("BAŞLA", after=timedelta(minutes=1))], now=now)
    assert not Address.objects.filter(stopped_at=now).exists()


def test_no_other_keyword_is_taken_from_whose_account_it_is(own_line, says, now):
    asked = says("INFO")
    handle([asked], now=now)
    assert PrivateMessage.objects.get().contact == asked
    assert not Event.objects.filter(kind__startswith="keyword.").exists()


def test_a_personal_account_greets_nobody(own_line, says, now):
    handle([says("", form="start")], now=now)
    assert not Event.objects.filter(kind="contact.started").exists()
