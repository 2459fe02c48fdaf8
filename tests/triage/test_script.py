"""A resident types with the keyboard at hand; triage compares words in the letters of their language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.triage.script import native, skeleton


@pytest.mark.parametrize(
    "typed",
    ["kosede zharyk zhok", "koshede jaryk jok", "Kóshede jaryq joq", "köşede jarıq joq", "кошеде жарык жок"],
)
def test_kazakh_without_its_keyboard_is_brought_home(typed):
    assert native(typed, "kk").lower() == "көшеде жарық жоқ"


@pytest.mark.parametrize(
    "typed", ["kosede zharyk zhok", "koshede jaryq joq", "köşede jarıq joq", "кошеде жарык жок"]
)
def test_every_way_of_typing_has_one_skeleton(typed):
    assert skeleton(typed) == skeleton("Көшеде жарық жоқ") == "kosede jarik jok"


def test_unknown_kazakh_words_follow_the_harmony_of_vowels():
    assert native("балкон кулап калды", "kk") == "балқон құлап қалды"
    assert native("терезеси", "kk") == "терезесі"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("na ulitse ne gorit fonar', yama", "на улице не горит фонарь, яма"),
        ("Pozhaluysta uberite musor, eto uzhas", "Пожалуйста уберите мусор, это ужас"),
        ("kryshka lyuka propala vo dvore", "крышка люка пропала во дворе"),
    ],
)
def test_russian_in_latin_letters_is_brought_home(typed, meant):
    assert native(typed, "ru") == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("booye gaz shadid", "بوی گاز شدید"),
        ("cheraghe khiyaboon khamushe", "چراغ خیابان خاموش"),
        ("kooche ma asfaltesh kharab shode", "کوچه ما آسفالتش خراب شده"),
    ],
)
def test_finglish_is_brought_home(typed, meant):
    assert native(typed, "fa") == meant


def test_what_is_no_word_of_the_language_stays():
    assert native("qarańyz https://city.example/joq me@city.example", "kk").endswith(
        " https://city.example/joq me@city.example"
    )
    assert native("sokakta cukur var", "tr") == "sokakta cukur var"
    assert native("34 ABC 123 да не так", "en") == "34 ABC 123 да не так"


def test_words_in_their_own_letters_are_not_touched():
    text = "Көшеде жарық жоқ, кошка бар"
    assert native(text, "kk") is text
    assert native("На улице яма", "ru") == "На улице яма"
    assert native("چراغ خاموش", "fa") == "چراغ خاموش"


@given(st.text(max_size=80), st.sampled_from(["tr", "ru", "kk", "fa", "en", ""]))
def test_any_text_can_be_read(text, language):
    assert isinstance(native(text, language), str)
    assert skeleton(skeleton(text)) is not None
