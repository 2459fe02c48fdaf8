"""A model of three services: what its words say, how it is stored, and what it is asked for."""

from dataclasses import replace

import numpy as np
import pytest

from tests.triage.learned.messages import FRESH, samples
from vefa.kit.text import words
from vefa.triage import semantic
from vefa.triage.learned.deciding import Message, judge, services_for
from vefa.triage.learned.features import heard_in, of_word
from vefa.triage.learned.fitting import fit
from vefa.triage.learned.rules import LOWEST
from vefa.triage.learned.samples import Sample
from vefa.triage.learned.scoring import REMEMBERED, Scorer
from vefa.triage.learned.weights import UnreadableModelError, from_bytes, to_bytes
from vefa.triage.service import Totals

NOTHING = Totals({}, {})


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(fit(samples()))


def message(text: str, totals: Totals = NOTHING, *, deep: bool = False) -> Message:
    return Message(words(text), text, "tr", totals, deep=deep)


@pytest.mark.parametrize(("code", "text"), FRESH.items())
def test_words_with_other_endings_are_known_again(scorer, code, text):
    first, *others = services_for(message(text), scorer)

    assert first.value == code
    assert len(others) == 2
    assert sum(guess.confidence for guess in (first, *others)) == pytest.approx(1, abs=0.01)
    assert first.because.startswith("because of ")


def test_codes_of_digits_weigh_as_codes_of_letters_do(scorer):
    number = {code: f"{place:02}" for place, code in enumerate(scorer.model.codes)}
    told = [replace(one, code=number[one.code]) for one in samples()]

    numbered = Scorer(fit(told))

    assert list(numbered.model.codes) == list(number.values())
    for text in FRESH.values():
        heard = scorer.heard(words(text))
        assert numbered.words(heard) == pytest.approx(scorer.words(heard))


def test_the_reason_names_the_words_that_weighed_most(scorer):
    first = services_for(message("Merhaba, iyi günler, zifiri karanlık"), scorer)[0]

    assert first.value == "street_light"
    assert "karanlık" in first.because.replace("i", "ı")
    assert "merhaba" not in first.because


def test_words_of_the_catalogue_weigh_too(scorer):
    text = "Merhaba iyi günler"
    listed = Totals({"tree": 6.0}, {"tree": ["fidan"]})

    first = services_for(message(text, listed), scorer)[0]

    assert first.value == "tree"
    assert "fidan" in first.because


def test_a_service_that_the_model_has_not_heard_of_is_left_to_a_person(scorer):
    new = Totals({"bench": 6.0, "tree": 1.0}, {"bench": ["oturak"], "tree": ["çam"]})

    first, second, _ = services_for(message(FRESH["tree"], new), scorer)

    assert (first.value, second.value) == ("bench", "tree")
    assert first.confidence < LOWEST
    assert "oturak" in first.because
    known = Totals({"bench": 1.0, "tree": 6.0}, {"bench": ["oturak"], "tree": ["çam"]})
    assert services_for(message(FRESH["tree"], known), scorer)[0].value == "tree"


def test_a_text_of_which_nothing_is_known_names_no_service():
    many = [Sample(f"söz{n} laf{n}", "tr", f"service{n}") for n in range(12) for _ in range(2)]

    assert services_for(message("qqq"), Scorer(fit(many))) == []


@pytest.mark.parametrize("number", [2, 8, 9, 17])
def test_however_many_services_there_are_each_is_told_from_all_others(number):
    told = {f"service{n:02}": [f"söz{n}q laf{n}x", f"söz{n}q kez{n}w"] for n in range(number)}
    some = [Sample(text, "tr", code) for code, texts in told.items() for text in texts]

    learned = Scorer(fit(some))

    assert [services_for(message(texts[0]), learned)[0].value for texts in told.values()] == list(told)


def test_every_word_costs_once_and_not_for_ever(scorer):
    for number in range(REMEMBERED + 50):
        scorer.heard([f"w{number}"])

    assert len(scorer._words) == REMEMBERED


def test_pairs_stand_beside_words_and_long_texts_are_cut():
    assert heard_in(["su", "yok", "su"]) == (["su", "yok"], ["su_yok", "yok_su"])
    assert len(of_word("a" * 5_000)) < 200
    assert len(heard_in([f"w{n}" for n in range(9_000)])[0]) < 200


def test_it_is_stored_without_anything_that_runs(scorer):
    stored = to_bytes(scorer.model)
    again = Scorer(from_bytes(stored))

    text = message(FRESH["tree"])
    assert np.allclose(judge(text, again).shares, judge(text, scorer).shares, atol=0.01)
    with pytest.raises(UnreadableModelError):
        from_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(UnreadableModelError):
        from_bytes(stored[:-200])


@pytest.mark.skipif(not semantic.available(), reason="the extra `semantic` is not installed")
def test_only_a_message_in_doubt_is_compared_by_meaning():
    told = samples()
    scorer = Scorer(fit(told, vectors=semantic.vectors([one.text for one in told])))
    doubtful = "Burnumuzun ucunu göremiyoruz akşamları"

    assert judge(message(doubtful, deep=True), scorer).by_meaning
    assert not judge(message(doubtful), scorer).by_meaning
    sure = Totals({"tree": 30.0}, {"tree": ["fidan"]})
    assert not judge(message(FRESH["tree"], sure, deep=True), scorer).by_meaning
