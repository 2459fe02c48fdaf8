"""Leyla goes through her morning on the telephone: what came to her, what is worst, ten seconds each."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tests.inbox.leyla import line, push, update, work, write
from vefa.cases.models import Case, Sight, Supporter
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.inbox import delegating
from vefa.inbox.delegating import Grant
from vefa.inbox.models import Delegation, PrivateMessage, PrivateSight, PrivateState, StaffAddress
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db
PAGE = "/desk/morning"


@pytest.fixture
def at():
    return timezone.now() - timedelta(minutes=20)


@pytest.fixture
def hers(town, at):
    """Her own line with two messages."""
    mine = line()
    write(mine, "Başkanım, okulun önünde yolda çukur var", now=at)
    write(mine, "Teşekkür ederim başkanım", now=at + timedelta(minutes=1), number=2)
    return mine


@pytest.fixture
def leyla(town, at_desk):
    """The mayor with her telephone, reading English."""
    return speaking_english(at_desk(town.leyla))


def speaking_english(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def words(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def do(client, place, **posted):
    return client.post(f"{PAGE}/{place}/do", posted)


def test_what_came_to_her_stands_first_and_the_worst_behind_it(town, hers, leyla, wrote, at):
    urgent = wrote("Ali Er", "7101", "Su patladı!", now=at, urgency=2)
    late = wrote("Can Ak", "7102", "Ağaç devrildi", now=at - timedelta(days=200))
    carried = wrote("Naz Su", "7103", "Otobüs gelmiyor", now=at)
    Case.objects.filter(pk=carried.pk).update(supporters=7)

    page = words(leyla.get(PAGE))
    places = [page.index(text) for text in ("çukur var", "Teşekkür", urgent.title, late.title, carried.title)]
    assert places == sorted(places)
    assert "0 / 5" in page or "0 of 5" in page or "5" in page
    assert Supporter.objects.count() == 0


def test_ten_seconds_each_answer_file_hand_on_keep_and_the_end_says_what_was_done(
    town, hers, leyla, wrote, at, settings
):
    settings.UNDO_S = 0
    write(hers, "Özel bir konu", now=at + timedelta(minutes=2), number=3)
    wrote("Ali Er", "7101", "Su patladı!", now=at, urgency=2)
    leyla.get(PAGE)

    answer = do(leyla, 1, do="file")
    assert answer.url == f"{PAGE}/2"
    answer = do(leyla, 2, do="answer", ready="quick_thanks", voice="mayor")
    assert answer.url == f"{PAGE}/3"
    answer = do(leyla, 3, do="keep")
    answer = do(leyla, 4, do="hand", to=f"unit:{town.roads.pk}")
    assert answer.url == PAGE

    end = words(leyla.get(PAGE))
    for word in ("answered", "made cases", "kept private", "handed on"):
        assert word in end
    reply = Reply.objects.get(staff=town.leyla)
    assert reply.text.startswith("Mesajınızı okudum")
    assert reply.text.endswith("Leyla Güneş\nBelediye Başkanı, Pınarova Belediyesi")
    assert Case.objects.get(title="Su patladı!").unit == town.roads
    work(timezone.now())
    assert Case.objects.filter(links__contact__endpoint=hers).count() == 1


def test_each_step_is_undone_and_its_thing_stands_there_again(town, hers, leyla, wrote, at):
    case = wrote("Ali Er", "7101", "Su patladı!", now=at, urgency=2)
    leyla.get(PAGE)

    do(leyla, 1, do="file")
    assert leyla.post(f"{PAGE}/back").url == f"{PAGE}/1"
    do(leyla, 1, do="keep")
    assert leyla.post(f"{PAGE}/back").url == f"{PAGE}/1"
    do(leyla, 2, do="answer", text="Sağ olun.")
    assert leyla.post(f"{PAGE}/back").url == f"{PAGE}/2"
    do(leyla, 3, do="hand", to=f"unit:{town.parks.pk}", reason="Ağaç kökü")
    assert leyla.post(f"{PAGE}/back").url == f"{PAGE}/3"
    do(leyla, 3, do="answer", text="Ekip yolda.")
    assert leyla.post(f"{PAGE}/back").url == f"{PAGE}/3"
    do(leyla, 3, do="leave")
    assert leyla.post(f"{PAGE}/back").url == f"{PAGE}/3"

    assert set(PrivateMessage.objects.values_list("state", flat=True)) == {PrivateState.OPEN}
    assert set(Delivery.objects.filter(reply__staff=town.leyla).values_list("state", flat=True)) == {
        DeliveryState.TAKEN_BACK
    }
    case.refresh_from_db()
    assert case.unit == town.roads
    work(timezone.now() + timedelta(minutes=1))
    assert Case.objects.count() == 1


def test_a_case_that_she_gives_to_another_unit_goes_with_a_reason(town, hers, leyla, wrote, at):
    case = wrote("Ali Er", "7101", "Su patladı!", now=at, urgency=2)
    leyla.get(PAGE)
    hint = "Needed where one unit loses the case to another"
    assert [hint in words(leyla.get(f"{PAGE}/{place}")) for place in (1, 3)] == [False, True]

    answer = do(leyla, 3, do="hand", to=f"unit:{town.parks.pk}", reason=" ")
    assert answer.status_code == 422
    page = words(answer)
    assert 'id="hand-error">It goes from one unit to another: say why.' in page
    assert f'value="unit:{town.parks.pk}" selected' in page
    assert Case.objects.get(pk=case.pk).unit == town.roads

    do(leyla, 3, do="hand", to=f"unit:{town.parks.pk}", reason="Ağaç kökü")
    assert Case.objects.get(pk=case.pk).unit == town.parks
    assert Event.objects.get(kind="case.assigned").data["reason"] == "Ağaç kökü"


def test_what_is_too_late_to_undo_stays_done_and_says_so(town, hers, leyla):
    leyla.get(PAGE)
    do(leyla, 1, do="file")
    work(timezone.now() + timedelta(minutes=1))
    leyla.post(f"{PAGE}/back")
    page = words(leyla.get(PAGE))
    assert "Somebody has decided about it already." in page
    assert Case.objects.count() == 1


def test_a_double_press_counts_once_and_what_others_settle_falls_out(town, hers, leyla, at_desk, at):
    delegating.give(
        endpoint=hers, to=town.derya, grant=Grant(from_at=at, may_file=True), by=town.leyla, now=at
    )
    derya = at_desk(town.derya)
    leyla.get(PAGE)
    derya.get(PAGE)
    do(derya, 1, do="keep")

    assert leyla.get(f"{PAGE}/1").url == f"{PAGE}/2"
    do(leyla, 2, do="keep")
    do(leyla, 2, do="keep")
    page = words(leyla.get(PAGE))
    assert "settled by others" in page
    assert "2 of 2" in page


def test_what_comes_while_she_reads_is_added_at_the_end(town, hers, leyla, at):
    leyla.get(PAGE)
    write(hers, "Bir şey daha", now=at + timedelta(minutes=3), number=9)
    do(leyla, 1, do="keep")
    assert "1 of 3" in words(leyla.get(PAGE))


def test_opening_a_thing_is_seeing_it(town, hers, leyla, wrote, at):
    wrote("Ali Er", "7101", "Su patladı!", now=at, urgency=2)
    leyla.get(PAGE)
    assert not PrivateSight.objects.exists()
    leyla.get(f"{PAGE}/1")
    leyla.get(f"{PAGE}/3")
    assert PrivateSight.objects.get().staff == town.leyla
    assert Sight.objects.get().staff == town.leyla


def test_an_answer_without_words_comes_back_as_it_was(town, hers, leyla):
    leyla.get(PAGE)
    answer = do(leyla, 1, do="answer", text="  ")
    assert answer.status_code == 422
    assert "Write an answer first." in words(answer)
    answer = do(leyla, 1, do="hand", to="unit:987654")
    assert answer.status_code == 422
    assert not Reply.objects.filter(staff=town.leyla).exists()


def test_what_she_types_in_lines_goes_in_lines(town, hers, leyla, wrote, at):
    wrote("Ali Er", "7101", "Su patladı!", now=at, urgency=2)
    leyla.get(PAGE)
    for place in (1, 3):  # a private message, and a case
        do(leyla, place, do="answer", text="Sağ olun.\r\nEkip yolda.")
    said = Reply.objects.filter(staff=town.leyla).values_list("text", flat=True)
    assert list(said) == ["Sağ olun.\nEkip yolda."] * 2


def test_an_operator_without_a_part_finds_only_their_own_work(town, hers, at_desk):
    page = words(speaking_english(at_desk(town.reza)).get(PAGE))
    assert "çukur var" not in page
    assert "Nothing came to you" in page


def test_a_head_finds_what_is_new_for_the_unit(town, at_desk, wrote, at):
    wrote("Ali Er", "7101", "Yolda yarık", now=at)
    assert "Yolda yarık" in words(at_desk(town.murat).get(PAGE))


def test_private_messages_have_a_page_of_their_own(town, hers, leyla, at_desk):
    message = PrivateMessage.objects.order_by("pk").first()
    assert message is not None
    page = reverse("desk:private-message", args=[message.pk])
    assert "çukur var" in words(leyla.get(reverse("desk:private")))
    assert "çukur var" in words(leyla.get(page))
    assert at_desk(town.ayse).get(page).status_code == 404
    assert "çukur var" not in words(at_desk(town.ayse).get(reverse("desk:private")))

    act = reverse("desk:private-act", args=[message.pk])
    assert leyla.post(act, {"do": "keep"}).status_code == 302
    assert leyla.post(act, {"do": "undo"}).status_code == 302
    assert leyla.post(act, {"do": "file"}).status_code == 302
    work(timezone.now() + timedelta(minutes=1))
    case = Case.objects.get()
    assert case.reference in words(leyla.get(page))
    assert leyla.post(act, {"do": "undo"}).status_code == 422
    assert leyla.post(act, {"do": "nonsense"}).status_code == 404


def test_nothing_private_stands_anywhere_else(town, hers, at_desk, at):
    raw = update("Gizli sözler burada", number=77)
    contact = push(hers, raw, now=at)
    type(contact).objects.filter(pk=contact.pk).update(state="parked", trouble="no sense")
    ayse = at_desk(town.ayse)
    for address in (
        "/desk/troubles",
        "/desk/search?q=Ali",
        "/desk/lists/open",
        "/desk/new/hints",
    ):
        asked = ayse.post(address, {"name": "Ali Demir"}) if "hints" in address else ayse.get(address)
        page = words(asked)
        assert "Gizli" not in page, address
        assert "Ali Demir" not in page.replace("Ali Demir</bdi>", "Ali Demir"), address


@pytest.mark.parametrize("day", ["31.12.9999", "1.1.2200", "9" * 5000])
def test_a_day_that_nobody_meant_is_refused(town, hers, leyla, day):
    asked = {"account": hers.pk, "person": town.derya.pk, "last": day, "may_answer": "on"}
    assert leyla.post(reverse("desk:delegations"), asked).status_code == 422
    asked["last"] = "31.12.2199"
    assert leyla.post(reverse("desk:delegations"), asked).status_code == 302


def test_delegations_are_given_and_ended_in_the_browser(town, hers, leyla, at_desk):
    page = reverse("desk:delegations")
    sent = {"account": hers.pk, "person": town.derya.pk, "may_answer": "on", "last": "31.12.2099"}
    assert leyla.post(page, sent).status_code == 302
    given = Delegation.objects.get()
    assert (given.staff, given.may_answer, given.may_file) == (town.derya, True, False)
    shown = words(leyla.get(page))
    assert "Derya Aksoy" in shown
    assert "let somebody in" in shown

    assert "çukur var" in words(at_desk(town.derya).get(reverse("desk:private")))
    assert leyla.post(reverse("desk:end-delegation", args=[given.pk])).status_code == 302
    assert "çukur var" not in words(at_desk(town.derya).get(reverse("desk:private")))

    sent["last"] = "01.01.2020"
    assert leyla.post(page, sent).status_code == 422
    assert at_desk(town.murat).post(page, sent).status_code == 422  # the account is none of his choices
    assert Delegation.objects.count() == 1


def test_a_telephone_is_linked_by_the_code_on_the_page(town, leyla, at):
    page = words(leyla.post(reverse("desk:telephones")))
    found = re.search(r"/link ([0-9A-Z]{8})", page)
    assert found
    push(town.bot, update(f"/link {found[1]}", number=1), now=timezone.now())
    work(timezone.now())
    row = StaffAddress.objects.get()
    assert row.value in words(leyla.get(reverse("desk:telephones")))
    assert leyla.post(reverse("desk:unlink", args=[row.pk])).status_code == 302
    assert row.value not in words(leyla.get(reverse("desk:telephones")))


def test_whoever_answers_a_case_of_the_mayors_account_chooses_in_whose_name(town, leyla, at_desk, wrote, at):
    case = wrote("Ali Er", "7101", "Yolda çukur", now=at)
    page, reply = reverse("desk:case", args=[case.pk]), reverse("desk:reply", args=[case.pk])
    assert 'name="voice"' not in words(leyla.get(page))
    town.bot.owner = "mayor"
    town.bot.save()

    assert 'name="voice"' in words(leyla.get(page))
    assert 'name="voice"' not in words(at_desk(town.derya).get(page))
    refused = at_desk(town.derya).post(reply, {"do": "send", "text": "Geliyoruz.", "voice": "mayor"})
    assert refused.status_code == 422
    assert leyla.post(reply, {"do": "send", "text": "Geliyoruz.", "voice": "mayor"}).status_code == 302
    assert "Belediye Başkanı" in Reply.objects.get(staff=town.leyla).text
    assert "Leyla Güneş, for Leyla Güneş" in words(leyla.get(page))
