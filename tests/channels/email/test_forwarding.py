"""A mail that somebody passes on, as the mail programs of our languages write it."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from vefa.channels.email.reading import Mailbox, read
from vefa.channels.port import Forwarded

GMAIL = """Bunu da alalım lütfen.

---------- Forwarded message ---------
Gönderen: Ali Demir <ali.demir@posta.example>
Date: 3 Mar 2026 Sal, 10:15
Subject: Sokağımızdaki çukur
To: <baskan@pinarova.example>


Başkanım, okulun önünde çukur var.
"""
OUTLOOK = """
________________________________
Kimden: Ali Demir <ali.demir@posta.example>
Gönderildi: 3 Mart 2026 Salı 10:15
Kime: Başkan
Konu: Sokağımızdaki çukur

Başkanım, okulun önünde çukur var.
"""
YANDEX = """Прошу рассмотреть

-------- Пересылаемое сообщение --------
От: Иван Петров <ivan@pochta.example>
Дата: 3 марта 2026 г., 10:15
Тема: Яма
Кому: мэр

Возле школы яма.
-------- Конец пересылаемого сообщения --------
"""
APPLE = """Begin forwarded message:

From: Ann Hill <ann@mail.example>
Subject: Pothole
Date: 3 March 2026 at 10:15:00 GMT+3
To: mayor@pinarova.example

There is a pothole at the school.
"""
KAZAKH = """---------- Қайта жіберілген хабар ----------
Кімнен: Айгүл Серік <aigul@poshta.example>
Күні: 3 наурыз 2026 ж., 10:15
Тақырыбы: Шұңқыр

Мектеп алдында шұңқыр бар.
"""
PERSIAN = """---------- پیام هدایت‌شده ---------
از: زهرا کریمی <zahra@post.example>
تاریخ: ۱۲ اسفند ۱۴۰۴ ساعت ۱۰:۱۵
موضوع: چاله
به: شهردار

جلوی مدرسه چاله است.
"""
SAID = datetime(2026, 3, 3, 7, 15, tzinfo=UTC)  # 10:15 where it was forwarded


def mail(body: str, *, subject: str = "Fwd: Sokağımızdaki çukur") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Leyla Güneş <leyla@pinarova.example>"
    made["To"] = "iletisim@pinarova.example"
    made["Subject"] = subject
    made["Date"] = "Wed, 04 Mar 2026 09:00:00 +0300"
    made["Message-ID"] = "<f1@pinarova.example>"
    made.set_content(body)
    return made


def passed(made: EmailMessage) -> Forwarded | None:
    return read(made.as_bytes(), Mailbox()).forwarded


@pytest.mark.parametrize(
    ("body", "name", "address", "text", "note"),
    [
        (GMAIL, "Ali Demir", "ali.demir@posta.example", "Başkanım, okulun önünde çukur var.",
         "Bunu da alalım lütfen."),
        (OUTLOOK, "Ali Demir", "ali.demir@posta.example", "Başkanım, okulun önünde çukur var.", ""),
        (YANDEX, "Иван Петров", "ivan@pochta.example", "Возле школы яма.", "Прошу рассмотреть"),
        (APPLE, "Ann Hill", "ann@mail.example", "There is a pothole at the school.", ""),
        (KAZAKH, "Айгүл Серік", "aigul@poshta.example", "Мектеп алдында шұңқыр бар.", ""),
        (PERSIAN, "زهرا کریمی", "zahra@post.example", "جلوی مدرسه چاله است.", ""),
    ],
    ids=["gmail", "outlook", "yandex", "apple", "kazakh", "persian"],
)  # fmt: skip
def test_who_wrote_it_first_and_when_is_read_in_every_language(body, name, address, text, note):
    found = passed(mail(body))
    assert found is not None
    assert (found.name, found.address, found.said_at, found.note) == (name, address, SAID, note)
    assert found.text.splitlines()[0] == text


def test_a_mail_that_is_enclosed_whole_gives_everything_exactly():
    inner = EmailMessage()
    inner["From"] = "Ali Demir <Ali.Demir@posta.example>"
    inner["Subject"] = "Çukur"
    inner["Date"] = "Tue, 03 Mar 2026 10:15:00 +0300"
    inner.set_content("Okulun önünde çukur var.")
    inner.add_attachment(b"\x89PNG....", maintype="image", subtype="png", filename="cukur.png")
    outer = mail("Bilginize.", subject="Çukur")
    outer.add_attachment(inner)

    reading = read(outer.as_bytes(), Mailbox())

    assert reading.forwarded == Forwarded(
        name="Ali Demir", address="ali.demir@posta.example", said_at=SAID, subject="Çukur",
        text="Okulun önünde çukur var.", note="Bilginize.",
    )  # fmt: skip
    assert [file.name for file in reading.attachments] == ["Çukur.eml", "cukur.png"]


def test_an_answer_that_quotes_is_not_passed_on():
    assert passed(mail(OUTLOOK, subject="Re: Sokağımızdaki çukur")) is None
    assert passed(mail("Kimden: bilmiyorum ama yolda çukur var", subject="Çukur")) is None


def test_a_date_that_nobody_can_read_is_left_open():
    found = passed(mail(GMAIL.replace("3 Mar 2026 Sal, 10:15", "dün sabah")))
    assert found is not None
    assert found.said_at is None
