"""Who writes to the bot at night hears when somebody reads it: once a day, alone, and no machine."""

from datetime import UTC, datetime, timedelta

import pytest

from vefa.cases.opening import follow
from vefa.channels import queries as accounts
from vefa.channels.models import Endpoint
from vefa.dialogue.models import Reply
from vefa.inbox.models import Contact, Conversation
from vefa.journal import replay
from vefa.journal.models import Event
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 27, 19, 0, tzinfo=UTC)  # Friday 22:00 in Pınarova
OFFICE = {str(day): [["08:30", "17:30"]] for day in range(5)}
OPENS = {"tr": "30 Mart 2026, 08:30", "fa": "۱۰ فروردین ۱۴۰۵، ۰۸:۳۰", "en": "30 March 2026, 08:30"}


@pytest.fixture(autouse=True)
def _read_by_day(town):
    Endpoint.objects.filter(pk=town.bot.pk).update(opening_hours=OFFICE)
    town.bot.opening_hours = OFFICE
    accounts.forget()
    yield
    accounts.forget()


def react(now: datetime = NIGHT) -> list[str]:
    """What the system has said so far, in order."""
    Event.objects.filter(handled_at=None).update(due_at=now)
    while replay.react(REACTIONS, now=now, limit=100):
        pass
    return list(Reply.objects.order_by("id").values_list("text", flat=True))


def again(case, now: datetime, **facts: object) -> None:
    """The same resident writes once more on the same matter."""
    contact = Contact.objects.create(
        endpoint_id=case.conversation.endpoint_id, conversation=case.conversation,
        received_at=now, due_at=now,
        external_id=str(Contact.objects.count()), lane="a", raw=b"{}", text="Ne oldu?", said_at=now,
        **{"form": "message", **facts},
    )  # fmt: skip
    follow([(case.pk, contact)], now=now)


@pytest.mark.parametrize("language", ["tr", "fa", "en"])
def test_the_acknowledgement_says_when_somebody_reads_it(talks, opens, language):
    opens(talks("7001", language=language))

    (said,) = react()

    assert OPENS[language] in said
    assert "112" in said
    assert Reply.objects.get().phrase_key == "received+outside_hours"


def test_by_day_nobody_is_told(talks, opens):
    opens(talks("7001"))
    (said,) = react(datetime(2026, 3, 27, 9, 0, tzinfo=UTC))
    assert "112" not in said


def test_an_account_without_hours_is_always_read(talks, opens, town):
    Endpoint.objects.filter(pk=town.bot.pk).update(opening_hours={})
    opens(talks("7001"))
    (said,) = react()
    assert "112" not in said


def test_it_is_said_once_in_a_conversation_and_day(talks, opens):
    talk = talks("7001")
    opens(talk)
    opens(talk, text="Bir de lamba yanmıyor")
    first, second = react()
    assert ("112" in first, "112" in second) == (True, False)

    opens(talks("7002"))  # somebody else is told for themselves
    assert "112" in react()[-1]

    opens(talk, text="Hâlâ karanlık")
    assert "112" in react(NIGHT + timedelta(hours=3))[-1]  # Saturday, 01:00


def test_a_further_word_at_night_is_answered_by_the_hours_alone(talks, opens):
    case = opens(talks("7001"))
    react(datetime(2026, 3, 27, 9, 0, tzinfo=UTC))

    again(case, NIGHT)
    again(case, NIGHT)

    said = react()
    assert len(said) == 2
    assert OPENS["tr"] in said[1]
    assert Reply.objects.order_by("id")[1].case == case


def test_a_machine_is_not_told(talks, opens):
    case = opens(talks("7001"))
    Contact.objects.update(details={"auto": "auto-replied"})
    assert react() == []

    again(case, NIGHT, details={"auto": "auto-replied"})
    again(case, NIGHT, form="auto_reply")
    again(case, NIGHT, form="reaction")
    assert react() == []


def test_where_everybody_reads_nothing_is_said_of_hours(talks, opens):
    talk = talks("7001")
    Conversation.objects.filter(pk=talk.pk).update(public=True)
    case = opens(talk)
    again(case, NIGHT)
    assert not [text for text in react() if "112" in text]


def test_without_hours_anywhere_a_further_word_costs_one_look_in_ten_seconds(
    talks, opens, town, django_assert_num_queries
):
    Endpoint.objects.filter(pk=town.bot.pk).update(opening_hours={})
    case = opens(talks("7001"))
    again(case, NIGHT)
    events = list(Event.objects.filter(kind="case.followed"))
    after_hours = REACTIONS["case.followed"][-1]
    with django_assert_num_queries(1):
        after_hours(events, NIGHT)
    with django_assert_num_queries(0):
        after_hours(events, NIGHT)
