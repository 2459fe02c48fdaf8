"""A reply is what is new in it; the rest is folded away but kept."""

import pytest

from vefa.channels.email.quoting import folded

NEW = "Teşekkürler, lamba yandı."


@pytest.mark.parametrize(
    "below",
    [
        "On Sun, 29 Mar 2026 at 05:00, City <city@p.example> wrote:\n> Which street?",
        "29 Mar 2026 Paz 05:00 tarihinde Belediye <city@p.example> şunu yazdı:\n> Hangi sokak?",
        "Belediye <city@p.example>, 29 Mar 2026 Paz, 05:00 tarihinde\nşunu yazdı:\n\n> Hangi sokak?",
        "вс, 29 мар. 2026 г. в 05:00, Город <city@p.example>:\n> Какая улица?\n",
        "29.03.2026, 05:00, Город пишет:\n> Какая улица?",
        "Воскресенье, 29 марта 2026, 5:00 +03:00 от Город <city@p.example>:\n\nКакая улица?",
        "2026 ж. 29 нау., 05:00, Қала <city@p.example> жазды:\n> Қай көше?",
        "در تاریخ یکشنبه ۲۹ مارس ۲۰۲۶، شهرداری <city@p.example> نوشت:\n> کدام خیابان؟",
        "-----Original Message-----\nFrom: City\nWhich street?",
        "-----Özgün İleti-----\nHangi sokak?",
        "-------- Исходное сообщение --------\nКакая улица?",
        f"{'_' * 32}\nGönderen: Belediye\nGönderildi: 29 Mart 2026\nKime: Derya\nKonu: Lamba\n\nHangi?",
        "От: Город\nОтправлено: 29 марта 2026\nКому: Дерья\nТема: Фонарь\n\nКакая улица?",
        "> Hangi sokak?\n> Belediye",
    ],
)
def test_what_stands_below_is_folded_in_every_language(below):
    parts = folded(f"{NEW}\n\n{below}")

    assert parts.text == NEW
    assert parts.quoted.split() == below.split()


@pytest.mark.parametrize(
    "line",
    [
        "-- \nDerya Yıldız\nGül Sokak 4",
        "Sent from my iPhone",
        "iPhone'umdan gönderildi",
        "Отправлено с iPhone",
        "Отправлено из мобильной Почты Mail.ru",
        "iPhone құрылғысынан жіберілді",
        "ارسال شده از آیفون من",
    ],
)
def test_a_signature_is_no_part_of_the_words(line):
    parts = folded(f"{NEW}\n\n{line}\n")

    assert parts.text == NEW
    assert parts.signature.split() == line.removeprefix("-- ").split()


def test_answers_between_the_quoted_lines_need_them_and_stay():
    text = "> Hangi sokak?\nGül Sokak\n> Kaç numara?\nDört"

    assert folded(text).text == text


def test_an_answer_below_the_quotation_is_found():
    parts = folded("On 29 Mar 2026 City <c@p.example> wrote:\n> Which street?\n\nGül Sokak")

    assert parts.text == "Gül Sokak"


def test_a_mail_that_only_forwards_stays_whole():
    text = "---------- Forwarded message ---------\nFrom: Aylin\nDate: dün\nSubject: Su\n\nSu yok."

    assert folded(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Muhtar yazdı: su yok.",
        "Kimden yardım alabilirim?\nTarih: yarın",
        "Saat 10:30'da geldim.\nKimse yoktu:\nkapalı",
    ],
)
def test_ordinary_sentences_are_not_taken_for_quotations(text):
    assert folded(text).text == text
