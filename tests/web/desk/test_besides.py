"""What a message brings along beside its words stands on the case: quotes, signature, doubts, gaps."""

import json
import re
from email.message import EmailMessage

import pytest
from django.conf import settings as conf

from tests.inbox.leyla import work
from tests.providers.whatsapp_cloud import said
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.channels.sealing import seal
from vefa.inbox.doors import adapter_of
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Contact
from vefa.inbox.reading import no_network

pytestmark = pytest.mark.django_db
OUR_SERVER = "mx.pinarova.example"


def mail(town, now, *, verdict: str = "", **fields: str) -> Case:
    """Olga's letter, with what mail programs put around the words."""
    town.mailbox.settings = {"address": "city@pinarova.example", "authserv_id": OUR_SERVER}
    town.mailbox.save()
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Olga <olga@posta.example>", "city@pinarova.example", "Çukur"
    made["Message-ID"] = f"<{Contact.objects.count()}@posta.example>"
    if verdict:
        made["Authentication-Results"] = f"{OUR_SERVER}; dmarc={verdict} header.from=posta.example"
    for name, value in fields.items():
        made[name.replace("_", "-")] = value
    made.set_content(
        "Yolda çukur var.\n\n-- \nOlga Vetrova\nBahçe Sokak 4\n\n"
        "On Mon, 1 Jan 2026 at 10:00, City <city@pinarova.example> wrote:\n> Ekibimiz geldi.\n"
    )
    raw = made.as_bytes()
    accept([Incoming(endpoint_id=town.mailbox.pk, external_id="1", lane="o", raw=raw, received_at=now)])
    work(now)
    return Case.objects.get()


def page(at_desk, staff, case: Case, language: str = "en") -> str:
    client = at_desk(staff)
    client.cookies[conf.LANGUAGE_COOKIE_NAME] = language
    return re.sub(r"\s+", " ", client.get(f"/desk/cases/{case.pk}").content.decode())


def test_quotes_and_signature_of_a_mail_are_folded_below_its_words(town, now, at_desk):
    case = mail(town, now)
    shown = page(at_desk, town.derya, case)
    folds = re.findall(r'<details class="message-fold[^>]*><summary>(.*?)</summary>(.*?)</details>', shown)
    assert [label for label, _ in folds] == ["What it quotes", "Its signature"]
    assert "Ekibimiz geldi." in folds[0][1]
    assert "Bahçe Sokak 4" in folds[1][1]
    assert shown.count("Ekibimiz geldi.") == 1
    tr = page(at_desk, town.derya, case, "tr")
    assert "What it quotes" not in tr
    assert "message-fold" in tr


@pytest.mark.parametrize(
    ("verdict", "said_of_it"),
    [
        ("pass", "Our mail server vouches for this sender."),
        ("fail", "Our mail server does not vouch for this sender"),
        ("", "Nobody vouches for this sender"),
    ],
)
def test_our_servers_verdict_and_other_addresses_stand_below_a_mail(town, now, at_desk, verdict, said_of_it):
    case = mail(town, now, verdict=verdict, Reply_To="elsewhere@fraud.example", Cc="ali@posta.example")
    shown = page(at_desk, town.derya, case)
    assert said_of_it in shown
    assert "It asks for answers at \u2068elsewhere@fraud.example\u2069; ours go to its sender." in shown
    assert "It went to \u2068ali@posta.example\u2069 too; our answers do not." in shown


def test_who_may_not_see_names_sees_no_address_and_no_signature(town, now, at_desk):
    case = mail(town, now, Reply_To="elsewhere@fraud.example")
    Case.objects.update(unit=town.roads)
    shown = page(at_desk, town.orhan, case)
    assert "Yolda çukur var." in shown
    assert "Bahçe Sokak 4" not in shown
    assert "elsewhere@" not in shown


def test_a_message_without_words_says_why_in_the_readers_language(town, now, at_desk):
    line = Endpoint.objects.create(
        key="wa", channel="whatsapp", language="tr", names={"en": "WhatsApp"}, default_unit_key="contact",
        settings={"phone_number_id": "106"}, sealed=seal({"secret": "s", "token": "t"}),
    )  # fmt: skip
    made = said("", sender="905325550100", number="106", id="wamid.1", type="unsupported")
    message = made["entry"][0]["changes"][0]["value"]["messages"][0]
    message.pop("text", None)
    message["errors"] = [{"code": 131051, "title": "Message type unknown"}]
    (arrival,) = adapter_of(line, no_network).arrivals(Call(headers={}, body=json.dumps(made).encode()))
    accept([Incoming(endpoint_id=line.pk, external_id="1", lane="w", raw=arrival.raw, received_at=now)])
    work(now)
    case = Case.objects.get()
    words = "WhatsApp does not hand over what is in it: Message type unknown."
    assert words in page(at_desk, town.derya, case)
    for language in ("tr", "ru", "kk", "fa"):
        shown = page(at_desk, town.derya, case, language)
        assert words not in shown
        assert "Message type unknown" in shown
