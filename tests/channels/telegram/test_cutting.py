"""Long answers are cut for the reader, not for the machine."""

from hypothesis import given
from hypothesis import strategies as st

from vefa.channels.telegram.cutting import cut


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(
    text=st.text(alphabet="ab 🌳é\n.،\u0301\u200d👩", max_size=200),
    limit=st.integers(min_value=40, max_value=60),
)
def test_every_part_fits_and_only_blanks_are_lost(text, limit):
    parts = cut(text, units=limit)

    assert all(0 < units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_short_text_stays_whole_and_an_empty_one_gives_nothing():
    assert cut("Merhaba") == ["Merhaba"]
    assert cut(" \n ") == []


def test_the_cut_falls_between_paragraphs_rather_than_inside_one():
    assert cut("a" * 30 + "\n\n" + "b" * 15 + " " + "c" * 15, units=50) == [
        "a" * 30,
        "b" * 15 + " " + "c" * 15,
    ]


def test_no_emoji_is_torn_into_halves():
    family = "👩\u200d👩\u200d👧"
    parts = cut("x" * 47 + family + "y" * 40, units=50)

    assert any(family in part for part in parts)
