"""Who can be made unreachable: only whom a mail of ours did not reach, whatever a stranger's report says."""

import pytest

from tests.channels.email.letters import raw
from vefa.channels.email.tokens import plus_address, token
from vefa.channels.sealing import seal
from vefa.citizens.models import Address
from vefa.dialogue.models import Delivery
from vefa.dialogue.writing import Words, write
from vefa.inbox import claiming, reading
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Contact
from vefa.triage import pipeline

pytestmark = pytest.mark.django_db
OLGA, KEY = "olga@posta.example", "a key for tests"
CITY = "iletisim@pinarova.example"


@pytest.fixture
def answered(talks, opens, town, now):
    """Olga wrote by mail and was answered."""
    town.mailbox.settings = {"address": CITY}
    town.mailbox.sealed = seal({"reply_key": KEY})
    town.mailbox.save()
    case = opens(talks(OLGA, endpoint=town.mailbox, space="email"))
    write(case=case, words=Words(text="Bakıyoruz.", language="tr"), by=town.derya, now=now)
    return case


def bounce(whom: str, *, about: str = "", to: str = CITY) -> bytes:
    """What a mail server tells of a mail that it could not deliver, or somebody who writes as if."""
    returned = f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\n" if about else ""
    body = (
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {whom}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n{returned}--b--\r\n"
    ).encode()
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    return raw(body, content_type=kind, From="MAILER-DAEMON@mx.example", To=to)


def complaint(whom: str, *, about: str) -> bytes:
    """What her provider tells when somebody presses "unwanted"."""
    body = (
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
        f"Original-Rcpt-To: {whom}\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <{about}>\r\n--b--\r\n"
    ).encode()
    return raw(body, content_type="multipart/report; report-type=feedback-report; boundary=b")


def arrives(data: bytes, town, now) -> None:
    """It lies in the city's mailbox and is read and handled."""
    number = str(Contact.objects.count())
    place = {"endpoint_id": town.mailbox.pk, "external_id": number, "lane": number}
    accept([Incoming(**place, raw=data, received_at=now)])
    claim = claiming.claim_contacts(now=now, limit=10)
    assert claim
    reading.read(claim.contacts, now=now)
    pipeline.handle(claim.contacts, now=now)
    claiming.finish(claim.lease, claim.contacts, now=now)


def why_unreachable() -> str:
    olga = Address.objects.get(value=OLGA)
    return olga.unreachable_why if olga.unreachable_at else ""


def ours(town) -> str:
    """The id under which the answer went out."""
    return f"{Delivery.objects.get().key}.{token('26-00001-1', KEY)}@pinarova.example"


def test_a_strangers_report_silences_nobody(answered, town, now):
    arrives(bounce(OLGA), town, now)
    arrives(bounce(OLGA, about="5f0c3f4e-0000-4000-8000-000000000000@pinarova.example"), town, now)
    arrives(complaint(OLGA, about="m1@posta.example"), town, now)
    assert why_unreachable() == ""


def test_the_report_about_our_mail_to_her_is_believed(answered, town, now):
    arrives(bounce(OLGA, about=ours(town)), town, now)
    assert why_unreachable() == "5.1.1"


def test_who_calls_our_mail_unwanted_gets_no_more(answered, town, now):
    arrives(complaint(OLGA, about=ours(town)), town, now)
    assert why_unreachable() == "complaint"


def test_a_relay_that_names_our_mail_anew_is_believed_where_the_report_comes_back_to_the_case(
    answered, town, now
):
    back = plus_address(CITY, token(answered.reference, KEY))
    arrives(bounce(OLGA, about="relay-1@relay.example", to=back), town, now)
    assert why_unreachable() == "5.1.1"


def test_who_got_an_answer_of_their_own_cannot_report_it_as_another_persons(
    answered, talks, opens, town, now
):
    other = opens(talks("naz@posta.example", endpoint=town.mailbox, space="email"))
    write(case=other, words=Words(text="Bakıyoruz.", language="tr"), by=town.derya, now=now)
    mine = Delivery.objects.order_by("-id")[0].key
    back = plus_address(CITY, token(other.reference, KEY))
    arrives(bounce(OLGA, about=f"{mine}@pinarova.example", to=back), town, now)
    assert why_unreachable() == ""
