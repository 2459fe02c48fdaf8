"""People write more about themselves than everybody should read."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.kit import masking
from vefa.kit.ids import reference
from vefa.kit.masking import MASK, masked, personal


def kinds(text):
    return [one.kind for one in personal(text)]


# Numbers invented here; their check digits fit.
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("TC 10000000146 adıma kayıtlı", "identity"),
        ("kimlik no: 100 000 001 46", "identity"),
        ("ЖСН 900101300017 менің", "identity"),
        ("ИИН ٩٠٠١٠١٣٠٠٠١٧", "identity"),
        ("کد ملی من ۰۰۱۲۳۴۵۶۷۹ است", "identity"),
        ("کد ملی 001-234567-9", "identity"),
        ("СНИЛС 112-233-445 95", "identity"),
        ("СНИЛС 11223344595", "identity"),
        ("ИНН 500100732259", "identity"),
        ("паспорт 45 10 123456 выдан", "passport"),
        ("паспорт серия 4510 123456", "passport"),
        ("45 10 123456", "passport"),
        ("паспорт: серия 4510, номер 123456", "passport"),
        ("удостоверение № 012345678", "passport"),
        ("kimlik seri no A12B34567", "passport"),
        ("pasaportum U12345678", "passport"),
        ("төлқұжат N12345678", "passport"),
        ("IBAN TR33 0006 1005 1978 6457 8413 26", "iban"),
        ("KZ86125KZT5004100100 шотына", "iban"),
        ("GB82 WEST 1234 5698 7654 32 acik hesap", "iban"),
        ("شبا IR062960000000100324200001", "iban"),
        ("kart 4111 1111 1111 1111", "card"),
        ("карта 2200 0000 0000 0004", "card"),
        ("کارت ۶۰۳۷-۹۹۱۱-۱۱۱۱-۱۱۱۲", "card"),
        ("ara beni 0532 111 22 33", "phone"),
        ("05321112233", "phone"),
        ("532 111 22 33 numaram", "phone"),
        ("+90 (532) 111-22-33", "phone"),
        ("0232 441 00 00 ev", "phone"),
        ("звоните 8 (905) 123-45-67", "phone"),
        ("8-701-123-45-67", "phone"),
        ("+7 701 123 45 67", "phone"),
        ("телефон 223-45-67", "phone"),
        ("тел. 45-67-89", "phone"),
        ("شماره من ۰۹۱۲ ۳۴۵ ۶۷۸۹", "phone"),
        ("0098 912 345 6789", "phone"),
        ("call +44 20 7946 0958", "phone"),
        ("yazın: ayse.demir@posta.example", "mail"),
        ("TC10000000146", "identity"),
        ("10000000146dır", "identity"),
        ("ИИН900101300017", "identity"),
        ("ЖСН 900101-300017", "identity"),
        ("کدملی۰۰۱۲۳۴۵۶۷۹است", "identity"),
        ("IR 06 2960 0000 0010 0324 2000 01", "iban"),
        ("شماره شبا ۰۶۲۹۶۰۰۰۰۰۰۰۱۰۰۳۲۴۲۰۰۰۰۱", "iban"),
        ("TR 33 0006 1005 1978 6457 8413 26", "iban"),
        ("05321112233den arayın", "phone"),
        ("тел.87011234567де", "phone"),
        ("شماره۰۹۱۲۳۴۵۶۷۸۹", "phone"),
        ("0532\u2011111\u201122\u201133", "phone"),
        ("۰۹۱۲\u200c۳۴۵\u200c۶۷۸۹", "phone"),
        ("_05321112233_", "phone"),
        ("https://wa.me/905321112233", "phone"),
        ("@905321112233 yazsın", "phone"),
    ],
)
def test_personal_data_is_found_in_every_country_and_script(text, kind):
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "Cumhuriyet Caddesi No 12/A kat 3 daire 7",
        "ул. Ленина, д. 125, корп. 2, кв. 1045",
        "Абай даңғылы 150/230, 12 үй",
        "پلاک ۱۲۳، واحد ۴۵۶، کوچهٔ ۱۷",
        "34 ABC 123 plakalı otobüs, hat 14",
        "автобус А123ВС 77 маршрут 125",
        "123 ABC 02 автобус",
        "08.00-17.30 arası, 22.11.2026 14:30",
        "38.4237 27.1428",
        "38.423734, 27.142826",
        "1.500.000.000 TL",
        "1 500 000 рублей",
        "5 000 000 000 toman",
        "153'ü aradım, 444 1 153 de açmadı",
        "8 800 555 35 35",
        "0850 222 11 11",
        "sayaç 1234567",
        "20261122143015",
        "Taking 10000000145 steps",
        "карта 4111 1111 1111 1112 с опечаткой",
        "https://city.example/r/26-00412-7",
        "https://x.example/posta/status/1861234567890123456",
        "IMG_20261122_143015.jpg, 35ABC123",
        "a1b2c3d4-5678-90ab-cdef-1234567890ab",
        "önünde۱۲۳ hat14 saat14:30",
    ],
)
def test_places_plates_dates_and_sums_stay(text):
    assert masked(text) == text


@given(st.integers(0, 99), st.integers(1, 99_999_999))
def test_our_own_reference_is_never_masked(year, number):
    text = f"Başvurum {reference(year=2000 + year, number=number)} ne oldu"

    assert masked(text) == text


def test_only_the_personal_part_goes():
    text = "Cumhuriyet Caddesi 12, çukur var. Ben Ayşe, 0532 111 22 33, TC 10000000146, No 5"

    assert masked(text) == f"Cumhuriyet Caddesi 12, çukur var. Ben Ayşe, {MASK}, TC {MASK}, No 5"


def test_two_numbers_in_a_row_are_two():
    assert kinds("10000000146 05321112233") == ["identity", "phone"]
    assert masked("10000000146 05321112233") == f"{MASK} {MASK}"


def test_the_citys_own_telephone_is_for_everybody():
    assert masked("Bizi 0232 441 00 00 arayın", spare=["+90 232 441 00 00"]) == "Bizi 0232 441 00 00 arayın"


def test_one_wrong_digit_makes_another_number():
    assert masking.is_tckn("10000000146")
    assert not any(masking.is_tckn(f"1000000014{digit}") for digit in "012345789")
    assert masking.is_iin("900101300017")
    assert not masking.is_iin("901301300017")  # there is no thirteenth month
    assert not masking.is_melli("1111111111")
    assert masking.is_iban("TR330006100519786457841326")
    assert not masking.is_iban("TR340006100519786457841326")


@given(st.text(st.characters(), max_size=200))
def test_any_text_can_be_masked_and_twice_is_once(text):
    once = masked(text)

    assert masked(once) == once
    for one in personal(text):
        assert text[one.start : one.end] == one.text


def test_every_made_up_number_is_found_among_words():
    chance = random.Random(4)
    for _ in range(300):
        head = [chance.randint(1, 9), *(chance.randint(0, 9) for _ in range(8))]
        tenth = (7 * sum(head[0:9:2]) - sum(head[1:8:2])) % 10
        digits = "".join(map(str, [*head, tenth, (sum(head) + tenth) % 10]))
        assert kinds(f"no {digits} benim") == ["identity"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Merhaba, benim adım Ayşe Demir, lamba yanmıyor", "Merhaba, benim adım •••, lamba yanmıyor"),
        ("zabıtadan Mehmet Bey'e teşekkürler", "zabıtadan ••• Bey'e teşekkürler"),
        ("Lamba yanmıyor. Saygılarımla, Zeynep Arslan", "Lamba yanmıyor. Saygılarımla, •••"),
        ("Меня зовут Иван Петров, во дворе яма", "Меня зовут •••, во дворе яма"),
        ("благодарю Сергея Николаевича за помощь", "благодарю ••• за помощь"),
        ("гражданин Сидоров бросает мусор", "гражданин ••• бросает мусор"),
        ("Менің атым Айгүл Серікқызы", "Менің атым •••"),
        ("Айгүл апайға рахмет", "••• апайға рахмет"),
        ("اسم من رضا احمدی است", "اسم من ••• است"),
        ("آقای محمدی رسیدگی نکرد", "آقای ••• رسیدگی نکرد"),
        ("my name is John Smith and the bin is full", "my name is ••• and the bin is full"),
        ("Kind regards, Jane Doe", "Kind regards, •••"),
    ],
)
def test_a_name_is_masked_where_words_say_that_it_is_one(text, left):
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Ali Bey Sokak no 5 çukur",
        "Mehmet Akif Caddesi karanlık",
        "Fatma Hanım Parkı'nda salıncak kırık",
        "Sayın Başkan, yol bozuk",
        "Dr. Sadık Ahmet Caddesi",
        "улица Ивана Сергеевича Тургенева",
        "школа имени Анны Ивановны Кузнецовой",
        "С уважением, жители дома 5",
        "Абай Құнанбайұлы көшесінде шам жоқ",
        "خیابان شهید محمدی تاریک است",
        "کوچه آقای محمدی آب ندارد",
        "آقای شهردار، خیابان تاریک است",
        "Bay Street is dark",
        "Benim adım kadar eminim",
    ],
)
def test_streets_named_after_people_and_offices_are_no_names(text):
    assert masked(text) == text
