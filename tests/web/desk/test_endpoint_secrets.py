"""What Ayşe entered once goes where it was meant to go, and nowhere else."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.desk.seat import seated
from vefa.channels import administering
from vefa.channels.accounts import AccountError, adapter_of, secrets_of
from vefa.channels.graph.api import DEFAULT_BASE
from vefa.channels.models import Endpoint
from vefa.channels.registry import CHANNELS, network_client
from vefa.channels.whatsapp.adapter import WhatsApp

pytestmark = pytest.mark.django_db
TOKEN = "700100:a-token-that-nobody-may-see"


@pytest.fixture
def ayse(town):
    """Ayşe, who reads English today."""
    client = seated(town.ayse)
    client.cookies["vefa_language"] = "en"
    return client


def add(client, channel: str, **data: str) -> None:
    """An account "yeni" of the institution."""
    known = {"key": "yeni", "owner": "institution", "language": "tr", "default_unit": "contact"}
    answer = client.post(reverse("desk:endpoint-add", args=[channel]), known | data)
    assert answer.status_code == 302


def test_a_secret_is_sent_to_no_other_address_unless_it_is_entered_with_it(ayse, town):
    add(ayse, "telegram", **{"field-token": TOKEN})
    bot = Endpoint.objects.get(key="yeni")
    page, moved = reverse("desk:endpoint-settings", args=[bot.pk]), {"field-api_base": "https://ayse.example"}

    answer = ayse.post(page, moved)
    assert answer.status_code == 422
    assert "The address has changed: enter this anew" in answer.content.decode()
    act = administering.Act(by="staff:1", now=timezone.now())
    with pytest.raises(AccountError):
        administering.configure(bot.pk, settings={"api_base": "https://ayse.example"}, secrets={}, act=act)
    bot.refresh_from_db()
    assert ("api_base" in bot.settings, secrets_of(bot)["token"]) == (False, TOKEN)

    assert ayse.post(page, moved | {"field-token": "1:yeni"}).status_code == 302
    bot.refresh_from_db()
    assert (bot.settings["api_base"], secrets_of(bot)["token"]) == ("https://ayse.example", "1:yeni")
    assert ayse.post(page, {}).status_code == 422  # nor back again


def test_a_mail_servers_password_is_asked_for_where_that_server_changes(ayse, town):
    add(ayse, "email", **{
        "field-address": "city@example.org", "field-imap_host": "a.example", "field-smtp_host": "b.example",
        "field-imap_security": "tls", "field-imap_password": "gizli-1",
        "field-smtp_security": "starttls", "field-smtp_password": "gizli-2",
    })  # fmt: skip
    box = Endpoint.objects.get(key="yeni")
    page = reverse("desk:endpoint-settings", args=[box.pk])
    kept = {f"field-{name}": value for name, value in box.settings.items()}

    answer = ayse.post(page, kept | {"field-smtp_host": "c.example"}).content.decode()
    assert 'id="id_field-smtp_password_error"' in answer
    assert 'id="id_field-imap_password_error"' not in answer
    assert ayse.post(page, kept | {"field-name": "Şehir"}).status_code == 302


def test_a_secret_that_the_provider_makes_is_entered_and_never_made_up(ayse, town):
    """Twilio's token signs what comes, and with it we sign in to send: a word of ours is good for neither."""
    twilio = {"field-gateway": "twilio", "field-sender": "+15005550006", "field-account": "AC1"}
    known = {"key": "yeni", "owner": "institution", "language": "tr", "default_unit": "contact"}
    refused = ayse.post(reverse("desk:endpoint-add", args=["sms"]), known | twilio)
    assert refused.status_code == 422
    assert "The provider makes this one: enter it here." in refused.content.decode()

    add(ayse, "sms", **twilio, **{"field-secret": "auth-token-1"})
    line = Endpoint.objects.get(key="yeni")
    page = ayse.get(reverse("desk:endpoint", args=[line.pk])).content.decode()
    assert "Make a new secret" not in page
    assert "the provider makes it" in page
    act, seal = reverse("desk:endpoint-act", args=[line.pk, "rotate"]), administering.fingerprint(line)
    answer = ayse.post(act, {"seal": seal}, follow=True).content.decode()
    assert "The provider gives the secrets of this account" in answer
    line.refresh_from_db()
    assert secrets_of(line) == {"secret": "auth-token-1"}

    page = reverse("desk:endpoint-settings", args=[line.pk])
    assert ayse.post(page, twilio | {"field-secret": "auth-token-2"}).status_code == 302
    line.refresh_from_db()
    assert secrets_of(line) == {"secret": "auth-token-2", "old_secret": "auth-token-1"}


def test_a_line_that_moves_to_twilio_brings_its_token(ayse, town):
    add(ayse, "sms", **{"field-gateway": "kannel", "field-sender": "5454", "field-secret": "bir"})
    line = Endpoint.objects.get(key="yeni")
    page, moved = reverse("desk:endpoint-settings", args=[line.pk]), {"field-gateway": "twilio"}
    assert ayse.post(page, moved | {"field-sender": "5454"}).status_code == 422
    assert ayse.post(page, moved | {"field-sender": "5454", "field-secret": "auth-1"}).status_code == 302


def test_every_address_says_which_secrets_are_sent_there():
    where = re.compile(r"(.*_)?(base|host|hosts|url)")
    lines = [
        (key, line) for key, one in CHANNELS.items() for line in one.fields if where.fullmatch(line.name)
    ]
    assert len(lines) > 8
    assert [(key, line.name) for key, line in lines if not line.leads] == []


LINE = {"field-phone_number_id": "106", "field-waba_id": "102", "field-token": "EAAG", "field-secret": "f00d"}


def test_a_second_number_of_a_business_stands_behind_the_firsts_door(ayse, town):
    add(ayse, "whatsapp", **LINE)
    known = {"key": "ikinci", "owner": "institution", "language": "tr", "default_unit": "contact"}
    address = reverse("desk:endpoint-add", args=["whatsapp"])
    refused = ayse.post(address, known | LINE | {"field-phone_number_id": "107"})
    assert refused.status_code == 422
    assert "choose yeni as the account" in html.unescape(refused.content.decode())

    own = reverse("desk:endpoint-settings", args=[Endpoint.objects.get(key="yeni").pk])
    assert ayse.post(own, LINE | {"field-door": "yeni"}).status_code == 422  # nobody would take what comes

    behind = known | {"field-phone_number_id": "107", "field-door": "yeni"}
    assert ayse.post(address, behind).status_code == 302
    second = Endpoint.objects.get(key="ikinci")
    assert second.settings == {"phone_number_id": "107", "door": "yeni"}
    assert (second.subscription, secrets_of(second)) == ("", {})
    page = reverse("desk:endpoint-settings", args=[second.pk])
    assert ayse.post(page, LINE | {"field-phone_number_id": "107"}).status_code == 422  # nor afterwards
    act = administering.Act(by="staff:1", now=timezone.now())
    with pytest.raises(AccountError):
        administering.configure(second.pk, settings={"door": "", "waba_id": "102"}, secrets={}, act=act)

    with network_client() as http:
        second.settings["api_base"] = "https://ayse.example"
        adapter = adapter_of(second, http, country="TR")
        assert isinstance(adapter, WhatsApp)
        assert (adapter.graph.token, adapter.graph.base) == ("EAAG", DEFAULT_BASE)


def test_what_took_over_a_door_keeps_it(ayse, town):
    add(ayse, "whatsapp", **LINE)
    first = Endpoint.objects.get(key="yeni")
    act = administering.Act(by="staff:1", now=timezone.now())
    administering.retire(first.pk, act)
    add(ayse, "whatsapp", **{**LINE, "key": "ikinci"})
    with pytest.raises(AccountError, match="ikinci"):
        administering.restore(first.pk, act)


def test_the_folder_of_recordings_can_be_changed_with_its_password(ayse, town):
    kept = {"field-hosts": "pbx:5038", "field-username": "vefa", "field-files_url": "https://a.example/r"}
    add(ayse, "asterisk", **kept, **{"field-password": "gizli-1", "field-files_password": "gizli-2"})
    exchange = Endpoint.objects.get(key="yeni")
    page = reverse("desk:endpoint-settings", args=[exchange.pk])

    moved = kept | {"field-files_url": "https://b.example/r"}
    refused = ayse.post(page, moved).content.decode()
    assert 'id="id_field-files_password_error"' in refused
    assert 'name="field-files_password"' in refused
    assert ayse.post(page, moved | {"field-files_password": "gizli-3"}).status_code == 302
    exchange.refresh_from_db()
    assert (exchange.settings["files_url"], secrets_of(exchange)["files_password"]) == (
        "https://b.example/r", "gizli-3",
    )  # fmt: skip
