"""Why triage thought so, in the reader's language."""

import pytest
from django.utils.translation import override

from vefa.kit.saying import Sentence
from vefa.kit.text import fold
from vefa.triage.guess import Guess
from vefa.triage.script import native
from vefa.web.desk.reasons import in_words, reason_of, steps, typed_in


@pytest.fixture(autouse=True)
def turkish_reader():
    with override("tr"):
        yield


def test_a_reason_is_read_in_the_language_of_the_reader():
    kept = Guess("road.pothole", 0.8, Sentence("says %(words)s", words="çukur")).as_evidence("service")

    assert kept["because"] == "says çukur"
    assert reason_of(kept) == "“çukur” sözleri"


def test_a_reason_of_an_old_finding_is_still_read():
    assert reason_of({"because": "says çukur"}) == "“çukur” sözleri"
    assert in_words("no word of danger") == in_words(Sentence("no word of danger")) != "no word of danger"


def test_a_reason_inside_a_reason_is_read_too():
    inner = Sentence("names %(words)s", words="26-00012-4")
    whole = in_words(Sentence("%(reason)s and says that it is solved", reason=inner))

    assert in_words(inner) in whole


def test_words_are_shown_as_the_resident_typed_them_and_not_as_they_are_compared():
    typed = typed_in("Üç direk YANMIYOR, çocuklar karanlıkta yürüyor", "tr")
    kept = Guess("x", 0.8, Sentence("says %(words)s", words="uc direk, yuruyor")).as_evidence("service")
    assert reason_of(kept, typed=typed) == "“Üç direk, yürüyor” sözleri"
    assert reason_of(kept) == "“uc direk, yuruyor” sözleri"
    kind = Guess("request", 0.8, Sentence("says %(words)s", words="yanmiyor")).as_evidence("kind")
    (step,) = steps([kind], typed=typed)
    assert step.because == "“YANMIYOR” sözleri"
    inner = Sentence("says %(words)s", words="karanlikta, baska")
    whole = Sentence("%(reason)s and says that it is solved", reason=inner)
    assert "karanlıkta, baska" in in_words(whole, typed=typed)


@pytest.mark.parametrize(
    ("language", "said", "word"),
    [
        ("kk", "Kosheden shyqqan sham janbay tur", "shyqqan"),
        ("fa", "cheragh khiaban khamoosh ast", "khiaban"),
        ("ru", "Na ulitse ne gorit fonar", "fonar"),
    ],
)
def test_words_in_borrowed_letters_are_shown_in_them(language, said, word):
    compared = fold(native(word, language))
    assert compared != word
    kept = Guess("x", 0.8, Sentence("says %(words)s", words=compared)).as_evidence("service")
    assert f"“{word}”" in reason_of(kept, typed=typed_in(said, language))


def test_words_of_nobody_knows_which_language_stay_as_they_are():
    assert in_words("because of the moon") == "because of the moon"
    assert in_words(["says %(words)s", {"other": "çukur"}]) == "says %(words)s"
    assert reason_of({}) == ""
