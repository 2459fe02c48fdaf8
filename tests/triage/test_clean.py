"""What residents paste must not break what reads it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.triage.clean import CAP, clean


@pytest.mark.parametrize(
    ("typed", "language", "read"),
    [
        ("IŞIKLAR YANMIYOR", "tr", "ışıklar yanmıyor"),
        ("LIGHTS İN the street", "en", "lights in the street"),
        ("çöööööp", "tr", "çööp"),
        ("پلاک ۷، كوچه‌ی علي", "fa", "پلاک 7، کوچه ی علی"),
        ("ｐｏｔｈｏｌｅ № ５", "en", "pothole no 5"),
        ("before\x00after\x07\n\t end", "en", "before after end"),
        ("half \ud83d of a face \U0001f621", "en", "half of a face \U0001f621"),
        ("\u202eturned\u2066 round\u200b", "en", "turned round"),
        ("5000000 lira", "tr", "5000000 lira"),
        ("\ud800\x00", "en", ""),
    ],
)
def test_traps_are_taken_out(typed, language, read):
    assert clean(typed, language=language) == read


def test_a_mountain_of_marks_becomes_a_letter():
    assert len(clean("a" + "\u0301\u0316" * 500)) <= 2


def test_long_texts_are_cut_between_words():
    kept = clean("вода течёт " * 400, language="ru")

    assert CAP - 12 < len(kept) <= CAP
    assert kept.endswith(("вода", "течёт"))
    assert clean("x1" * 5000) == "x1" * (CAP // 2)


@given(st.text(st.characters(), max_size=300), st.sampled_from(["tr", ""]))
def test_any_text_comes_out_sound(text, language):
    kept = clean(text, language=language, cap=40)

    kept.encode("utf-8")
    assert len(kept) <= 40
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in kept)
    assert clean(text + "\udcff", language=language, cap=40) is not None
