"""Where something is said to be, in five languages and several spellings."""

import pytest

from vefa.kit.text import words
from vefa.triage.sameness.whereabouts import alike, whereabouts_of


@pytest.mark.parametrize(
    ("text", "name", "house"),
    [
        ("Gül Sokak 12 önünde çukur var", "gul", "12"),
        ("Atatürk Caddesi No:34/2 önü", "ataturk", "34"),
        ("улица Гюль, дом 12, не горит фонарь", "гюль", "12"),
        ("ул. Абая 45", "абая", "45"),
        ("Гүл көшесі 12-үй", "гул", "12"),
        ("کوچهٔ گل پلاک ۱۲", "گل", "12"),
        ("12 Rose Street", "rose", "12"),
        ("1420 sokak no 5", "1420", "5"),
    ],
)
def test_a_street_and_a_house_are_heard(text, name, house):
    found = whereabouts_of(words(text))
    assert (set(found.names), set(found.houses)) == ({name}, {house})


@pytest.mark.parametrize(
    ("text", "line"),
    [("878 numaralı otobüs gelmiyor", "878"), ("خط ۱۲ دیر آمد", "12"), ("автобус 12 не ходит 3 дня", "12")],
)
def test_the_number_of_a_line_is_no_house(text, line):
    found = whereabouts_of(words(text))
    assert (set(found.lines), set(found.houses)) == ({line}, set())


@pytest.mark.parametrize(
    "text",
    ["3 gündür lamba yok bu sokakta", "уже 5 дней на нашей улице темно", "the street is dark for 2 weeks"],
)
def test_counts_and_words_like_this_street_are_no_place(text):
    found = whereabouts_of(words(text))
    assert not found.names | found.houses | found.lines


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("gul", "гюль", True), ("gul", "گل", True), ("menekse", "menekşe", True), ("lale", "papatya", False),
        ("абая", "abay", True), ("12", "14", False), ("سیرن", "сирень", True),
    ],
)  # fmt: skip
def test_names_are_alike_over_scripts(one, other, same):
    first, second = words(one)[0], words(other)[0]
    assert alike(frozenset([first]), frozenset([second])) is same
