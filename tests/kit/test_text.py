"""Residents write as their keyboards let them; the city finds them all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.kit.text import clean, digits_of, first_line, fold, words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ISIKLAR IĞDIR", "ışıklar ığdır"),
        ("İSTANBUL", "istanbul"),
        ("cukur", "ÇUKUR"),
        ("Ещё ёлка", "еще елка"),
        ("кошеде жарык жок", "көшеде жарық жоқ"),
        ("Қала әкімі", "кала акими"),
        ("خيابان‌هاي", "خیابان های"),
        ("كوچه", "کوچه"),
        ("۱۳۷", "137"),
        ("٠٢٣٢", "0232"),
    ],
)
def test_what_is_written_and_what_is_meant_fold_to_the_same(written, meant):
    assert fold(written) == fold(meant)


def test_words_keep_their_apostrophes_and_lose_their_punctuation():
    assert words("Çarşı'da, çöp kutusu dolu!!!") == ["carsi'da", "cop", "kutusu", "dolu"]


def test_a_title_is_cut_between_words():
    title = first_line("Okulun önünde   büyük bir\nçukur var ve her gün daha da büyüyor", limit=30)

    assert title == "Okulun önünde büyük bir…"


def test_digits_of_every_script_are_read():
    assert digits_of("۰۹۱۲-٣٤٥ 67") == "091234567"


def test_nul_and_lone_surrogates_never_reach_the_database():
    assert clean("a\x00b\ud800c\n") == "ab?c\n"


LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0x6FF) | st.sampled_from("\u200c\u200f’😡🕳️")


@given(st.text(LETTERS))
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(LETTERS))
def test_words_are_the_same_cut_from_the_whole_or_from_its_pieces(text):
    assert words(text) == [word for piece in fold(text).split() for word in words(piece)]
