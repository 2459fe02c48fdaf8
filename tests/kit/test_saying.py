"""A sentence that is read today in English and tomorrow in another language."""

import json

import pytest

from vefa.kit.saying import Sentence, parts_of


def test_a_sentence_is_its_english_text():
    reason = Sentence("says %(words)s", words="çukur")

    assert reason == "says çukur"
    assert json.dumps({"because": reason}, ensure_ascii=False) == '{"because": "says çukur"}'


def test_a_sentence_remembers_what_it_was_made_of():
    inner = Sentence("names %(words)s", words="100%")
    outer = Sentence("%(reason)s and says that it is solved", reason=inner)

    assert outer == "names 100% and says that it is solved"
    assert json.loads(json.dumps(parts_of(outer))) == [
        "%(reason)s and says that it is solved",
        {"reason": ["names %(words)s", {"words": "100%"}]},
    ]


def test_a_plain_text_stays_plain():
    assert parts_of("says çukur") == "says çukur"
    assert Sentence("100 %") == "100 %"


def test_a_value_that_is_missing_is_not_passed_over():
    with pytest.raises(KeyError):
        Sentence("says %(words)s", said="çukur")
