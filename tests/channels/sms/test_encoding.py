"""What an SMS costs and how it is cut: tables and limits of 3GPP TS 23.038 and 23.040."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.channels.sms.alphabets import ALPHABETS, Encoding, decode, encode, width
from vefa.channels.sms.encoding import Parts, choose, cut, normal, parts, segments

TURKISH = "Çınaraltı'ndaki çukur için ekibimiz yarın öğleden önce gelecek. Şikâyetiniz için teşekkürler."


@pytest.mark.parametrize(
    ("encoding", "alone", "joined"),
    [
        (Encoding.GSM, 160, 153),
        (Encoding.TURKISH_SINGLE, 155, 149),
        (Encoding.TURKISH_LOCKING, 155, 149),
        (Encoding.TURKISH_BOTH, 152, 146),
        (Encoding.UCS2, 70, 67),
    ],
)
def test_a_message_holds_as_many_places_as_the_standard_says(encoding, alone, joined):
    assert [len(piece) for piece in cut("a" * alone, encoding)] == [alone]
    assert [len(piece) for piece in cut("a" * (alone + 1), encoding)] == [joined, alone + 1 - joined]
    assert [len(piece) for piece in cut("a" * 3 * joined, encoding)] == [joined] * 3


def test_an_alphabet_has_127_signs_and_the_escape():
    for alphabet in ALPHABETS.values():
        assert sorted(alphabet.base.values()) == [number for number in range(128) if number != 0x1B]


def test_the_turkish_tables_hold_every_turkish_letter():
    letters = "abcçdefgğhıijklmnoöprsştuüvyzABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ"
    assert not [one for one in letters if not width(one, Encoding.TURKISH_SINGLE)]
    assert not [one for one in letters if not width(one, Encoding.TURKISH_BOTH)]
    assert encode("ğĞşŞıİç", Encoding.TURKISH_SINGLE).hex() == "1b671b471b731b531b691b491b63"
    assert encode("ğĞşŞıİç€", Encoding.TURKISH_LOCKING) == bytes([12, 11, 29, 28, 7, 64, 96, 4])


def test_plain_latin_costs_the_least():
    assert parts("Your case is done.") == Parts(count=1, encoding=Encoding.GSM, left=142, units=18, size=160)


def test_a_bracket_takes_two_places():
    assert parts("[€]").left == 160 - 6


def test_turkish_goes_by_its_tables_where_the_gateway_knows_them():
    known, unknown = parts(TURKISH, turkish=True), parts(TURKISH)
    assert (known.encoding, known.count) == (Encoding.UCS2, 2)  # "â" stands in no Turkish table
    assert (unknown.encoding, unknown.count) == (Encoding.UCS2, 2)
    simple = TURKISH.replace("â", "a")
    assert parts(simple, turkish=True).encoding is Encoding.TURKISH_SINGLE
    assert parts(simple, turkish=True).count == 1
    assert parts(simple).count == 2
    assert parts(simple).dear == "ıçğŞş"


def test_the_locking_table_is_taken_where_it_saves_a_message():
    text = "ığş" * 40 + "a" * 30
    assert parts(text, turkish=True).encoding is Encoding.TURKISH_LOCKING
    assert parts(text, turkish=True).count == 1


def test_kazakh_persian_and_russian_go_as_they_are_written():
    for text in ("Өтінішіңіз қабылданды", "درخواست شما ثبت شد", "Ваше обращение принято"):
        assert parts(text, turkish=True).encoding is Encoding.UCS2
        (only,) = segments(text, turkish=True)
        assert decode(only.octets, Encoding.UCS2) == text


def test_a_composed_letter_and_its_two_halves_cost_the_same():
    assert parts("ü") == parts("u\N{COMBINING DIAERESIS}")
    assert parts("a\r\nb").units == 3


def test_the_two_halves_of_an_emoji_stay_together():
    first, second = cut("a" * 66 + "🚧" + "b" * 20, Encoding.UCS2)
    assert (len(first), second[0]) == (66, "🚧")


def test_an_escape_and_its_sign_stay_together():
    first, second = cut("a" * 152 + "€" + "b" * 50, Encoding.GSM)
    assert (len(first), second[0]) == (152, "€")


def test_the_headers_name_the_parts_and_the_tables():
    one, two = segments("ş" + "a" * 160, turkish=True, reference=0x1A7)
    assert one.header == bytes([8, 0, 3, 0xA7, 2, 1, 0x24, 1, 1])
    assert two.header == bytes([8, 0, 3, 0xA7, 2, 2, 0x24, 1, 1])
    assert segments("plain")[0].header == b""


def test_more_than_can_be_joined_is_refused_not_cut():
    with pytest.raises(ValueError, match="255 are the most"):
        segments("a" * 153 * 256)


def test_no_text_is_one_empty_message():
    assert parts("") == Parts(count=1, encoding=Encoding.GSM, left=160, units=0, size=160)


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=600)
LETTERS = st.text("abcğüşıöçĞÜŞİÖÇâ€[]{}\n🚧жқө پ", max_size=600)


@given(WORDS | LETTERS, st.booleans())
def test_whatever_is_written_comes_out_as_it_went_in(text, turkish):
    found = segments(text, turkish=turkish)
    assert "".join(decode(one.octets, one.encoding) for one in found) == normal(text)
    for one in found:
        bits = len(one.octets) * (8 if one.encoding is Encoding.UCS2 else 7)
        assert len(one.header) * 8 + bits <= 140 * 8
        assert decode(one.octets, one.encoding) == one.text


@given(WORDS | LETTERS, st.booleans())
def test_the_count_shown_is_the_count_sent(text, turkish):
    shown, sent = parts(text, turkish=turkish), segments(text, turkish=turkish)
    assert (shown.count, shown.encoding) == (len(sent), sent[0].encoding)
    assert 0 <= shown.left <= shown.size


@given(LETTERS)
def test_no_other_encoding_would_be_cheaper(text):
    words = normal(text)
    fitting = [one for one in Encoding if all(width(sign, one) for sign in words)]
    assert len(cut(words, choose(words, turkish=True))) == min(len(cut(words, one)) for one in fitting)


@given(st.binary(max_size=200), st.sampled_from(Encoding))
def test_any_octets_can_be_read(octets, encoding):
    assert isinstance(decode(octets, encoding), str)
