"""Residents type with whatever keyboard they have; their language is heard all the same."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import train_language
from tools.romanise import KAZAKH, RUSSIAN, by
from vefa.kit.text import words
from vefa.triage import letters
from vefa.triage.language import is_certain, language_of
from vefa.triage.letters import CLASSES, CYRILLIC, FILE, FORMAT, LATIN, SIZES, Model, likelihoods_by, marks_of

HEARD = Path(__file__).with_name("heard")  # written for measuring; nothing is ever learnt from them


def rows(name):
    with (HEARD / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["language"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("script", ["latin", "cyrillic"])
def test_hand_written_messages_are_heard_in_every_way_of_typing(script):
    wrong = [(text, code) for text, code in rows(script) if language_of(text, hint="tr").value != code]

    assert len(wrong) <= len(rows(script)) * 0.02, wrong


@pytest.mark.parametrize("scheme", sorted(KAZAKH))
def test_one_kazakh_sentence_is_kazakh_by_every_scheme(scheme):
    text = by(KAZAKH[scheme], "Біздің аулада қоқыс жәшігі толып кетті, иіс шығып жатыр")

    assert language_of(text, hint="tr").value == "kk"


@pytest.mark.parametrize("scheme", sorted(RUSSIAN))
def test_one_russian_sentence_is_russian_by_every_scheme(scheme):
    text = by(RUSSIAN[scheme], "Уже неделю не вывозят мусор, жители жалуются на запах")

    assert language_of(text, hint="tr").value == "ru"


def test_the_reason_shows_the_words_that_told():
    assert language_of("kosede zharyk zhok", hint="tr").because.startswith("in Latin letters, the words “")
    assert "zharyk" in language_of("kosede zharyk zhok", hint="tr").because
    assert language_of("Көшеде шұңқыр", hint="tr").because == "the letters “өұңқ”"
    told = language_of("sokakta kocaman bir cukur var, ne zaman gelecek belediye", hint="ru").because
    assert {"sokakta", "var"} <= set(told.strip("”").replace("“", " ").replace(",", " ").split())


def test_the_name_of_a_street_does_not_make_a_message_kazakh():
    assert language_of("На проспекте Қабанбай батыра не работает светофор", hint="ru").value == "ru"


def test_a_mixed_message_names_both_languages():
    found = language_of("ауданда жол жаман, сделайте пожалуйста нормальную дорогу уже", hint="kk")

    assert "mixed with" in found.because


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("salam", {"tr": "tr", "kk": "kk", "fa": "fa"}),
        ("metro", {"tr": "tr", "ru": "ru", "en": "en"}),
        ("ok", {"tr": "tr", "ru": "ru", "kk": "kk", "fa": "fa", "en": "en"}),
    ],
)
def test_what_does_not_tell_is_in_the_last_known_language_of_the_address(text, heard):
    assert {hint: language_of(text, hint=hint).value for hint in heard} == heard


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("Во дворе не горит фонарь", True),
        ("سلام", True),  # no other of the five is written so
        ("спасибо", False),  # a Kazakh says it too
        ("salam", False),
        ("ok ok ok ok", False),
        ("", False),
    ],
)
def test_an_address_is_known_by_what_cannot_be_another_language(text, certain):
    assert is_certain(language_of(text, hint="tr"), words(text)) == certain


@pytest.mark.parametrize("hint", ["tr", "ru", "kk", "fa", "en"])
def test_numbers_links_and_masks_tell_nothing(hint):
    for text in ("42", "👍", "https://city.example/the-and-is-are", "ХХХХ xxxx"):
        found = language_of(text, hint=hint)
        assert (found.value, found.confidence <= 0.5) == (hint, True), text


@given(st.text(max_size=120), st.sampled_from(["tr", "ru", "kk", "fa", "en"]))
def test_any_text_gets_one_of_the_five_and_a_reason(text, hint):
    found = language_of(text, hint=hint)

    assert found.value in CLASSES[LATIN]
    assert 0 < found.confidence <= 1
    assert found.because


# -- the shipped weights


def test_the_shipped_weights_have_the_shape_of_the_command_that_makes_them():
    path = Path(letters.__file__).with_name(FILE)
    with np.load(path, allow_pickle=False) as kept:
        assert str(kept["format"]) == FORMAT
        for script in (LATIN, CYRILLIC):
            assert kept[script].dtype == np.float16
            assert kept[script].shape == (SIZES[script] + 1, len(CLASSES[script]))
            assert kept[script].tolist() == [list(row) for row in letters.model(script).rows]
    assert path.stat().st_size < 300_000


FEW = {
    "tr": ["Sokakta çukur var", "Lamba yanmıyor", "Çöpler alınmadı", "Su akmıyor evde"],
    "ru": ["На улице яма", "Фонарь не горит", "Мусор не вывозят", "Воды нет дома"],
    "kk": ["Көшеде шұңқыр бар", "Көшеде жарық жоқ", "Қоқыс шығарылмады", "Үйде су жоқ"],
    "fa": ["در خیابان چاله است", "چراغ خاموش است", "زباله را نبردند", "آب نداریم"],
    "en": ["A hole in the road", "The lamp is out", "Rubbish was not collected", "No water at home"],
}


def test_the_command_learns_from_few_sentences_and_comes_to_the_same_again():
    made = train_language.latin_rows(FEW, train_language.ALL)

    one, other = (train_language.fit(made, LATIN) for _ in range(2))

    assert made == train_language.latin_rows(FEW, train_language.ALL)
    assert (one == other).all()
    known = Model(LATIN, [tuple(map(float, row)) for row in one])
    heard = likelihoods_by(known, ["kosede", "zharyk", "zhok"], marks_of(""))
    assert max(heard, key=lambda code: heard[code]) == "kk"


def test_hearing_a_language_needs_no_numpy():
    code = (
        "import sys; from vefa.triage.language import language_of;"
        "assert language_of('kosede zharyk zhok', hint='tr').value == 'kk';"
        "assert 'numpy' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
