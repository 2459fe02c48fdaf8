"""Every gateway over HTTP: what goes out, what each answer means, and every way to fail."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.channels.sms.lines import DOOR, line, parcel
from tests.channels.trouble import TROUBLES, becomes_the_right_error, says_how_long
from tests.providers.sms_gateways import SmsGateway
from vefa.channels.manners import Standing, Tariff
from vefa.channels.port import BusyError, ParcelFile, RejectedError, SendError, Sent
from vefa.channels.sms.line import Line

STYLES = ("kannel", "netgsm", "smsc", "twilio")
STANDING = Standing(now=datetime(2026, 3, 29, tzinfo=UTC))
TEXT = "Çukur yarın doldurulacak; ilginiz için teşekkür ederiz. Өтініш. درخواست 🚧"


@pytest.fixture(params=STYLES)
def gateway(request):
    with SmsGateway.running(request.param) as running:
        yield running
        assert running.faults == []


@pytest.fixture
def http():
    with httpx.Client(timeout=httpx.Timeout(0.5, connect=2)) as client:
        yield client


def sender(gateway: SmsGateway, http: httpx.Client, **settings: str):
    return line(gateway.style, http=http, url=gateway.url, **settings)


def test_a_resident_reads_what_was_written(gateway, http):
    sent = sender(gateway, http).send(parcel(TEXT))

    assert gateway.heard() == [TEXT]
    assert sent.provider_id
    assert gateway.sent[0].to.lstrip("+").endswith("5321112233")


def test_what_goes_out_is_what_was_counted(gateway, http):
    words = "Gu\u0308ven Parki\r\nikinci kapi"  # as a telephone of the staff may type it

    sender(gateway, http).send(parcel(words))

    assert gateway.heard() == ["G\u00fcven Parki\nikinci kapi"]


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_trouble_becomes_the_right_error(trouble, gateway, http):
    adapter = sender(gateway, http)
    becomes_the_right_error(trouble, peer=gateway, send=lambda: adapter.send(parcel()))


def test_a_gateway_that_names_the_seconds_is_believed(gateway, http):
    says_how_long(peer=gateway, send=lambda: sender(gateway, http).send(parcel()))


def test_a_wrong_password_waits_for_a_person(gateway, http):
    with pytest.raises(BusyError) as caught:
        sender(gateway, http, account="somebody-else").send(parcel())

    assert caught.value.retry_after_s >= 300
    assert gateway.heard() == []


def test_nobody_listens(http):
    for style in STYLES:
        with pytest.raises(BusyError):
            line(style, http=http, url="http://127.0.0.1:1/cgi-bin/sendsms").send(parcel())


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "  "},
        {"to": "BANK"},
        {"attachments": (ParcelFile(name="a.jpg", content_type="image/jpeg", content=b"x"),)},
        {"text": "ж" * 67 * 256},
    ],
)
def test_what_no_sms_can_carry_is_refused_before_any_part_goes_out(style, wrong):
    with pytest.raises(RejectedError):
        line(style).send(parcel(**wrong))


REFUSALS = [
    ("kannel", "any", RejectedError, False, "Sender missing"),
    ("netgsm", "20", RejectedError, False, "no"),
    ("netgsm", "30", BusyError, False, "account"),
    ("netgsm", "80", BusyError, False, "no"),
    ("smsc", "6", RejectedError, False, "no"),
    ("smsc", "3", BusyError, False, "account"),
    ("smsc", "9", BusyError, False, "no"),
    ("smsc", "7", RejectedError, True, "no"),
    ("twilio", "21610", RejectedError, True, "STOP"),
    ("twilio", "21614", RejectedError, True, "no mobile telephone"),
    ("twilio", "21408", BusyError, False, "country"),
    ("twilio", "20429", BusyError, False, "too many"),
    ("twilio", "99999", RejectedError, False, "99999: no"),
]


@pytest.mark.parametrize(("style", "code", "error", "gone", "words"), REFUSALS)
def test_a_gateways_codes_are_understood(style, code, error, gone, words, http):
    with SmsGateway.running(style) as gateway:
        gateway.refuses = code
        with pytest.raises(SendError) as caught:
            sender(gateway, http).send(parcel())

    assert type(caught.value) is error
    assert words in caught.value.reason
    assert getattr(caught.value, "unreachable", False) is gone
    assert gateway.heard() == []


def test_kannel_is_told_the_cheapest_form_and_asked_for_reports(http):
    with SmsGateway.running("kannel") as gateway:
        adapter = sender(gateway, http)
        adapter.send(parcel("Plain [text]"))
        adapter.send(parcel("Çığ"))
    plain, wide = (one.request for one in gateway.sent)
    assert (plain["coding"], wide["coding"]) == ("0", "2")
    assert plain["dlr-mask"] == "19"
    assert plain["dlr-url"].startswith(f"{DOOR}?secret=The-Right-Secret-of-2026&key=0190a0b0-")
    assert "dlr=%d" in plain["dlr-url"]


def test_netgsm_is_told_when_turkish_letters_go_by_their_table(http):
    with SmsGateway.running("netgsm") as gateway:
        adapter = sender(gateway, http)
        adapter.send(parcel("Plain"))
        adapter.send(parcel("Çığ"))
    plain, turkish = (one.request for one in gateway.sent)
    assert "encoding" not in plain
    assert turkish["encoding"] == "TR"
    assert tariff(adapter).turkish
    assert gateway.sent[0].to == "5321112233"


def test_a_foreign_number_loses_its_country_nowhere_for_it_would_be_somebody_elses_here(http):
    with SmsGateway.running("netgsm") as gateway:
        adapter = sender(gateway, http)
        for number in ("+15325550142", "+77011234567", "5454"):
            adapter.send(parcel("Ekibimiz yolda", to=number))
    assert [one.to for one in gateway.sent] == ["0015325550142", "0077011234567", "5454"]


def test_a_password_in_the_query_is_in_no_log(caplog):
    caplog.set_level("DEBUG")
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"id": 7})

    description = """
        url = "http://gw.example/send?v=2"
        method = "GET"
        request = { user = "{account}", pass = "{password}", to = "{to}", text = "{text}" }
        answer = { id = "id" }
    """
    http = httpx.Client(transport=httpx.MockTransport(answer))
    assert line("netgsm", http=http, description=description).send(parcel("a & b")).provider_id == "7"
    target = asked[0].extensions["target"]
    assert target.startswith(b"/send?v=2&user=AC")
    assert b"pass=an-auth-token-for-tests" in target
    assert b"text=a+%26+b" in target
    assert "an-auth-token-for-tests" not in caplog.text


def test_braces_that_a_person_typed_are_not_filled_in(http):
    with SmsGateway.running("smsc") as gateway:
        sender(gateway, http).send(parcel("{password} {key}"))
    assert gateway.heard() == ["{password} {key}"]


def test_twilio_gets_long_texts_in_calls_of_1600_and_continues_where_it_stopped(http):
    text = "kelime " * 500
    with SmsGateway.running("twilio") as gateway:
        adapter = sender(gateway, http)
        gateway.misbehave("500")
        with pytest.raises(BusyError):
            adapter.send(parcel(text))
        adapter.send(parcel(text))
        first = gateway.heard()
        gateway.sent.clear()
        adapter.send(parcel(text, done=("SM1",)))
    assert " ".join(first) == text.strip()
    assert all(len(one) <= 1600 for one in first)
    assert gateway.heard() == first[1:]
    assert ["StatusCallback" in one.request for one in gateway.sent] == [False, True]


def test_twilio_takes_a_messaging_service_in_place_of_a_number(http):
    with SmsGateway.running("twilio") as gateway:
        sent = sender(gateway, http, sender="MG123").send(parcel())
    assert gateway.sent[0].request["MessagingServiceSid"] == "MG123"
    assert isinstance(sent, Sent)


@pytest.mark.parametrize("description", ["", "url = ", 'url = "x"\nrequest = {}\nanswer = {}', "nobody = 1"])
def test_a_description_that_cannot_be_used_says_what_is_wrong(description, http):
    adapter = line("netgsm", http=http, description=description)
    (finding,) = adapter.check()
    assert not finding.ok
    assert "description" in finding.text
    with pytest.raises(BusyError) as caught:
        adapter.send(parcel())
    assert caught.value.retry_after_s >= 300


def test_an_answer_in_plain_words_gives_the_id_by_its_place(http):
    description = """
        url = "unused"
        method = "POST"
        request = { no = "{digits}", msg = "{text}" }
        answer = { id = "#2", good = { at = "#1", values = ["00"] } }
    """
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, text="00 7781"))
    adapter = line(
        "netgsm", http=httpx.Client(transport=transport), description=description, url="http://gw/"
    )
    assert adapter.send(parcel()).provider_id == "7781"


def test_each_gateway_can_be_tried(gateway, http):
    findings = sender(gateway, http).check()
    assert findings
    assert all(one.text.endswith(".") for one in findings)


def test_the_terms_show_what_a_text_costs():
    adapter = line("smsc", price="12,50", currency="kzt")
    terms = adapter.terms(STANDING)
    assert (terms.counted, terms.length, terms.files) == ("sms", 0, False)
    assert tariff(adapter) == Tariff(price="12.50", currency="KZT", turkish=False)


def tariff(adapter: Line) -> Tariff:
    found = adapter.terms(STANDING).tariff
    assert found is not None
    return found
