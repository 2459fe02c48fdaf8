"""Keywords: what counts as one, and which case a verdict without a number means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.triage.keywords.rules import Heard, Meaning, folded, heard, meant
from vefa.triage.keywords.words import _by_channel, _shipped

OBJECT = Meaning("not_solved")
CITY = {"object": {"does": "not_solved", "codes": ["33"], "words": {"tr": ["İTİRAZ"]}}}
KNOWN = _by_channel({**_shipped(), **CITY})["sms"]
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "does", "spoken"),
    [
        ("STOP", "stop", ""),
        ("dur", "stop", "tr"),
        ("Dur!", "stop", "tr"),
        ("iptal", "stop", "tr"),
        ("IPTAL", "stop", "tr"),
        ("Şikayet", "stop", "tr"),
        ("стоп", "stop", "ru"),
        ("Тоқтат", "stop", "kk"),
        ("токтат.", "stop", "kk"),
        ("لغو", "stop", "fa"),
        ("Başla", "start", "tr"),
        ("شروع", "start", "fa"),
        ("help", "help", "en"),
        (" КӨМЕК ", "help", "kk"),
        ("فارسى", "language", ""),
        ("33", "not_solved", ""),
        ("۳۳", "not_solved", ""),
        ("itiraz", "not_solved", "tr"),
    ],
)
def test_a_keyword_is_known_however_it_is_typed(text, does, spoken):
    found = heard(text, KNOWN)
    assert found is not None
    assert (found.meaning.does, found.meaning.spoken) == (does, spoken)


@pytest.mark.parametrize(
    "text", ["", "Durakta çukur var", "dur bakalım ne zaman gelecek", "33 numara ne oldu", "3 3", "133", "🚧"]
)
def test_a_keyword_inside_a_sentence_means_nothing(text):
    assert heard(text, KNOWN) is None


@pytest.mark.parametrize("text", ["33 26-00001-0", "26-00001-0 33", "33: 26000010", "۳۳ ۲۶-۰۰۰۰۱-۰"])
def test_a_number_beside_the_code_names_the_case(text):
    assert heard(text, KNOWN) == Heard(OBJECT, "33", "26-00001-0")


def test_a_mistyped_number_names_nothing():
    assert heard("33 26-00001-7", KNOWN) is None


@pytest.mark.parametrize(
    ("ago_days", "which"), [([], None), ([1], 0), ([1, 5], 0), ([5, 1], 1), ([1, 2], None), ([20, 1, 9], 1)]
)
def test_the_last_outcome_is_meant_unless_another_is_near(ago_days, which):
    ended = [(at, NOON - timedelta(days=days)) for at, days in enumerate(ago_days)]
    assert meant(ended) == which


@given(st.text(max_size=60))
def test_any_text_is_a_keyword_or_not(text):
    found = heard(text, KNOWN)
    assert found is None or found.word in KNOWN


def test_words_are_folded_as_texts_are():
    assert folded(["İPTAL", " Тоқтат! ", "", "?!"]) == ["iptal", "токтат"]
