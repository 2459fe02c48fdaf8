"""Leyla forwards what reached her own telephone: it counts as said by whoever said it first."""

import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.inbox.leyla import ALI, push, update, work
from tests.providers.whatsapp_cloud import said
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.channels.sealing import seal
from vefa.citizens.models import Address
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.writing import Words, write
from vefa.inbox import linking
from vefa.inbox.doors import adapter_of
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Contact, Conversation, StaffAddress
from vefa.inbox.reading import no_network
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db
LEYLA = 900
SAID = datetime(2026, 3, 28, 18, 30, tzinfo=UTC)
LEYLAS: dict[str, Any] = {
    "chat": {"id": LEYLA, "type": "private"},
    "from": {"id": LEYLA, "first_name": "Leyla"},
}
FROM_ALI = {
    "type": "user", "date": int(SAID.timestamp()), "sender_user": {"id": ALI, "first_name": "Ali"},
}  # fmt: skip
HIDDEN = {"type": "hidden_user", "date": int(SAID.timestamp()), "sender_user_name": "Naz Ak"}


def link(town, now) -> None:
    code = linking.new_code(town.leyla, now=now)
    push(town.bot, update(f"/link {code}", number=1, **LEYLAS), now=now, lane=str(LEYLA))
    work(now)


def forward(town, now, *, origin, number=2, text="Okulun önünde yolda çukur var") -> Contact:
    raw = update(text, number=number, forward_origin=origin, **LEYLAS)
    contact = push(town.bot, raw, now=now, lane=str(LEYLA))
    work(now)
    contact.refresh_from_db()
    return contact


def told(chat: int) -> list[str]:
    return list(
        Reply.objects.filter(deliveries__conversation__address__value=str(chat))
        .order_by("id")
        .values_list("text", flat=True)
    )


def test_a_code_from_the_profile_links_the_telephone_once(town, now):
    link(town, now)
    row = StaffAddress.objects.get()
    assert (row.staff, row.space, row.value, row.code) == (town.leyla, "telegram", str(LEYLA), "")
    assert [one.pk for one in linking.linked(town.leyla)] == [row.pk]
    assert "Leyla" in told(LEYLA)[0]
    assert not Case.objects.exists()


@pytest.mark.parametrize("late", [timedelta(minutes=15), timedelta(days=1)])
def test_a_code_is_good_for_a_quarter_of_an_hour_and_one_account(town, now, late):
    code = linking.new_code(town.leyla, now=now)
    push(town.bot, update(f"/link {code}", number=1), now=now + late)
    work(now + late)
    assert linking.linked(town.leyla) == []

    code = linking.new_code(town.leyla, now=now)
    for number, chat in ((2, LEYLA), (3, ALI)):
        raw = update(f"/link {code}", number=number, account=chat)
        push(town.bot, raw, now=now, lane=str(chat))
    work(now)
    assert [one.value for one in linking.linked(town.leyla)] == [str(LEYLA)]


def test_guesses_and_codes_in_a_group_link_nobody(town, now):
    code = linking.new_code(town.leyla, now=now)
    group: dict[str, Any] = {"chat": {"id": -77, "type": "group", "title": "Sokak"}}
    push(town.bot, update(f"/link {code}", number=1, **group), now=now, lane="-77")
    push(town.bot, update("/link AAAAAAAA", number=2), now=now)
    push(town.bot, update("/link", number=3), now=now)
    work(now)
    assert linking.linked(town.leyla) == []


def test_what_is_forwarded_counts_as_its_authors_with_the_moment_it_was_said(town, now):
    push(town.bot, update("Merhaba, yarın çöp alınacak mı?", number=9), now=now - timedelta(days=40))
    work(now - timedelta(days=40))
    Case.objects.update(ended_at=now - timedelta(days=39), state="ended", outcome="answered")
    link(town, now)

    contact = forward(town, now, origin=FROM_ALI)

    assert contact.conversation is not None
    assert contact.conversation.address.value == str(ALI)
    assert contact.said_at == SAID
    assert contact.details["passed_on"]["name"] == "Leyla Güneş"
    case = Case.objects.get(links__contact=contact)
    assert case.citizen == Address.objects.get(value=str(ALI)).citizen
    assert any(case.reference in text for text in told(ALI))  # he wrote to the bot before: he is reached
    kept = told(LEYLA)[-1]
    assert case.reference in kept
    opened = Event.objects.get(kind="case.opened", subject=f"case:{case.pk}")
    assert opened.data["passed_on"]["staff_id"] == town.leyla.pk


def test_who_never_wrote_to_the_bot_is_known_but_not_reached_until_they_do(town, now):
    link(town, now)
    contact = forward(town, now, origin=FROM_ALI)
    case = Case.objects.get(links__contact=contact)
    write(case=case, words=Words(text="Geliyoruz.", language="tr"), by=town.derya, now=now)

    assert Delivery.objects.get(reply__text="Geliyoruz.").state == DeliveryState.SHOWN
    assert Address.objects.get(value=str(ALI)).unreachable_why == "passed_on"
    assert Conversation.objects.get(address__value=str(ALI)).last_contact_at is None

    push(town.bot, update("Ben de yazayım", number=5), now=now)
    work(now)
    assert Address.objects.get(value=str(ALI)).unreachable_at is None


def test_of_a_hidden_author_only_the_name_is_known(town, now):
    link(town, now)
    contact = forward(town, now, origin=HIDDEN)
    assert contact.conversation is None
    assert contact.citizen is not None
    assert (contact.citizen.name, contact.said_at) == ("Naz Ak", SAID)
    assert contact.details["passed_on"]["hidden"]


def test_the_same_forward_read_twice_makes_nobody_twice(town, now):
    link(town, now)
    contact = forward(town, now, origin=HIDDEN)
    StaffAddress.objects.update(ended_at=now)  # unlinked meanwhile: what was found at first stays true
    Contact.objects.filter(pk=contact.pk).update(state="waiting", handled_at=None, tries=0, due_at=now)
    work(now)
    again = Contact.objects.get(pk=contact.pk)
    assert (again.citizen, again.said_at) == (contact.citizen, SAID)


def test_a_residents_forward_is_their_own_message(town, now):
    raw = update("Okulun önünde çukur var", number=4, forward_origin=HIDDEN)
    contact = push(town.bot, raw, now=now)
    work(now)
    contact.refresh_from_db()
    assert contact.conversation is not None
    assert contact.conversation.address.value == str(ALI)
    assert "passed_on" not in contact.details


def test_an_unlinked_telephone_is_a_residents_again(town, now):
    link(town, now)
    linking.unlink(linking.linked(town.leyla)[0].pk, staff=town.leyla, now=now)
    contact = forward(town, now, origin=HIDDEN)
    assert "passed_on" not in contact.details
    with pytest.raises(LookupError):
        linking.unlink(StaffAddress.objects.get().pk, staff=town.reza, now=now)


def mail(town, now, *, sender: str, results: str = "") -> Contact:
    made = EmailMessage()
    made["From"], made["To"] = sender, "iletisim@pinarova.example"
    made["Subject"], made["Message-ID"] = "Fwd: Çukur", "<f1@pinarova.example>"
    made["Date"] = "Sun, 29 Mar 2026 09:00:00 +0300"
    if results:
        made["Authentication-Results"] = results
    made.set_content(
        "Bakalım.\n\n---------- Forwarded message ---------\nGönderen: Ali Demir <ali@posta.example>\n"
        "Date: 28 Mar 2026 Cmt, 21:30\nSubject: Çukur\nTo: Leyla\n\nOkulun önünde yolda çukur var.\n"
    )
    arrival = Incoming(
        endpoint_id=town.mailbox.pk, external_id="m1", lane="m1", raw=made.as_bytes(), received_at=now
    )
    pk = accept([arrival])[0].contact_id
    work(now)
    return Contact.objects.select_related("conversation__address").get(pk=pk)


def vouching(town) -> None:
    """Our mail server's name stands in the mailbox's settings."""
    town.mailbox.settings = {"authserv_id": "mx.pinarova.example", "address": "iletisim@pinarova.example"}
    town.mailbox.save()


def test_a_mail_from_the_mayors_own_address_is_its_authors(town, now):
    town.leyla.email = "Leyla@pinarova.example"
    town.leyla.save()
    vouching(town)
    contact = mail(
        town, now, sender="Leyla Güneş <leyla@pinarova.example>",
        results="mx.pinarova.example; dmarc=pass header.from=pinarova.example",
    )  # fmt: skip
    assert contact.conversation is not None
    assert contact.conversation.address.value == "ali@posta.example"
    assert (contact.text, contact.said_at) == ("Okulun önünde yolda çukur var.", SAID)
    assert contact.details["passed_on"]["note"] == "Bakalım."
    case = Case.objects.get()
    write(case=case, words=Words(text="Geliyoruz.", language="tr"), by=town.derya, now=now)
    way = Delivery.objects.get(reply__text="Geliyoruz.")
    assert (way.state, way.endpoint) == (DeliveryState.QUEUED, town.mailbox)


@pytest.mark.parametrize(
    "results",
    [
        "mx.pinarova.example; dmarc=fail header.from=pinarova.example",
        "mx.elsewhere.example; dmarc=pass header.from=pinarova.example",  # anybody can write this
        "",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_mail_that_only_claims_to_be_hers_is_not_believed(town, now, results, named):
    town.leyla.email = "leyla@pinarova.example"
    town.leyla.save()
    if named:
        vouching(town)
    contact = mail(town, now, sender="leyla@pinarova.example", results=results)
    assert "passed_on" not in contact.details
    assert contact.conversation is not None
    assert contact.conversation.address.value == "leyla@pinarova.example"


def sms_line() -> Endpoint:
    """The city's SMS number, behind Kannel."""
    settings = {"gateway": "kannel", "url": "http://127.0.0.1:9", "region": "TR"}
    return Endpoint.objects.create(
        key="sms", channel="sms", language="tr", names={"tr": "SMS"}, settings=settings,
        sealed=seal({"secret": "s"}),
    )  # fmt: skip


def sms(line: Endpoint, text: str, now, *, sender: str = "+905325550100") -> Contact:
    """What Kannel hands over."""
    query = urlencode({"from": sender, "text": text, "id": f"i{Contact.objects.count()}"})
    (arrival,) = adapter_of(line, no_network).arrivals(Call(headers={}, query=query, method="GET"))
    facts: dict[str, Any] = {
        "endpoint_id": line.pk,
        "external_id": arrival.external_id,
        "lane": arrival.lane,
    }
    pk = accept([Incoming(**facts, raw=arrival.raw, received_at=now)])[0].contact_id
    work(now)
    return Contact.objects.select_related("conversation__address").get(pk=pk)


def whatsapp(line: Endpoint, text: str, now, *, forwarded: bool = False) -> Contact:
    """What WhatsApp hands over from Leyla's own number."""
    number = Contact.objects.count()
    context = {"context": {"forwarded": True}} if forwarded else {}
    made = said(text, sender="905325550100", number="106", id=f"wamid.{number}", **context)
    (arrival,) = adapter_of(line, no_network).arrivals(Call(headers={}, body=json.dumps(made).encode()))
    facts: dict[str, Any] = {
        "endpoint_id": line.pk,
        "external_id": arrival.external_id,
        "lane": arrival.lane,
    }
    pk = accept([Incoming(**facts, raw=arrival.raw, received_at=now)])[0].contact_id
    work(now)
    return Contact.objects.select_related("conversation__address").get(pk=pk)


def test_a_code_by_sms_links_the_number_and_its_dictated_words_are_their_authors(town, now):
    line, code = sms_line(), linking.new_code(town.leyla, now=now)
    sms(line, f"Link {code.lower()}", now)
    (row,) = linking.linked(town.leyla)
    assert (row.space, row.value) == ("phone", "+905325550100")
    assert not Case.objects.exists()
    assert Delivery.objects.get().reply.text.startswith("Leyla Güneş")

    contact = sms(line, "Ali Demir 0532 555 01 42: Okulun önünde yolda çukur var", now)
    assert contact.conversation is not None
    address = contact.conversation.address
    assert (address.value, address.shown_name) == ("+905325550142", "Ali Demir")
    assert contact.text == "Okulun önünde yolda çukur var"
    assert contact.details["passed_on"]["name"] == "Leyla Güneş"
    assert address.unreachable_at is None  # a telephone can be written to first

    own = sms(line, "Bizim sokakta lamba yanmıyor", now)
    assert "passed_on" not in own.details
    strange = sms(line, "Ali 0532 555 01 42: Lamba yanmıyor", now, sender="+905325550199")
    assert "passed_on" not in strange.details


def test_a_code_by_whatsapp_links_the_number_and_a_forward_has_no_author(town, now):
    line = Endpoint.objects.create(
        key="line", channel="whatsapp", language="tr", names={"tr": "WhatsApp"},
        settings={"phone_number_id": "106", "waba_id": "102"}, sealed=seal({"token": "t", "secret": "s"}),
    )  # fmt: skip
    whatsapp(line, f"/link {linking.new_code(town.leyla, now=now)}", now)
    assert [(one.space, one.value) for one in linking.linked(town.leyla)] == [("whatsapp", "905325550100")]
    assert not Case.objects.exists()

    contact = whatsapp(line, "Okulun önünde yolda çukur var", now, forwarded=True)
    assert contact.details["passed_on"]["hidden"]
    assert contact.conversation is None
    told = whatsapp(line, "Ali (0532) 555 01 42\nLamba yanmıyor", now, forwarded=True)
    assert told.conversation is not None
    assert told.conversation.address.value == "905325550142"
    assert told.text == "Lamba yanmıyor"


@pytest.mark.parametrize(
    ("results", "named", "links"),
    [
        ("mx.pinarova.example; dmarc=pass header.from=posta.example", True, True),
        ("mx.pinarova.example; dkim=pass header.d=posta.example", True, True),
        ("mx.pinarova.example; spf=pass smtp.mailfrom=leyla@elsewhere.example", True, False),
        ("mx.pinarova.example; dmarc=fail header.from=posta.example", True, False),
        ("mx.elsewhere.example; dmarc=pass header.from=posta.example", True, False),
        ("mx.pinarova.example; dmarc=pass header.from=posta.example", False, False),
        ("", True, False),
    ],
)
def test_a_code_by_mail_links_only_what_our_mail_server_vouches_for(town, now, results, named, links):
    if named:
        vouching(town)
    made = EmailMessage()
    made["From"], made["To"] = "Leyla <leyla@posta.example>", "iletisim@pinarova.example"
    made["Subject"], made["Message-ID"] = (
        f"link {linking.new_code(town.leyla, now=now)}",
        "<l1@posta.example>",
    )
    if results:
        made["Authentication-Results"] = results
    made.set_content("")
    accept(
        [
            Incoming(
                endpoint_id=town.mailbox.pk, external_id="l1", lane="l1", raw=made.as_bytes(), received_at=now
            )
        ]
    )
    work(now)
    assert [one.value for one in linking.linked(town.leyla)] == (["leyla@posta.example"] if links else [])
    assert not Case.objects.exists()
    said = Reply.objects.get().text
    assert ("bağlandı" in said or "linked to you" in said) is links


def test_who_reads_an_unproved_mail_of_staff_is_told_why_it_was_not_believed(town, now):
    town.leyla.email = "leyla@pinarova.example"
    town.leyla.save()
    assert mail(town, now, sender="leyla@pinarova.example").details["unproved"] == "Leyla Güneş"


def test_a_wrong_code_beside_other_words_is_still_read_as_a_matter(town, now):
    vouching(town)
    made = EmailMessage()
    made["From"], made["To"] = "Ali <ali@posta.example>", "iletisim@pinarova.example"
    made["Subject"], made["Message-ID"] = "link ABCDEFGH", "<l2@posta.example>"
    made.set_content("Okulun önünde yolda büyük bir çukur var.")
    accept(
        [
            Incoming(
                endpoint_id=town.mailbox.pk, external_id="l2", lane="l2", raw=made.as_bytes(), received_at=now
            )
        ]
    )
    work(now)
    assert Case.objects.count() == 1
