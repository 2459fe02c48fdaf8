"""A number as people say it is one of the municipality's own country, whatever door it comes by."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from django.conf import settings as conf
from django.urls import reverse
from django.utils import timezone

from tests.calls.exchange import Exchange
from tests.inbox.leyla import work
from vefa.channels import queries as doors
from vefa.channels.models import Endpoint
from vefa.channels.port import Call as Knock
from vefa.channels.sealing import seal
from vefa.directory import queries as directory
from vefa.directory.models import Municipality
from vefa.inbox.doors import adapter_of
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Contact, PaperForm

pytestmark = pytest.mark.django_db
NOBODY = httpx.Client()
HOMES = {"IR": ("0912 345 67%02d", "+98912345 67%02d"), "KZ": ("8 701 234 56 %02d", "+7701234 56%02d")}
BY_HAND = ("meeting", "headman", "letter")


@pytest.fixture(params=HOMES)
def home(request, town, settings, tmp_path):
    """The same town in another country; how people there say a number, and what it is in the world."""
    settings.MEDIA_ROOT = str(tmp_path)
    Municipality.objects.update(country=request.param)
    for channel in BY_HAND:
        Endpoint.objects.create(
            key=channel, channel=channel, names={"en": channel}, language="tr", default_unit_key="contact"
        )
    directory.forget()
    doors.forget()
    yield request.param
    directory.forget()


@pytest.fixture
def derya(town, at_desk):
    client = at_desk(town.derya)
    client.cookies[conf.LANGUAGE_COOKIE_NAME] = "en"
    return client


def said(home: str, number: int) -> str:
    return HOMES[home][0] % number


def meant(home: str, number: int) -> str:
    return (HOMES[home][1] % number).replace(" ", "")


def reached() -> dict[str, str]:
    """The address of each contact by its words."""
    rows = Contact.objects.select_related("conversation__address")
    return {one.text: one.conversation.address.value for one in rows if one.conversation}


def test_what_is_typed_at_the_desk_is_a_number_of_this_country(home, town, derya):
    wanted = {}
    for number, channel in enumerate(("counter", "phone", "letter"), 1):
        wanted[f"Çukur {channel}"] = meant(home, number)
        form = {"channel": channel, "text": f"Çukur {channel}", "phone": said(home, number), "language": "tr"}
        assert derya.post(reverse("desk:enter"), form | {"token": str(uuid4())}).status_code == 302
    meeting = derya.post(reverse("desk:meetings"), {"name": "Halk günü", "place": "Salon"}).url
    derya.post(meeting, {"text": "Çukur meeting", "phone": said(home, 4), "token": str(uuid4())})
    batch = {"who": "Hasan", "token": str(uuid4()), "text-1": "Çukur headman", "phone-1": said(home, 5)}
    assert derya.post(reverse("desk:batch"), batch).status_code == 200
    derya.post(reverse("desk:paper"), {"count": 1, "language": "tr"})
    local = timezone.now().astimezone(ZoneInfo("Europe/Istanbul"))
    paper = {
        "token": str(uuid4()), "channel": "counter", "reference-1": PaperForm.objects.get().reference,
        "day-1": f"{local:%d.%m.%Y}", "hour-1": f"{local:%H:%M}",
        "text-1": "Çukur paper", "phone-1": said(home, 6),
    }  # fmt: skip
    assert derya.post(reverse("desk:paper-enter"), paper).status_code == 200
    work(timezone.now() + timedelta(seconds=60))
    wanted |= {f"Çukur {door}": meant(home, at) for at, door in enumerate(("meeting", "headman", "paper"), 4)}
    assert reached() == wanted


def test_a_gateway_and_an_exchange_give_numbers_of_this_country(home, town, now):
    sms = Endpoint.objects.create(
        key="sms", channel="sms", language="tr", names={"tr": "SMS"}, sealed=seal({"secret": "s"}),
        settings={"gateway": "kannel", "url": "http://127.0.0.1:9"},
    )  # fmt: skip
    query = urlencode({"from": said(home, 7).replace(" ", ""), "text": "Çukur sms", "id": "1"})
    (arrival,) = adapter_of(sms, NOBODY).arrivals(Knock(headers={}, query=query, method="GET"))
    accept([Incoming(endpoint_id=sms.pk, external_id="1", lane="", raw=arrival.raw, received_at=now)])
    pushed = Endpoint.objects.create(key="pbx", channel="telephony", names={"en": "x"}, language="tr")
    exchange = Exchange(pushed, now)
    exchange.push("a", "newCall", from_=said(home, 8).replace(" ", ""))
    work(now)
    assert reached()["Çukur sms"] == meant(home, 7)
    assert exchange.call("a").caller == meant(home, 8)
    for channel in ("telephony", "asterisk", "sms", *BY_HAND):
        row = Endpoint(id=1, key="any", channel=channel, settings={})
        assert getattr(adapter_of(row, NOBODY), "region", "") == home
        row.settings = {"region": "de"}  # an account that says another keeps it
        assert getattr(adapter_of(row, NOBODY), "region", "") == "DE"


def test_the_form_of_an_account_leaves_the_country_empty_and_says_which_is_meant(home, town, at_desk):
    ayse = at_desk(town.ayse)
    ayse.cookies[conf.LANGUAGE_COOKIE_NAME] = "en"
    for channel in ("sms", "telephony", "asterisk", "counter"):
        shown = ayse.get(reverse("desk:endpoint-add", args=[channel])).content.decode()
        field = shown.split('name="field-region"')[1].split(">")[0]
        assert "value" not in field
        assert f"own country. ({home})" in shown
    sent = {
        "field-region": "ZZ",
        "field-sender": "5454",
        "key": "sms",
        "owner": "institution",
        "language": "tr",
    }
    answer = ayse.post(reverse("desk:endpoint-add", args=["sms"]), sent)
    assert "No country has these two letters" in answer.content.decode()
    assert not Endpoint.objects.filter(channel="sms").exists()
