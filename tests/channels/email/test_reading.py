"""What the house understands of a mail."""

from datetime import UTC, datetime

import pytest

from tests.channels.email.letters import CITY, DERYA, mail, raw
from vefa.channels.email.reading import Mailbox, read
from vefa.channels.email.tokens import token
from vefa.channels.port import Form, Reading, UnreadableError

KEY = "a key for tests"
PICTURE = b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
OURS = Mailbox(address=CITY, reply_keys=[KEY], authserv_id="mx.pinarova.example")


def reading(data: bytes) -> Reading:
    return read(data, OURS)


def test_a_plain_mail_keeps_sender_subject_text_moment_and_id():
    found = reading(mail())

    assert (found.form, found.text) == (Form.MESSAGE, "Gül Sokak’ta lamba yanmıyor.")
    assert found.sender is not None
    assert (found.sender.address, found.sender.name) == (DERYA, "Derya Yıldız")
    assert (found.subject, found.message_id) == ("Sokak lambası", "m1@posta.example")
    assert found.said_at == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
    assert found.thread == "m1@posta.example"


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("Çöp toplanmıyor, ağaç şu sıralar ışıksız", "iso-8859-9", "iso-8859-9"),
        ("Çöp toplanmıyor, ağaç şu sıralar ışıksız", "windows-1254", "windows-1254"),
        ("Çöp toplanmıyor, ağaç şu sıralar ışıksız", "windows-1254", "iso-8859-1"),
        ("Çöp toplanmıyor, ağaç şu sıralar ışıksız", "windows-1254", "us-ascii"),
        ("Çöp toplanmıyor, ağaç şu sıralar ışıksız", "utf-8", "iso-8859-9"),
        ("Çöp toplanmıyor, ağaç şu sıralar ışıksız", "windows-1254", "no-such-charset"),
        ("На улице не горит фонарь", "windows-1251", "windows-1251"),
        ("На улице не горит фонарь", "windows-1251", ""),
        ("На улице не горит фонарь", "koi8-r", "koi8-r"),
        ("На улице не горит фонарь", "koi8-r", "iso-8859-1"),
        ("На улице не горит фонарь", "utf-8", "windows-1251"),
        ("Көшеде жарық жоқ, қоқыс үйіліп қалды", "utf-8", "utf-8"),
        ("چراغ كوچه خاموش است", "windows-1256", "windows-1256"),
        ("چراغ كوچه خاموش است", "windows-1256", ""),
        ("چراغ کوچه خاموش است", "utf-8", "us-ascii"),
    ],
)
def test_the_words_survive_old_code_pages_and_wrong_labels(text, codec, label):
    kind = f'text/plain; charset="{label}"' if label else "text/plain"

    assert reading(raw(text.encode(codec), content_type=kind)).text == text


def test_encoded_words_are_joined_before_they_are_decoded():
    # One letter of two bytes, cut between two encoded words, as some programs do.
    subject = "=?utf-8?B?w4fDtnAg?= =?utf-8?B?dG9wbGFuxA==?=\r\n =?utf-8?B?sXlvcg==?="

    assert reading(raw(b"x", Subject=subject)).subject == "Çöp toplanıyor"


def test_a_subject_in_raw_bytes_is_guessed():
    data = raw(b"x", Subject="X").replace(b"Subject: X", b"Subject: " + "Çöp şikâyeti".encode("cp1254"))

    assert reading(data).subject == "Çöp şikâyeti"


def test_a_mail_without_any_sender_is_still_read():
    found = reading(raw(b"Yol bozuk", From=""))

    assert (found.sender, found.text) == (None, "Yol bozuk")
    assert "It names no sender." in found.warnings


def test_html_alone_gives_text_and_a_harmless_page():
    page = (
        "<p>Merhaba</p><script>alert(1)</script><p onclick=x style='color:red' class=c hx-get=/x>Yol "
        "<b>bozuk</b></p><img src=http://spy.example/p.gif><a href='javascript:x'>bas</a><svg onload=x></svg>"
    )
    found = reading(raw(page.encode(), content_type="text/html; charset=utf-8"))

    assert found.text == "Merhaba\n\nYol bozuk\n\nbas"
    assert not any(
        word in found.html for word in ("script", "onclick", "style", "class", "hx-", "spy", "onload", "svg")
    )


def test_pictures_inside_the_mail_stay_and_their_files_are_named():
    message = mail(html='<p>Bakın</p><img src="cid:foto1" alt="çukur">')

    assert 'src="cid:foto1"' in reading(message).html
    assert reading(message).text == "Gül Sokak’ta lamba yanmıyor."


def test_a_page_nested_too_deep_keeps_its_words():
    page = b"<div>" * 30_000 + b"su yok" + b"</div>" * 30_000
    found = reading(raw(page, content_type="text/html"))

    assert found.text == "su yok"
    assert "nested too deep" in found.warnings[0]


def test_files_keep_their_bytes_and_their_names_in_every_packing():
    parts = (
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nEkte\r\n"
        b"--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment;\r\n"
        b" filename*=utf-8''%C3%A7ukur%20foto.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/\r\n"
        b'--b\r\nContent-Type: application/pdf; name="=?utf-8?B?ZGlsZWvDp2UucGRm?="\r\n\r\n%PDF\r\n'
        b'--b\r\nContent-Type: application/ms-tnef; name="winmail.dat"\r\n\r\ntnef\r\n--b--\r\n'
    )
    found = reading(raw(parts, content_type='multipart/mixed; boundary="b"'))

    assert [(ref.kind, ref.name) for ref in found.attachments] == [
        ("photo", "çukur foto.jpg"),
        ("document", "dilekçe.pdf"),
        ("document", "winmail.dat"),
    ]
    assert found.attachments[0].content == b"\xff\xd8\xff"
    assert found.text == "Ekte"


def test_a_mail_inside_the_mail_is_a_file_of_its_own():
    inner = mail("İç mektup", Subject="İlk dilekçe")
    body = b"--b\r\n\r\nEkte\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    found = reading(raw(body, content_type='multipart/mixed; boundary="b"'))

    assert found.text == "Ekte"
    assert [(ref.kind, ref.name) for ref in found.attachments] == [("message", "İlk dilekçe.eml")]


def test_an_answer_names_its_thread_and_our_token_brings_it_home():
    sealed = token("20-4711-3", KEY)
    found = reading(mail(In_Reply_To=f"<r9.{sealed}@pinarova.example>", References="<a@x> <b@x>"))

    assert found.references == ("a@x", "b@x", f"r9.{sealed}@pinarova.example")
    assert (found.thread, found.reply_to) == ("a@x", f"r9.{sealed}@pinarova.example")
    assert found.reference == "20-4711-3"


def test_the_token_comes_back_in_the_address_too_whatever_its_case():
    address = f"iletisim+{token('20-4711-3', KEY).upper()}@pinarova.example"

    assert reading(mail(To=address)).reference == "20-4711-3"


def test_a_token_of_another_house_or_with_one_letter_changed_says_nothing():
    genuine = token("20-4711-3", KEY)
    forged = genuine[:-1] + ("a" if genuine[-1] != "a" else "b")

    assert reading(mail(In_Reply_To=f"<x.{forged}@p>")).reference == ""
    assert reading(mail(In_Reply_To=f"<x.{token('20-4711-3', 'other')}@p>")).reference == ""


def test_a_different_reply_to_is_shown_and_copies_are_listed():
    found = reading(mail(Reply_To="<kurnaz@evil.example>", Cc=f"aylin@posta.example, {CITY}"))

    assert found.reply_address == "kurnaz@evil.example"
    assert found.copied_to == ("aylin@posta.example",)
    assert found.sender is not None
    assert found.sender.address == DERYA


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("mx.pinarova.example; dmarc=pass header.from=posta.example", True),
        ("mx.pinarova.example; dmarc=fail header.from=posta.example", False),
        ("mx.pinarova.example; dkim=pass header.d=posta.example", True),
        ("mx.pinarova.example; dkim=pass header.d=evil.example", None),
        ("mx.pinarova.example; spf=fail smtp.mailfrom=posta.example", False),
        ("mx.evil.example; dmarc=pass header.from=posta.example", None),
        ("mx.evil.example (mx.pinarova.example); dmarc=pass", None),
        ("", None),
    ],
)
def test_only_our_own_servers_verdict_about_the_sender_counts(verdict, expected):
    assert reading(mail(Authentication_Results=verdict)).verified is expected


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        ({"Auto_Submitted": "auto-replied"}, Form.AUTO_REPLY),
        ({"Auto_Submitted": "auto-generated"}, Form.MESSAGE),
        ({"X_Autoreply": "yes"}, Form.AUTO_REPLY),
        ({"Subject": "Otomatik yanıt: izindeyim"}, Form.AUTO_REPLY),
        ({"Subject": "Автоответ: я в отпуске"}, Form.AUTO_REPLY),
        ({"Subject": "پاسخ خودکار"}, Form.AUTO_REPLY),
        ({"Subject": "Out of office", "In_Reply_To": "<r9@pinarova.example>"}, Form.AUTO_REPLY),
        ({"Subject": "Я в отпуске", "References": "<r9@pinarova.example>"}, Form.AUTO_REPLY),
        ({"Precedence": "bulk"}, Form.MESSAGE),
        ({"List_Id": "<mahalle.posta.example>"}, Form.MESSAGE),
        ({"Return_Path": "<>"}, Form.MESSAGE),
        ({"X_Auto_Response_Suppress": "All"}, Form.MESSAGE),
        ({"From": "noreply@shop.example"}, Form.MESSAGE),
    ],
)
def test_no_machine_answers_a_machine(headers, form):
    found = reading(mail(**headers))

    assert found.form is form
    assert found.auto


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto_Submitted": "no"},
        {"Subject": "Re: Otomatik yanıt"},
        {"Subject": "Нет на месте крышки люка"},
        {"Subject": "Vacation rental next door: noise every night"},
        {"Subject": "Ofis dışı saatlerde telefon açılmıyor"},
    ],
)
def test_a_persons_mail_may_be_acknowledged(headers):
    found = reading(mail(**headers))
    assert (found.form, found.auto) == (Form.MESSAGE, "")


def test_a_bounce_names_whom_it_did_not_reach_and_which_answer():
    sealed = token("20-4711-3", KEY)
    report = (
        "--b\r\n\r\nThis is the mail system.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.posta.example\r\n\r\nFinal-Recipient: rfc822; derya@posta.example\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <r9.{sealed}@pinarova.example>\r\n--b--\r\n"
    ).encode()
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    found = reading(raw(report, content_type=kind, From="MAILER-DAEMON@mx.posta.example"))

    assert (found.form, found.reference) == (Form.BOUNCE, "20-4711-3")
    (receipt,) = found.receipts
    assert (receipt.state, receipt.status, receipt.recipient) == ("failed", "5.1.1", DERYA)
    assert receipt.provider_id == f"r9.{sealed}@pinarova.example"
    assert found.unreachable is not None
    assert found.unreachable.address == DERYA
    assert found.unreachable.about == (receipt.provider_id,)  # believed only where that is a mail of ours
    assert found.auto == "bounce report"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full"),
        ("5.1.8", "550 5.1.8 <sehir@pinarova.example>: Sender address rejected: Domain not found"),
        ("5.7.1", "550 5.7.1 Recipient rejected: your network is on our list"),
    ],
)
def test_a_full_mailbox_or_our_own_bad_name_fails_without_making_the_address_unreachable(status, why):
    report = (
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; derya@posta.example\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {why}\r\n\r\n--b--\r\n"
    ).encode()
    found = reading(raw(report, content_type="multipart/report; report-type=delivery-status; boundary=b"))

    assert (found.form, found.unreachable) == (Form.BOUNCE, None)


def test_a_read_receipt_is_a_receipt():
    report = (
        b"--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        b"Final-Recipient: rfc822; derya@posta.example\r\n"
        b"Original-Message-ID: <r9@pinarova.example>\r\n"
        b"Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
    )
    found = reading(raw(report, content_type="multipart/report; boundary=b"))

    assert found.form is Form.RECEIPT
    assert (found.receipts[0].state, found.receipts[0].provider_id) == ("read", "r9@pinarova.example")


def nested(levels: int) -> bytes:
    body = b"derin"
    for level in range(levels):
        edge = f"e{level}".encode()
        inner = b'Content-Type: multipart/mixed; boundary="e%d"\r\n\r\n' % (level - 1) if level else b"\r\n"
        body = b"--" + edge + b"\r\n" + inner + body + b"\r\n--" + edge + b"--\r\n"
    return raw(body, content_type=f'multipart/mixed; boundary="e{levels - 1}"')


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"X: " + b"y" * 300_000 + b"\r\n\r\nbody", "header"),
        (nested(40), "levels"),
        (raw(b"--b\r\n\r\nx\r\n" * 120, content_type="multipart/mixed; boundary=b"), "parts"),
        (raw(PICTURE * 60, content_type="multipart/mixed; boundary=b"), "files"),
    ],
)
def test_a_mail_over_budget_is_left_to_a_person(data, why):
    with pytest.raises(UnreadableError, match=why):
        reading(data)


def test_a_mail_larger_than_we_read_is_refused_before_it_is_parsed():
    with pytest.raises(UnreadableError, match="larger"):
        reading(raw(b"x" * (25 * 1024 * 1024)))


def test_the_header_of_an_oversize_mail_says_where_the_rest_is():
    found = reading(b"X-Vefa-Oversize: 40000000\r\n" + raw(b""))

    assert "too large (40000000 bytes)" in found.warnings[0]
    assert found.subject == "Deneme"
