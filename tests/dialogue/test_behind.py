"""Who only stands behind a case reads nothing that was meant for the one who reported it."""

from datetime import datetime

import pytest

from vefa.cases import lifecycle
from vefa.cases.lifecycle import Ending
from vefa.cases.models import Case, Outcome
from vefa.cases.support import support
from vefa.citizens.models import Address
from vefa.dialogue.exposure import ExposedError
from vefa.dialogue.models import Delivery, Reply
from vefa.dialogue.reporters import Reporters
from vefa.dialogue.writing import Words, write
from vefa.inbox.models import Conversation
from vefa.journal.replay import react
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
PERSONAL = "Sayın Ali, kimliğinizi getirin."


@pytest.fixture
def ali(talks) -> Conversation:
    talk: Conversation = talks("7001")
    talk.address.shown_name = "Ali Demir"
    talk.address.save()
    return talk


@pytest.fixture
def case(ali, opens) -> Case:
    opened: Case = opens(ali)
    return opened


@pytest.fixture
def ayten(case, talks, opens, now) -> Conversation:
    """She said "me too"."""
    talk: Conversation = talks("7002", language="kk")
    contact = opens(talk).links.get().contact
    support(case_id=case.pk, citizen_id=talk.address.citizen_id, contact=contact, now=now)
    return talk


@pytest.fixture
def olga(case, talks, opens, town, now) -> Conversation:
    """Her case follows that of Ali."""
    talk: Conversation = talks("7003", language="ru")
    lifecycle.double(case_id=opens(talk).pk, master_id=case.pk, by=town.derya, now=now)
    return talk


def told(conversation: Conversation, now: datetime) -> list[str]:
    while react(REACTIONS, now=now):
        pass
    rows = Delivery.objects.filter(conversation=conversation).order_by("id")
    return [row.reply.text for row in rows]


def say(case: Case, text: str, by, now, *, to_all: bool = True, insisted: bool = False) -> list[int | None]:
    """Write it; the conversations that hear it."""
    words = Words(text=text, language="tr", insisted=insisted)
    reply = write(case=case, words=words, by=by, now=now, to_all=to_all)
    return [row.conversation_id for row in reply.deliveries.order_by("id")]


def test_a_question_goes_to_who_reported_it(case, ali, ayten, olga, town, now):
    lifecycle.ask(case_id=case.pk, question="Hastane kaydınızın numarası?", by=town.derya, now=now)

    assert any("Hastane kaydınızın" in text for text in told(ali, now))
    for other in (ayten, olga):
        assert not any("Hastane kaydınızın" in text for text in told(other, now))


def test_the_reason_and_how_to_object_are_told_to_others_without_what_is_personal(
    case, ali, ayten, olga, town, now
):
    ending = Ending(
        outcome=Outcome.NOT_POSSIBLE,
        reason="Ali 0532 111 22 33 ile konuştuk.",
        objection="Dosya 10000000146 ile başvurun.",
    )
    lifecycle.end(case_id=case.pk, ending=ending, by=town.derya, now=now)

    own = told(ali, now)[-1]
    assert ending.reason in own
    assert ending.objection in own
    for other in (ayten, olga):
        said = told(other, now)[-1]
        assert "ile konuştuk." in said
        assert "ile başvurun." in said
        assert "0532" not in said
        assert "10000000146" not in said


def test_where_to_object_is_told_to_everybody_who_waited(case, ali, ayten, olga, town, now):
    objection = "30 gün içinde itiraz@pinarova.example'ye ya da 0312 555 12 12 numarasına."
    ending = Ending(outcome=Outcome.NOT_POSSIBLE, reason="Özel mülk.", objection=objection)
    lifecycle.end(case_id=case.pk, ending=ending, by=town.derya, now=now)

    for one in (ali, ayten, olga):
        assert objection in told(one, now)[-1]


@pytest.fixture
def known_ways(ali, now) -> None:
    """Ali's number and mailbox, beside the messenger in which he wrote."""
    ways = (("phone", "+905321112233", "2233"), ("email", "ali.demir@posta.example", ""))
    for space, value, end in ways:
        Address.objects.create(
            space=space, value=value, last_digits=end, citizen_id=ali.address.citizen_id, created_at=now
        )


@pytest.mark.usefixtures("known_ways")
@pytest.mark.parametrize(
    "own",
    ["0532 111 22 33", "+90 (532) 111-22-33", "۰۵۳۲ ۱۱۱ ۲۲ ۳۳", "111 22 33", "Ali.Demir@posta.example"],
)
def test_what_is_the_reporters_own_in_how_to_object_is_told_to_nobody_else(
    case, ali, ayten, olga, town, now, own
):
    ending = Ending(
        outcome=Outcome.NOT_POSSIBLE,
        reason=f"Size {own} ile ulaştık.",
        objection=f"{own} ile yazın ya da 0312 555 12 12, itiraz@pinarova.example.",
    )
    lifecycle.end(case_id=case.pk, ending=ending, by=town.derya, now=now)

    assert told(ali, now)[-1].count(own) == 2
    for other in (ayten, olga):
        said = told(other, now)[-1]
        assert own not in said
        assert "Size ••• ile ulaştık." in said
        assert "••• ile yazın ya da 0312 555 12 12, itiraz@pinarova.example." in said


@pytest.mark.usefixtures("known_ways")
def test_the_reporter_is_looked_up_once_for_everybody_who_hears_it(case, django_assert_num_queries):
    reporters = Reporters()
    assert reporters.hidden("Bize yazın.", case.pk) == "Bize yazın."
    assert reporters.hidden("0532 111 22 33", case.pk) == "•••"
    with django_assert_num_queries(0):
        assert reporters.hidden("0312 555 12 12 ya da 05321112233", case.pk) == "0312 555 12 12 ya da •••"


def test_an_answer_with_a_name_is_for_one_unless_its_writer_insists(case, ali, ayten, olga, town, now):
    with pytest.raises(ExposedError) as refused:
        say(case, PERSONAL, town.derya, now)
    assert (refused.value.others, refused.value.final) == (True, False)
    assert not Reply.objects.filter(staff=town.derya).exists()

    everybody = [ali.pk, olga.pk, ayten.pk]
    assert say(case, PERSONAL, town.derya, now, to_all=False) == [ali.pk]
    assert say(case, PERSONAL, town.derya, now, insisted=True) == everybody
    assert say(case, "Ekip yolda.", town.derya, now) == everybody


def test_nobody_insists_on_telling_others_the_secret(case, ayten, town, now):
    link = f"https://pinarova.example/r/{case.reference}/{case.secret}"
    with pytest.raises(ExposedError) as refused:
        say(case, link, town.derya, now, insisted=True)
    assert refused.value.final


def test_who_stands_alone_is_called_by_name(case, ali, town, now):
    assert say(case, PERSONAL, town.derya, now) == [ali.pk]
