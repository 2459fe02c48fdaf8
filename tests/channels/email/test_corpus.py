"""Every recorded mail, and mail that nobody would write: each is read or left to a person, quickly."""

import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.email.letters import mail
from vefa.channels.email.apart import read_safely
from vefa.channels.email.imap import arrival_of
from vefa.channels.email.reading import Mailbox, read
from vefa.channels.port import Form, Reading, UnreadableError

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "data" / "email"
NOBODY = Mailbox()
recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded mails are not on this machine")


def outcome(raw: bytes) -> Reading | None:
    """The reading, or None when it is left to a person; anything else than that is an error of ours."""
    began = time.process_time()
    try:
        arrival_of(raw)
        return read_safely(raw, NOBODY)
    except UnreadableError:
        return None
    finally:
        assert time.process_time() - began < 2


def mails(folder: str) -> dict[str, bytes]:
    found = sorted((RECORDED / folder).rglob("*"))
    return {path.name: path.read_bytes() for path in found if path.is_file() and path.name != "SOURCES.md"}


@recorded
def test_every_recorded_mail_is_read():
    found = {name: outcome(raw) for name, raw in mails(".").items()}

    assert len(found) > 400
    assert [name for name, reading in found.items() if reading is None] == []


@recorded
def test_nearly_every_recorded_bounce_is_recognised_and_names_its_recipient():
    readings = [outcome(raw) for folder in ("sisimai/bsd", "sisimai/err") for raw in mails(folder).values()]
    forms = Counter(reading.form for reading in readings if reading)
    reported = forms[Form.BOUNCE] + forms[Form.RECEIPT] + forms[Form.EVENT] + forms[Form.AUTO_REPLY]
    bounces = [reading for reading in readings if reading and reading.form is Form.BOUNCE]
    named = [one for one in bounces if any(receipt.recipient for receipt in one.receipts)]
    sys.stdout.write(f"{dict(forms)} of {len(readings)}; {len(named)} of {len(bounces)} name a recipient\n")

    assert reported / len(readings) > 0.95
    assert len(named) / len(bounces) > 0.97


@recorded
def test_no_ordinary_mail_is_taken_for_a_bounce():
    forms = Counter(
        reading.form
        for name in ("flanker", "talon")
        for reading in map(outcome, mails(name).values())
        if reading
    )

    assert forms == {Form.MESSAGE: 40}


@recorded
def test_the_new_words_of_recorded_replies_stand_alone():
    replies = {
        name: outcome(raw) for name, raw in mails("talon/standard_replies").items() if name.endswith(".eml")
    }
    quoting = [name for name, reading in replies.items() if reading and not reading.quoted]
    short = [name for name, reading in replies.items() if reading and len(reading.text) < 80]

    assert len(replies) >= 10
    assert quoting == []
    assert len(short) == len(replies)


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=2000))
def test_random_bytes_are_read_or_left(raw):
    outcome(raw)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_mail_with_holes_and_foreign_bytes_is_read_or_left(data):
    raw = bytearray(mail(html="<p>Merhaba <b>dünya</b></p>", In_Reply_To="<a@b>", Auto_Submitted="no"))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))

    outcome(bytes(raw))


headers = st.sampled_from(
    ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "From", "To", "Date", "Subject",
     "Message-ID", "References", "Authentication-Results", "Status", "Final-Recipient", "Auto-Submitted"]
)  # fmt: skip
STRANGE = (
    "multipart/mixed; boundary=b",
    "multipart/report; boundary=b",
    "multipart/alternative",
    "message/delivery-status",
    "message/rfc822",
    "text/plain; charset=\0",
    "text/plain; charset*=x'y'z",
    "text/html; charset=punycode",
    "base64",
    "quoted-printable",
    "x-uuencode",
    "attachment; filename*0*=x''%ff; filename*9=z",
    "=?utf-8?b?=",
    "=?x?q?=zz?=",
    "(((((((((",
    '"<<>>"@,;:',
    "Mon, 99 Foo 99999 99:99:99 +9999",
)
values = st.text(max_size=60) | st.sampled_from(STRANGE)


@settings(max_examples=200, deadline=None)
@given(fields=st.lists(st.tuples(headers, values), max_size=8), body=st.text(max_size=200))
def test_strange_fields_are_read_or_left(fields, body):
    top = "".join(f"{name}: {value}\r\n" for name, value in fields)
    part = f"\r\n--b\r\n{top}\r\n{body}\r\n--b--\r\n"

    outcome((top + "\r\n" + body + part).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 400_000,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
        ),
        b"From: " + b"(" * 200_000 + b"\r\n\r\nx",
        b"To: " + b"a@b.c," * 40_000 + b"\r\n\r\nx",
        b"Subject: " + b"=?utf-8?q?a?= " * 15_000 + b"\r\n\r\nx",
        b"References: " + b"<a@b>" * 45_000 + b"\r\n\r\nx",
        b"Content-Type: text/html\r\n\r\n" + b"<" * 2_000_000,
        b"Content-Type: text/html\r\n\r\n" + b"<b><i>" * 200_000,
        b"Content-Type: text/html\r\n\r\n" + b"&" * 400_000,
        b"Content-Type: text/plain\r\n\r\n" + b"> " * 1_000_000,
        b"Content-Type: text/plain\r\n\r\n" + b"From: x\n" * 300_000,
        b"Content-Type: text/plain\r\n\r\n" + b"a" * 3_000_000,
        b"Subject: Undelivered\r\nFrom: MAILER-DAEMON@x\r\n\r\n" + b"a.a@" * 300_000,
        b"Content-Type: message/delivery-status\r\n\r\n" + b"Status: 5.0.0\n\n" * 100_000,
        b"Content-Disposition: attachment; " + b"filename*0*=a;" * 10_000 + b"\r\n\r\nx",
        b"\xff" * 3_000_000,
    ],
    ids=range(16),
)
def test_bombs_cost_little(raw):
    outcome(raw)


def test_suspicious_mail_is_read_in_a_process_of_its_own_with_the_same_result():
    plain = mail()
    odd = plain.replace(b"Subject:", b"X-Long: " + b"y" * 70_000 + b"\r\nSubject:")

    assert read_safely(odd, NOBODY).text == read(plain, NOBODY).text
