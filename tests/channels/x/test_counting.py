"""What X counts: the examples of its own documentation, and texts as our operators write them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.channels.x.counting import LINK_WEIGHT, POST_WEIGHT, cut, weight


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", 0),
        ("a", 1),
        ("á", 1),
        ("ӑ", 1),
        ("Ồ", 2),  # U+1ED2 lies outside the light ranges
        ("cafe\u0301", 4),  # NFC
        ("👾", 2),
        ("🙋🏽", 2),
        ("👨‍🎤", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇹🇷", 2),
        ("1️⃣", 2),
        ("日本語", 6),
        ("Şube çalışıyor", 14),
        ("Жол жөнделді", 12),
        ("کارگر می‌آید", 12),  # the joiner counts as well
        ("https://x.co", 23),
        ("https://pinarova.example.org/yardim/cok/uzun/bir/yol?a=1&b=2", 23),
        ("Bakın: https://x.co ve https://pinarova.example.org/a", 7 + 23 + 4 + 23),
        ("“evet”", 6),
        ("…", 2),
    ],
)
def test_a_text_weighs_what_x_says(text, counted):
    assert weight(text) == counted


def test_what_only_may_be_a_link_is_never_counted_too_light():
    assert weight("pinarova.example") == LINK_WEIGHT
    assert weight("Teşekkürlerederiz.arkadaslarimizbugun") == len("Teşekkürlerederiz.arkadaslarimizbugun")


def test_a_long_answer_is_cut_where_a_reader_would_pause():
    text = "İlk cümle burada biter. " * 20
    parts = cut(text)

    assert len(parts) == 2
    assert all(weight(part) <= POST_WEIGHT for part in parts)
    assert all(part.endswith("biter.") for part in parts)
    assert " ".join(parts) == text.strip()


@given(st.text(alphabet="aş ñ漢👩🏽\u200d🎤\n.,https://x.co/yol ", max_size=900))
def test_nothing_is_lost_and_every_part_fits(text):
    parts = cut(text)

    assert all(0 < weight(part) <= POST_WEIGHT for part in parts)
    assert "".join("".join(parts).split()) == "".join(cut_free(text).split())


def cut_free(text: str) -> str:
    return unicodedata.normalize("NFC", text)
