"""Neighbours talk: one case for twelve of them, and none for the weather."""

from datetime import timedelta

import pytest

from tests.triage.groups.street import Street, group, number_of
from vefa.cases.ending import Ending
from vefa.cases.lifecycle import end
from vefa.cases.models import Case, Outcome, State, Supporter, Urgency
from vefa.citizens.models import Address
from vefa.inbox.models import Attachment, Contact
from vefa.triage.groups.leaving import DECLINED
from vefa.triage.models import Finding, GroupMessage, Made

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(town, now):
    return Street(group(), now=now)


def made():
    """What was made of each message, in order."""
    return list(GroupMessage.objects.order_by("id").values_list("made", flat=True))


def test_one_case_for_twelve_who_have_it_too(street):
    first = street.say(
        "Aylin", "Komşular, Çarşı Gül sokakta kocaman çukur var, yol bozuk, belediye ilgilensin"
    )
    for number in range(11):
        if number % 2:
            street.say(f"Komşu {number}", "bizde de aynı", after=1)
        else:
            street.say(f"Komşu {number}", "+1", after=1, answers=first)
    street.listen()

    case = Case.objects.get()
    assert case.supporters == 11
    assert case.channel == "telegram_group"
    assert Supporter.objects.filter(case=case).count() == 11
    assert made() == [Made.MATTER, *[Made.ME_TOO] * 11]
    assert Finding.objects.get(case=case).evidence[-1]["step"] == "group"


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_it_makes_no_difference_how_many_are_handled_at_once(street, at_once):
    first = street.say("Aylin", "Sokağımızda yolda çukur var, çok tehlikeli, ne zaman yapılacak?")
    street.photo("Aylin", after=1)
    street.say("Bora", "günaydın komşular", after=1)
    street.say("Cem", "bizim sokakta da var", after=1)
    street.say("Deniz", "Maç kaçta başlıyor akşam?", after=1)
    street.say("Ece", "Aradım, yarın geleceklermiş", answers=first, after=1)
    street.listen(at_once=at_once)

    case = Case.objects.get()
    assert made() == ["matter", "follow_up", "chatter", "me_too", "chatter", "follow_up"]
    assert case.supporters == 1
    assert case.links.count() == 4


def test_danger_that_neighbours_tell_later_makes_the_case_an_emergency(street):
    first = street.say("Aylin", "Sokağımızda yolda çukur var, ne zaman yapılacak?")
    street.say("Bora", "bizim sokakta da var", after=1)
    street.listen()
    assert Case.objects.get().urgency == Urgency.NORMAL

    street.say("Cem", "çukurdan gaz kokusu geliyor", answers=first, after=1)
    street.listen()

    assert made()[2] in {Made.FOLLOW_UP, Made.ME_TOO}
    assert Case.objects.get().urgency == Urgency.EMERGENCY


@pytest.mark.parametrize("command", ["/sikayet@citybot", "/sikayet", "/start@citybot"])
def test_words_behind_a_command_are_heard_and_neighbours_can_join_them(street, command):
    first = street.say("Aylin", f"{command} Sokağımızda yolda kocaman çukur var, çok tehlikeli")
    street.say("Bora", "bizde de aynı", answers=first, after=1)
    street.listen()

    case = Case.objects.get()
    assert made() == [Made.MATTER, Made.ME_TOO]
    assert case.supporters == 1
    assert Contact.objects.order_by("id")[0].form == "message"


def test_a_command_without_words_and_a_code_open_nothing(street):
    for text in (
        "/sikayet@citybot",
        "/start@citybot group-4",
        "/link@citybot AAAAAAAA",
        "/hava@otherbot Astana",
    ):
        street.say("Aylin", text, after=20)
    street.listen()

    assert made() == [Made.CHATTER] * 4
    assert not Case.objects.exists()


def test_chatter_opens_nothing(street):
    for text in (
        "Günaydın herkese", "Satılık temiz çamaşır makinesi, fiyat 4000 TL, dm", "😂😂😂",
        "Hayırlı cumalar", "İyi bir tamirci tavsiye eder misiniz?", "Seçimde kime oy vereceğiz bakalım",
        "ok", "Akşam maç var mı",
    ):  # fmt: skip
        street.say("Bora", text, after=1)
    street.listen()

    assert not Case.objects.exists()
    assert set(made()) == {Made.CHATTER}
    assert GroupMessage.objects.exclude(signs=[]).count() == 8


def test_another_place_is_another_matter(street):
    street.say("Aylin", "Gül sokak no 5 önünde çukur var, yol bozuk")
    street.say("Bora", "Lale sokak no 40 önünde de çukur açılmış, yol bozuk", after=2)
    street.listen()

    assert Case.objects.count() == 2


def test_what_was_said_just_before_belongs_to_the_matter(street):
    street.photo("Aylin")
    street.say("Aylin", "Kalealtı Gül sokak no 12 önü", after=0.5)
    street.say("Aylin", "çukur yüzünden yürünmüyor, lütfen ilgilenin, kaç gündür böyle", after=0.5)
    street.listen()

    case = Case.objects.get()
    assert case.links.count() == 3
    assert "no 12" in case.text
    assert Case.objects.filter(area__key="kalealti").exists()
    assert sorted(made()) == ["follow_up", "follow_up", "matter"]


def test_an_album_is_one_message(street):
    pictures = [{"file_id": f"p{number}", "width": 90, "height": 60} for number in range(3)]
    street.say(
        "Aylin", photo=pictures[:1], caption="Yolda çukur var, tehlikeli, düzeltilsin", media_group_id="a1"
    )
    for picture in pictures[1:]:
        street.say("Aylin", photo=[picture], media_group_id="a1")
    street.listen()

    assert Case.objects.get().links.count() == 3
    assert Attachment.objects.count() == 3
    assert made() == ["matter", "follow_up", "follow_up"]


def test_a_thumb_stands_behind_a_matter_once(street):
    first = street.say("Aylin", "Sokağımızda lamba yanmıyor, karanlık, ne zaman yapılacak?")
    street.thumb("Bora", first)
    street.thumb("Bora", first, "🙏")
    street.thumb("Aylin", first)
    street.thumb("Cem", first, "😂")
    street.thumb("Deniz", first, "")
    street.listen()

    assert Case.objects.get().supporters == 1


def test_a_topic_of_a_forum_is_a_talk_of_its_own(street):
    street.say("Aylin", "Yolda çukur var, tehlikeli, düzeltilsin", message_thread_id=7, is_topic_message=True)
    street.say("Bora", "bizde de", after=1)
    street.say("Cem", "bizde de", after=1, message_thread_id=7, is_topic_message=True)
    street.listen()

    case = Case.objects.get()
    assert case.supporters == 1
    assert Case.objects.filter(conversation__thread=f"{street.chat}/7").exists()
    assert made() == ["matter", "chatter", "me_too"]


def test_a_hidden_administrator_speaks_as_the_group(street):
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    here = {"id": street.chat, "type": "supergroup", "title": "Çarşı komşular"}
    street.say("x", "Parkın lambası yanmıyor, karanlık, düzeltilsin", sender_chat=here, **{"from": anonymous})
    street.listen()

    assert Case.objects.filter(conversation__address__value=str(street.chat)).exists()


def test_another_bot_is_not_listened_to(street):
    street.say(
        "x",
        "Yolda çukur var, tehlikeli, düzeltilsin",
        **{"from": {"id": 9, "is_bot": True, "first_name": "B"}},
    )
    street.listen()

    assert made() == [Made.CHATTER]


def test_an_edit_makes_a_matter_of_talk_and_adds_to_one(street):
    talk = street.say("Aylin", "ya şu bizim")
    matter = street.say("Bora", "Sokakta lamba yanmıyor, karanlık, ne zaman yapılır?", after=30)
    street.listen()
    street.edit(talk, "Aylin", "ya şu bizim sokakta yolda çukur var, tehlikeli, düzeltilsin")
    street.edit(matter, "Bora", "Sokakta iki lamba yanmıyor, karanlık, ne zaman yapılır? no 9")
    street.listen()

    assert Case.objects.count() == 2
    assert Case.objects.order_by("id")[0].links.count() == 2


def test_words_after_the_end_open_it_again_only_when_they_object(street, town):
    first = street.say("Aylin", "Sokağımızda lamba yanmıyor, karanlık, ne zaman yapılacak?")
    street.listen()
    case = Case.objects.get()
    end(
        case_id=case.pk,
        ending=Ending(outcome=Outcome.DONE),
        by=town.derya,
        now=street.now + timedelta(hours=1),
    )
    street.say("Bora", "teşekkürler, sağ olun", after=90, answers=first)
    street.listen()
    case.refresh_from_db()
    assert case.state == State.ENDED

    street.say("Aylin", "yapılmadı ki, hala duruyor", after=1, answers=first)
    street.listen()
    case.refresh_from_db()
    assert (case.state, case.reopened) == (State.NEW, 1)


def test_who_does_not_want_to_be_read_is_not(street):
    street.say("Aylin", "bugün çok yorgunum komşular")
    street.say("Aylin", "Yolda çukur var, tehlikeli, düzeltilsin", after=20)
    street.listen()
    street.say("Aylin", "/stop", after=20)
    street.say("Aylin", "Sokağımızda lamba yanmıyor, karanlık, ne zaman yapılacak?", after=1)
    street.photo("Aylin", after=1)
    street.say("Bora", "bizde de", after=1)
    street.listen()

    assert Address.objects.get(value=str(number_of("Aylin"))).opted_out_at
    case = Case.objects.get()
    assert "çukur" in case.text  # what she asked of the city stays
    gone = Contact.objects.filter(form=DECLINED)
    assert gone.count() == 4
    assert {bytes(one.raw) for one in gone} == {b""}
    assert {one.text for one in gone} == {""}
    assert not Attachment.objects.exists()

    street.say("Aylin", "/start", after=1)
    street.say("Aylin", "Parkta ağaç devrildi, yolu kapatmış, çok tehlikeli, lütfen gelin", after=1)
    street.listen()
    assert Case.objects.count() == 2


def test_the_bot_s_removal_is_shown_until_it_is_back(street):
    change = {
        "chat": {"id": street.chat, "type": "supergroup", "title": "Çarşı"}, "date": 1,
        "from": {"id": 7, "is_bot": False, "first_name": "Aylin"},
    }  # fmt: skip
    street.update("my_chat_member", change | {"new_chat_member": {"status": "kicked"}})
    street.listen()
    street.endpoint.refresh_from_db()
    assert "removed" in street.endpoint.trouble

    street.update("my_chat_member", change | {"new_chat_member": {"status": "member"}})
    street.listen()
    street.endpoint.refresh_from_db()
    assert not street.endpoint.trouble


def test_a_comment_knows_the_post_that_it_stands_under(street):
    channel = {"id": -100_900, "type": "channel", "title": "Pınarova Belediyesi", "username": "pinarova"}
    post = {
        "sender_chat": channel, "is_automatic_forward": True,
        "forward_origin": {"type": "channel", "chat": channel, "message_id": 31, "date": 1_774_000_000},
    }  # fmt: skip
    first = street.say("x", "Yarın sular kesilecek", **post)
    whole = street.waiting[-1]["message"]
    street.say(
        "Aylin", "Ya bizim sokaktaki çukur ne zaman yapılacak, yol bozuk", reply_to_message=whole,
        message_thread_id=first, after=5,
    )  # fmt: skip
    street.listen()
    street.say(
        "Bora", "lambalar da yanmıyor, karanlık, düzeltilsin", answers=2, message_thread_id=first, after=9
    )
    street.listen()

    assert made() == ["post", "matter", "matter"]
    posts = [one.details["post"] for one in Contact.objects.filter(form="message").order_by("id")]
    assert [post["text"] for post in posts] == ["Yarın sular kesilecek"] * 2
    assert posts[0]["url"] == "https://t.me/pinarova/31"


def test_what_only_happened_is_no_message(street):
    street.say("Aylin", new_chat_members=[{"id": 5, "is_bot": False, "first_name": "Can"}])
    street.say("Aylin", pinned_message={"message_id": 1, "chat": {"id": street.chat}, "date": 1})
    street.listen()

    assert set(made()) == {Made.CHATTER}
    assert set(Contact.objects.values_list("form", flat=True)) == {"event"}
