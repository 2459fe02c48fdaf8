"""Reports under the id in another base: applied to the one message that it can only mean, else to none."""

from datetime import timedelta

import pytest

from tests.dialogue.test_outbox import answers, states
from vefa.channels.sms.spelling import other_spellings
from vefa.dialogue.models import Delivery, DeliveryState, EarlyReport
from vefa.dialogue.receipts import apply_early, apply_receipts
from vefa.inbox.models import Contact

__all__ = ["answers"]
pytestmark = pytest.mark.django_db
SOON, LATER = timedelta(seconds=20), timedelta(minutes=2)
FIRST, SECOND = "7001", "7002"  # whom the answers go to


@pytest.fixture
def sent(answers, now):
    """Hand an answer over; the centre gave it this id."""

    def send(number: str, *, whom: str = FIRST, **facts) -> Delivery:
        answers(f"Bakıyoruz: {number}", chat=whom)
        row = Delivery.objects.latest("id")
        told = {"state": DeliveryState.HANDED_OVER, "provider_id": number, "parts": [number]}
        Delivery.objects.filter(pk=row.pk).update(**told | {"handed_over_at": now} | facts)
        return row

    return send


def report(row, number, *, now, whom=FIRST, state="delivered"):
    told = {"provider_id": number, "state": state, "recipient": whom, "also": other_spellings(number)}
    apply_receipts([Contact(endpoint_id=row.endpoint_id, details={"receipts": [told]})], now=now)


@pytest.mark.parametrize(
    ("answered", "reported"),
    [("7b3f", "31551"), ("7B3F", "0000031551"), ("00007B3F", "31551"), ("31551", "7B3F"), ("4660", "1234")],
)
@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_a_report_in_the_other_base_is_known_after_a_minute(sent, now, answered, reported, state):
    row = sent(answered)
    report(row, reported, now=now, state=state)

    assert apply_early(now=now + SOON) == 0  # an answer that is on its way may still tell this very id
    assert "7001" not in str(list(EarlyReport.objects.values_list("facts", flat=True)))
    assert apply_early(now=now + LATER) == 1
    assert states() == [state]
    assert not EarlyReport.objects.exists()


def test_a_report_that_was_faster_than_the_answer_is_known_in_the_other_base(sent, now):
    row = sent("7b3f", state=DeliveryState.LEASED, provider_id="", parts=[], handed_over_at=None)
    report(row, "31551", now=now)
    assert apply_early(now=now + LATER) == 0

    answered = {"state": DeliveryState.HANDED_OVER, "provider_id": "7b3f", "handed_over_at": now + SOON}
    Delivery.objects.update(**answered)
    assert apply_early(now=now + LATER) == 1
    assert states() == [DeliveryState.DELIVERED]


def test_a_report_about_somebody_else_is_not_about_this_message(sent, now):
    row = sent("4d2")
    report(row, "1234", now=now, whom=SECOND)

    assert apply_early(now=now + LATER) == 0
    assert states() == [DeliveryState.HANDED_OVER]


@pytest.mark.parametrize(
    "other",
    [
        {"number": "1234", "state": DeliveryState.DELIVERED},  # the id as it stands is somebody's
        {"number": "4660"},  # either could be meant
        {"number": "4660", "state": DeliveryState.DELIVERED},  # told once more, of what arrived
        {"number": "4660", "whom": SECOND},
        {"number": "9", "parts": ["1234", "9"]},  # a first part, of which no report was asked
    ],
)
def test_where_a_report_may_be_about_another_message_nothing_is_guessed(sent, now, other):
    row = sent("4d2")
    sent(other.pop("number"), **other)
    before = states()
    report(row, "1234", now=now)

    assert apply_early(now=now + LATER) == 0
    assert states() == before


@pytest.mark.parametrize(
    "facts",
    [
        {"state": DeliveryState.DELIVERED},
        {"state": DeliveryState.UNCERTAIN},
        {"handed_over_at": "after"},
        {"handed_over_at": "long ago"},
    ],
)
def test_what_awaits_no_report_gets_none_in_the_other_base(sent, now, facts):
    moments = {"after": now + LATER, "long ago": now - timedelta(days=4)}
    row = sent("4d2", **{name: moments.get(value, value) for name, value in facts.items()})
    before = states()
    report(row, "1234", now=now)

    assert apply_early(now=now + LATER) == 0
    assert states() == before


def test_what_was_nobodys_for_long_stays_nobodys(sent, now):
    row = sent("4d2")
    report(row, "1234", now=now)

    assert apply_early(now=now + timedelta(minutes=20)) == 0
    assert states() == [DeliveryState.HANDED_OVER]
