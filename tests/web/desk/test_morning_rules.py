"""On the telephone too an answer keeps the provider's rules, and what cannot go comes back with its words."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as conf
from django.urls import reverse
from django.utils import timezone

from tests.web.desk.seat import seated
from tests.web.desk.test_answering import line, wrote_by
from vefa.cases.models import Case, State
from vefa.channels.models import Endpoint, Owner
from vefa.channels.sealing import seal
from vefa.citizens.models import Address, Citizen
from vefa.dialogue import writing
from vefa.dialogue.models import Delivery, Draft, Reply
from vefa.dialogue.writing import Words
from vefa.inbox import private
from vefa.inbox.models import Contact, ContactState, Conversation, PrivateMessage, PrivateState

__all__ = ["line", "wrote_by"]
pytestmark = pytest.mark.django_db
PAGE = "/desk/morning"
HOUR = timedelta(hours=1)


@pytest.fixture
def leyla(town):
    """The mayor with her telephone, reading English."""
    return in_english(town.leyla)


@pytest.fixture
def page_account(town):
    """The city's page, under whose posts people comment."""
    return account("messenger", {"page_id": "1"})


@pytest.fixture
def said_to_her(town):
    """Somebody wrote some hours ago to an account of the mayor's own."""

    def say(endpoint, *, hours=2, thread="", public=False) -> PrivateMessage:
        at = timezone.now() - hours * HOUR
        person = Citizen.objects.create(name="Derya Aksu", folded_name="derya aksu", created_at=at)
        address = Address.objects.create(
            space=endpoint.channel,
            value="905325550142",
            citizen=person,
            shown_name="Derya Aksu",
            created_at=at,
        )
        talk = Conversation.objects.create(
            endpoint=endpoint, address=address, language="tr", created_at=at, last_contact_at=at,
            thread=thread, public=public,
        )  # fmt: skip
        contact = Contact.objects.create(
            endpoint=endpoint, external_id="c1", lane="9", received_at=at, due_at=at, raw=b"{}",
            form="message", conversation=talk, citizen=person, said_at=at, text="Parkımız ne zaman açılıyor?",
            language="tr", message_id="c.1", details={"public": True} if public else {},
            state=ContactState.HANDLED,
        )  # fmt: skip
        assert private.hold([contact], now=at) == []
        return PrivateMessage.objects.get(contact=contact)

    return say


def account(channel, settings, **more) -> Endpoint:
    return Endpoint.objects.create(
        key=f"{channel}-account", channel=channel, language="tr", names={"tr": "Hesap"}, settings=settings,
        sealed=seal({"token": "t", "secret": "s"}), **more,
    )  # fmt: skip


def her_own(channel, **settings) -> Endpoint:
    return account(channel, settings, owner=Owner.MAYOR, personal=True)


def in_english(staff):
    client = seated(staff)
    client.cookies[conf.LANGUAGE_COOKIE_NAME] = "en"
    return client


def words(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def urgent(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(urgency=2)
    return case


def first(client):
    client.get(PAGE)
    return words(client.get(f"{PAGE}/1"))


def do(client, **posted):
    return client.post(f"{PAGE}/1/do", {"do": "answer", **posted})


def hers() -> list[Reply]:
    return list(Reply.objects.filter(staff__role="mayor").order_by("pk"))


def test_the_card_shows_the_window_and_the_length(town, line, wrote_by, leyla):
    urgent(wrote_by(line, 2))
    card = first(leyla)
    assert 'data-until="' in card
    assert 'data-limit="4096" data-counted="characters"' in card
    assert 'name="way"' not in card  # an approved text is chosen on the page of the case
    assert do(leyla, text="Ekip yolda.").status_code == 302
    assert [one.way for one in hers()] == [""]


def test_after_the_window_of_whatsapp_the_card_says_so_and_no_word_is_lost(town, line, wrote_by, leyla):
    case = urgent(wrote_by(line, 30))
    card = first(leyla)
    assert "WhatsApp passes on only a text that it approved." in card
    assert f"{reverse('desk:case', args=[case.pk])}?approved=1#answer" in card
    assert "data-send" not in card
    assert 'name="ready"' not in card

    answer = do(leyla, text="Ekibimiz geliyor.", voice="")
    assert answer.status_code == 422
    assert "Nothing was sent: choose an approved text." in words(answer)
    assert ">Ekibimiz geliyor.</textarea>" in words(answer)
    assert Draft.objects.get(case=case, staff=town.leyla).text == "Ekibimiz geliyor."
    assert hers() == []


def test_where_nothing_may_go_the_card_says_so(town, page_account, wrote_by, leyla):
    urgent(wrote_by(page_account, 24 * 9, space="messenger"))
    assert "The time in which they may be answered here is over." in first(leyla)
    answer = do(leyla, text="Ekip yolda.")
    assert answer.status_code == 422
    assert "the provider lets nobody answer here now" in words(answer)
    assert "Ekip yolda." in words(answer)


def test_under_a_comment_it_warns_and_lets_nobody_be_named_unless_she_means_it(
    town, page_account, wrote_by, leyla
):
    urgent(wrote_by(page_account, 2, space="messenger", details={"public": True}, thread="comment/7"))
    Conversation.objects.update(public=True)
    card = first(leyla)
    assert "Everybody can read this answer: no names, numbers or addresses." in card
    assert 'name="way" value="private"' in card

    said = "Derya Aksu, sizi 0532 555 01 42 numarasından arıyoruz."
    answer = do(leyla, text=said)
    assert answer.status_code == 422
    assert "everybody would read" in words(answer)
    assert said in words(answer)
    assert hers() == []
    assert 'name="insisted"' in words(answer)
    assert do(leyla, text=said, insisted="yes").status_code == 302
    assert [one.way for one in hers()] == ["public"]


def test_in_private_they_may_be_named(town, page_account, wrote_by, leyla):
    urgent(wrote_by(page_account, 2, space="messenger", details={"public": True}, thread="comment/7"))
    Conversation.objects.update(public=True)
    leyla.get(PAGE)
    assert do(leyla, text="Derya Aksu, sizi arıyoruz.", way="private").status_code == 302
    assert [one.way for one in hers()] == ["private"]


def test_a_colleagues_answer_of_this_minute_is_shown_first(town, line, wrote_by, leyla):
    case = urgent(wrote_by(line, 2))
    leyla.get(PAGE)
    theirs = writing.write(
        case=case, words=Words(text="Yola çıktık.", language="tr"), by=town.derya, now=timezone.now()
    )
    answer = do(leyla, text="Ekip yolda.")
    assert answer.status_code == 409
    page = words(answer)
    assert "Yola çıktık." in page
    assert ">Ekip yolda.</textarea>" in page
    assert hers() == []
    assert f'name="knowing" value="{theirs.pk}"' in page
    assert do(leyla, text="Ekip yolda.", knowing=theirs.pk).status_code == 302
    assert len(hers()) == 1


def test_what_was_read_of_a_colleague_is_known_beside_the_tick(town, page_account, wrote_by, leyla):
    case = urgent(wrote_by(page_account, 2, space="messenger", details={"public": True}, thread="comment/7"))
    Conversation.objects.update(public=True)
    leyla.get(PAGE)
    theirs = writing.write(
        case=Case.objects.get(pk=case.pk), words=Words(text="Yola çıktık.", language="tr"), by=town.derya,
        now=timezone.now(),
    )  # fmt: skip
    said = "Derya Aksu, sizi arıyoruz."
    assert do(leyla, text=said).status_code == 409

    answer = do(leyla, text=said, knowing=theirs.pk)
    assert answer.status_code == 422
    assert 'name="insisted"' in words(answer)
    assert f'name="knowing" value="{theirs.pk}"' in words(answer)
    assert do(leyla, text=said, knowing=theirs.pk, insisted="yes").status_code == 302
    assert len(hers()) == 1


def test_a_way_that_no_channel_has_is_the_usual_one(town, line, wrote_by, leyla):
    urgent(wrote_by(line, 2))
    leyla.get(PAGE)
    assert do(leyla, text="Ekip yolda.", way="x" * 500).status_code == 302
    assert [one.way for one in hers()] == [""]


def test_a_comment_on_her_own_page_is_answered_in_public_only_with_open_eyes(town, said_to_her, leyla):
    message = said_to_her(her_own("messenger", page_id="9"), thread="comment/7", public=True)
    page, act = (reverse(f"desk:private-{name}", args=[message.pk]) for name in ("message", "act"))
    shown = words(leyla.get(page))
    assert "Said in public" in shown
    assert "Everybody can read this answer: no names, numbers or addresses." in shown
    assert "To your account, in public" in words(leyla.get(PAGE))

    answer = leyla.post(act, {"do": "answer", "text": "Derya Aksu, yarın açılıyor."})
    assert answer.status_code == 422
    assert "everybody would read Derya Aksu" in words(answer)
    assert ">Derya Aksu, yarın açılıyor.</textarea>" in words(answer)
    message.refresh_from_db()
    assert (message.state, hers(), Delivery.objects.count()) == (PrivateState.OPEN, [], 0)

    assert leyla.post(act, {"do": "answer", "text": "Yarın açılıyor."}).status_code == 302
    assert [(one.way, one.text) for one in hers()] == [("public", "Yarın açılıyor.")]


def test_her_comment_is_answered_in_private_where_she_chooses_it(town, said_to_her, leyla):
    said_to_her(her_own("messenger", page_id="9"), thread="comment/7", public=True)
    leyla.get(PAGE)
    assert do(leyla, text="Derya Aksu, yarın açılıyor.", way="private").status_code == 302
    assert [one.way for one in hers()] == ["private"]


@pytest.mark.parametrize(
    ("channel", "facts", "hours", "text", "told"),
    [
        ("whatsapp", {"phone_number_id": "1"}, 30, "Yarın.", "Nothing was sent: choose an approved text."),
        ("messenger", {"page_id": "1"}, 24 * 9, "Yarın.", "the provider lets nobody answer here now"),
        ("instagram", {"instagram_id": "1"}, 2, "ş" * 501, "it is too long for this channel"),
    ],
)
def test_on_her_own_accounts_the_same_rules_hold(town, said_to_her, leyla, channel, facts, hours, text, told):
    message = said_to_her(her_own(channel, **facts), hours=hours)
    act = reverse("desk:private-act", args=[message.pk])
    answer = leyla.post(act, {"do": "answer", "text": text})
    assert answer.status_code == 422
    assert told in words(answer)
    assert f">{text}</textarea>" in words(answer)
    message.refresh_from_db()
    assert (message.state, hers()) == (PrivateState.OPEN, [])


def test_her_own_card_says_until_when_and_what_to_do_after_that(town, said_to_her, leyla):
    message = said_to_her(her_own("whatsapp", phone_number_id="1"))
    page = reverse("desk:private-message", args=[message.pk])
    assert 'data-until="' in words(leyla.get(page))
    Conversation.objects.update(last_contact_at=timezone.now() - 30 * HOUR)
    late = words(leyla.get(page))
    assert "on its page an approved text can be chosen" in late
    assert "data-send" not in late


def test_words_for_a_case_that_a_colleague_ended_meanwhile_are_its_draft(town, line, wrote_by, leyla):
    case = urgent(wrote_by(line, 2))
    leyla.get(PAGE)
    Case.objects.filter(pk=case.pk).update(state=State.ENDED, ended_at=timezone.now())

    answer = leyla.post(f"{PAGE}/1/do", {"do": "answer", "text": "Ekip yolda."}, follow=True)
    assert answer.redirect_chain == [(reverse("desk:case", args=[case.pk]), 302)]
    page = words(answer)
    assert "This is not possible any more: the case stands elsewhere now." in page
    assert "Ekip yolda." in page
    assert Draft.objects.get(staff=town.leyla, case=case, box="reply").text == "Ekip yolda."
    assert hers() == []


def test_a_second_press_on_what_she_answered_herself_says_nothing(town, line, wrote_by, leyla):
    case = urgent(wrote_by(line, 2))
    leyla.get(PAGE)
    for _ in range(2):
        assert do(leyla, text="Ekip yolda.").url == PAGE
    assert "stands elsewhere" not in words(leyla.get(PAGE))
    assert not Draft.objects.filter(case=case).exists()
    assert len(hers()) == 1


@pytest.mark.parametrize("settled", [PrivateState.KEPT, PrivateState.FILED])
def test_words_for_a_message_that_another_settled_meanwhile_stand_on_its_page(
    town, said_to_her, leyla, settled
):
    message = said_to_her(her_own("whatsapp", phone_number_id="9"))
    leyla.get(PAGE)
    PrivateMessage.objects.filter(pk=message.pk).update(state=settled, settled_at=timezone.now())

    answer = do(leyla, text="Yakında açılıyor.")
    assert answer.status_code == 422
    page = words(answer)
    assert "Somebody has decided about it already." in page
    assert "Yakında açılıyor." in page
    again = leyla.post(
        reverse("desk:private-act", args=[message.pk]), {"do": "answer", "text": "Açılıyor mu?", "way": ""}
    )
    assert again.status_code == (422 if settled == PrivateState.FILED else 302)
    assert settled == PrivateState.KEPT or "Açılıyor mu?" in words(again)


def test_the_reason_stays_where_nobody_is_found_to_hand_it_to(town, line, wrote_by, leyla):
    urgent(wrote_by(line, 2))
    leyla.get(PAGE)
    answer = do(leyla, do="hand", to="staff:987654", reason="Ağaç kökü")
    assert answer.status_code == 422
    assert "Ağaç kökü</textarea>" in words(answer)
    assert "Choose to whom." in words(answer)
    assert 'id="hand-error"' not in words(answer)  # nothing is wrong with the reason
