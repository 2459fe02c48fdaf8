"""What gateways push: messages, reports in any order, and everything that is forged or broken.

The bodies are written from the providers' documentation (read 2026-11-22); no person stands behind a number.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib import resources
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.channels.forged import NO_TIME, SECRET, Proof, forgeries, refused_by, taken_by
from tests.channels.sms.lines import DERYA, DOOR, form, get, line, taken
from tests.channels.trouble import orders
from vefa.channels.port import Call, ForgedError, Form, UnreadableError
from vefa.channels.sms import knocks
from vefa.channels.sms.numbers import lane
from vefa.channels.sms.twilio import sign

STYLES = ("kannel", "netgsm", "smsc", "twilio")
MESSAGE = {"MessageSid": "SM1", "From": "+905321112233", "To": "+15005550006", "Body": "Çukur var & büyük"}


def twilio_call(body: bytes, secret: str, query: str = "") -> Call:
    """A knock as Twilio signs it."""
    url = f"{DOOR}?{query}" if query else DOOR
    params = parse_qs(body.decode(), keep_blank_values=True)
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": sign(url, params, secret),
    }
    return Call(headers=headers, body=body, query=query)


def hmac_call(body: bytes, secret: str) -> Call:
    return Call(headers={"x-signature": hmac.digest(secret.encode(), body, "sha256").hex()}, body=body)


def timed_call(body: bytes, secret: str, *, ago_s: float = 0) -> Call:
    """As gateways sign that tell the moment too."""
    now = datetime.now(UTC)
    moment = str(int((now - timedelta(seconds=ago_s)).timestamp()))
    proof = hmac.digest(secret.encode(), f"{moment}.".encode() + body, "sha256").hex()
    return Call(headers={"x-signature": proof, "x-timestamp": moment}, body=body, at=now)


def old_call(body: bytes, secret: str) -> Call:
    """The honest call of six minutes ago, played again."""
    return timed_call(body, secret, ago_s=360)


def basic_call(body: bytes, secret: str) -> Call:
    token = b64encode(f"vefa:{secret}".encode()).decode()
    return Call(headers={"authorization": f"Basic {token}"}, body=body)


def query_call(body: bytes, secret: str) -> Call:
    return Call(headers={}, body=body, query=urlencode({"secret": secret, "from": DERYA, "text": "a"}))


OWN = 'url = "http://gw/"\nproof = "{}"\nrequest = {{}}\nanswer = {{ id = "id" }}'
TIMED = f'{OWN.format("hmac")}\nproof_time = "X-Timestamp"'
SAID = b'{"from": "+905321112233", "text": "a"}'
PROOFS = {
    "kannel": (
        line("kannel"),
        Proof(body=b"", sign=query_call, stale=NO_TIME, parameter="secret", signs_body=False),
    ),
    "smsc": (
        line("smsc"),
        Proof(body=b"a=b", sign=query_call, stale=NO_TIME, parameter="secret", signs_body=False),
    ),
    "twilio": (
        line("twilio"),
        Proof(body=urlencode(MESSAGE).encode(), sign=twilio_call, stale=NO_TIME, header="x-twilio-signature"),
    ),
    "hmac": (
        line("netgsm", description=OWN.format("hmac")),
        Proof(body=SAID, sign=hmac_call, stale=NO_TIME, header="x-signature"),
    ),
    "timed": (
        line("netgsm", description=TIMED),
        Proof(body=SAID, sign=timed_call, stale=old_call, header="x-signature"),
    ),
    "basic": (
        line("netgsm", description=OWN.format("basic")),
        Proof(body=b"from=1", sign=basic_call, stale=NO_TIME, header="authorization", signs_body=False),
    ),
}
TABLE = [(name, forgery) for name, (_adapter, proof) in PROOFS.items() for forgery in forgeries(proof)]


@pytest.mark.parametrize(("name", "forgery"), TABLE, ids=str)
def test_a_forged_call_is_refused(name, forgery):
    refused_by(PROOFS[name][0], forgery)


@pytest.mark.parametrize("name", PROOFS)
def test_the_honest_call_passes_also_while_secrets_change(name):
    taken_by(*PROOFS[name])


def test_a_signed_moment_must_be_there_whole_and_near():
    adapter, honest = line("netgsm", description=TIMED), timed_call(SAID, SECRET)
    another = str(int(honest.headers["x-timestamp"]) - 1)
    for headers in (
        {"x-signature": honest.headers["x-signature"]},
        {**honest.headers, "x-timestamp": another},
        {**honest.headers, "x-timestamp": "yesterday"},
        {**hmac_call(SAID, SECRET).headers, "x-timestamp": honest.headers["x-timestamp"]},
    ):
        with pytest.raises(ForgedError):
            adapter.verify(structs.replace(honest, headers=headers), [SECRET])
    for wrong in (timed_call(SAID, SECRET, ago_s=-360), structs.replace(honest, at=None)):
        with pytest.raises(ForgedError):
            adapter.verify(wrong, [SECRET])
    adapter.verify(timed_call(SAID, SECRET, ago_s=240), [SECRET])


def test_what_is_signed_with_the_moment_is_as_the_gateway_has_it():
    adapter = line("netgsm", description=f'{TIMED}\nproof_signs = "v1:{{time}}:{{body}}"')
    honest = timed_call(SAID, SECRET)
    signed = f"v1:{honest.headers['x-timestamp']}:".encode() + SAID
    proof = hmac.digest(SECRET.encode(), signed, "sha256").hex()
    adapter.verify(structs.replace(honest, headers={**honest.headers, "x-signature": proof}), [SECRET])
    with pytest.raises(ForgedError):
        adapter.verify(honest, [SECRET])


def test_twilios_own_example_is_signed_as_its_documentation_says():
    params = {
        "CallSid": ["CA1234567890ABCDE"], "Caller": ["+14158675309"], "Digits": ["1234"],
        "From": ["+14158675309"], "To": ["+18005551212"],
    }  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign(url, params, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_twilio_signs_the_query_and_the_digest_of_what_is_no_form():
    adapter, body = line("twilio"), b'{"a": 1}'
    digest = hashlib.sha256(body).hexdigest()

    def call(query: str, content: bytes) -> Call:
        proof = sign(f"{DOOR}?{query}", {}, SECRET)
        headers = {"content-type": "application/json", "x-twilio-signature": proof}
        return Call(headers=headers, body=content, query=query)

    adapter.verify(call(f"bodySHA256={digest}", body), [SECRET])
    for query, content in ((f"bodySHA256={digest}", body + b" "), ("key=7", body), ("bodySHA256=", body)):
        with pytest.raises(ForgedError):
            adapter.verify(call(query, content), [SECRET])
    moved = structs.replace(call(f"bodySHA256={digest}", body), query=f"bodySHA256={digest}&key=8")
    with pytest.raises(ForgedError):
        adapter.verify(moved, [SECRET])


MESSAGES = {
    "kannel": get("secret=x&id=ab12&from=05321112233&at=1795341151&charset=UTF-8&text=%C3%87ukur+var"),
    "netgsm": form("from=5321112233&text=%C3%87ukur+var&id=ab12", "secret=x"),
    "smsc": form("phone=905321112233&mes=%C3%87ukur+var&id=ab12&to=77001112233&sms_id=7", "secret=x"),
    "twilio": form("MessageSid=ab12&From=%2B905321112233&Body=%C3%87ukur+var&NumMedia=0"),
}


@pytest.mark.parametrize("style", STYLES)
def test_a_message_is_read(style):
    (arrival,) = line(style).arrivals(MESSAGES[style])
    reading = line(style).read(arrival.raw)

    assert (arrival.external_id, arrival.lane) == ("message:ab12", lane(DERYA))
    assert (reading.form, reading.text, reading.message_id) == (Form.MESSAGE, "Çukur var", "ab12")
    assert reading.sender is not None
    assert (reading.sender.address, reading.sender.phone) == (DERYA, DERYA)
    assert b"secret" not in arrival.raw
    assert (arrival,) == line(style).arrivals(MESSAGES[style])  # twice is once


@pytest.mark.parametrize(
    ("written", "region", "address"),
    [
        ("05321112233", "TR", DERYA),
        ("5321112233", "TR", DERYA),
        ("905321112233", "TR", DERYA),
        ("00905321112233", "TR", DERYA),
        ("+90 532 111 22 33", "TR", DERYA),
        ("۰۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"),
        ("87011234567", "KZ", "+77011234567"),
        ("77011234567", "KZ", "+77011234567"),
        ("7011234567", "KZ", "+77011234567"),
        ("491701234567", "TR", "+491701234567"),
        ("00989123456789", "TR", "+989123456789"),
        ("5454", "TR", "5454"),
        ("TURKCELL", "TR", "TURKCELL"),
    ],
)
def test_a_sender_is_the_same_person_however_the_gateway_writes_it(written, region, address):
    (reading,) = taken(line("kannel", region=region), get(urlencode({"from": written, "text": "a"})))
    assert reading.sender is not None
    assert reading.sender.address == address


def test_a_name_as_sender_is_kept_and_marked_as_nobody_to_answer():
    (reading,) = taken(line("kannel"), get("from=BANKA&text=Kampanya"))
    assert reading.form == Form.MESSAGE
    assert reading.unreachable is not None
    assert reading.unreachable.address == "BANKA"
    assert reading.warnings


def report(style: str, state: str) -> Call:
    """What a gateway says about the message that we sent under "our-key"."""
    if style == "kannel":
        return get(f"secret=x&key=our-key&dlr={state}&why=NACK%2F34&from={DERYA}&at=1795341151&id=9")
    if style == "twilio":
        body = f"MessageSid=SM9&MessageStatus={state}&To=%2B905321112233&ErrorCode=30005"
        return form(body, "key=our-key")
    name = "id" if style == "smsc" else "jobid"
    return form(f"{name}=our-key&phone=905321112233&status={state}&err=1&time=1", "secret=x")


STATES = [
    ("kannel", "1", "delivered"),
    ("kannel", "2", "failed"),
    ("kannel", "16", "failed"),
    ("kannel", "8", "delayed"),
    ("smsc", "1", "delivered"),
    ("smsc", "20", "failed"),
    ("smsc", "0", "delayed"),
    ("smsc", "-1", "delayed"),
    ("netgsm", "1", "delivered"),
    ("netgsm", "2", "failed"),
    ("netgsm", "0", "delayed"),
    ("twilio", "delivered", "delivered"),
    ("twilio", "undelivered", "failed"),
    ("twilio", "sent", "delayed"),
]


@pytest.mark.parametrize(("style", "state", "known"), STATES)
def test_a_report_is_understood(style, state, known):
    (reading,) = taken(line(style), report(style, state))
    assert reading.form == Form.RECEIPT
    (receipt,) = reading.receipts
    assert (receipt.state, receipt.key) == (known, "our-key")


def test_a_failed_report_says_why_in_words():
    (reading,) = taken(line("twilio"), report("twilio", "undelivered"))
    assert reading.receipts[0].reason == "the number does not exist any more"
    assert reading.receipts[0].provider_id == "SM9"


@pytest.mark.parametrize("style", STYLES)
def test_reports_in_any_order_and_doubled_have_one_name_each(style):
    steps = [state for one, state, _known in STATES if one == style][:3]
    calls = [report(style, state) for state in steps]
    for ordered in orders(calls):
        names = {arrival.external_id for call in ordered for arrival in line(style).arrivals(call)}
        assert len(names) == len(steps)


def test_a_list_of_reports_is_cut_into_its_lines():
    body = json.dumps({"results": [{"jobid": "1", "status": "1"}, {"jobid": "2", "status": "2"}]}).encode()
    own = resources.files("vefa.channels.sms.gateways").joinpath("netgsm.toml").read_text()
    adapter = line("netgsm", description=f'list_at = "results"\n{own}')
    call = Call(headers={"content-type": "application/json"}, body=body)
    found = taken(adapter, call)
    assert [one.receipts[0].state for one in found] == ["delivered", "failed"]


def test_the_answer_is_empty_so_that_kannel_sends_nothing_to_the_resident():
    for style in ("kannel", "netgsm", "smsc"):
        assert line(style).thanks.body == b""
        assert line(style).methods == {"GET", "POST"}
    assert line("twilio").thanks.body.endswith(b"<Response/>")


def test_a_picture_sent_to_twilio_is_fetched_later():
    body = urlencode(
        {
            **MESSAGE,
            "NumMedia": "1",
            "MediaUrl0": "https://api.twilio.com/x",
            "MediaContentType0": "image/jpeg",
        }
    )
    (reading,) = taken(line("twilio"), form(body))
    (file,) = reading.attachments
    assert (file.kind, file.provider_ref) == ("photo", "https://api.twilio.com/x")


@pytest.mark.parametrize("style", STYLES)
@given(body=st.binary(max_size=300), query=st.text(st.characters(max_codepoint=255), max_size=100))
def test_random_bytes_are_read_or_refused_with_one_error(style, body, query):
    adapter = line(style)
    for kind in ("application/x-www-form-urlencoded", "application/json", ""):
        call = Call(headers={"content-type": kind}, body=body, query=query)
        with suppress(UnreadableError):
            taken(adapter, call)
    for raw in (body, b'{"query": %s}' % json.dumps(query).encode()):
        with suppress(UnreadableError):
            adapter.read(raw)


@pytest.mark.parametrize("style", STYLES)
@given(
    body=st.binary(max_size=100),
    query=st.text(st.characters(max_codepoint=255), max_size=60),
    proof=st.text(max_size=40),
)
def test_random_callers_are_refused(style, body, query, proof):
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": proof}
    with pytest.raises(ForgedError):
        line(style).verify(Call(headers=headers, body=body, query=query), [SECRET])


def test_however_a_gateway_writes_a_number_what_its_owner_says_stays_in_order():
    kannel = line("kannel")
    ways = ("%2B905321112233", "905321112233", "05321112233", "532+111+22+33", "+90 (532) 111-22-33")
    lanes = {
        kannel.arrivals(get(f"from={way}&text=a&id={number}"))[0].lane for number, way in enumerate(ways)
    }
    assert len(lanes) == 1
    assert kannel.arrivals(get("from=BANK&text=a&id=1"))[0].lane == "BANK"


@pytest.mark.parametrize("query", ["secret={}&from=5454&text=a", "from=5454&s%65cret={}&text=%FE&secret={}"])
def test_the_secret_of_the_door_is_taken_however_it_is_written_and_never_kept(query):
    kannel, call = line("kannel"), get(query.format(SECRET, SECRET))
    kannel.verify(call, [SECRET])
    assert SECRET.encode() not in kannel.arrivals(call)[0].raw


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["from", "id", "%66rom", "fr+om", "key", "charset", "text", "", "secre%74"]),
            st.sampled_from(
                ["", "=", "=%2B905321112233", "=a+b", "=%FE", "=utf-8", "=iso-8859-9", "=%C3%87", "=a=b"]
            ),
        ),
        max_size=6,
    ),
    st.sampled_from(["", "from=1&id=2"]),
)
def test_the_door_reads_what_it_must_know_as_the_reader_does(pairs, body):
    query = "&".join(name + value for name, value in pairs)
    knock = knocks.knock_of(Call(headers={}, query=query, body=body.encode()))
    names = frozenset({"from", "id", "key"})

    read = knocks.fields(knock)

    told = knocks.facts(knock, names)
    assert {name: told[name] for name in names & told.keys()} == {
        name: read[name] for name in names & read.keys()
    }


def test_too_many_parameters_are_refused_at_the_door():
    with pytest.raises(UnreadableError):
        line("kannel").arrivals(get("&".join(["from=5454"] * 201)))
